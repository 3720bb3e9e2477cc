// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// 5ff8eaac1636 (4.5): a switch holds an active reference on the superblock. So umount cannot
/// overtake it, but the thread that drops the last reference shuts the superblock down, and that
/// may be the worker.
struct isw_v1 {
    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                         // (S1)
        if (auto* isw = new_isw(*this, i))  // (S3), (S6) to (S8)
            call_rcu_to_queue(world, *isw); // (S9)
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING, &any,
                                [](super_block& sb) { return atomic_inc_not_zero(sb.s_active); });
    }

    static constexpr auto requests = request_kind::after_callback;
    using flag = flag_by_acquire;

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
        switch_inodes<flag>(world, isw);
        for (inode* i : isw.inodes) {
            super_block& sb = i->i_sb;
            iput(*i);
            // (U0) to (U10), if this was the last one
            deactivate_super(sb, [this](super_block& s) { stop_switches(*this, s); });
        }
        free_isw(&isw);
    }

    static void cgroup_writeback_umount(super_block&) {} // (U4)
};

} // namespace wbsync::models::writeback
