// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// The part of the VFS that umount protocols share: inodes that are kept or evicted, and the steps
/// of generic_shutdown_super(). fs/super.c, fs/inode.c. It is less than in
/// models/writeback/vfs.hpp, where inodes also belong to a wb. Step labels as in
/// models/writeback/README.md.
///
/// P1: an inode is left after umount. P2: something of the superblock is used after its end.
namespace wbsync::models::vfs {

inline constexpr std::int64_t SB_ACTIVE = 1; // NOLINT: the kernel's name

// i_state
inline constexpr std::int64_t I_FREEING = 1; // NOLINT: the kernel's name

struct inode;

/// The file system's own data for a superblock: freed by put_super().
struct fs_info {
    atomic_t inodes{"s_fs_info.inodes"}; ///< evicted so far
};

struct super_block {
    /// The kernel accesses it plainly, which is a known race; here data_race().
    atomic_t s_flags{"sb.s_flags", SB_ACTIVE};
    spinlock_t s_root_d_lock{"sb.s_root.d_lock"}; ///< of the root dentry
    spinlock_t s_inode_list_lock{"sb.s_inode_list_lock"};
    plain<std::vector<inode*>> s_inodes{"sb.s_inodes"}; ///< protected by s_inode_list_lock
    fs_info* s_fs_info = kmalloc<fs_info>({"s_fs_info", "P2"});
};

struct inode {
    inode(const label& called, super_block& sb, spinlock_t& hash_lock, std::int64_t references,
          std::int64_t io)
        : name(called), i_hash_lock(hash_lock), i_sb({name, "i_sb"}, &sb),
          i_state({name, "i_state"}), i_count({name, "i_count"}, references),
          i_lock({name, "i_lock"}), i_pages({name, "i_pages"}),
          i_writeback({name, "i_writeback"}, io) {}

    label name;
    spinlock_t& i_hash_lock; ///< of all inodes in the hash table
    bool unlinked = false;   ///< i_nlink is 0: not kept when unused, even by an active superblock
    pointer<super_block> i_sb;
    atomic_t i_state;
    atomic_t i_count;
    spinlock_t i_lock;
    spinlock_t i_pages;   ///< the lock of i_mapping->i_pages
    atomic_t i_writeback; ///< I/O under way: eviction waits for it
};

/// The type may have more members than super_block.
template <class Superblock>
Superblock* alloc_super() {
    return kmalloc<Superblock>({"sb", "P2"});
}

/// Called when the model is built. `hash_lock` is the lock of the hash table, which outlives
/// superblocks; `references` and `io` are the values of i_count and i_writeback.
inline inode* new_inode(super_block& sb, spinlock_t& hash_lock, int number, std::int64_t references,
                        std::int64_t io) {
    inode* i = kmalloc<inode>({label{"inode", number}, "P2"}, label{"inode", number}, sb, hash_lock,
                              references, io);
    std::vector<inode*> inodes = sb.s_inodes.peek();
    inodes.push_back(i);
    sb.s_inodes.write(std::move(inodes));
    return i;
}

/// clear_inode() takes and releases the lock of i_pages; then the file system reads its own data,
/// as ext4 does. (V4)
inline void evict_inode(inode& i, super_block& sb) {
    spin_lock(i.i_pages);
    spin_unlock(i.i_pages);
    atomic_inc(sb.s_fs_info->inodes);
}

/// (V5)
inline void remove_inode_hash(inode& i) {
    spin_lock(i.i_hash_lock);
    spin_lock(i.i_lock);
    spin_unlock(i.i_lock);
    spin_unlock(i.i_hash_lock);
}

/// The inode is I_FREEING, so only the caller uses it. (V2) to (V6)
inline void evict(inode& i) {
    super_block& sb = *READ_ONCE(i.i_sb);
    spin_lock(sb.s_inode_list_lock);
    std::vector<inode*> inodes = sb.s_inodes.read();
    std::erase(inodes, &i);
    sb.s_inodes.write(std::move(inodes));
    spin_unlock(sb.s_inode_list_lock);
    await_acquire(i.i_writeback, [](std::int64_t under_way) { return under_way == 0; });
    evict_inode(i, sb);
    remove_inode_hash(i);
    spin_lock(i.i_lock); // (V6) waiters for the inode's end are woken
    spin_unlock(i.i_lock);
    kfree(&i);
}

/// Takes a reference, unless the inode is being freed.
inline bool igrab(inode& i) {
    spin_lock(i.i_lock);
    const bool taken = (READ_ONCE(i.i_state) & I_FREEING) == 0;
    if (taken)
        atomic_inc(i.i_count);
    spin_unlock(i.i_lock);
    return taken;
}

/// Drops a reference; the last one evicts the inode, unless an active superblock keeps it cached.
/// (I1), (I3) to (I5)
inline void iput(inode& i) {
    if (atomic_add_unless(i.i_count, -1, 1))
        return;
    spin_lock(i.i_lock);
    const bool last = atomic_dec_and_test(i.i_count);
    const bool evicts =
        last && (i.unlinked || (data_race(READ_ONCE(i.i_sb)->s_flags) & SB_ACTIVE) == 0);
    if (evicts)
        WRITE_ONCE(i.i_state, I_FREEING);
    spin_unlock(i.i_lock);
    if (evicts)
        evict(i);
}

/// Evicts every inode that nobody uses. (E1) to (E7)
inline void evict_inodes(super_block& sb) {
    std::vector<inode*> dispose;
    spin_lock(sb.s_inode_list_lock);
    for (inode* i : sb.s_inodes.read()) {
        if (atomic_read(i->i_count) != 0)
            continue; // (E1) without a lock
        spin_lock(i->i_lock);
        if (atomic_read(i->i_count) == 0 && (READ_ONCE(i->i_state) & I_FREEING) == 0) {
            WRITE_ONCE(i->i_state, I_FREEING);
            dispose.push_back(i);
        }
        spin_unlock(i->i_lock);
    }
    spin_unlock(sb.s_inode_list_lock);
    for (inode* i : dispose)
        evict(*i);
}

/// P1: no inode is left. (U8)
inline void expect_no_busy_inodes(super_block& sb, const site& at = site::here()) {
    spin_lock(sb.s_inode_list_lock);
    ensure(sb.s_inodes.read().empty(), "P1", "VFS: Busy inodes after unmount of sb", at);
    spin_unlock(sb.s_inode_list_lock);
}

/// Locks at least the root dentry. (U1)
inline void shrink_dcache_for_umount(super_block& sb) {
    spin_lock(sb.s_root_d_lock);
    spin_unlock(sb.s_root_d_lock);
}

/// The end of umount. Frees the superblock. (U7) to (U10)
template <class Superblock>
void put_super(Superblock& sb) {
    kfree(sb.s_fs_info);       // (U7) ->put_super()
    expect_no_busy_inodes(sb); // (U8)
    kfree(&sb);                // (U10)
}

} // namespace wbsync::models::vfs
