// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// e1b849cfa6b6 (6.18): each wb has a list of requests, and one work that serves them. The work
/// continues until the list is empty, so it serves requests whose work is pending again, and drops
/// their references on the wb: that instance may then run on a wb that is gone (CVE-2026-31703).
template <class World = isw_system>
struct isw_v5 {
    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                         // (S1)
        atomic_inc(world.isw_nr_in_flight); // (S4)
        if (auto* isw = new_isw(*this, i))  // (S3), (S6) to (S8)
            wb_queue_isw(world, *isw);      // (S9)
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);     // (O2)
        if (auto* isw = new_isw(*this, old_wb)) // (O1), (O3) to (O7)
            wb_queue_isw(world, *isw);          // (O8)
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void give_up(inode_switch_wbs_context* isw) {
        atomic_dec(world.isw_nr_in_flight);
        free_isw(isw);
    }

    static constexpr auto requests = request_kind::on_list;
    using flag = flag_by_acquire;

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) {
        wb_get(new_wb);                                                    // (W1)
        while (llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs)) { // (W2)
            synchronize_rcu();                                             // (W3), (X2)
            for_each_isw(list, [this](inode_switch_wbs_context& isw) {     // (W4)
                switch_and_put<flag>(world, isw);
                atomic_dec(world.isw_nr_in_flight);
            });
        }
        wb_put(new_wb); // (W5)
    }

    void cgroup_writeback_umount(super_block&) { // (U4)
        smp_mb();                                // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        rcu_barrier(); // nothing of ours is queued for it any more
        flush_workqueue(world.isw_wq);
    }
};

} // namespace wbsync::models::writeback
