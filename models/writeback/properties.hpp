// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/objects.hpp"

#include <wbsync/bounds.hpp>

/// The properties of the umount protocol, P1 to P8, and how a model checks them.
///
/// P2 (a superblock, its inodes and counters), P3 (a wb) and P8 (a bdi) are uses after the end: the
/// objects are allocated with the property's name, see objects.hpp. Umount's thread violates P5 or
/// P6 when it waits for something that cannot come. The others are functions here.
namespace wbsync::models::writeback {

/// The question that a model answers; it has only the threads that matter for it.
enum class question : std::uint8_t {
    umount,       ///< P1, P2, P4, P5: switchers, perhaps the cleaner, and umount
    late_umount,  ///< umount without P4
    wb_lifetime,  ///< P3: the cgroup of the new wb dies, too; no umount, unlinked inodes
    isolation,    ///< P6: only others switch, and their worker rests until umount is done
    statistics,   ///< P7: pages are cleaned while their inodes are switched; no umount
    bdi_lifetime, ///< P8: the device goes away after umount
    saved_sum,    ///< like umount, but put_super() reads the counter that evictions change
};

/// The size of the system.
WBSYNC_BOUNDS(bounds,
              (switchers, 1, 1, 8,
               "writers that switch an inode; number i takes inode i mod inodes"),
              (inodes, 1, 1, 8, "cached inodes; number i belongs to superblock i mod superblocks"),
              (superblocks, 1, 1, 4, "file systems on the device; the first one is unmounted"),
              (cleaner, 0, 0, 1, "1: the offline cleaner switches all inodes of the dying cgroup"));

/// P1, at the end of generic_shutdown_super(): no inode is left.
inline void expect_no_busy_inodes(super_block& sb, const site& at = site::here()) {
    spin_lock(sb.s_inode_list_lock);
    ensure(sb.s_inodes.read().empty(), "P1",
           fmt::format("VFS: Busy inodes after unmount of {}", sb.name.str()), at);
    spin_unlock(sb.s_inode_list_lock);
}

/// P3, at the release of a wb: it is the first release, and the wb's work is not queued.
inline void expect_released_for_good(bdi_writeback& wb, const site& at = site::here()) {
    ensure(atomic_inc_return(wb.life->released) == 1, "P3",
           fmt::format("somebody took a reference on {} after the last one was dropped",
                       wb.name.str()),
           at);
    ensure(!wb.switch_work || !work_pending(*wb.switch_work), "P3",
           fmt::format("{} is released with its switch_work pending", wb.name.str()), at);
}

/// P4, when umount(2) returns to its caller.
inline void expect_unmounted(const super_block& sb, bool did_it, const site& at = site::here()) {
    ensure(did_it, "P4",
           did_it ? std::string{} // the superblock is gone, its name with it
                  : fmt::format("umount returns, and {} is still to be shut down by somebody else",
                                sb.name.str()),
           at);
}

/// "fs-sum", in ->put_super(), when every inode is evicted: the saved sum counts all evictions.
inline void expect_whole_sum(super_block& sb, const site& at = site::here()) {
    const std::int64_t sum = percpu_counter_sum(sb.s_fs_counter, at);
    ensure(
        sum == *sb.sum_to_save, "fs-sum",
        fmt::format("{} is written to disk, after evictions that make it {}", sum, *sb.sum_to_save),
        at);
}

/// P7, in finally(): the wb's count is the number of dirty pages of its inodes.
inline void expect_counted_once(const bdi_writeback& wb, const std::vector<inode*>& inodes,
                                const site& at = site::here()) {
    std::int64_t dirty = 0;
    for (const inode* i : inodes)
        if (READ_ONCE(i->i_wb) == &wb)
            dirty += READ_ONCE(i->dirty);
    const std::int64_t counted = READ_ONCE(wb.reclaimable);
    ensure(
        counted == dirty, "P7",
        fmt::format("{} counts {} dirty pages, its inodes have {}", wb.name.str(), counted, dirty),
        at);
}

} // namespace wbsync::models::writeback
