// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/workqueue.hpp>

// As <wbsync/workqueue/cancel.hpp>.

namespace wbsync {

namespace native {

inline bool grab_pending(const work_struct& work, bool disable, const char* verb, const site& at) {
    if (work.state()->after_grace_period)
        violated(
            "misuse",
            fmt::format("{}: the rcu_work {} cannot be cancelled", verb, work.state()->name.str()),
            at);
    return worker_pool::get().cancel(work.state(), disable);
}

inline bool enable(const work_struct& work, const char* verb, const site& at) {
    work_state& w = *work.state();
    const auto before = w.change([](std::int64_t v) {
        return (v & work_state::disables) == 0 ? v : v - work_state::disabled;
    });
    if ((before & work_state::disables) == 0)
        violated("misuse", fmt::format("{} of {}, which is not disabled", verb, w.name.str()), at);
    return (before & work_state::disables) == work_state::disabled;
}

inline bool disable_and_wait(const work_struct& work, const char* verb, const site& at) {
    might_sleep(verb, at);
    const auto w = work.state(); // NOLINT: a copy, the work may be gone before this returns
    expect_not_inside(w.get(), nullptr, verb, at);
    const bool was_pending = grab_pending(work, true, verb, at);
    worker_pool::get().wait_until_not_running(w, verb, at);
    return was_pending;
}

} // namespace native

inline bool cancel_work(const work_struct& work, const site& at = site::here()) {
    return native::grab_pending(work, false, "cancel_work", at);
}
inline bool cancel_work_sync(const work_struct& work, const site& at = site::here()) {
    const bool was_pending = native::disable_and_wait(work, "cancel_work_sync", at);
    native::enable(work, "cancel_work_sync", at);
    return was_pending;
}
inline bool disable_work(const work_struct& work, const site& at = site::here()) {
    return native::grab_pending(work, true, "disable_work", at);
}
inline bool disable_work_sync(const work_struct& work, const site& at = site::here()) {
    return native::disable_and_wait(work, "disable_work_sync", at);
}
inline bool enable_work(const work_struct& work, const site& at = site::here()) {
    return native::enable(work, "enable_work", at);
}

} // namespace wbsync
