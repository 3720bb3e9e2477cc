// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/dontcache/objects.hpp"

#include <wbsync/bounds.hpp>

#include <deque>

namespace wbsync::models::dontcache {

/// What a model is asked.
enum class question : std::uint8_t {
    lost_kick, ///< is every page written?
    lifetime,  ///< P3: does nobody use a wb after its end?
};

WBSYNC_BOUNDS(kick_switch_bounds, (writers, 1, 1, 2, "each dirties a page and kicks the flusher"));

/// What is different in a repair and in mutants.
struct kick_switch_form {
    bool moves_bit = false; ///< with the counts the request goes to the new wb, which the switch
                            ///< wakes anyway
    bool reference = true;  ///< the writer has one on the wb while it wakes the flusher
    bool in_transaction = true; ///< it sets the bit, and takes the reference, inside of it
};

/// The kick while the inode is switched to another wb, and the old one dies: as of e1bf79628453
/// (7.2). The writer takes the wb in a stat transaction, sets the bit and takes a reference there,
/// and wakes the flusher after it.
template <kick_switch_form Form = kick_switch_form{}>
class kick_switch {
public:
    kick_switch(const kick_switch_bounds& b, question about) : bounds_(b), about_(about) {}

    void threads(scenario& s) {
        old_wb_ = make_wb("old_wb");
        new_wb_ = make_wb("new_wb");
        inode_ = kmalloc<inode>("inode", old_wb_); // with the reference of each wb
        for (int i = 0; i != bounds_.writers; ++i)
            folios_.emplace_back(label{"folio", i}, 1, 1 << PG_dropbehind);
        s.threads("writer", bounds_.writers, [this](int i) {
            filemap_dirty_folio(folios_[static_cast<std::size_t>(i)]); // (D1)
            filemap_dontcache_kick_writeback(*inode_);                 // (D2), (D3)
        });
        s.thread("switcher", [this] { switch_and_put(); });
        rcu_callback_thread(s);
    }

    void finally() {
        int left = 0;
        for (const folio& f : folios_)
            left += test_bit(PG_dirty, f.flags) ? 1 : 0;
        ensure(left == 0 || about_ != question::lost_kick, "lost-kick",
               fmt::format("{} pages are dirty, and the flushers rest", left));
        kfree(inode_);
        percpu_ref_exit(*new_wb_->refcnt);
        kfree(new_wb_);
    }

private:
    /// (D2), (D3)
    void filemap_dontcache_kick_writeback(inode& i) {
        wb_lock_cookie cookie;
        bdi_writeback* wb = unlocked_inode_to_wb_begin(i, cookie); // (D2)
        const bool need_wakeup = Form.in_transaction && ask_for_wakeup(*wb);
        unlocked_inode_to_wb_end(i, cookie);
        if (need_wakeup || (!Form.in_transaction && ask_for_wakeup(*wb))) {
            wb_wakeup(*wb);
            if constexpr (Form.reference)
                percpu_ref_put(*wb->refcnt);
        }
    }

    /// (D3)
    static bool ask_for_wakeup(bdi_writeback& wb) {
        const bool need_wakeup = set_start_bit(wb);
        if constexpr (Form.reference)
            if (need_wakeup)
                percpu_ref_get(*wb.refcnt);
        return need_wakeup;
    }

    static bool set_start_bit(bdi_writeback& wb) {
        return !test_bit(WB_start_dontcache, wb.state) &&
               !test_and_set_bit(WB_start_dontcache, wb.state);
    }

    void wb_wakeup(bdi_writeback& wb) {
        spin_lock_irq(wb.work_lock);
        if (test_bit(WB_registered, wb.state))
            queue_work(bdi_wq_, *wb.dwork);
        spin_unlock_irq(wb.work_lock);
    }

    bdi_writeback* make_wb(const char* name) {
        auto* wb = kmalloc<bdi_writeback>({name, "P3"}, name);
        wb->dwork.emplace(bdi_wq_, label{wb->name, "dwork"},
                          [this, wb](work_struct&) { wb_check_start_dontcache(*wb); });
        wb->release_work.emplace(cgwb_release_wq_, label{wb->name, "release_work"},
                                 [this, wb](work_struct&) { cgwb_release_workfn(*wb); });
        wb->refcnt.emplace(
            label{wb->name, "refcnt"},
            [this, wb](percpu_ref&) { queue_work(cgwb_release_wq_, *wb->release_work); },
            PERCPU_REF_INIT_ATOMIC, "P3");
        return wb;
    }

    /// (D1)
    void filemap_dirty_folio(folio& f) {
        spin_lock(inode_->i_pages);
        set_bit(PG_dirty, f.flags);
        wb_stat_mod(*READ_ONCE(inode_->i_wb), 1);
        spin_unlock(inode_->i_pages);
        smp_mb(); // in __mark_inode_dirty()
    }

    // --- the flusher of a wb --------------------------------------------------------------------

    void wb_check_start_dontcache(bdi_writeback& wb) {
        if (!test_and_clear_bit(WB_start_dontcache, wb.state)) // (K1)
            return;
        std::int64_t nr_pages = percpu_counter_sum_positive(wb.dontcache_dirty); // (K2)
        if (nr_pages == 0 || !has_inode(wb))
            return;
        for (folio& f : folios_) // (K3)
            if (nr_pages > 0 && folio_clear_dirty_for_io(f))
                --nr_pages;
    }

    /// Is the inode on one of the wb's lists?
    bool has_inode(bdi_writeback& wb) {
        spin_lock(wb.list_lock);
        const bool mine = READ_ONCE(inode_->i_wb) == &wb;
        spin_unlock(wb.list_lock);
        return mine;
    }

    bool folio_clear_dirty_for_io(folio& f) {
        spin_lock(inode_->i_pages); // looks the page up
        const bool dirty = test_bit(PG_dirty, f.flags);
        spin_unlock(inode_->i_pages);
        if (!dirty)
            return false;
        wb_lock_cookie cookie;
        bdi_writeback* wb = unlocked_inode_to_wb_begin(*inode_, cookie);
        const bool cleaned = test_and_clear_bit(PG_dirty, f.flags);
        if (cleaned)
            wb_stat_mod(*wb, -1);
        unlocked_inode_to_wb_end(*inode_, cookie);
        return cleaned;
    }

    // --- the switch, and the end of the old wb --------------------------------------------------

    void switch_and_put() {
        inode_switch_wbs(*inode_, *new_wb_, [this](bdi_writeback& from, bdi_writeback& to) {
            for (const folio& f : folios_)
                if (test_bit(PG_dirty, f.flags)) {
                    wb_stat_mod(from, -1);
                    wb_stat_mod(to, 1);
                    if constexpr (Form.moves_bit)
                        set_bit(WB_start_dontcache, to.state);
                }
        });
        wb_wakeup(*new_wb_);
        percpu_ref_put(*old_wb_->refcnt);
    }

    void cgwb_release_workfn(bdi_writeback& wb) {
        spin_lock_irq(wb.work_lock); // wb_shutdown()
        clear_bit(WB_registered, wb.state);
        spin_unlock_irq(wb.work_lock);
        queue_work(bdi_wq_, *wb.dwork);
        flush_work(*wb.dwork);
        call_rcu(wb.rcu, [&wb] {
            percpu_ref_exit(*wb.refcnt);
            kfree(&wb);
        });
    }

    kick_switch_bounds bounds_;
    question about_;
    workqueue_struct bdi_wq_{"bdi_wq"};
    workqueue_struct cgwb_release_wq_{"cgwb_release"};
    bdi_writeback* old_wb_ = nullptr;
    bdi_writeback* new_wb_ = nullptr;
    inode* inode_ = nullptr;
    std::deque<folio> folios_;
};

} // namespace wbsync::models::dontcache
