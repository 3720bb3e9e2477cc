// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

#include <type_traits>

namespace wbsync::models::writeback {

/// The differences of repairs of v7.
struct v7_form {
    bool rcu_barrier = true;        ///< kept for the sake of stable trees; v8 is without it
    bool acquire_release = false;   ///< on the global count
    bool queue_always = false;      ///< even a thread that finds the list non-empty queues the work
    bool two_grace_periods = false; ///< the second waits for the thread that found the list empty
    bool srcu = false;              ///< the proposal of May 2026, so that sections may sleep
};

/// cba38ec4cbd3 (7.2-rc1): an RCU read-side section spans the window from the check of SB_ACTIVE to
/// the queueing, and umount waits for a grace period before it flushes.
///
/// The decrement of the global count and umount's read of it are relaxed: if umount reads 0 and
/// skips the rest, nothing orders what the worker did before.
template <v7_form Form = v7_form{}, class World = isw_system>
struct isw_v7 {
    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                          // (S1)
        atomic_inc(world.isw_nr_in_flight);  // (S4)
        section.lock();                      // (S5)
        if (auto* isw = new_isw(*this, i)) { // (S3), (S6) to (S8)
            queue(*isw);                     // (S9)
            section.unlock();
        }
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);                // (O2)
        auto* isw = wb_get_create(world, init_isw(*this)); // (O1), (O3)
        if (isw == nullptr)
            return retract();
        section.lock();
        if (!claim_attached(*this, old_wb, *isw)) // (O4) to (O7)
            return give_up(isw);
        queue(*isw); // (O8)
        section.unlock();
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        smp_mb(); // (1) pairs with (2)
        return claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE);
    }

    void queue(inode_switch_wbs_context& isw) {
        if constexpr (Form.queue_always) {
            llist_add(isw.list, isw.new_wb.switch_wbs_ctxs);
            queue_work(world.isw_wq, *isw.new_wb.switch_work);
        } else {
            wb_queue_isw(world, isw);
        }
    }

    /// Nothing is going to be switched.
    void give_up(inode_switch_wbs_context* isw) {
        section.unlock();
        retract();
        free_isw(isw);
    }

    void retract() { atomic_dec(world.isw_nr_in_flight); }

    static constexpr auto requests = request_kind::on_list;
    using flag = flag_by_fences;

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) {
        llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs); // (W1)
        if (Form.queue_always ? list == nullptr : WARN_ON_ONCE(list == nullptr))
            return;                                                // (W2)
        wb_get(new_wb);                                            // (W3)
        synchronize_rcu();                                         // (W4), (X2)
        for_each_isw(list, [this](inode_switch_wbs_context& isw) { // (W5)
            switch_and_put<flag>(world, isw);
            uncount();
        });
        wb_put(new_wb); // (W6)
    }

    void uncount() {
        if constexpr (Form.acquire_release)
            atomic_sub_return_release(1, world.isw_nr_in_flight); // (3) pairs with (4)
        else
            atomic_dec(world.isw_nr_in_flight);
    }

    void cgroup_writeback_umount(super_block&) { // (U4)
        smp_mb();                                // (2) pairs with (1)
        if (in_flight() == 0)
            return;
        section.synchronize(); // a thread that saw SB_ACTIVE has queued by now
        if constexpr (Form.two_grace_periods)
            section.synchronize();
        if constexpr (Form.rcu_barrier)
            rcu_barrier();
        flush_workqueue(world.isw_wq);
    }

    [[nodiscard]] std::int64_t in_flight() const {
        if constexpr (Form.acquire_release)
            return atomic_read_acquire(world.isw_nr_in_flight); // (4) pairs with (3)
        else
            return atomic_read(world.isw_nr_in_flight);
    }

    [[no_unique_address]] std::conditional_t<Form.srcu, srcu_section, rcu_section> section = {};
};

} // namespace wbsync::models::writeback
