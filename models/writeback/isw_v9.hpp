// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/system.hpp"

#include <utility>
#include <vector>

namespace wbsync::models::writeback {

/// The differences of repairs and mutants of v9.
struct v9_form {
    // repairs
    bool drain_acquires = false; ///< an acquire load in the condition of the drain
    bool device_flushes = false; ///< the device waits for the work of its root wb before it goes
    bool unpins_last = false;    ///< when the worker is done with the wb, not after each iput()
    // mutants: a missing or different step
    bool unpins_first = false;   ///< before iput()
    bool pins_late = false;      ///< after the reference on the inode is taken
    bool looks_again = true;     ///< tests SB_ACTIVE under i_lock, (N6), and not only at (N1)
    bool wakes_always = false;   ///< even if the count is not 0 yet: breaks nothing
    bool unpins_blindly = false; ///< by atomic_dec(), which returns nothing: always wakes
    bool drains_first = false;   ///< umount waits before it clears SB_ACTIVE
    bool waits_for_grace_period = true; ///< the worker does (W4)
};

/// 31c1d19ead2c (7.2-rc1): each superblock counts its inodes that are being switched, and umount
/// waits until that count is 0: no grace period, no flush. The global count only serves the limit.
///
/// The wait's condition is a relaxed read of the count, so umount may then read older values of
/// what the worker changed before it.
template <v9_form Form = v9_form{}, class World = isw_system>
struct isw_v9 {
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

    /// (N1) to (N7)
    static bool inode_prepare_wbs_switch(inode& i, inode_switch_wbs_context& isw) {
        super_block& sb = i.i_sb;
        if constexpr (Form.pins_late)
            return claim_and_pin(i, isw);
        if (!is_active(sb))
            return false;         // (N1)
        cgroup_writeback_pin(sb); // (N2)
        smp_mb();                 // (N3), (1) pairs with (2)
        if (claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE,
                             Form.looks_again ? &is_active : &any))
            return true; // (N5) to (N7)
        cgroup_writeback_unpin(sb);
        return false;
    }

    static bool claim_and_pin(inode& i, inode_switch_wbs_context& isw) {
        if (!claim_for_switch(i, isw, I_WB_SWITCH | I_FREEING | I_WILL_FREE))
            return false;
        cgroup_writeback_pin(i.i_sb);
        smp_mb();
        return true;
    }

    void give_up(inode_switch_wbs_context* isw) {
        atomic_dec(world.isw_nr_in_flight);
        free_isw(isw);
    }

    // --- the count of a superblock --------------------------------------------------------------

    static void cgroup_writeback_pin(super_block& sb) { atomic_inc(sb.s_isw_nr_in_flight); }

    static void cgroup_writeback_unpin(super_block& sb) {
        if (counted_down(sb.s_isw_nr_in_flight)) // (3) pairs with (4)
            wake_up_var(sb.s_isw_nr_in_flight);
    }

    /// Returns whether umount has to be woken. Only a full barrier orders the decrement before the
    /// test of the wait queue.
    static bool counted_down(atomic_t& count) {
        if constexpr (Form.unpins_blindly)
            atomic_dec(count);
        else if constexpr (Form.wakes_always)
            atomic_dec_return(count);
        else
            return atomic_dec_and_test(count);
        return true;
    }

    static bool is_drained(const super_block& sb) {
        if constexpr (Form.drain_acquires)
            return atomic_read_acquire(sb.s_isw_nr_in_flight) == 0; // (4) pairs with (3)
        else
            return atomic_read(sb.s_isw_nr_in_flight) == 0; // (4) pairs with (3)
    }

    // --- the worker -----------------------------------------------------------------------------

    static constexpr auto requests = request_kind::on_list;
    using flag = flag_by_fences;

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) {
        llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs); // (W1)
        if (WARN_ON_ONCE(list == nullptr))
            return;     // (W2)
        wb_get(new_wb); // (W3)
        if constexpr (Form.waits_for_grace_period)
            synchronize_rcu();                                     // (W4), (X2)
        for_each_isw(list, [this](inode_switch_wbs_context& isw) { // (W5)
            process_inode_switch_wbs(isw);
        });
        wb_put(new_wb); // (W6)
        if constexpr (Form.unpins_last)
            for (super_block* sb : std::exchange(unpinned_last, {}))
                cgroup_writeback_unpin(*sb);
    }

    void process_inode_switch_wbs(inode_switch_wbs_context& isw) {
        switch_inodes<flag>(world, isw);
        for (inode* i : isw.inodes)
            put_and_unpin(*i);
        free_isw(&isw);
        atomic_dec(world.isw_nr_in_flight);
    }

    void put_and_unpin(inode& i) {
        super_block& sb = i.i_sb;
        if constexpr (Form.unpins_first)
            cgroup_writeback_unpin(sb);
        if constexpr (Form.unpins_last)
            unpinned_last.push_back(&sb);
        iput(i); // (I1) to (I5)
        if constexpr (!Form.unpins_first && !Form.unpins_last)
            cgroup_writeback_unpin(sb);
    }

    // --- umount ---------------------------------------------------------------------------------

    static constexpr bool drains_first = Form.drains_first;

    void cgroup_writeback_umount(super_block& sb) {
        smp_mb(); // (2) pairs with (1)
        wait_var_event(sb.s_isw_nr_in_flight, [&] { return is_drained(sb); });
    }

    /// The device goes away when all its file systems are unmounted.
    void bdi_unregister(backing_dev_info& bdi) {
        if constexpr (Form.device_flushes)
            flush_work(*bdi.wb.switch_work);
    }

    std::vector<super_block*> unpinned_last = {}; ///< the worker's own
};

} // namespace wbsync::models::writeback
