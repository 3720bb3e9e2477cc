// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/vfs/superblock.hpp"

#include <wbsync/bounds.hpp>

/// A mark on an inode holds a reference on it. Each superblock counts its watched objects, and
/// umount waits until that count is 0. fs/notify/mark.c, fs/notify/fsnotify.c.
namespace wbsync::models::fsnotify {

using vfs::inode;
using vfs::iput;

/// Freed with the superblock.
struct fsnotify_sb_info {
    atomic_t watched_objects{"watched_objects"};
};

struct super_block : vfs::super_block {
    fsnotify_sb_info* const info = kmalloc<fsnotify_sb_info>({"fsnotify_sb_info", "P2"});
    pointer<fsnotify_sb_info> s_fsnotify_info{"sb.s_fsnotify_info", info};
};

inline super_block& sb_of(const inode& i) {
    return static_cast<super_block&>(*READ_ONCE(i.i_sb));
}

WBSYNC_BOUNDS(bounds, (marks, 1, 1, 4, "marks that are put, each on an inode of its own"),
              (unlinked, 0, 0, 1,
               "1: these inodes are not kept once unused, also by an active superblock"));

/// What commits changed, and the differences of mutants.
struct form {
    bool inode_first = false; ///< 21d1b618b6b9: the count is dropped last …
    bool info_once = false;   ///< … and nothing of the superblock is used after it
    bool waits_first = false; ///< 74bd284537b3: umount waits before all else, then shrinks dentries
    // mutants
    bool late_sb = false;            ///< the superblock is looked up when the inode may be gone
    bool d_lock = true;              ///< false: umount takes no lock on the way
    bool acquire = false;            ///< umount acquires what was done before the count was dropped
    bool mb_before_evicting = false; ///< that of cgroup_writeback_umount(), for its own count
};

inline constexpr form at_d2f277e26f52{};                                       ///< 6.10
inline constexpr form at_21d1b618b6b9{.inode_first = true, .info_once = true}; ///< 6.13
inline constexpr form at_74bd284537b3{
    .inode_first = true, .info_once = true, .waits_first = true}; ///< 7.0

/// Marks are dropped while their superblock is unmounted.
template <form Form>
class fsnotify {
public:
    explicit fsnotify(const bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        super_block* sb = vfs::alloc_super<super_block>();
        atomic_set(sb->info->watched_objects, bounds_.marks);
        for (int n = 0; n != bounds_.marks; ++n) {
            inode* i = vfs::new_inode(*sb, inode_hash_lock_, n, 1, 0);
            i->unlinked = bounds_.unlinked != 0;
            s.thread({"mark", n}, [i] { fsnotify_put_inode_ref(*i); });
        }
        s.thread(
            "umount", [sb] { generic_shutdown_super(*sb); }, "P5");
    }

private:
    /// The mark is gone, and drops its reference on the inode. (F1) to (F3)
    static void fsnotify_put_inode_ref(inode& i) {
        if constexpr (Form.late_sb) {
            iput(i);
            fsnotify_put_sb_watched_objects(sb_of(i));
        } else if constexpr (Form.inode_first) {
            super_block& sb = sb_of(i); // before the inode goes away
            iput(i);                    // (F1)
            fsnotify_put_sb_watched_objects(sb);
        } else {
            fsnotify_put_sb_watched_objects(sb_of(i)); // (F2), (F3)
            iput(i);                                   // (F1), too late
        }
    }

    /// Decrements the count, and wakes umount. After the first of these the superblock may be gone.
    static void fsnotify_put_sb_watched_objects(super_block& sb) {
        atomic_t& watched = watched_objects_of(sb);
        if (!atomic_dec_and_test(watched)) // (F2)
            return;
        if constexpr (Form.info_once)
            wake_up_var(watched); // (F3) uses only the address
        else
            wake_up_var(watched_objects_of(sb)); // (F3)
    }

    static atomic_t& watched_objects_of(super_block& sb) {
        return READ_ONCE(sb.s_fsnotify_info)->watched_objects;
    }

    /// 1edc8eb2e931 (2019) to 6.19: umount waits after it has evicted what was unused.
    static void generic_shutdown_super(super_block& sb) {
        if constexpr (Form.waits_first)
            fsnotify_sb_delete(sb); // (U0)
        // Its lock and that of the list of inodes order reading the count before reading i_count.
        if constexpr (Form.waits_first && Form.d_lock)
            vfs::shrink_dcache_for_umount(sb); // (U1)
        data_race_write(sb.s_flags, 0);        // (U2)
        if constexpr (Form.mb_before_evicting)
            smp_mb();          // (U4)
        vfs::evict_inodes(sb); // (U5)
        if constexpr (!Form.waits_first)
            fsnotify_sb_delete(sb); // (U6)
        kfree(sb.info);
        vfs::put_super(sb); // (U7) to (U10)
    }

    static void fsnotify_sb_delete(super_block& sb) {
        const atomic_t& watched = watched_objects_of(sb);
        wait_var_event(watched, [&] {
            if constexpr (Form.acquire)
                return atomic_read_acquire(watched) == 0;
            else
                return atomic_read(watched) == 0;
        });
    }

    bounds bounds_;
    spinlock_t inode_hash_lock_{"inode_hash_lock"};
};

} // namespace wbsync::models::fsnotify
