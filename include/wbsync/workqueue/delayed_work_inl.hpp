// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/delayed_work.hpp>

namespace wbsync {

inline void delayed_work::declare_timer(const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        return;
    detail::work_state& w = work.state(at);
    run->add_thread(
        {w.name, "timer"}, [&w] { timer(w); }, engine::thread_kind::server);
}

inline void delayed_work::timer(detail::work_state& w) {
    using detail::work_state;
    for (;;) {
        workqueue_struct* wq = nullptr;
        std::int64_t serial = 0;
        site at; // where the work was queued
        const auto fire = [&](std::int64_t v) {
            wq = w.pending_on;
            at = w.pending_at;
            serial = w.fired_serial = w.pending_serial;
            wq->use("delayed_work_timer_fn", at);
            return v & ~work_state::has_timer;
        };
        if (!w.pending.await_update([](std::int64_t v) { return (v & work_state::has_timer) != 0; },
                                    fire, memory_order::acq_rel, "delayed_work_timer_fn",
                                    w.pending_at, true))
            return;
        detail::insert_work(w, *wq, serial, at);
    }
}

} // namespace wbsync

namespace wbsync::detail {

inline void queue_delayed(work_state& w, workqueue_struct& wq, std::int64_t serial,
                          unsigned long delay, const site& at) {
    if (delay == 0) {
        insert_work(w, wq, serial, at);
        return;
    }
    w.pending.update_unless([&] { return w.pending_serial != serial; },
                            [](std::int64_t v) { return v | work_state::has_timer; },
                            memory_order::acq_rel, "add_timer", at);
}

} // namespace wbsync::detail

namespace wbsync {

inline bool queue_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay,
                               const site& at) {
    detail::work_state& w = detail::work_of(wq, dwork.work, "queue_delayed_work", at);
    const std::int64_t serial = detail::set_pending(w, wq, "queue_delayed_work", at);
    if (serial != 0)
        detail::queue_delayed(w, wq, serial, delay, at);
    return serial != 0;
}

inline bool mod_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay,
                             const site& at) {
    using detail::work_state;
    detail::work_state& w = detail::work_of(wq, dwork.work, "mod_delayed_work", at);
    std::int64_t serial = 0;
    bool was_pending = false;
    detail::work_instance on_queue{&w, 0, nullptr, at};
    w.update(
        [&](std::int64_t v) {
            was_pending = (v & work_state::is_pending) != 0;
            if (v >= work_state::disabled)
                return v;
            on_queue = w.pending_instance(v);
            w.pending_on = &wq;
            w.pending_at = at.on_behalf("delayed_work_timer_fn");
            w.pending_serial = serial = ++w.serial;
            return work_state::is_pending;
        },
        "mod_delayed_work", at);
    detail::take_off_queue(on_queue, "mod_delayed_work", at);
    if (serial != 0)
        detail::queue_delayed(w, wq, serial, delay, at);
    return was_pending;
}

inline bool flush_delayed_work(delayed_work& dwork, const site& at) {
    using detail::work_state;
    might_sleep("flush_delayed_work", at);
    detail::work_state& w = dwork.work.state(at);
    detail::expect_not_inside(*engine::execution::current(), &w, nullptr, "flush_delayed_work", at);
    workqueue_struct* wq = nullptr;
    std::int64_t serial = 0;
    w.update(
        [&](std::int64_t v) {
            // A timer that has fired may not have put the work on the queue yet.
            if ((v & work_state::has_timer) != 0 || w.fired_serial == w.pending_serial) {
                wq = w.pending_on;
                serial = w.pending_serial;
            }
            return v & ~work_state::has_timer;
        },
        "timer_delete_sync", at);
    if (serial != 0)
        detail::insert_work(w, *wq, serial, at);
    return flush_work(dwork.work, at);
}

inline bool cancel_delayed_work_sync(const delayed_work& dwork, const site& at) {
    const bool was_pending = detail::disable_and_wait(dwork.work, "cancel_delayed_work_sync", at);
    detail::enable(dwork.work.state(at), "cancel_delayed_work_sync", at);
    return was_pending;
}

} // namespace wbsync
