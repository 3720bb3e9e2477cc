// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/release.hpp"

namespace wbsync::models::cgwb {

/// The cleaner walks the list of wbs of dying cgroups and has their inodes switched away:
/// cleanup_offline_cgwbs_workfn() in mm/backing-dev.c, b43a9e76b4cc (5.14). Since that commit a wb
/// leaves the list before its reference count is freed, so a thread that finds it on the list may
/// try to take a reference; before, it stayed on the list after its count was freed. With
/// 1ba1199ec574 the order would not matter: the count lives as long as the wb.
template <release_order Order>
class offline_list {
public:
    explicit offline_list(const release_bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        add_release_threads<Order>(all_, bounds_, s);
        s.thread("cleaner", [this] { cleanup_offline_cgwbs_workfn(); });
        rcu_callback_thread(s);
    }

private:
    void cleanup_offline_cgwbs_workfn() {
        list_head processed{"processed"};
        lock_cgwb(all_.cgwb_lock);
        list_splice_init(all_.offline_cgwbs, processed);
        while (bdi_writeback* wb = list_first_entry_or_null<bdi_writeback>(processed)) {
            list_move(wb->offline_node, all_.offline_cgwbs);
            if (!wb_tryget(*wb))
                continue;
            unlock_cgwb(all_.cgwb_lock);
            cleanup_offline_cgwb(*wb);
            lock_cgwb(all_.cgwb_lock);
            wb_put(*wb);
        }
        unlock_cgwb(all_.cgwb_lock);
    }

    static void cleanup_offline_cgwb(bdi_writeback& wb) {
        spin_lock(wb.list_lock);
        spin_unlock(wb.list_lock);
    }

    dying_wbs all_;
    release_bounds bounds_;
};

} // namespace wbsync::models::cgwb
