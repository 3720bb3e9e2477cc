// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// a1a0e23e4903 (4.6): a global count of the requests in flight, and a workqueue that umount
/// flushes if there are any. The request is counted late (S6'), after the reference on the inode;
/// and the grace period in umount does not say that the callback has run, and has queued the work.
struct isw_v2 {
    static constexpr bool requests_are_works = true;
    static constexpr bool uses_rcu_callbacks = true;

    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                                                  // (S1)
        auto* isw = wb_get_create(world, with_work(*this));                          // (S3), (S6)
        if (isw == nullptr || !claim_for_switch(i, *isw, I_WB_SWITCH | I_FREEING)) { // (S7)
            free_isw(isw);
            return;
        }
        atomic_inc(world.isw_nr_in_flight); // (S6')
        call_rcu_to_queue(world, *isw);     // (S7')
    }

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
        switch_inodes(world, isw, &end_switch_release);
        put_inodes(isw);
        free_isw(&isw);
        atomic_dec(world.isw_nr_in_flight); // (W7)
    }

    void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
        cgroup_writeback_umount();      // (U4)
    }

    void cgroup_writeback_umount() {
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        synchronize_rcu();
        flush_workqueue(world.isw_wq);
    }

    static bool is_switched(const inode& i) { return is_switched_acquire(i); } // (R2)
};

} // namespace wbsync::models::writeback
