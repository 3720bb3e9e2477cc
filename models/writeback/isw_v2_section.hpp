// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// A repair of v2, without its late count and without the window before queueing: counted first,
/// barriers on both sides, and a read-side section that umount's grace period waits for. What is
/// left is that the callback may lag behind, unless umount waits for callbacks, too (`Barrier`).
template <bool Barrier>
struct isw_v2_section {
    static constexpr bool requests_are_works = true;
    static constexpr bool uses_rcu_callbacks = true;

    isw_system& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                                 // (S1)
        atomic_inc(world.isw_nr_in_flight);                         // (S4)
        rcu_read_lock();                                            // (S5)
        auto* isw = wb_get_create(world, with_work(*this));         // (S3), (S6)
        if (isw == nullptr || !inode_prepare_wbs_switch(i, *isw)) { // (S7)
            rcu_read_unlock();
            atomic_dec(world.isw_nr_in_flight);
            free_isw(isw);
            return;
        }
        call_rcu_to_queue(world, *isw); // (S9)
        rcu_read_unlock();
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING);
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
        smp_mb(); // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        synchronize_rcu();
        if constexpr (Barrier)
            rcu_barrier();
        flush_workqueue(world.isw_wq);
    }

    static bool is_switched(const inode& i) { return is_switched_acquire(i); } // (R2)
};

} // namespace wbsync::models::writeback
