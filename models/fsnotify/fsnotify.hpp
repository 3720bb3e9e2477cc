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

/// d2f277e26f52 (6.10): marks are put while their superblock is unmounted.
class at_d2f277e26f52 {
public:
    explicit at_d2f277e26f52(const bounds& b) : bounds_(b) {}
    virtual ~at_d2f277e26f52() = default;
    at_d2f277e26f52(const at_d2f277e26f52&) = delete;
    at_d2f277e26f52& operator=(const at_d2f277e26f52&) = delete;

    void threads(scenario& s) {
        super_block* sb = vfs::alloc_super<super_block>();
        atomic_set(sb->info->watched_objects, bounds_.marks);
        for (int n = 0; n != bounds_.marks; ++n) {
            inode* i = vfs::new_inode(*sb, inode_hash_lock_, n, 1, 0);
            i->unlinked = bounds_.unlinked != 0;
            s.thread({"mark", n}, [this, i] { fsnotify_put_inode_ref(*i); });
        }
        s.thread(
            "umount", [this, sb] { generic_shutdown_super(*sb); }, "P5");
    }

protected:
    /// The mark is gone, and with it its reference on the inode. (F1) to (F3)
    virtual void fsnotify_put_inode_ref(inode& i) {
        fsnotify_put_sb_watched_objects(sb_of(i)); // (F2), (F3)
        iput(i);                                   // (F1), too late
    }

    /// Counts down, and wakes umount. The superblock may be gone after the first of these.
    virtual void fsnotify_put_sb_watched_objects(super_block& sb) {
        if (atomic_dec_and_test(watched_objects_of(sb))) // (F2)
            wake_up_var(watched_objects_of(sb));         // (F3)
    }

    static atomic_t& watched_objects_of(super_block& sb) {
        return READ_ONCE(sb.s_fsnotify_info)->watched_objects;
    }

    [[nodiscard]] virtual bool is_unwatched(const atomic_t& watched) const {
        return atomic_read(watched) == 0;
    }
    virtual void mb_before_evicting() {}

    /// 1edc8eb2e931 (2019) to 6.19: umount waits after it has evicted what was unused.
    virtual void generic_shutdown_super(super_block& sb) {
        deactivate_and_evict(sb);
        fsnotify_sb_delete(sb); // (U6)
        finish(sb);
    }

    void fsnotify_sb_delete(super_block& sb) {
        const atomic_t& watched = watched_objects_of(sb);
        wait_var_event(watched, [&] { return is_unwatched(watched); });
    }
    void deactivate_and_evict(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2)
        mb_before_evicting();           // (U4)
        vfs::evict_inodes(sb);          // (U5)
    }
    static void finish(super_block& sb) {
        kfree(sb.info);
        vfs::put_super(sb); // (U7) to (U10)
    }

private:
    bounds bounds_;
    spinlock_t inode_hash_lock_{"inode_hash_lock"};
};

/// 21d1b618b6b9 (6.13): the count goes last, and nothing of the superblock is used after it.
class at_21d1b618b6b9 : public at_d2f277e26f52 {
public:
    using at_d2f277e26f52::at_d2f277e26f52;

protected:
    void fsnotify_put_inode_ref(inode& i) override {
        super_block& sb = sb_of(i); // before the inode goes
        iput(i);
        fsnotify_put_sb_watched_objects(sb);
    }

    void fsnotify_put_sb_watched_objects(super_block& sb) override {
        atomic_t& watched = watched_objects_of(sb);
        if (atomic_dec_and_test(watched))
            wake_up_var(watched); // looks at the address only
    }
};

/// 74bd284537b3 (7.0): umount waits before all else, then shrinks dentries.
class at_74bd284537b3 : public at_21d1b618b6b9 {
public:
    using at_21d1b618b6b9::at_21d1b618b6b9;

protected:
    void generic_shutdown_super(super_block& sb) override {
        fsnotify_sb_delete(sb); // (U0)
        shrink_dcache(sb);      // (U1)
        deactivate_and_evict(sb);
        finish(sb);
    }

    /// Its lock and that of the list of inodes order the look at the count before that at i_count.
    virtual void shrink_dcache(super_block& sb) { vfs::shrink_dcache_for_umount(sb); }
};

/// And umount takes no lock on the way.
class no_dentries : public at_74bd284537b3 {
public:
    using at_74bd284537b3::at_74bd284537b3;

protected:
    void shrink_dcache(super_block&) override {}
};

/// Umount learns what was done before the count went.
template <class Version>
class with_acquire : public Version {
public:
    using Version::Version;

protected:
    [[nodiscard]] bool is_unwatched(const atomic_t& watched) const override {
        return atomic_read_acquire(watched) == 0;
    }
};

/// Umount has the full barrier that cgroup_writeback_umount() has for its own count.
template <class Version>
class with_cgroup_writeback : public Version {
public:
    using Version::Version;

protected:
    void mb_before_evicting() override { smp_mb(); }
};

/// The first half: the count goes last, and is looked up again for the wake-up.
class info_twice : public at_21d1b618b6b9 {
public:
    using at_21d1b618b6b9::at_21d1b618b6b9;

protected:
    void fsnotify_put_sb_watched_objects(super_block& sb) override {
        at_d2f277e26f52::fsnotify_put_sb_watched_objects(sb);
    }
};

/// The other half: the count goes first, and is looked up once.
class count_first : public at_21d1b618b6b9 {
public:
    using at_21d1b618b6b9::at_21d1b618b6b9;

protected:
    void fsnotify_put_inode_ref(inode& i) override { at_d2f277e26f52::fsnotify_put_inode_ref(i); }
};

/// In the right order, and the superblock is looked up when the inode may be gone.
class late_sb : public at_21d1b618b6b9 {
public:
    using at_21d1b618b6b9::at_21d1b618b6b9;

protected:
    void fsnotify_put_inode_ref(inode& i) override {
        iput(i);
        fsnotify_put_sb_watched_objects(sb_of(i));
    }
};

} // namespace wbsync::models::fsnotify
