// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/percpu/cpu.hpp>
#else

#include <wbsync/rcu/rcu.hpp>
#include <wbsync/sched/cpus.hpp>

namespace wbsync {

/// Keeps the thread on its CPU. A read-side section of RCU, which synchronize_rcu() waits for. What
/// sleeps inside of it: finding "misuse". They nest. include/linux/preempt.h.
inline void preempt_disable(const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    detail::rcu_state::of(*run).periods.enter(*run, "preempt_disable", at);
    detail::cpus::of(*run).pin(*run, at);
    detail::atomic_context::of(*run).enter(*run, {"preempt_disable()", nullptr, at});
}

/// Ends what preempt_disable() began; without that: finding "misuse". include/linux/preempt.h.
inline void preempt_enable(const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    if (!detail::cpus::of(*run).unpin(*run))
        run->fail("misuse", "preempt_enable() without preempt_disable()", at);
    detail::atomic_context::of(*run).leave(*run, "preempt_disable()");
    detail::rcu_state::of(*run).periods.leave(*run, "preempt_enable", at);
}

} // namespace wbsync

#endif

namespace wbsync {

/// preempt_disable() and smp_processor_id(). include/linux/smp.h.
inline int get_cpu(const site& at = site::here()) {
    preempt_disable(at);
    return smp_processor_id(at);
}
/// preempt_enable(). include/linux/smp.h.
inline void put_cpu(const site& at = site::here()) {
    preempt_enable(at);
}

} // namespace wbsync
