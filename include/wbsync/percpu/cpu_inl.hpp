// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/percpu/cpu.hpp>
#include <wbsync/rcu/rcu.hpp>

namespace wbsync {

inline void preempt_disable(const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    detail::rcu_state::of(*run).periods.enter(*run, "preempt_disable", at);
    detail::cpus::of(*run).pin(*run, at);
    detail::atomic_context::of(*run).enter(*run, {"preempt_disable()", nullptr, at});
}

inline void preempt_enable(const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    if (!detail::cpus::of(*run).unpin(*run))
        run->fail("misuse", "preempt_enable() without preempt_disable()", at);
    detail::atomic_context::of(*run).leave(*run, "preempt_disable()");
    detail::rcu_state::of(*run).periods.leave(*run, "preempt_enable", at);
}

} // namespace wbsync
