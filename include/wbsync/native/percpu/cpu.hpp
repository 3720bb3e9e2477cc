// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/rcu/rcu.hpp>
#include <wbsync/scenario.hpp>

// As <wbsync/percpu/cpu.hpp>. CPUs are those of the model, not of the machine: thread t, kworkers
// and the like included, is on CPU t modulo nr_cpus, and several may be on one at the same time.

#ifndef WBSYNC_NATIVE_CPUS
#define WBSYNC_NATIVE_CPUS 2 // as many as a model has
#endif

namespace wbsync {

inline constexpr int nr_cpus = WBSYNC_NATIVE_CPUS;

namespace native {

inline int this_cpu() noexcept {
    const thread_record* const t = this_thread;
    if (t == nullptr)
        return 0;
    return t->preempt_nesting != 0 ? t->pinned_to
                                   : t->cpu.load(std::memory_order_relaxed) % nr_cpus;
}

} // namespace native

namespace detail {

inline int this_cpu(const site& /*at*/) noexcept {
    return native::this_cpu();
}

} // namespace detail

/// Moves the thread that was declared last to the next CPU, once, at any time: only the result of
/// its smp_processor_id() changes. Adds a thread "migration" that does it.
inline void may_migrate(scenario& s, const site& at = site::here()) {
    const auto all = native::run_state::current()->threads();
    native::thread_record* const t = all.back();
    if (t->kind != native::thread_kind::ordinary)
        violated("misuse", "may_migrate(s) is called once, after the thread was declared", at);
    s.thread({"migration", t->number}, [t] {
        native::scheduling_point();
        t->cpu.fetch_add(1, std::memory_order_relaxed);
    });
}

inline int smp_processor_id(const site& /*at*/ = site::here()) {
    native::scheduling_point();
    return native::this_cpu();
}

/// Keeps the thread on its CPU of the model. A read-side section of RCU. The system may still
/// preempt the thread.
inline void preempt_disable(const site& at = site::here()) {
    native::thread_record* const t = native::me();
    if (t == nullptr)
        return;
    native::rcu_flavour::read_lock();
    t->pinned_to = native::this_cpu();
    t->enters_atomic(t->preempt_nesting, at);
}
inline void preempt_enable(const site& at = site::here()) {
    native::thread_record* const t = native::me();
    if (t == nullptr)
        return;
    if (t->preempt_nesting == 0)
        violated("misuse", "preempt_enable() without preempt_disable()", at);
    --t->preempt_nesting;
    native::rcu_flavour::read_unlock();
}

} // namespace wbsync
