// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <functional>
#include <optional>

#include <fmt/format.h>

/// What RWF_DONTCACHE added to writeback in 7.2, and what it stands on: include/linux/fs.h,
/// include/linux/page-flags.h, include/linux/backing-dev.h.
namespace wbsync::models::dontcache {

// i_state
inline constexpr std::int64_t I_WB_SWITCH = 1; // NOLINT: the kernel's name

// Bits of folio::flags.
inline constexpr int PG_dirty = 0;      // NOLINT: the kernel's name
inline constexpr int PG_dropbehind = 1; // NOLINT: the kernel's name

// Bits of bdi_writeback::state.
inline constexpr int WB_registered = 0;      // NOLINT: the kernel's name
inline constexpr int WB_start_dontcache = 1; // NOLINT: the kernel's name

struct bdi_writeback {
    explicit bdi_writeback(const label& called)
        : name(called), state({name, "state"}, 1 << WB_registered), work_lock({name, "work_lock"}),
          list_lock({name, "list_lock"}),
          dontcache_dirty({name, "WB_DONTCACHE_DIRTY"}, 0, 32, "P3") {}

    label name;
    atomic_t state;
    spinlock_t work_lock;             ///< protects WB_registered, and queueing because of it
    spinlock_t list_lock;             ///< of the lists of inodes
    percpu_counter dontcache_dirty;   ///< stat[WB_DONTCACHE_DIRTY]
    std::optional<work_struct> dwork; ///< the flusher; to wake it is to queue it at once
    std::optional<percpu_ref> refcnt;
    std::optional<work_struct> release_work;
    rcu_head rcu;
};

struct folio {
    folio(const label& called, std::int64_t pages, std::int64_t flags_at_first)
        : name(called), flags({name, "flags"}, flags_at_first), nr_pages({name, "nr_pages"}, pages),
          tagged({name, "tag"}, (flags_at_first & (1 << PG_dirty)) != 0),
          lock({name, "PG_locked"}) {}

    label name;
    atomic_t flags;
    atomic_t nr_pages;  ///< 0: it is not there yet
    plain<bool> tagged; ///< PAGECACHE_TAG_DIRTY, under i_pages: somebody has counted it
    mutex lock;         ///< folio_lock()
};

struct inode {
    explicit inode(bdi_writeback* wb) : i_wb("i_wb", wb) {}

    atomic_t i_state{"i_state"};
    spinlock_t i_lock{"i_lock"};
    pointer<bdi_writeback> i_wb;
    spinlock_t i_pages{"i_pages"}; ///< the lock of i_mapping->i_pages
};

/// wb_stat_mod().
inline void wb_stat_mod(bdi_writeback& wb, std::int64_t n, const site& at = site::here()) {
    percpu_counter_add(wb.dontcache_dirty, n, at);
}

// --- the stat transaction, as in models/stat/fences.hpp -----------------------------------------

struct wb_lock_cookie {
    bool locked = false;
};

inline bdi_writeback* unlocked_inode_to_wb_begin(inode& i, wb_lock_cookie& cookie) {
    rcu_read_lock();                                           // (R1)
    cookie.locked = (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0; // (R2)
    smp_rmb();
    if (cookie.locked)
        spin_lock(i.i_pages); // (R3)
    return READ_ONCE(i.i_wb);
}

inline void unlocked_inode_to_wb_end(inode& i, const wb_lock_cookie& cookie) {
    if (cookie.locked)
        spin_unlock(i.i_pages); // (R5)
    rcu_read_unlock();
}

/// (X1) to (X5). `move` does (X4) for the counts.
template <class Move>
void inode_switch_wbs(inode& i, bdi_writeback& new_wb, Move move) {
    spin_lock(i.i_lock);
    WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) | I_WB_SWITCH); // (X1)
    spin_unlock(i.i_lock);
    synchronize_rcu(); // (X2)
    bdi_writeback& old_wb = *READ_ONCE(i.i_wb);
    spin_lock(old_wb.list_lock); // (X3)
    spin_lock(new_wb.list_lock);
    spin_lock(i.i_lock);
    spin_lock(i.i_pages);
    move(old_wb, new_wb); // (X4)
    WRITE_ONCE(i.i_wb, &new_wb);
    smp_wmb();
    WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH); // (X5)
    spin_unlock(i.i_pages);
    spin_unlock(i.i_lock);
    spin_unlock(new_wb.list_lock);
    spin_unlock(old_wb.list_lock);
}

} // namespace wbsync::models::dontcache
