// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// 6689f01d6740 (7.1-rc1): one run of the work takes the list once. The state in which
/// CVE-2026-64378 was found: a switch that is counted but has not been queued yet is seen neither
/// by rcu_barrier(), for which nothing of ours has been queued since v5, nor by the flush.
///
/// cb5db358ab57 (6.19) came in between: I_WB_SWITCH is read and cleared with fences, where it was
/// an acquire load and a release store.
template <class World = isw_system>
struct isw_v6 {
    static constexpr bool requests_are_works = false;
    static constexpr bool uses_rcu_callbacks = false;

    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                              // (S1)
        atomic_inc(world.isw_nr_in_flight);                      // (S4)
        auto* isw = wb_get_create(world, without_work);          // (S3), (S6)
        if (isw != nullptr && inode_prepare_wbs_switch(i, *isw)) // (S7)
            wb_queue_isw(world, *isw);                           // (S9)
        else
            give_up(isw);
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);             // (O2)
        auto* isw = wb_get_create(world, without_work); // (O1), (O3)
        if (isw != nullptr &&
            claim_attached(old_wb, *isw, &inode_prepare_wbs_switch)) // (O4) to (O7)
            wb_queue_isw(world, *isw);                               // (O8)
        else
            give_up(isw);
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void give_up(inode_switch_wbs_context* isw) {
        atomic_dec(world.isw_nr_in_flight);
        free_isw(isw);
    }

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) { // (W1) to (W6)
        serve_once(
            new_wb, [] { synchronize_rcu(); },
            [this](inode_switch_wbs_context& isw) { process_inode_switch_wbs(isw); });
    }

    void process_inode_switch_wbs(inode_switch_wbs_context& isw) {
        switch_inodes(world, isw, &end_switch_wmb<>);
        put_inodes(isw);
        free_isw(&isw);
        atomic_dec(world.isw_nr_in_flight);
    }

    void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
        cgroup_writeback_umount(sb);    // (U4)
    }

    void cgroup_writeback_umount(super_block&) {
        smp_mb(); // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        rcu_barrier();
        flush_workqueue(world.isw_wq);
    }

    static bool is_switched(const inode& i) { return is_switched_rmb(i); } // (R2)
};

} // namespace wbsync::models::writeback
