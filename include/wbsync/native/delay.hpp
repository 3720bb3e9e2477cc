// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/backoff.hpp>
#include <wbsync/native/turns.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>

namespace wbsync::native {

inline std::uint64_t next_random(std::uint64_t& state) noexcept { // splitmix64
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

[[gnu::noinline]] inline void perhaps_delay(std::uint64_t threshold) {
    if (this_turn.all != nullptr)
        return this_turn.all->point(this_turn.thread);
    thread_record* const t = me();
    const run_state* const run = run_state::current();
    if (t == nullptr || run == nullptr || run->with().take_turns != nullptr ||
        next_random(t->random) >= threshold)
        return;
    const auto longest = std::uint64_t{run->with().longest_delay};
    const auto us = longest == 0 ? 0 : next_random(t->random) % (longest + 1);
    const bool sleeps = us % 2 == 0; // whether others may run here
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(us);
    for (auto now = end; (now = std::chrono::steady_clock::now()) < end && !run->stopping();)
        if (sleeps)
            std::this_thread::sleep_until(std::min(end, now + std::chrono::milliseconds(1)));
        else
            cpu_pause();
}

/// A place where the model checker would choose the next thread.
[[gnu::always_inline]] inline void scheduling_point() {
    if (const auto threshold = delay_threshold.load(std::memory_order_relaxed); threshold != 0)
        perhaps_delay(threshold);
}

/// A scheduling point before a load: it ends a loop that reads when the run is over.
[[gnu::noinline]] inline void perhaps_delay_load(std::uint64_t threshold) {
    if (const run_state* run = run_state::current();
        run != nullptr && run->stopping() && me() != nullptr && std::uncaught_exceptions() == 0)
        throw stopped{};
    perhaps_delay(threshold);
}
[[gnu::always_inline]] inline void scheduling_point_of_load() {
    if (const auto threshold = delay_threshold.load(std::memory_order_relaxed); threshold != 0)
        perhaps_delay_load(threshold);
}

} // namespace wbsync::native
