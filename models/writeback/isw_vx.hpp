// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// A proposal of 2019 that was not merged (linux-fsdevel, 20190416120902.18616-1): a count for each
/// superblock, and umount flushes until it is 0. It is still counted late, as in v2.
struct isw_vx {
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
        atomic_inc(i.i_sb.s_isw_nr_in_flight); // (S6')
        call_rcu_to_queue(world, *isw);        // (S7')
    }

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
        switch_inodes(world, isw, &end_switch_release);
        super_block& sb = isw.inodes.front()->i_sb;
        put_inodes(isw);
        atomic_dec(sb.s_isw_nr_in_flight);
        free_isw(&isw);
    }

    void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
        cgroup_writeback_umount(sb);    // (U4)
    }

    void cgroup_writeback_umount(super_block& sb) {
        if (atomic_read(sb.s_isw_nr_in_flight) == 0)
            return;
        synchronize_rcu();
        // Flushes until the count is 0; a round that has nothing to wait for changes nothing.
        await(sb.s_isw_nr_in_flight, [](std::int64_t n) { return n == 0; });
        flush_workqueue(world.isw_wq);
    }

    static bool is_switched(const inode& i) { return is_switched_acquire(i); } // (R2)
};

} // namespace wbsync::models::writeback
