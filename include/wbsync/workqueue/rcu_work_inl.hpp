// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/rcu_work.hpp>

namespace wbsync {

inline bool queue_rcu_work(workqueue_struct& wq, rcu_work& rwork, const site& at) {
    detail::work_state& w = detail::work_of(wq, rwork.work, "queue_rcu_work", at);
    const std::int64_t serial = detail::set_pending(w, wq, "queue_rcu_work", at);
    if (serial == 0)
        return false;
    detail::call_rcu(
        rwork.rcu,
        [&w, &wq, serial, at] {
            wq.use("rcu_work_rcufn", at);
            detail::insert_work(w, wq, serial, at);
        },
        detail::callback_kind::function, "queue_rcu_work", at);
    return true;
}

inline bool flush_rcu_work(rcu_work& rwork, const site& at) {
    might_sleep("flush_rcu_work", at);
    const bool pending = work_pending(rwork.work, at);
    if (pending)
        rcu_barrier(at);
    return flush_work(rwork.work, at) || pending;
}

} // namespace wbsync
