// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/properties.hpp"

/// The VFS side of umount: the reference count of inodes, eviction, and what
/// generic_shutdown_super() does around cgroup_writeback_umount().
namespace wbsync::models::writeback {

/// Called under i_lock.
inline void __iget(inode& i) { // NOLINT: the kernel's name
    atomic_inc(i.i_count);
}

/// Takes the inode off the lists of its current wb (evict(), through inode_io_list_del() and
/// inode_to_wb_and_lock_list()).
inline void inode_io_list_del(inode& i) {
    for (;;) {
        bdi_writeback* wb = READ_ONCE(i.i_wb);
        spin_lock(wb->list_lock);
        if (READ_ONCE(i.i_wb) == wb) {
            list_del(wb->b_attached, i);
            spin_unlock(wb->list_lock);
            wb_put(*wb); // inode_detach_wb()
            return;
        }
        spin_unlock(wb->list_lock);
    }
}

/// The page cache is empty: clear_inode() takes and releases the lock of i_pages, since the thread
/// that took the last page out may still hold it.
inline void clear_inode(inode& i) {
    spin_lock(i.i_pages);
    spin_unlock(i.i_pages);
}

/// ->evict_inode() of a file system such as ext4. It uses s_fs_info after clear_inode(), in
/// ext4_clear_inode() and ext4_free_inode().
inline void evict_inode(inode& i) {
    clear_inode(i);
    super_block& sb = i.i_sb;
    (void)sb.s_fs_info->options.read();
    percpu_counter_dec(sb.s_fs_counter); // the crash site of the reports
}

inline void remove_inode_hash(inode& i) {
    if (i.i_hash_lock == nullptr)
        return;
    spin_lock(*i.i_hash_lock);
    spin_lock(i.i_lock);
    spin_unlock(i.i_lock);
    spin_unlock(*i.i_hash_lock);
}

/// The inode is I_FREEING, so only the caller uses it. (V1) to (V6)
///
/// The locks of (V5) and (V6) are not there for (V4), but they order it: an unlock and a later lock
/// of one thread order what is before the former against what is after the latter. Nothing else
/// orders (V4) before a relaxed decrement of the caller, see (W5).
inline void evict(inode& i) {
    super_block& sb = i.i_sb;
    inode_io_list_del(i);            // (V1)
    spin_lock(sb.s_inode_list_lock); // (V2)
    list_del(sb.s_inodes, i);
    spin_unlock(sb.s_inode_list_lock);
    await_acquire(i.i_sync, [](std::int64_t writers) { return writers == 0; }); // (V3)
    evict_inode(i);                                                             // (V4)
    remove_inode_hash(i);                                                       // (V5)
    spin_lock(i.i_lock); // (V6) waiters for the inode's end are woken
    spin_unlock(i.i_lock);
    kfree(&i);
}

/// The last reference is gone; called with i_lock, which it drops. An active superblock keeps the
/// inode cached, unless it was unlinked.
inline void iput_final(inode& i) {
    if (!i.unlinked && (data_race(i.i_sb.s_flags) & SB_ACTIVE) != 0) {
        spin_unlock(i.i_lock);
        return;
    }
    WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) | I_WILL_FREE);
    spin_unlock(i.i_lock);
    // write_inode_now() would be here
    spin_lock(i.i_lock);
    WRITE_ONCE(i.i_state, (READ_ONCE(i.i_state) & ~I_WILL_FREE) | I_FREEING);
    spin_unlock(i.i_lock);
    evict(i);
}

/// Drops a reference. (I1) to (I5)
inline void iput(inode& i) {
    if (atomic_add_unless(i.i_count, -1, 1))
        return;                         // (I1)
    spin_lock(i.i_lock);                // (I3)
    if (atomic_dec_and_test(i.i_count)) // (I4)
        iput_final(i);                  // (I5)
    else
        spin_unlock(i.i_lock);
}

/// Evicts every inode that nobody uses. (E1) to (E7)
inline void evict_inodes(super_block& sb) {
    std::vector<inode*> dispose;
    spin_lock(sb.s_inode_list_lock);
    for (inode* i : sb.s_inodes.read()) {
        if (atomic_read(i->i_count) != 0)
            continue;                                                   // (E1) without a lock
        spin_lock(i->i_lock);                                           // (E2)
        if (atomic_read(i->i_count) != 0 ||                             // (E3)
            (READ_ONCE(i->i_state) & (I_FREEING | I_WILL_FREE)) != 0) { // (E4)
            spin_unlock(i->i_lock);
            continue;
        }
        WRITE_ONCE(i->i_state, READ_ONCE(i->i_state) | I_FREEING); // (E5)
        spin_unlock(i->i_lock);
        dispose.push_back(i);
    }
    spin_unlock(sb.s_inode_list_lock); // (E6)
    for (inode* i : dispose)
        evict(*i); // (E7)
}

/// ->put_super() of a file system such as ext4: frees s_fs_info and its percpu counters, perhaps
/// after writing their sums to the disk.
inline void put_super(super_block& sb) {
    if (sb.sum_to_save)
        expect_whole_sum(sb);
    percpu_counter_destroy(sb.s_fs_counter);
    kfree(sb.s_fs_info);
}

/// generic_shutdown_super(), from the point where the superblock is declared inactive, which
/// `stop_switches` does. (U2) to (U8)
template <class StopSwitches>
void generic_shutdown_super(super_block& sb, StopSwitches stop_switches) {
    stop_switches(sb);         // (U2), (U4)
    evict_inodes(sb);          // (U5)
    put_super(sb);             // (U7)
    expect_no_busy_inodes(sb); // (U8)
}

/// Drops an active reference; dropping the last one shuts the superblock down, and frees it.
/// Returns whether it did. (U0) to (U10)
template <class StopSwitches>
bool deactivate_super(super_block& sb, StopSwitches stop_switches) {
    if (!atomic_dec_and_test(sb.s_active)) // (U0)
        return false;
    down_write(sb.s_umount);
    generic_shutdown_super(sb, stop_switches);
    up_write(sb.s_umount); // (U9)
    kfree(&sb);            // (U10)
    return true;
}

} // namespace wbsync::models::writeback
