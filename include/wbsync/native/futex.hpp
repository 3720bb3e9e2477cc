// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/turns.hpp>

#include <atomic>
#include <climits>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wbsync::native {

static_assert(sizeof(std::atomic<int>) == sizeof(int));

/// Sleeps while `word` is `seen`, but no longer than 20 milliseconds: std::atomic::wait() has no
/// limit, and a sleeper has to notice the end of the run. Spurious wake-ups happen.
inline void futex_wait(std::atomic<int>& word, int seen) noexcept {
    if (waits_for_its_turn())
        return;
    const timespec limit{0, 20'000'000};
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, &limit, nullptr, 0);
}

/// Wakes up to `n` sleepers. Touches no memory: `word` is only an address.
inline void futex_wake(const std::atomic<int>* word, int n = INT_MAX) noexcept {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, nullptr, nullptr, 0);
}

} // namespace wbsync::native
