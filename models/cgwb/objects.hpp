// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <functional>
#include <optional>

/// A writeback context of a cgroup (cgwb) and the end of its life:
/// include/linux/backing-dev-defs.h, mm/backing-dev.c. Using it after its end violates P3.
namespace wbsync::models::cgwb {

// Bits of bdi_writeback::state.
inline constexpr int WB_registered = 0; // NOLINT: the kernel's name

struct bdi_writeback {
    /// `init` makes members that only some wbs have, as a part of the same memory.
    template <class Init>
    bdi_writeback(const label& called, Init init)
        : name(called), state({name, "state"}, 1 << WB_registered), work_lock({name, "work_lock"}),
          list_lock({name, "list_lock"}), b_dirty({name, "b_dirty"}),
          bdi_node({name, "bdi_node"}, this), offline_node({name, "offline_node"}, this) {
        init(*this);
    }

    label name;
    atomic_t state;
    spinlock_t work_lock;   ///< protects WB_registered, and queueing that depends on it
    spinlock_t list_lock;   ///< protects b_dirty
    list_head b_dirty;      ///< dirty inodes
    list_head bdi_node;     ///< on the bdi's wb_list
    list_head offline_node; ///< on offline_cgwbs
    std::optional<percpu_ref> refcnt;
    std::optional<work_struct> release_work;
    std::optional<delayed_work> dwork;    ///< the flusher
    std::optional<delayed_work> bw_dwork; ///< estimates the bandwidth
    rcu_head rcu;
};

/// Gives the wb a reference count, and the work that runs when the count is 0. wb_init() and
/// cgwb_create().
inline void init_refcnt(bdi_writeback& wb, workqueue_struct& release_wq, int flags,
                        std::function<void(bdi_writeback&)> cgwb_release_workfn) {
    wb.refcnt.emplace(
        label{wb.name, "refcnt"},
        [&wb, &release_wq](percpu_ref&) { queue_work(release_wq, *wb.release_work); }, flags, "P3");
    wb.release_work.emplace(release_wq, label{wb.name, "release_work"},
                            [&wb, run = std::move(cgwb_release_workfn)](work_struct&) { run(wb); });
}

inline void wb_get(bdi_writeback& wb) {
    percpu_ref_get(*wb.refcnt);
}
inline bool wb_tryget(bdi_writeback& wb) {
    return percpu_ref_tryget(*wb.refcnt);
}
inline void wb_put(bdi_writeback& wb) {
    percpu_ref_put(*wb.refcnt);
}

/// cgwb_lock is taken with interrupts off, which is a read-side section of RCU.
inline void lock_cgwb(spinlock_t& cgwb_lock, const site& at = site::here()) {
    spin_lock_irq(cgwb_lock, at);
    rcu_read_lock(at);
}
inline void unlock_cgwb(spinlock_t& cgwb_lock, const site& at = site::here()) {
    rcu_read_unlock(at);
    spin_unlock_irq(cgwb_lock, at);
}

} // namespace wbsync::models::cgwb
