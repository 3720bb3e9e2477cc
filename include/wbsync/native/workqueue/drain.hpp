// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/workqueue.hpp>

// As <wbsync/workqueue/drain.hpp>.

namespace wbsync {

namespace native {

inline void drain(workqueue_struct& wq, const char* verb, const site& at) {
    might_sleep(verb, at);
    wq.use(verb, at);
    expect_not_inside(nullptr, &wq, verb, at);
    worker_pool::get().drain(wq.state(), verb, at);
}

} // namespace native

inline void drain_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    native::drain(wq, "drain_workqueue", at);
}
inline void destroy_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    native::drain(wq, "destroy_workqueue", at);
    wq.destroy();
}

} // namespace wbsync
