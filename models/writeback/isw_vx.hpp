// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// A proposal of 2019 that was not merged (linux-fsdevel, 20190416120902.18616-1): a count for each
/// superblock, and umount flushes until it is 0. Requests are still counted late, as in v2.
struct isw_vx {
    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                // (S1)
        if (auto* isw = new_isw(*this, i)) {       // (S3), (S6) to (S8)
            atomic_inc(i.i_sb.s_isw_nr_in_flight); // (S6')
            call_rcu_to_queue(world, *isw);        // (S7')
        }
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING); // (S7)
    }

    static constexpr auto requests = request_kind::after_callback;
    using flag = flag_by_acquire;

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
        switch_inodes<flag>(world, isw);
        super_block& sb = isw.inodes.front()->i_sb;
        for (inode* i : isw.inodes)
            iput(*i);
        atomic_dec(sb.s_isw_nr_in_flight);
        free_isw(&isw);
    }

    void cgroup_writeback_umount(super_block& sb) { // (U4)
        if (atomic_read(sb.s_isw_nr_in_flight) == 0)
            return;
        synchronize_rcu();
        // Flushes until the count is 0. A round that has nothing to wait for changes nothing.
        await(sb.s_isw_nr_in_flight, [](std::int64_t n) { return n == 0; });
        flush_workqueue(world.isw_wq);
    }
};

} // namespace wbsync::models::writeback
