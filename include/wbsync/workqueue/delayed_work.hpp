// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/delayed_work.hpp>
#else

#include <wbsync/workqueue/cancel.hpp>

#include <functional>
#include <utility>

namespace wbsync {

/// A work with a timer that puts it on its queue. Time does not exist in a model: the timer may
/// fire at any moment after it was set, and fires in the end, so a work that sets its own timer
/// again and again never comes to rest. The timer is a daemon, so a delayed work must be made when
/// the model is built. PENDING is set from the call until the function starts.
/// include/linux/workqueue.h.
class delayed_work {
public:
    delayed_work(const label& name, std::function<void(work_struct&)> function,
                 const site& at = site::here())
        : work(name, std::move(function), at) {
        declare_timer(at);
    }
    delayed_work(workqueue_struct& wq, const label& name,
                 std::function<void(work_struct&)> function, const site& at = site::here())
        : work(wq, name, std::move(function), at) {
        declare_timer(at);
    }

    work_struct work;

private:
    void declare_timer(const site& at);

    static void timer(detail::work_state& w);
};

namespace detail {

/// Sets the timer of the instance, or queues it at once. Does nothing if it was cancelled
/// meanwhile.
void queue_delayed(work_state& w, workqueue_struct& wq, std::int64_t serial, unsigned long delay,
                   const site& at);

} // namespace detail

/// Sets PENDING and, if it was clear, the timer; returns whether it did. With delay 0 it is
/// queue_work(); all other delays are equivalent. Ordering as for queue_work(). kernel/workqueue.c.
bool queue_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay,
                        const site& at = site::here());

/// Cancels a pending instance, if there is one, and sets the timer anew; returns whether there was
/// one. Unlike queue_delayed_work() it always creates a new instance. Full barrier.
/// kernel/workqueue.c.
bool mod_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay,
                      const site& at = site::here());

/// Makes a timer that is set fire now, then calls flush_work() and returns its result. A timer that
/// another thread is about to set is not seen. May sleep. kernel/workqueue.c.
bool flush_delayed_work(delayed_work& dwork, const site& at = site::here());

/// Like cancel_work(): the timer is cancelled with the instance. kernel/workqueue.c.
inline bool cancel_delayed_work(const delayed_work& dwork, const site& at = site::here()) {
    return detail::grab_pending(dwork.work.state(at), false, "cancel_delayed_work", at).was_pending;
}

/// Like cancel_work_sync(): the timer is cancelled with the instance. kernel/workqueue.c.
bool cancel_delayed_work_sync(const delayed_work& dwork, const site& at = site::here());

/// Is PENDING set, which it is from the call until the function starts? Relaxed.
/// include/linux/workqueue.h.
inline bool delayed_work_pending(const delayed_work& dwork, const site& at = site::here()) {
    return work_pending(dwork.work, at);
}

} // namespace wbsync

#include <wbsync/workqueue/delayed_work_inl.hpp>

#endif
