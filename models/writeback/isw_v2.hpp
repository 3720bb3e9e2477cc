// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// A repair of v2, without its late count and its window before queueing: it counts first, with
/// barriers on both sides, and has a read-side section that umount's grace period waits for. The
/// remaining hole is that the callback may lag behind, unless umount waits for callbacks, too.
struct v2_form {
    bool section = false;
    bool rcu_barrier = false;
};

/// a1a0e23e4903 (4.6): a global count of the requests in flight, and a workqueue that umount
/// flushes if there are any. The request is counted late (S6'), after the reference on the inode;
/// and the grace period in umount does not ensure that the callback has run and queued the work.
template <v2_form Form = v2_form{}>
struct isw_v2 {
    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return; // (S1)
        if constexpr (Form.section) {
            atomic_inc(world.isw_nr_in_flight); // (S4)
            rcu_read_lock();                    // (S5)
        }
        auto* isw = new_isw(*this, i); // (S3), (S6) to (S8)
        if (isw == nullptr)
            return;
        if constexpr (!Form.section)
            atomic_inc(world.isw_nr_in_flight); // (S6')
        call_rcu_to_queue(world, *isw);         // (S7')
        if constexpr (Form.section)
            rcu_read_unlock();
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        if constexpr (Form.section)
            smp_mb();                                             // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING); // (S7)
    }

    void give_up(inode_switch_wbs_context* isw) {
        if constexpr (Form.section) {
            rcu_read_unlock();
            atomic_dec(world.isw_nr_in_flight);
        }
        free_isw(isw);
    }

    static constexpr auto requests = request_kind::after_callback;
    using flag = flag_by_acquire;

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) {
        switch_and_put<flag>(world, isw);   // (W5)
        atomic_dec(world.isw_nr_in_flight); // (W7)
    }

    void cgroup_writeback_umount(super_block&) { // (U4)
        if constexpr (Form.section)
            smp_mb(); // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        synchronize_rcu();
        if constexpr (Form.rcu_barrier)
            rcu_barrier();
        flush_workqueue(world.isw_wq);
    }
};

} // namespace wbsync::models::writeback
