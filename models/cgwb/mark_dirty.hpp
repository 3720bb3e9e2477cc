// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/objects.hpp"

#include <wbsync/bounds.hpp>

namespace wbsync::models::cgwb {

inline constexpr std::int64_t I_DIRTY = 1; // NOLINT: the kernel's name

struct inode {
    explicit inode(bdi_writeback* wb) : i_wb("i_wb", wb) {}

    atomic_t i_state{"i_state"};
    spinlock_t i_lock{"i_lock"};
    pointer<bdi_writeback> i_wb;
    list_head i_io_list{"i_io_list", this};
};

WBSYNC_BOUNDS(mark_dirty_bounds, (dirtiers, 1, 1, 4, "of one inode"));

/// How the flusher is woken.
enum class wakes : std::uint8_t {
    unlocked,       ///< before d02d2c98d257: after both locks are dropped, so the wb may be gone
    under_i_lock,   ///< d02d2c98d257: a switch needs that lock
    with_reference, ///< a repair: a reference on the wb for the duration
    inside_of_rcu,  ///< another repair: wbs are freed by RCU, and a wb that was shut down ignores
                    ///< the wake-up
};

/// A thread dirties an inode while it is switched to another wb, and its old wb dies:
/// __mark_inode_dirty() in fs/fs-writeback.c, d02d2c98d257 (6.17; CVE-2025-39866).
template <wakes How>
class mark_dirty {
public:
    explicit mark_dirty(const mark_dirty_bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        old_wb_ = make_wb("old_wb");
        new_wb_ = make_wb("new_wb");
        inode_ = kmalloc<inode>("inode", old_wb_); // with a reference on each wb
        s.threads("dirtier", bounds_.dirtiers, [this] { __mark_inode_dirty(*inode_); });
        s.thread("switcher", [this] { inode_do_switch_wbs(*inode_); });
        rcu_callback_thread(s);
    }

    void finally() {
        kfree(inode_);
        percpu_ref_exit(*new_wb_->refcnt);
        kfree(new_wb_);
    }

private:
    /// The last part of __mark_inode_dirty(), which begins with i_lock held.
    void unlock_and_wake(inode& i, bdi_writeback& wb, bool wakeup_bdi) {
        if constexpr (How == wakes::with_reference)
            wb_get(wb);
        if constexpr (How == wakes::inside_of_rcu)
            rcu_read_lock();
        if constexpr (How != wakes::under_i_lock)
            spin_unlock(i.i_lock);
        if (wakeup_bdi)
            wb_wakeup_delayed(wb);
        if constexpr (How == wakes::under_i_lock)
            spin_unlock(i.i_lock);
        if constexpr (How == wakes::inside_of_rcu)
            rcu_read_unlock();
        if constexpr (How == wakes::with_reference)
            wb_put(wb);
    }

    void __mark_inode_dirty(inode& i) { // NOLINT: the kernel's name
        spin_lock(i.i_lock);
        if ((READ_ONCE(i.i_state) & I_DIRTY) != 0) {
            spin_unlock(i.i_lock);
            return;
        }
        WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) | I_DIRTY);
        bdi_writeback* wb = locked_inode_to_wb_and_lock_list(i);
        spin_lock(i.i_lock);
        const bool wakeup_bdi = list_empty(wb->b_dirty);
        list_add(i.i_io_list, wb->b_dirty);
        spin_unlock(wb->list_lock);
        unlock_and_wake(i, *wb, wakeup_bdi);
    }

    /// From i_lock to the lock of the inode's wb, which may change in between.
    static bdi_writeback* locked_inode_to_wb_and_lock_list(inode& i) {
        for (;;) {
            bdi_writeback* wb = READ_ONCE(i.i_wb);
            wb_get(*wb);
            spin_unlock(i.i_lock);
            spin_lock(wb->list_lock);
            if (READ_ONCE(i.i_wb) == wb) {
                wb_put(*wb); // the inode has one
                return wb;
            }
            spin_unlock(wb->list_lock);
            wb_put(*wb);
            spin_lock(i.i_lock);
        }
    }

    void wb_wakeup_delayed(bdi_writeback& wb) {
        spin_lock_irq(wb.work_lock);
        if (test_bit(WB_registered, wb.state))
            queue_delayed_work(bdi_wq, *wb.dwork, 1);
        spin_unlock_irq(wb.work_lock);
    }

    /// (X3) to (X5) of a switch. Then the old wb, whose cgroup is gone, loses its last reference.
    void inode_do_switch_wbs(inode& i) {
        spin_lock(old_wb_->list_lock);
        spin_lock(new_wb_->list_lock);
        spin_lock(i.i_lock);
        if (!list_empty(i.i_io_list))
            list_move(i.i_io_list, new_wb_->b_dirty);
        WRITE_ONCE(i.i_wb, new_wb_);
        spin_unlock(i.i_lock);
        spin_unlock(new_wb_->list_lock);
        spin_unlock(old_wb_->list_lock);
        wb_put(*old_wb_);
    }

    // --- the end of the old wb ------------------------------------------------------------------

    void cgwb_release_workfn(bdi_writeback& wb) {
        wb_shutdown(wb);
        call_rcu(wb.rcu, [&wb] {
            percpu_ref_exit(*wb.refcnt);
            kfree(&wb);
        });
    }

    void wb_shutdown(bdi_writeback& wb) {
        spin_lock_irq(wb.work_lock);
        clear_bit(WB_registered, wb.state);
        spin_unlock_irq(wb.work_lock);
        mod_delayed_work(bdi_wq, *wb.dwork, 0);
        flush_delayed_work(*wb.dwork);
    }

    bdi_writeback* make_wb(const char* name) {
        return kmalloc<bdi_writeback>({name, "P3"}, name, [this](bdi_writeback& wb) {
            init_refcnt(wb, cgwb_release_wq, PERCPU_REF_INIT_ATOMIC,
                        [this](bdi_writeback& of) { cgwb_release_workfn(of); });
            wb.dwork.emplace(bdi_wq, label{wb.name, "dwork"}, [](work_struct&) {});
        });
    }

    mark_dirty_bounds bounds_;
    workqueue_struct cgwb_release_wq{"cgwb_release"};
    workqueue_struct bdi_wq{"bdi_wq"};
    bdi_writeback* old_wb_ = nullptr;
    bdi_writeback* new_wb_ = nullptr;
    inode* inode_ = nullptr;
};

} // namespace wbsync::models::cgwb
