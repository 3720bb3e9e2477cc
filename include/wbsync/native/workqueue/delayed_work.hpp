// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/cancel.hpp>

#include <functional>
#include <utility>

// As <wbsync/workqueue/delayed_work.hpp>, with time: a delay of 1 is options::jiffy. All timers of
// a run are on one thread.

namespace wbsync {

class delayed_work {
public:
    delayed_work(const label& name, std::function<void(work_struct&)> function,
                 const site& at = site::here())
        : work(name, std::move(function), at) {}
    delayed_work(workqueue_struct& wq, const label& name,
                 std::function<void(work_struct&)> function, const site& at = site::here())
        : work(wq, name, std::move(function), at) {}

    work_struct work;
};

namespace native {

inline void queue_delayed(const std::shared_ptr<work_state>& w, workqueue_struct& wq,
                          std::int64_t number, unsigned long delay, const site& at) {
    if (delay == 0)
        worker_pool::get().insert(w, &wq, wq.state(), number, at);
    else
        worker_pool::get().insert_later(w, &wq, wq.state(), number, delay, at);
}

} // namespace native

inline bool queue_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay,
                               const site& at = site::here()) {
    wq.use("queue_delayed_work", at);
    const auto w = dwork.work.state();
    const std::int64_t number = w->set_pending();
    if (number != 0)
        native::queue_delayed(w, wq, number, delay, at);
    return number != 0;
}
inline bool mod_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay,
                             const site& at = site::here()) {
    wq.use("mod_delayed_work", at);
    const auto w = dwork.work.state();
    const auto [was_pending, number] = native::worker_pool::get().replace(w);
    if (number != 0)
        native::queue_delayed(w, wq, number, delay, at);
    return was_pending;
}
inline bool flush_delayed_work(delayed_work& dwork, const site& at = site::here()) {
    might_sleep("flush_delayed_work", at);
    native::expect_not_inside(dwork.work.state().get(), nullptr, "flush_delayed_work", at);
    native::worker_pool::get().fire(dwork.work.state());
    return flush_work(dwork.work, at);
}
inline bool cancel_delayed_work(const delayed_work& dwork, const site& at = site::here()) {
    return native::grab_pending(dwork.work, false, "cancel_delayed_work", at);
}
inline bool cancel_delayed_work_sync(const delayed_work& dwork, const site& at = site::here()) {
    const bool was_pending = native::disable_and_wait(dwork.work, "cancel_delayed_work_sync", at);
    native::enable(dwork.work, "cancel_delayed_work_sync", at);
    return was_pending;
}
inline bool delayed_work_pending(const delayed_work& dwork, const site& at = site::here()) {
    return work_pending(dwork.work, at);
}

} // namespace wbsync
