// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/retry.hpp>
#else

#include <wbsync/engine/execution.hpp>

namespace wbsync {

/// Calls `attempt` until its result is true, as a bool, a pointer or an optional, and returns that
/// result: a loop that tries again, such as
///
///     retry_until([&] {
///         const auto old = atomic_read(v);
///         return atomic_cmpxchg(v, old, old + 1) == old;
///     });
///
/// A failed attempt must leave nothing behind that the next one depends on: no counter, no value
/// from before. If it also changed nothing that another thread can see, it costs nothing: the
/// thread waits for a change of something that it looked at, as if it had not tried. An attempt has
/// changed nothing if it only reads, fails to compare and exchange, takes and releases locks, or is
/// an RCU reader. Under sc it may also store, if it restores the old value before anybody looks. If
/// nothing that it looks at can change any more: finding "livelock".
template <class Attempt>
auto retry_until(Attempt attempt, const site& at = site::here()) {
    for (;;) {
        engine::execution* const run = engine::execution::current();
        const engine::round r = run == nullptr ? engine::round{} : run->begin_round();
        if (auto done = attempt())
            return done;
        if (run != nullptr)
            run->try_again(r, at);
    }
}

/// Only marks a place in a loop that spins: such a loop is recognised by what it does. Not a step.
/// arch/x86/include/asm/vdso/processor.h.
void cpu_relax(const site& at = site::here());

} // namespace wbsync

#include <wbsync/sync/retry_inl.hpp>

#endif
