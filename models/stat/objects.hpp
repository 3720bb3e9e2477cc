// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <cstdint>
#include <deque>

/// What the stat transaction is about: an inode with its pages, and the writeback contexts (wb)
/// that count them. include/linux/fs.h, include/linux/backing-dev-defs.h.
namespace wbsync::models::stat {

// i_state
inline constexpr std::int64_t I_WB_SWITCH = 1; // NOLINT: the kernel's name

struct bdi_writeback {
    explicit bdi_writeback(const label& called) : name(called), reclaimable({name, "stat"}) {}

    label name;
    atomic_t reclaimable; ///< stat[WB_RECLAIMABLE]: dirty pages
    rcu_head rcu;
};

struct inode {
    inode(bdi_writeback* wb, int pages) : i_wb("i_wb", wb) {
        for (int i = 0; i != pages; ++i)
            dirty.emplace_back(label{"PG_dirty", i}, 1);
    }

    atomic_t i_state{"i_state"};
    spinlock_t i_lock{"i_lock"};
    pointer<bdi_writeback> i_wb;
    spinlock_t i_pages{"i_pages"}; ///< the lock of i_mapping->i_pages
    std::deque<atomic_t> dirty;    ///< of each page

    [[nodiscard]] std::int64_t dirty_pages() const {
        std::int64_t n = 0;
        for (const atomic_t& page : dirty)
            n += READ_ONCE(page);
        return n;
    }
};

} // namespace wbsync::models::stat
