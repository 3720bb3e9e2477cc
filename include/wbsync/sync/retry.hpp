// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/retry.hpp>
#else

#include <wbsync/engine/execution.hpp>

namespace wbsync {

/// Calls `attempt` until what it returns is true, as a bool, a pointer or an optional, and returns
/// that: a loop that tries again, such as
///
///     retry_until([&] {
///         const auto old = atomic_read(v);
///         return atomic_cmpxchg(v, old, old + 1) == old;
///     });
///
/// An attempt that comes to nothing must leave nothing behind that the next one depends on: no
/// counter, no value of the time before. If it changed nothing either that another thread can see,
/// it costs nothing: the thread waits for something that it looked at to change, as if it had not
/// tried. What an attempt may do without having changed anything: read, fail to compare and
/// exchange, take and release locks, be an RCU reader; and under sc also store, if it puts back
/// what was there before anybody looked. If nothing of it can change any more: finding "livelock".
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

/// Nothing but a place in a loop that spins: such a loop is recognised by what it does. Not a step.
/// arch/x86/include/asm/vdso/processor.h.
void cpu_relax(const site& at = site::here());

} // namespace wbsync

#include <wbsync/sync/retry_inl.hpp>

#endif
