// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/turns.hpp>

#include <cstdint>

namespace wbsync::native {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool address_sanitizer = true;
#else
inline constexpr bool address_sanitizer = false;
#endif
#else
inline constexpr bool address_sanitizer = false;
#endif

/// How a model is run on real threads.
struct options {
    /// Seconds after which an unfinished run is a violation: "deadlock", or the property that the
    /// waiting thread was declared with; 0: no limit.
    double time_limit = 10;
    /// Seed of the random delays. The same seed gives each thread the same delays, not the same
    /// run.
    std::uint64_t seed = 1;
    /// Before each operation of a model, with this probability, the thread is delayed for up to
    /// `longest_delay` microseconds. 0: never.
    double delay_probability = 0;
    unsigned longest_delay = 20;
    /// Chooses the next thread, instead of delays; nullptr: the system chooses.
    turns* take_turns = nullptr;
    /// The duration of a timer's delay of 1, in microseconds.
    unsigned jiffy = 1000;
    /// Memory given to kfree() stays allocated and unchanged until the run is over: a use after
    /// free is then harmless, and not noticed. Otherwise memory is reused at once, for long runs
    /// and for AddressSanitizer, which notices.
    bool keep_freed = !address_sanitizer;
};

} // namespace wbsync::native
