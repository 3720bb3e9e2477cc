// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// v7 where each request is a work of its own, as in stable trees without e1b849cfa6b6 (6.1.178):
/// nobody relies on another's queueing.
struct isw_v7_rcu_work {
    static constexpr bool requests_are_works = true;
    static constexpr bool uses_rcu_callbacks = true;

    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                               // (S1)
        atomic_inc(world.isw_nr_in_flight);                       // (S4)
        rcu_read_lock();                                          // (S5)
        auto* isw = wb_get_create(world, with_rcu_work(*this));   // (S3), (S6)
        if (isw == nullptr || !inode_prepare_wbs_switch(i, *isw)) // (S7)
            return give_up(isw);
        queue_rcu_work(world.isw_wq, *isw->rwork); // (S9)
        rcu_read_unlock();
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);                     // (O2)
        auto* isw = wb_get_create(world, with_rcu_work(*this)); // (O1), (O3)
        if (isw == nullptr)
            return uncount();
        rcu_read_lock();
        if (!claim_attached(old_wb, *isw, &inode_prepare_wbs_switch)) // (O4) to (O7)
            return give_up(isw);
        queue_rcu_work(world.isw_wq, *isw->rwork); // (O8)
        rcu_read_unlock();
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void uncount() { atomic_dec(world.isw_nr_in_flight); }

    void give_up(inode_switch_wbs_context* isw) {
        rcu_read_unlock();
        uncount();
        free_isw(isw);
    }

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
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
        synchronize_rcu(); // who saw SB_ACTIVE has queued by now
        rcu_barrier();
        flush_workqueue(world.isw_wq);
    }

    static bool is_switched(const inode& i) { return is_switched_acquire(i); } // (R2)
};

} // namespace wbsync::models::writeback
