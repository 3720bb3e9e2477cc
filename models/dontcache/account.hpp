// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/dontcache/objects.hpp"

#include <wbsync/bounds.hpp>

namespace wbsync::models::dontcache {

WBSYNC_BOUNDS(account_bounds, (writers, 1, 0, 1, "1: a writer dirties the page; 0: it is dirty"),
              (cleaners, 1, 0, 1, "1: the flusher writes the page"),
              (hits, 0, 0, 3, "normal lookups of the page"),
              (switches, 1, 0, 1, "1: the inode is switched"));

/// How PG_dropbehind is cleared by a lookup, and PG_dirty when the page is written.
enum class clears : std::uint8_t {
    in_one_step,   ///< 88d6f128d06d
    in_two_steps,  ///< an early version of the series: the flag is looked at and cleared in two
                   ///< steps, so that two readers count the page down
    with_the_lock, ///< a repair: the flag is cleared with the pages' lock held, for pages that have
                   ///< been counted; and of two flags that change at once the value before each
                   ///< change decides, so that one of both counts the page down
};

/// WB_DONTCACHE_DIRTY counts the dirty pages that are to be dropped once written:
/// folio_account_dirtied() and folio_clear_dirty_for_io() in mm/page-writeback.c,
/// __filemap_get_folio_mpol() in mm/filemap.c, inode_do_switch_wbs() in fs/fs-writeback.c, as of
/// 88d6f128d06d (7.2). P7: each such page is counted once, on the wb of its inode. The folio has
/// two pages. `Moves`: the switch moves the count.
template <clears How = clears::in_one_step, bool Moves = true>
class account {
public:
    explicit account(const account_bounds& b)
        : bounds_(b),
          folio_("folio", 2,
                 b.writers != 0 ? 1 << PG_dropbehind : 1 << PG_dropbehind | 1 << PG_dirty) {
        if (b.writers == 0)
            wb_stat_mod(old_wb_, pages);
    }

    void threads(scenario& s) {
        if (bounds_.writers != 0)
            s.thread("writer", [this] { filemap_dirty_folio(folio_); });
        if (bounds_.cleaners != 0)
            s.thread("flusher", [this] { folio_clear_dirty_for_io(folio_); });
        s.threads("reader", bounds_.hits, [this] { filemap_get_folio(folio_); });
        if (bounds_.switches != 0)
            s.thread("switcher", [this] {
                inode_switch_wbs(inode_, new_wb_, [this](bdi_writeback& from, bdi_writeback& to) {
                    move_counts(folio_, from, to);
                });
            });
    }

    void finally() {
        expect_count(old_wb_);
        expect_count(new_wb_);
    }

private:
    static constexpr std::int64_t pages = 2;

    static bool has(std::int64_t flags, int bit) { return (flags & (1 << bit)) != 0; }

    /// (X4)
    static void move_counts(folio& f, bdi_writeback& from, bdi_writeback& to) {
        if constexpr (Moves)
            if (f.tagged.read())
                if (branch dirty{test_bit(PG_dirty, f.flags)})
                    if (branch to_drop{test_bit(PG_dropbehind, f.flags)}) {
                        wb_stat_mod(from, -pages);
                        wb_stat_mod(to, pages);
                    }
    }

    /// A lookup of somebody who wants the page to stay: it is not to be dropped any more. Not
    /// everybody who looks a page up locks it.
    void filemap_get_folio(folio& f) {
        if constexpr (How == clears::with_the_lock) {
            clear_with_the_lock(f);
        } else if constexpr (How == clears::in_two_steps) {
            if (!test_bit(PG_dropbehind, f.flags))
                return;
            if (test_bit(PG_dirty, f.flags))
                count_down(inode_);
            clear_bit(PG_dropbehind, f.flags);
        } else {
            if (test_and_clear_bit(PG_dropbehind, f.flags) && test_bit(PG_dirty, f.flags))
                count_down(inode_);
        }
    }

    void clear_with_the_lock(folio& f) {
        spin_lock(inode_.i_pages);
        const std::int64_t before = atomic_fetch_and(~(1 << PG_dropbehind), f.flags);
        if (f.tagged.read() && has(before, PG_dropbehind) && has(before, PG_dirty))
            wb_stat_mod(*READ_ONCE(inode_.i_wb), -pages);
        spin_unlock(inode_.i_pages);
    }

    /// The page is about to be written. It is locked.
    void folio_clear_dirty_for_io(folio& f) {
        mutex_lock(f.lock);
        wb_lock_cookie cookie;
        bdi_writeback* wb = unlocked_inode_to_wb_begin(inode_, cookie);
        if (clear_dirty(f))
            wb_stat_mod(*wb, -pages);
        unlocked_inode_to_wb_end(inode_, cookie);
        mutex_unlock(f.lock);
    }

    /// Returns whether the page was dirty, and to be dropped.
    static bool clear_dirty(folio& f) {
        if constexpr (How == clears::with_the_lock) {
            const std::int64_t before = atomic_fetch_and(~(1 << PG_dirty), f.flags);
            return has(before, PG_dirty) && has(before, PG_dropbehind);
        } else {
            return test_and_clear_bit(PG_dirty, f.flags) && test_bit(PG_dropbehind, f.flags);
        }
    }

    static void count_down(inode& i) {
        wb_lock_cookie cookie;
        bdi_writeback* wb = unlocked_inode_to_wb_begin(i, cookie);
        wb_stat_mod(*wb, -pages);
        unlocked_inode_to_wb_end(i, cookie);
    }

    /// The writer has the page locked. __folio_mark_dirty() and folio_account_dirtied().
    void filemap_dirty_folio(folio& f) {
        mutex_lock(f.lock);
        if (!test_and_set_bit(PG_dirty, f.flags)) {
            spin_lock(inode_.i_pages);
            if (test_bit(PG_dropbehind, f.flags))
                wb_stat_mod(*READ_ONCE(inode_.i_wb), pages);
            f.tagged.write(true);
            spin_unlock(inode_.i_pages);
        }
        mutex_unlock(f.lock);
    }

    /// P7
    void expect_count(bdi_writeback& wb) {
        const std::int64_t flags = READ_ONCE(folio_.flags);
        const bool here =
            READ_ONCE(inode_.i_wb) == &wb && has(flags, PG_dirty) && has(flags, PG_dropbehind);
        const std::int64_t counted = percpu_counter_sum(wb.dontcache_dirty);
        ensure(counted == (here ? pages : 0), "P7",
               fmt::format("{} counts {} dirty pages to be dropped, it has {}", wb.name.str(),
                           counted, here ? pages : 0));
    }

    account_bounds bounds_;
    bdi_writeback old_wb_{"old_wb"};
    bdi_writeback new_wb_{"new_wb"};
    inode inode_{&old_wb_};
    folio folio_;
};

} // namespace wbsync::models::dontcache
