// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/cancel.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

inline grabbed grab_pending(work_state& w, bool disable, const char* verb, const site& at) {
    if (w.after_grace_period)
        violated("misuse",
                 fmt::format("{}: the rcu_work {} cannot be cancelled", verb, w.name.str()), at);
    grabbed found;
    work_instance on_queue{&w, 0, nullptr, at};
    w.update(
        [&](std::int64_t v) {
            found = {(v & work_state::is_pending) != 0, w.started_on, w.started_as};
            on_queue = w.pending_instance(v);
            w.pending_serial = 0;
            return (v & ~(work_state::is_pending | work_state::has_timer)) +
                   (disable ? work_state::disabled : 0);
        },
        verb, at);
    take_off_queue(on_queue, verb, at);
    return found;
}

inline bool enable(work_state& w, const char* verb, const site& at) {
    return w.update(
               [&](std::int64_t v) {
                   if (v < work_state::disabled)
                       violated("misuse",
                                fmt::format("{} of {}, which is not disabled", verb, w.name.str()),
                                at);
                   return v - work_state::disabled;
               },
               verb, at) == work_state::disabled;
}

inline bool disable_and_wait(const work_struct& work, const char* verb, const site& at) {
    might_sleep(verb, at);
    work_state& w = work.state(at);
    expect_not_inside(*engine::execution::current(), &w, nullptr, verb, at);
    const grabbed found = grab_pending(w, true, verb, at);
    if (found.on != nullptr)
        found.on->wait_for(found.started_as, verb, at);
    return found.was_pending;
}

} // namespace wbsync::detail

namespace wbsync {

inline bool cancel_work_sync(const work_struct& work, const site& at) {
    const bool was_pending = detail::disable_and_wait(work, "cancel_work_sync", at);
    detail::enable(work.state(at), "cancel_work_sync", at);
    return was_pending;
}

} // namespace wbsync
