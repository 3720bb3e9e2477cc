// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/dontcache/objects.hpp"

#include <wbsync/bounds.hpp>

#include <deque>

namespace wbsync::models::dontcache {

WBSYNC_BOUNDS(kick_bounds, (writers, 2, 2, 5, "each dirties a page and kicks the flusher"));

/// What is different in early versions of the series, and in mutants.
struct kick_form {
    bool clears_first = true; ///< (K1) before (K2); else after it, as WB_start_all is cleared
    bool sums_up = true;      ///< (K2) reads all of the count; else its shared part only
    bool looks_first = true;  ///< before test_and_set_bit(), which is a barrier itself
};

/// A writer does not start writeback of its pages but kicks the flusher, and many kicks are one:
/// filemap_dontcache_kick_writeback() and wb_check_start_dontcache() in fs/fs-writeback.c, as of
/// e1bf79628453 (7.2). "lost-kick": a page of somebody who kicked is left when all is over, and
/// stays until the periodic flush finds it.
template <kick_form Form = kick_form{}>
class kick {
public:
    explicit kick(const kick_bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        wb_.dwork.emplace(bdi_wq_, "dwork", [this](work_struct&) { wb_check_start_dontcache(); });
        for (int i = 0; i != bounds_.writers; ++i)
            folios_.emplace_back(label{"folio", i}, 1, 1 << PG_dropbehind);
        s.threads("writer", bounds_.writers, [this](int i) {
            filemap_dirty_folio(folios_[static_cast<std::size_t>(i)]); // (D1)
            filemap_dontcache_kick_writeback();                        // (D2), (D3)
        });
    }

    void finally() {
        int left = 0;
        for (const folio& f : folios_)
            left += test_bit(PG_dirty, f.flags) ? 1 : 0;
        ensure(left == 0, "lost-kick",
               fmt::format("{} pages are dirty, and the flusher rests", left));
    }

private:
    /// (D3): returns whether the flusher has to be woken.
    static bool set_start_bit(bdi_writeback& wb) {
        if constexpr (Form.looks_first)
            if (test_bit(WB_start_dontcache, wb.state))
                return false;
        return !test_and_set_bit(WB_start_dontcache, wb.state);
    }

    /// (K1), (K2): how many pages are to be written.
    static std::int64_t take_request(bdi_writeback& wb) {
        if (!(Form.clears_first ? test_and_clear_bit(WB_start_dontcache, wb.state)
                                : test_bit(WB_start_dontcache, wb.state))) // (K1)
            return 0;
        const std::int64_t nr_pages =
            Form.sums_up ? percpu_counter_sum_positive(wb.dontcache_dirty)
                         : percpu_counter_read_positive(wb.dontcache_dirty); // (K2)
        if constexpr (!Form.clears_first)
            clear_bit(WB_start_dontcache, wb.state);
        return nr_pages;
    }

    /// (D1)
    void filemap_dirty_folio(folio& f) {
        spin_lock(i_pages_);
        set_bit(PG_dirty, f.flags);
        wb_stat_mod(wb_, 1);
        spin_unlock(i_pages_);
        smp_mb(); // in __mark_inode_dirty(), where it is for the inode's state
    }

    void filemap_dontcache_kick_writeback() {
        if (set_start_bit(wb_))
            queue_work(bdi_wq_, *wb_.dwork); // wb_wakeup()
    }

    void wb_check_start_dontcache() {
        std::int64_t nr_pages = take_request(wb_);
        for (folio& f : folios_) { // (K3)
            if (nr_pages <= 0)
                return;
            nr_pages -= folio_clear_dirty_for_io(f) ? 1 : 0;
        }
    }

    bool folio_clear_dirty_for_io(folio& f) {
        spin_lock(i_pages_); // stands for looking the page up
        const bool dirty = test_bit(PG_dirty, f.flags);
        if (dirty) {
            clear_bit(PG_dirty, f.flags);
            wb_stat_mod(wb_, -1);
        }
        spin_unlock(i_pages_);
        return dirty;
    }

    kick_bounds bounds_;
    workqueue_struct bdi_wq_{"bdi_wq"};
    bdi_writeback wb_{"wb"};
    spinlock_t i_pages_{"i_pages"};
    std::deque<folio> folios_;
};

} // namespace wbsync::models::dontcache
