// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/rcu_work.hpp>
#else

#include <wbsync/rcu/callbacks.hpp>
#include <wbsync/workqueue/workqueue.hpp>

#include <functional>
#include <utility>

namespace wbsync {

/// A work that runs after a grace period. The model needs rcu_callback_thread(s). The work cannot
/// be cancelled. include/linux/workqueue.h (05f0fe6b74db).
class rcu_work {
public:
    rcu_work(const label& name, std::function<void(work_struct&)> function,
             const site& at = site::here())
        : work(name, std::move(function), at) {
        mark(at);
    }
    rcu_work(workqueue_struct& wq, const label& name, std::function<void(work_struct&)> function,
             const site& at = site::here())
        : work(wq, name, std::move(function), at) {
        mark(at);
    }

    work_struct work;
    rcu_head rcu;

private:
    void mark(const site& at) {
        if (engine::execution::current() != nullptr)
            work.state(at).after_grace_period = true;
    }
};

/// Sets PENDING; if it was clear, a callback puts the work on its queue after a grace period that
/// starts after this call. Returns whether it was clear: if not, there may be no grace period
/// between this call and the run. Ordering as for queue_work(). Does not block. kernel/workqueue.c.
bool queue_rcu_work(workqueue_struct& wq, rcu_work& rwork, const site& at = site::here());

/// If the work looks pending: rcu_barrier(), after which the work is on its queue. Then
/// flush_work(). Returns whether the work looked pending, or flush_work() had to wait. May sleep.
/// The test is a relaxed load. kernel/workqueue.c.
bool flush_rcu_work(rcu_work& rwork, const site& at = site::here());

} // namespace wbsync

#include <wbsync/workqueue/rcu_work_inl.hpp>

#endif
