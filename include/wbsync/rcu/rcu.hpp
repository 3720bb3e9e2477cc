// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/rcu/rcu.hpp>
#else

#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/rcu/grace_period.hpp>

namespace wbsync {

namespace detail {

/// The one global domain of RCU.
class rcu_state final : public engine::extension {
public:
    void reset() override { periods.reset(engine::object_numbers::reserved(reserved_object::rcu)); }

    void thread_ends(engine::execution& run) override;

    void enter(engine::execution& run, const site& at);

    void leave(engine::execution& run, const site& at);

    static rcu_state& of(engine::execution& run) { return run.get<rcu_state>(); }

    grace_periods periods;

private:
    static constexpr const char* section = "an RCU read-side critical section";

    engine::per_thread<site> opened_; ///< where the outermost section of each thread starts
};

} // namespace detail

/// Starts an RCU read-side critical section; sections nest. No ordering of its own, does not block.
/// Sleeping inside of it is a finding "misuse", and so is a thread, callback or work that ends
/// inside of it. Documentation/RCU/whatisRCU.rst.
inline void rcu_read_lock(const site& at = site::here()) {
    if (auto* run = engine::execution::current())
        detail::rcu_state::of(*run).enter(*run, at);
}

/// Ends the innermost section of the thread. Outside of a section: finding "misuse".
/// include/linux/rcupdate.h.
inline void rcu_read_unlock(const site& at = site::here()) {
    if (auto* run = engine::execution::current())
        detail::rcu_state::of(*run).leave(*run, at);
}

/// Waits for a full grace period: blocks until every section that was open when the grace period
/// started has ended. The grace period starts after the call, at once or later; callers may share
/// one, but never one that started before their call. Sections that start later are not waited for.
/// A full barrier before and after; what the sections did is visible afterwards. Inside of a
/// section: finding "misuse". kernel/rcu/tree.c; tools/memory-model/Documentation/explanation.txt,
/// "RCU relations".
void synchronize_rcu(const site& at = site::here());

/// Same as synchronize_rcu(): here no grace period is faster. kernel/rcu/tree_exp.h.
inline void synchronize_rcu_expedited(const site& at = site::here()) {
    synchronize_rcu(at);
}

} // namespace wbsync

#include <wbsync/rcu/rcu_inl.hpp>

#endif
