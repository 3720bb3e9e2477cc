// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/percpu/cpu.hpp>
#else

#include <wbsync/sched/cpus.hpp>

namespace wbsync {

/// Keeps the thread on its CPU. It is a read-side section of RCU, which synchronize_rcu() waits
/// for. Sleeping inside of it: finding "misuse". Sections nest. include/linux/preempt.h.
void preempt_disable(const site& at = site::here());

/// Ends what preempt_disable() began; without that: finding "misuse". include/linux/preempt.h.
void preempt_enable(const site& at = site::here());

} // namespace wbsync

#include <wbsync/percpu/cpu_inl.hpp>

#endif

namespace wbsync {

/// preempt_disable() and smp_processor_id(). include/linux/smp.h.
inline int get_cpu(const site& at = site::here()) {
    preempt_disable(at);
    return smp_processor_id(at);
}
/// preempt_enable(). include/linux/smp.h.
inline void put_cpu(const site& at = site::here()) {
    preempt_enable(at);
}

} // namespace wbsync
