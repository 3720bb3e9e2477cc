// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/backoff.hpp>
#include <wbsync/native/delay.hpp>

// As <wbsync/sync/retry.hpp>.

namespace wbsync {

/// Calls `attempt` until its result is true, and returns it. After a while it lets others run
/// between two attempts, and sleeps a little.
template <class Attempt>
auto retry_until(Attempt attempt, const site& at = site::here()) {
    native::backoff rounds;
    for (; !rounds.waits_long(); rounds.pause())
        if (auto done = attempt())
            return done;
    const native::waiting here("retry_until", {}, at);
    for (;; rounds.pause())
        if (auto done = attempt())
            return done;
}

/// For a loop that spins. Lets others run now and then, and ends the thread when the run is over.
inline void cpu_relax(const site& /*at*/ = site::here()) {
    static thread_local unsigned rounds = 0;
    native::cpu_pause();
    if (++rounds % 64 == 0) {
        native::expect_to_go_on();
        std::this_thread::yield();
    }
}

} // namespace wbsync
