// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// d10c80955265 (4.2): inodes are switched, and umount is not told. The request goes through an RCU
/// callback, (C1) and (C2), to a work of its own.
struct isw_v0 {
    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                         // (S1)
        if (auto* isw = new_isw(*this, i))  // (S3), (S6) to (S8)
            call_rcu_to_queue(world, *isw); // (S9)
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING, &any); // (S7)
    }

    static constexpr auto requests = request_kind::after_callback;
    using flag = flag_by_acquire;

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) {
        switch_and_put<flag>(world, isw); // (W5)
    }

    static void cgroup_writeback_umount(super_block&) {} // (U4)
};

} // namespace wbsync::models::writeback
