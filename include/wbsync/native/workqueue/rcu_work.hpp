// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/rcu/callbacks.hpp>
#include <wbsync/workqueue/workqueue.hpp>

#include <functional>
#include <utility>

// As <wbsync/workqueue/rcu_work.hpp>.

namespace wbsync {

class rcu_work {
public:
    rcu_work(const label& name, std::function<void(work_struct&)> function,
             const site& at = site::here())
        : work(name, std::move(function), at) {
        work.state()->after_grace_period = true;
    }
    rcu_work(workqueue_struct& wq, const label& name, std::function<void(work_struct&)> function,
             const site& at = site::here())
        : work(wq, name, std::move(function), at) {
        work.state()->after_grace_period = true;
    }

    work_struct work;
    rcu_head rcu;
};

inline bool queue_rcu_work(workqueue_struct& wq, rcu_work& rwork, const site& at = site::here()) {
    wq.use("queue_rcu_work", at);
    const auto w = rwork.work.state();
    const std::int64_t number = w->set_pending();
    if (number == 0)
        return false;
    call_rcu(
        rwork.rcu,
        [w, &wq, number, at] {
            wq.use("rcu_work_rcufn", at);
            native::worker_pool::get().insert(w, &wq, wq.state(), number, at);
        },
        at);
    return true;
}

inline bool flush_rcu_work(rcu_work& rwork, const site& at = site::here()) {
    might_sleep("flush_rcu_work", at);
    const bool pending = work_pending(rwork.work, at);
    if (pending)
        rcu_barrier(at);
    return flush_work(rwork.work, at) || pending;
}

} // namespace wbsync
