// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// What a mutant of v4 leaves out.
struct v4_form {
    bool mb_in_prepare = true;
    bool mb_in_umount = true;
};

/// 8826ee4fe750, 592fa002180a, 29264d92a0f1, c22d70a162d3 and others (5.14): counted first,
/// barriers on both sides, rcu_work instead of a callback, requests of many inodes, and the cleaner
/// of offline cgroups. A request that is counted and not yet queued is waited for by nobody
/// (CVE-2026-64378).
template <v4_form Form = v4_form{}, class World = isw_system>
struct isw_v4 {
    static constexpr bool requests_are_works = true;
    static constexpr bool uses_rcu_callbacks = true;

    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                              // (S1)
        atomic_inc(world.isw_nr_in_flight);                      // (S4)
        auto* isw = wb_get_create(world, with_rcu_work(*this));  // (S3), (S6)
        if (isw != nullptr && inode_prepare_wbs_switch(i, *isw)) // (S7)
            queue_rcu_work(world.isw_wq, *isw->rwork);           // (S9)
        else
            give_up(isw);
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);                     // (O2)
        auto* isw = wb_get_create(world, with_rcu_work(*this)); // (O1), (O3)
        if (isw != nullptr &&
            claim_attached(old_wb, *isw, &inode_prepare_wbs_switch)) // (O4) to (O7)
            queue_rcu_work(world.isw_wq, *isw->rwork);               // (O8)
        else
            give_up(isw);
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        if constexpr (Form.mb_in_prepare)
            smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void give_up(inode_switch_wbs_context* isw) {
        atomic_dec(world.isw_nr_in_flight);
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
        if constexpr (Form.mb_in_umount)
            smp_mb(); // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        rcu_barrier();
        flush_workqueue(world.isw_wq);
    }

    static bool is_switched(const inode& i) { return is_switched_acquire(i); } // (R2)
};

} // namespace wbsync::models::writeback
