// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// 5ff8eaac1636 (4.5): a switch holds an active reference on the superblock. So umount cannot
/// overtake it, but whoever drops the last reference shuts the superblock down, and that may be the
/// worker.
struct isw_v1 {
    static constexpr bool requests_are_works = true;
    static constexpr bool uses_rcu_callbacks = true;

    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                              // (S1)
        auto* isw = wb_get_create(world, with_work(*this));      // (S3), (S6)
        if (isw != nullptr && inode_prepare_wbs_switch(i, *isw)) // (S7)
            call_rcu_to_queue(world, *isw);                      // (S9)
        else
            free_isw(isw);
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING, &any,
                                [](super_block& sb) { return atomic_inc_not_zero(sb.s_active); });
    }

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
        switch_inodes(world, isw, &end_switch_release);
        for (inode* i : isw.inodes) {
            super_block& sb = i->i_sb;
            iput(*i);
            deactivate_super(sb, &stop_switches); // (U0) to (U10), if this was the last one
        }
        free_isw(&isw);
    }

    static void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
    }

    static bool is_switched(const inode& i) { return is_switched_acquire(i); } // (R2)
};

} // namespace wbsync::models::writeback
