// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/run_state.hpp>
#include <wbsync/native/turns.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace wbsync::native {

inline void cpu_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#endif
}

/// The waiting of a loop that polls for a change: it spins, then lets others run, then sleeps,
/// longer each time up to 200 microseconds. Throws when the run is over.
class backoff {
public:
    void pause() {
        if (waits_for_its_turn()) {
            expect_to_go_on();
        } else if (rounds_ < spins) {
            cpu_pause();
        } else {
            expect_to_go_on();
            if (rounds_ < spins + yields)
                std::this_thread::yield();
            else
                std::this_thread::sleep_for(std::chrono::microseconds(
                    std::min(10 * (rounds_ - spins - yields + 1), longest)));
        }
        ++rounds_;
    }
    /// Has it just waited long enough to say so?
    [[nodiscard]] bool waits_long() const noexcept { return rounds_ == spins; }

private:
    static constexpr int spins = 100;
    static constexpr int yields = 50;
    static constexpr int longest = 200;

    int rounds_ = 0;
};

} // namespace wbsync::native
