// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace wbsync::bench {

/// How a process ended in which a model ran on real threads, again and again.
enum class ending : std::uint8_t {
    clean,    ///< the time was over, and nothing had been found
    violated, ///< a property failed
    crashed,  ///< a signal ended the process: a real use after free, for one
    stuck,    ///< a thread looped, and could not be ended
};

/// What it came to.
struct attempt {
    ending end = ending::clean;
    std::string property;   ///< if `violated`
    std::string message;    ///< likewise, or what ended the process
    std::uint64_t runs = 0; ///< the last one included: each has one umount
    std::uint64_t seed = 0; ///< of the last one
    double seconds = 0;
};

} // namespace wbsync::bench
