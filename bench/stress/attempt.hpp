// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace wbsync::bench {

/// How a process ended that ran a model on real threads, again and again.
enum class ending : std::uint8_t {
    clean,    ///< the time was over, and nothing had been found
    violated, ///< a property failed
    crashed,  ///< a signal ended the process: a real use after free, for one
    stuck,    ///< a thread looped, and could not be ended
};

/// The outcome of the process.
struct attempt {
    ending end = ending::clean;
    std::string property;   ///< if `violated`
    std::string message;    ///< the message of the violation, or what ended the process
    std::uint64_t runs = 0; ///< including the last one: each has one umount
    std::uint64_t seed = 0; ///< of the last run
    double seconds = 0;
};

} // namespace wbsync::bench
