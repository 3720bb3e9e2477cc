// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/stat/objects.hpp"

#include <wbsync/bounds.hpp>

#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace wbsync::models::stat {

/// How much there is of everything.
WBSYNC_BOUNDS(bounds, (readers, 2, 1, 6, "users of statistics, each cleans a page of its own"),
              (switches, 2, 1, 6, "of the inode, one after the other"));

/// What is different in cb5db358ab57, and in mutants.
struct form {
    bool fences = false; ///< cb5db358ab57 (6.19): instead of release and acquire, on the way to
                         ///< accessors for i_state
    // mutants: a step less, or one more
    bool grace_period = true; ///< (X2): else who saw the inode before (X1) may still be at it while
                              ///< the counts move
    bool lock = true;         ///< (R3): else who sees the switch goes on beside it
    bool used_after = false;  ///< the wb, after (R5), as __mark_inode_dirty() did before
                              ///< d02d2c98d257, see models/cgwb
    bool freed_at_once = false; ///< the old wb, not after a grace period. Nobody in a transaction
                                ///< has it any more: those who missed (X1) were waited for, those
                                ///< who saw it are kept out by the lock
};

/// The transaction by which page-cache code updates the statistics of an inode's wb while the inode
/// may be switched to another one: unlocked_inode_to_wb_begin() and _end() in
/// include/linux/backing-dev.h, inode_do_switch_wbs() in fs/fs-writeback.c. As of 682aa8e1a6a1 and
/// d10c80955265 (4.2): store-release and load-acquire. (R1) to (R5) are the user of statistics,
/// called reader since it reads i_wb; (X1) to (X5) the switch.
template <form Form = form{}>
class transaction {
public:
    explicit transaction(const bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        for (int i = 0; i <= bounds_.switches; ++i)
            wbs_.push_back(kmalloc<bdi_writeback>({label{"wb", i}, "P3"}, label{"wb", i}));
        inode_ = kmalloc<inode>("inode", wbs_.front(), bounds_.readers);
        atomic_set(wbs_.front()->reclaimable, bounds_.readers);
        s.threads("reader", bounds_.readers, [this](int i) {
            folio_clear_dirty_for_io(inode_->dirty[static_cast<std::size_t>(i)]);
        });
        s.thread("switcher", [this] {
            for (std::size_t i = 1; i != wbs_.size(); ++i)
                inode_switch_wbs(*wbs_[i]);
        });
        rcu_callback_thread(s);
    }

    /// P7 of the last wb. The others have said goodbye in cgwb_free_rcu().
    void finally() {
        bdi_writeback* wb = READ_ONCE(inode_->i_wb);
        expect_count(*wb, inode_->dirty_pages());
        kfree(wb);
        kfree(inode_);
    }

private:
    /// (R2), pairs with (X5): who sees the flag clear sees the new wb.
    static bool is_switched(const inode& i) {
        if constexpr (!Form.fences)
            return (smp_load_acquire(i.i_state) & I_WB_SWITCH) != 0;
        const std::int64_t state = READ_ONCE(i.i_state);
        smp_rmb();
        return (state & I_WB_SWITCH) != 0;
    }

    /// (X5), pairs with (R2).
    static void clear_switch(inode& i, std::int64_t state) {
        if constexpr (Form.fences) {
            smp_wmb();
            WRITE_ONCE(i.i_state, state);
        } else {
            smp_store_release(i.i_state, state);
        }
    }

    /// P7 of a wb that has no inodes any more; and the end of it.
    static void cgwb_free_rcu(bdi_writeback& wb) {
        expect_count(wb, 0);
        kfree(&wb);
    }

    /// The switch has dropped the last reference on it.
    static void release(bdi_writeback& wb) {
        if constexpr (Form.freed_at_once)
            cgwb_free_rcu(wb);
        else
            call_rcu(wb.rcu, [&wb] { cgwb_free_rcu(wb); });
    }

    // --- the steps ------------------------------------------------------------------------------

    /// The page is about to be written: it is not dirty any more, and its wb counts one less.
    void folio_clear_dirty_for_io(atomic_t& dirty) {
        [[maybe_unused]] bdi_writeback* wb = update([&](bdi_writeback& of) {
            if (atomic_xchg(dirty, 0) != 0)
                atomic_dec(of.reclaimable);
        });
        if constexpr (Form.used_after)
            static_cast<void>(READ_ONCE(wb->reclaimable));
    }

    /// A transaction. (R1) to (R5)
    template <class Update>
    bdi_writeback* update(Update on) {
        inode& i = *inode_;
        rcu_read_lock();                                 // (R1)
        const bool locked = is_switched(i) && Form.lock; // (R2)
        if (locked)
            spin_lock(i.i_pages);              // (R3)
        bdi_writeback* wb = READ_ONCE(i.i_wb); // (R4)
        on(*wb);
        if (locked)
            spin_unlock(i.i_pages); // (R5)
        rcu_read_unlock();
        return wb;
    }

    /// (X1) to (X5), and the end of the old wb, whose cgroup is gone and whose last reference the
    /// inode had.
    void inode_switch_wbs(bdi_writeback& new_wb) {
        inode& i = *inode_;
        spin_lock(i.i_lock);
        WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) | I_WB_SWITCH); // (X1)
        spin_unlock(i.i_lock);
        if constexpr (Form.grace_period)
            synchronize_rcu(); // (X2)
        spin_lock(i.i_lock);   // (X3)
        spin_lock(i.i_pages);
        bdi_writeback& old_wb = *READ_ONCE(i.i_wb);
        for (const atomic_t& dirty : i.dirty) // (X4)
            if (branch set{READ_ONCE(dirty) != 0}) {
                atomic_dec(old_wb.reclaimable);
                atomic_inc(new_wb.reclaimable);
            }
        WRITE_ONCE(i.i_wb, &new_wb);
        clear_switch(i, READ_ONCE(i.i_state) & ~I_WB_SWITCH); // (X5)
        spin_unlock(i.i_pages);
        spin_unlock(i.i_lock);
        release(old_wb);
    }

    static void expect_count(const bdi_writeback& wb, std::int64_t pages,
                             const site& at = site::here()) {
        const std::int64_t counted = READ_ONCE(wb.reclaimable);
        ensure(counted == pages, "P7",
               fmt::format("{} counts {} dirty pages, it has {}", wb.name.str(), counted, pages),
               at);
    }

    bounds bounds_;
    std::vector<bdi_writeback*> wbs_;
    inode* inode_ = nullptr;
};

} // namespace wbsync::models::stat
