// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

#include <type_traits>

namespace wbsync::models::writeback {

/// What is different in repairs and mutants of v7.
struct v7_form {
    bool rcu_barrier = true; ///< kept for the sake of stable trees; v8 is without it
    // repairs
    bool acquire_release = false; ///< on the global count
    bool queue_always = false;    ///< also who finds the list non-empty queues the work
    bool two_grace_periods =
        false;         ///< the second one for who found the list empty during the first
    bool srcu = false; ///< the proposal of May 2026, so that sections may sleep
    // mutants
    bool mb_in_prepare = true;
    bool mb_in_umount = true;
};

/// cba38ec4cbd3 (7.2-rc1): an RCU read-side section spans the window from the check of SB_ACTIVE to
/// the queueing, and umount waits for a grace period before it flushes.
///
/// The decrement of the global count and its reading by umount are relaxed: when umount reads 0 and
/// skips the rest, nothing orders what the worker did before it.
template <v7_form Form = v7_form{}, class World = isw_system>
struct isw_v7 {
    static constexpr bool requests_are_works = false;
    static constexpr bool uses_rcu_callbacks = false;

    World& world;

    void inode_switch_wbs(inode& i) {
        if (is_being_switched(i))
            return;                                               // (S1)
        atomic_inc(world.isw_nr_in_flight);                       // (S4)
        section.lock();                                           // (S5)
        auto* isw = wb_get_create(world, without_work);           // (S3), (S6)
        if (isw == nullptr || !inode_prepare_wbs_switch(i, *isw)) // (S7)
            return give_up(isw);
        queue(*isw); // (S9)
        section.unlock();
    }

    void cleanup_offline_cgwb(bdi_writeback& old_wb) {
        atomic_inc(world.isw_nr_in_flight);             // (O2)
        auto* isw = wb_get_create(world, without_work); // (O1), (O3)
        if (isw == nullptr)
            return uncount();
        section.lock();
        if (!claim_attached(old_wb, *isw, &inode_prepare_wbs_switch)) // (O4) to (O7)
            return give_up(isw);
        queue(*isw); // (O8)
        section.unlock();
    }

    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        if constexpr (Form.mb_in_prepare)
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

    void uncount() { atomic_dec(world.isw_nr_in_flight); }

    void give_up(inode_switch_wbs_context* isw) {
        section.unlock();
        uncount();
        free_isw(isw);
    }

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) { // (W1) to (W6)
        const auto wait = [] { synchronize_rcu(); };
        const auto process = [this](inode_switch_wbs_context& isw) {
            process_inode_switch_wbs(isw);
        };
        if constexpr (Form.queue_always)
            serve_what_is_there(new_wb, wait, process);
        else
            serve_once(new_wb, wait, process);
    }

    void process_inode_switch_wbs(inode_switch_wbs_context& isw) {
        switch_inodes(world, isw, &end_switch_wmb<>);
        put_inodes(isw);
        free_isw(&isw);
        if constexpr (Form.acquire_release)
            atomic_sub_return_release(1, world.isw_nr_in_flight); // (3) pairs with (4)
        else
            atomic_dec(world.isw_nr_in_flight);
    }

    void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
        cgroup_writeback_umount(sb);    // (U4)
    }

    void cgroup_writeback_umount(super_block&) {
        if constexpr (Form.mb_in_umount)
            smp_mb(); // (2) pairs with (1)
        if (in_flight() == 0)
            return;
        section.synchronize(); // who saw SB_ACTIVE has queued by now
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

    static bool is_switched(const inode& i) { return is_switched_rmb(i); } // (R2)

    [[no_unique_address]] std::conditional_t<Form.srcu, srcu_section, rcu_section> section = {};
};

} // namespace wbsync::models::writeback
