// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// 6689f01d6740 (7.1-rc1): one run of the work takes the list once. CVE-2026-64378 was found in
/// this state: a switch that is counted but has not been queued yet is seen neither by
/// rcu_barrier(), for which nothing of ours has been queued since v5, nor by the flush.
///
/// cb5db358ab57 (6.19) came in between: I_WB_SWITCH is now read and cleared with fences, before by
/// an acquire load and a release store.
template <class World = isw_system>
struct isw_v6 {
    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                         // (S1)
        atomic_inc(world.isw_nr_in_flight); // (S4)
        if (auto* isw = new_isw(*this, i))  // (S3), (S6) to (S8)
            wb_queue_isw(world, *isw);      // (S9)
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);     // (O2)
        if (auto* isw = new_isw(*this, old_wb)) // (O1), (O3) to (O7)
            wb_queue_isw(world, *isw);          // (O8)
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void give_up(inode_switch_wbs_context* isw) {
        atomic_dec(world.isw_nr_in_flight);
        free_isw(isw);
    }

    static constexpr auto requests = request_kind::on_list;
    using flag = flag_by_fences;

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) {
        llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs); // (W1)
        if (WARN_ON_ONCE(list == nullptr))
            return;                                                // (W2)
        wb_get(new_wb);                                            // (W3)
        synchronize_rcu();                                         // (W4), (X2)
        for_each_isw(list, [this](inode_switch_wbs_context& isw) { // (W5)
            switch_and_put<flag>(world, isw);
            atomic_dec(world.isw_nr_in_flight);
        });
        wb_put(new_wb); // (W6)
    }

    void cgroup_writeback_umount(super_block&) { // (U4)
        smp_mb();                                // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        rcu_barrier();
        flush_workqueue(world.isw_wq);
    }
};

} // namespace wbsync::models::writeback
