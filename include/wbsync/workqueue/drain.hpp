// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/drain.hpp>
#else

#include <wbsync/workqueue/workqueue.hpp>

namespace wbsync {

namespace detail {

void drain(workqueue_struct& wq, const char* verb, const site& at);

} // namespace detail

/// Flushes the workqueue again and again until it is empty. Meanwhile only its own works may queue
/// works on it; any other queueing that is not ordered before or after the drain is a finding
/// "misuse", where the kernel warns and drops the work. Acquire. May sleep. From a function of the
/// queue: finding "deadlock". kernel/workqueue.c.
inline void drain_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    detail::drain(wq, "drain_workqueue", at);
}

/// Drains the workqueue and ends its life. A use that comes afterwards, even by a timer that has
/// not fired, or is not ordered before, is a finding "use-after-free". kernel/workqueue.c.
void destroy_workqueue(workqueue_struct& wq, const site& at = site::here());

} // namespace wbsync

#include <wbsync/workqueue/drain_inl.hpp>

#endif
