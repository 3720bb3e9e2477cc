// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/dontcache/objects.hpp"

#include <wbsync/bounds.hpp>

namespace wbsync::models::dontcache {

WBSYNC_BOUNDS(split_bounds, (cleaners, 1, 0, 1, "1: the flusher writes the pages"),
              (switches, 1, 0, 1, "1: the inode is switched"));

/// A folio of two dirty pages that are to be dropped once written is split:
/// __split_folio_to_order() in mm/huge_memory.c, 0ad186cf167f (7.2): the second half keeps
/// PG_dropbehind (`Keeps`). Before that nobody counts it down. P7: each page is counted until it is
/// clean.
template <bool Keeps>
class split {
public:
    explicit split(const split_bounds& b) : bounds_(b) { wb_stat_mod(old_wb_, 2); }

    void threads(scenario& s) {
        s.thread("split", [this] { split_folio(); });
        if (bounds_.cleaners != 0)
            s.thread("flusher", [this] {
                folio_clear_dirty_for_io(head_);
                folio_clear_dirty_for_io(tail_);
            });
        if (bounds_.switches != 0)
            s.thread("switcher", [this] {
                inode_switch_wbs(inode_, new_wb_, [this](bdi_writeback& from, bdi_writeback& to) {
                    move_counts(head_, from, to);
                    move_counts(tail_, from, to);
                });
            });
    }

    void finally() {
        expect_count(old_wb_);
        expect_count(new_wb_);
    }

private:
    static constexpr std::int64_t counted = 1 << PG_dirty | 1 << PG_dropbehind;
    /// The flags that the second half inherits.
    static constexpr std::int64_t kept = Keeps ? counted : 1 << PG_dirty;

    /// The folio is locked, and the pages.
    void split_folio() {
        mutex_lock(head_.lock);
        spin_lock(inode_.i_pages);
        WRITE_ONCE(tail_.flags, READ_ONCE(head_.flags) & kept);
        WRITE_ONCE(head_.nr_pages, 1);
        WRITE_ONCE(tail_.nr_pages, 1);
        spin_unlock(inode_.i_pages);
        mutex_unlock(head_.lock);
    }

    void folio_clear_dirty_for_io(folio& f) {
        mutex_lock(f.lock);
        wb_lock_cookie cookie;
        bdi_writeback* wb = unlocked_inode_to_wb_begin(inode_, cookie);
        if (test_and_clear_bit(PG_dirty, f.flags) && test_bit(PG_dropbehind, f.flags))
            wb_stat_mod(*wb, -READ_ONCE(f.nr_pages));
        unlocked_inode_to_wb_end(inode_, cookie);
        mutex_unlock(f.lock);
    }

    /// (X4)
    static void move_counts(const folio& f, bdi_writeback& from, bdi_writeback& to) {
        if (branch moves{(READ_ONCE(f.flags) & counted) == counted}) {
            const std::int64_t pages = READ_ONCE(f.nr_pages);
            wb_stat_mod(from, -pages);
            wb_stat_mod(to, pages);
        }
    }

    static std::int64_t pages_of(const folio& f) {
        return (READ_ONCE(f.flags) & counted) == counted ? READ_ONCE(f.nr_pages) : int64_t{0};
    }

    /// P7
    void expect_count(bdi_writeback& wb) {
        const std::int64_t there =
            READ_ONCE(inode_.i_wb) == &wb ? pages_of(head_) + pages_of(tail_) : 0;
        const std::int64_t count = percpu_counter_sum(wb.dontcache_dirty);
        ensure(count == there, "P7",
               fmt::format("{} counts {} dirty pages to be dropped, it has {}", wb.name.str(),
                           count, there));
    }

    split_bounds bounds_;
    bdi_writeback old_wb_{"old_wb"};
    bdi_writeback new_wb_{"new_wb"};
    inode inode_{&old_wb_};
    folio head_{"head", 2, counted};
    folio tail_{"tail", 0, 0};
};

} // namespace wbsync::models::dontcache
