// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

namespace wbsync::models::writeback {

/// The difference of a repair of v4.
struct v4_form {
    bool section = false; ///< v7 with requests that are works of their own, as in stable trees
                          ///< without e1b849cfa6b6 (6.1.178): nobody relies on others' queueing
};

/// 8826ee4fe750, 592fa002180a, 29264d92a0f1, c22d70a162d3 and others (5.14): counted first,
/// barriers on both sides, rcu_work instead of a callback, requests for many inodes, and the
/// cleaner of offline cgroups. Nobody waits for a request that is counted and not queued yet
/// (CVE-2026-64378).
template <v4_form Form = v4_form{}, class World = isw_system>
struct isw_v4 {
    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                         // (S1)
        atomic_inc(world.isw_nr_in_flight); // (S4)
        if constexpr (Form.section)
            rcu_read_lock();               // (S5)
        if (auto* isw = new_isw(*this, i)) // (S3), (S6) to (S8)
            queue(*isw);                   // (S9)
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);                // (O2)
        auto* isw = wb_get_create(world, init_isw(*this)); // (O1), (O3)
        if (isw == nullptr)
            return uncount();
        if constexpr (Form.section)
            rcu_read_lock();
        if (claim_attached(*this, old_wb, *isw)) // (O4) to (O7)
            queue(*isw);                         // (O8)
        else
            give_up(isw);
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void queue(inode_switch_wbs_context& isw) {
        queue_rcu_work(world.isw_wq, *isw.rwork);
        if constexpr (Form.section)
            rcu_read_unlock();
    }

    void give_up(inode_switch_wbs_context* isw) {
        if constexpr (Form.section)
            rcu_read_unlock();
        uncount();
        free_isw(isw);
    }

    void uncount() { atomic_dec(world.isw_nr_in_flight); }

    static constexpr auto requests = request_kind::rcu_work;
    using flag = flag_by_acquire;

    void inode_switch_wbs_work_fn(inode_switch_wbs_context& isw) { // (W5)
        switch_and_put<flag>(world, isw);
        uncount();
    }

    void cgroup_writeback_umount(super_block&) { // (U4)
        smp_mb();                                // (2) pairs with (1)
        if (atomic_read(world.isw_nr_in_flight) == 0)
            return;
        if constexpr (Form.section)
            synchronize_rcu(); // a thread that saw SB_ACTIVE has queued by now
        rcu_barrier();
        flush_workqueue(world.isw_wq);
    }
};

} // namespace wbsync::models::writeback
