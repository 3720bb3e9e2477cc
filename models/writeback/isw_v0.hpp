// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// d10c80955265 (4.2): inodes are switched, and nothing tells umount. The request goes through an
/// RCU callback, (C1) and (C2), to a work of its own.
template <bool ReaderAcquires = true>
struct isw_v0 {
    static constexpr bool requests_are_works = true;
    static constexpr bool uses_rcu_callbacks = true;

    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                         // (S1)
        auto* isw = wb_get_create(world, with_work(*this)); // (S3), (S6)
        if (isw != nullptr && claim_for_switch(i, *isw, I_WB_SWITCH | I_FREEING, &any)) // (S7)
            call_rcu_to_queue(world, *isw);                                             // (S9)
        else
            free_isw(isw);
    }

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
        switch_inodes(world, isw, &end_switch_release);
        put_inodes(isw);
        free_isw(&isw);
    }

    void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
    }

    /// Without acquire a user of statistics may read an older i_wb than the one that goes with the
    /// flag it saw.
    bool is_switched(const inode& i) {
        if constexpr (ReaderAcquires)
            return is_switched_acquire(i); // (R2)
        else
            return is_being_switched(i);
    }
};

} // namespace wbsync::models::writeback
