// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/rcu/rcu.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

inline void rcu_state::thread_ends(engine::execution& run) {
    if (periods.inside(run.self()))
        run.fail("misuse",
                 fmt::format("thread {} ends inside of {}", run.thread_name(run.self()), section),
                 opened_[run.self()]);
}

inline void rcu_state::enter(engine::execution& run, const site& at) {
    if (!run.running())
        return;
    const bool outermost = !periods.inside(run.self());
    periods.enter(run, "rcu_read_lock", at);
    if (outermost)
        opened_[run.self()] = at;
    atomic_context::of(run).enter(run, {section, nullptr, at});
}

inline void rcu_state::leave(engine::execution& run, const site& at) {
    if (!run.running())
        return;
    periods.leave(run, "rcu_read_unlock", at);
    atomic_context::of(run).leave(run, section);
}

} // namespace wbsync::detail

namespace wbsync {

inline void synchronize_rcu(const site& at) {
    might_sleep("synchronize_rcu", at);
    if (auto* run = engine::execution::current())
        detail::rcu_state::of(*run).periods.synchronize(*run, "synchronize_rcu", at);
}

} // namespace wbsync
