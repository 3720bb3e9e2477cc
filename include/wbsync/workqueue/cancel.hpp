// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/cancel.hpp>
#else

#include <wbsync/workqueue/workqueue.hpp>

namespace wbsync {

namespace detail {

/// What a thread finds that takes PENDING away.
struct grabbed {
    bool was_pending = false;
    const kworker* on = nullptr; ///< where the work started last, and as which instance
    std::int64_t started_as = 0;
};

/// Takes PENDING, and with it the instance and its timer, in one step: the instance never runs. In
/// a second step it takes the instance off its queue, unless that was the timer's. The kernel
/// retries while the work is pending and not on its queue yet; here it is taken away even then, and
/// the thread that was about to queue it does nothing.
grabbed grab_pending(work_state& w, bool disable, const char* verb, const site& at);

bool enable(work_state& w, const char* verb, const site& at);

bool disable_and_wait(const work_struct& work, const char* verb, const site& at);

} // namespace detail

/// Cancels a pending instance, which then never runs; does not wait for a running one. Returns
/// whether there was a pending one. Full barrier, does not block. kernel/workqueue.c.
inline bool cancel_work(const work_struct& work, const site& at = site::here()) {
    return detail::grab_pending(work.state(at), false, "cancel_work", at).was_pending;
}

/// Cancels a pending instance, and waits for a running one; what that did is visible afterwards.
/// Until it returns, queue_work() is false and does nothing; afterwards the work stays idle only if
/// nobody queues it again. Returns whether an instance was pending. It does not make a queued
/// instance run. May sleep. From the work's own function: finding "deadlock". kernel/workqueue.c
/// (86898fa6b8cd: cancelling disables the work for as long as it takes).
bool cancel_work_sync(const work_struct& work, const site& at = site::here());

/// cancel_work() that also keeps the work from being queued until enable_work(); calls are counted.
/// kernel/workqueue.c.
inline bool disable_work(const work_struct& work, const site& at = site::here()) {
    return detail::grab_pending(work.state(at), true, "disable_work", at).was_pending;
}

/// cancel_work_sync() that also keeps the work from being queued until enable_work(); calls are
/// counted. kernel/workqueue.c.
inline bool disable_work_sync(const work_struct& work, const site& at = site::here()) {
    return detail::disable_and_wait(work, "disable_work_sync", at);
}

/// Undoes one disable_work(); returns whether it was the last one. If the work is not disabled:
/// finding "misuse". kernel/workqueue.c.
inline bool enable_work(const work_struct& work, const site& at = site::here()) {
    return detail::enable(work.state(at), "enable_work", at);
}

} // namespace wbsync

#include <wbsync/workqueue/cancel_inl.hpp>

#endif
