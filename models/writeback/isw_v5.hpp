// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// e1b849cfa6b6 (6.18): each wb has a list of requests, and one work that serves them. The work
/// goes on until the list is empty, so it serves requests whose work is pending again, and drops
/// their references on the wb: that instance may then run on a wb that is gone (CVE-2026-31703).
template <class World = isw_system>
struct isw_v5 {
    static constexpr bool requests_are_works = false;
    static constexpr bool uses_rcu_callbacks = false;

    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                              // (S1)
        atomic_inc(world.isw_nr_in_flight);                      // (S4)
        auto* isw = wb_get_create(world, without_work);          // (S3), (S6)
        if (isw != nullptr && inode_prepare_wbs_switch(i, *isw)) // (S7)
            wb_queue_isw(world, *isw);                           // (S9)
        else
            give_up(isw);
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);             // (O2)
        auto* isw = wb_get_create(world, without_work); // (O1), (O3)
        if (isw != nullptr &&
            claim_attached(old_wb, *isw, &inode_prepare_wbs_switch)) // (O4) to (O7)
            wb_queue_isw(world, *isw);                               // (O8)
        else
            give_up(isw);
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void give_up(inode_switch_wbs_context* isw) {
        atomic_dec(world.isw_nr_in_flight);
        free_isw(isw);
    }

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) {
        wb_get(new_wb);                                                    // (W1)
        while (llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs)) { // (W2)
            synchronize_rcu();                                             // (W3), (X2)
            for_each_isw(list, [this](inode_switch_wbs_context& isw) {     // (W4)
                process_inode_switch_wbs(isw);
            });
        }
        wb_put(new_wb); // (W5)
    }

    void process_inode_switch_wbs(inode_switch_wbs_context& isw) {
        switch_inodes(world, isw, &end_switch_release);
        put_inodes(isw);
        free_isw(&isw);
        atomic_dec(world.isw_nr_in_flight);
    }

    void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
        cgroup_writeback_umount(sb);    // (U4)
    }

    void cgroup_writeback_umount(super_block&) {
        smp_mb(); // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        rcu_barrier(); // for which nothing of ours is queued any more
        flush_workqueue(world.isw_wq);
    }

    static bool is_switched(const inode& i) { return is_switched_acquire(i); } // (R2)
};

} // namespace wbsync::models::writeback
