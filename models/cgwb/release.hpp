// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/objects.hpp"

#include <wbsync/bounds.hpp>

#include <vector>

/// The end of cgwbs: the inode that was switched away or evicted drops the last reference, and
/// cgwb_release_workfn() takes the wb off all lists and gives it to RCU. Meanwhile another thread
/// walks a list of wbs: split_work.hpp, offline_list.hpp. mm/backing-dev.c.
namespace wbsync::models::cgwb {

WBSYNC_BOUNDS(release_bounds, (wbs, 1, 1, 3, "of cgroups that are gone"),
              (kill, 1, 0, 1, "1: the first one's cgroup dies meanwhile; 0: it died before"));

/// The order of the steps in cgwb_release_workfn().
struct release_order {
    bool late_exit;          ///< 1ba1199ec574: percpu_ref_exit() after a grace period
    bool leaves_list_before; ///< b43a9e76b4cc: the wb leaves offline_cgwbs before percpu_ref_exit()
};

/// Dying wbs.
struct dying_wbs {
    spinlock_t cgwb_lock{"cgwb_lock"};
    list_head wb_list{"wb_list"};             ///< of the bdi, read under RCU
    list_head offline_cgwbs{"offline_cgwbs"}; ///< dying wbs, under cgwb_lock
    workqueue_struct cgwb_release_wq{"cgwb_release"};
    std::vector<bdi_writeback*> wbs;
};

inline void leave_offline_list(dying_wbs& all, bdi_writeback& wb) {
    lock_cgwb(all.cgwb_lock);
    list_del(wb.offline_node);
    unlock_cgwb(all.cgwb_lock);
}

template <release_order Order>
void cgwb_release_workfn(dying_wbs& all, bdi_writeback& wb) {
    lock_cgwb(all.cgwb_lock);
    list_del_rcu(wb.bdi_node); // wb_shutdown()
    unlock_cgwb(all.cgwb_lock);
    if constexpr (Order.leaves_list_before)
        leave_offline_list(all, wb);
    if constexpr (!Order.late_exit)
        percpu_ref_exit(*wb.refcnt);
    if constexpr (!Order.leaves_list_before)
        leave_offline_list(all, wb);
    call_rcu(wb.rcu, [&wb] { // cgwb_free_rcu()
        if constexpr (Order.late_exit)
            percpu_ref_exit(*wb.refcnt);
        kfree(&wb);
    });
}

inline void cgwb_kill(dying_wbs& all, bdi_writeback& wb) {
    lock_cgwb(all.cgwb_lock);
    list_add(wb.offline_node, all.offline_cgwbs);
    percpu_ref_kill(*wb.refcnt);
    unlock_cgwb(all.cgwb_lock);
}

/// `lives`: its cgroup is alive at first.
template <release_order Order>
void add_wb(dying_wbs& all, int number, bool lives) {
    const label name{"wb", number};
    const int flags = lives ? PERCPU_REF_INIT_PERCPU : PERCPU_REF_INIT_ATOMIC;
    auto* added = kmalloc<bdi_writeback>({name, "P3"}, name, [&all, flags](bdi_writeback& wb) {
        init_refcnt(wb, all.cgwb_release_wq, flags,
                    [&all](bdi_writeback& of) { cgwb_release_workfn<Order>(all, of); });
    });
    all.wbs.push_back(added);
    list_add_tail_rcu(added->bdi_node, all.wb_list);
    if (lives)
        wb_get(*added); // the inode's reference; the kill drops the other one
    else
        list_add(added->offline_node, all.offline_cgwbs);
}

/// Threads that walk a list are declared after these.
template <release_order Order>
void add_release_threads(dying_wbs& all, const release_bounds& size, scenario& s) {
    for (int i = 0; i != size.wbs; ++i)
        add_wb<Order>(all, i, i < size.kill);
    s.threads("iput", size.wbs, [&all](int i) { wb_put(*all.wbs[static_cast<std::size_t>(i)]); });
    if (size.kill != 0)
        s.thread("css_offline", [&all] { cgwb_kill(all, *all.wbs.front()); });
}

} // namespace wbsync::models::cgwb
