// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/native/backoff.hpp>
#include <wbsync/native/delay.hpp>
#include <wbsync/native/rcu/flavour.hpp>

// As <wbsync/rcu/rcu.hpp>, implemented by liburcu: see native/rcu/flavour.hpp.

namespace wbsync {

inline void rcu_read_lock(const site& at = site::here()) {
    native::thread_record* const t = native::me();
    if (t == nullptr)
        return;
    native::scheduling_point();
    t->enters_atomic(t->rcu_nesting, at);
    native::rcu_flavour::read_lock();
}

inline void rcu_read_unlock(const site& at = site::here()) {
    native::thread_record* const t = native::me();
    if (t == nullptr)
        return;
    native::scheduling_point();
    if (t->rcu_nesting == 0)
        violated("misuse", "rcu_read_unlock() without rcu_read_lock()", at);
    native::rcu_flavour::read_unlock();
    --t->rcu_nesting;
}

namespace native {

inline void synchronize_rcu(const char* verb, const site& at) {
    const waiting here(verb, {}, at);
    const out_of_turn aside;
    rcu_flavour::synchronize();
    if (run_state* run = run_state::current(); run != nullptr)
        run->grace_periods.fetch_add(1, std::memory_order_relaxed);
}

} // namespace native

inline void synchronize_rcu(const site& at = site::here()) {
    might_sleep("synchronize_rcu", at);
    native::scheduling_point();
    native::synchronize_rcu("synchronize_rcu", at);
}

inline void synchronize_rcu_expedited(const site& at = site::here()) {
    synchronize_rcu(at);
}

} // namespace wbsync
