// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// ec084de929e4 (5.2): umount waits for the callbacks instead of a grace period, and a request is
/// counted after it has been given to RCU, so that a count means a callback to wait for. Between
/// the reference on the inode and the count umount still sees nothing.
///
/// `CountedFirst`: with 8826ee4fe750 alone, as in stable trees (5.4.130), the request is counted
/// before the reference on the inode, without a barrier on either side.
template <bool CountedFirst = false>
struct isw_v3 {
    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return; // (S1)
        if constexpr (CountedFirst)
            atomic_inc(world.isw_nr_in_flight); // (S4)
        auto* isw = new_isw(*this, i);          // (S3), (S6) to (S8)
        if (isw == nullptr)
            return;
        call_rcu_to_queue(world, *isw); // (S7')
        if constexpr (!CountedFirst)
            atomic_inc(world.isw_nr_in_flight); // (S6')
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING); // (S7)
    }

    void give_up(inode_switch_wbs_context* isw) {
        if constexpr (CountedFirst)
            atomic_dec(world.isw_nr_in_flight);
        free_isw(isw);
    }

    static constexpr auto requests = request_kind::after_callback;
    using flag = flag_by_acquire;

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) {
        switch_and_put<flag>(world, isw);   // (W5)
        atomic_dec(world.isw_nr_in_flight); // (W7)
    }

    void cgroup_writeback_umount(super_block&) { // (U4)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        rcu_barrier();
        flush_workqueue(world.isw_wq);
    }
};

} // namespace wbsync::models::writeback
