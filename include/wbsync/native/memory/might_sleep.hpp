// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>

namespace wbsync {

/// Says that `verb`, called at `at`, can sleep. Inside of an RCU read-side section or callback,
/// with preemption disabled or under a spinlock: violation "misuse". Otherwise ends a thread whose
/// run is over.
inline void might_sleep(const char* verb = "might_sleep", const site& at = site::here()) {
    const native::thread_record* const t = native::me();
    if (t == nullptr)
        return;
    if (t->is_atomic())
        violated("misuse",
                 fmt::format("{} can sleep, and {} is inside of {} (since {})", verb, t->name.str(),
                             t->atomic_because(), t->atomic_since.str()),
                 at);
    native::expect_to_go_on();
}

} // namespace wbsync
