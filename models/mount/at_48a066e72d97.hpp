// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/objects.hpp"

namespace wbsync::models::mounts {

/// 48a066e72d97 (3.13): walkers take references under RCU, and puts of a mount that is in a
/// namespace take no lock. fs/namespace.c. What later commits changed is virtual; each has a class
/// of its own that overrides it.
class at_48a066e72d97 {
public:
    at_48a066e72d97() = default;
    virtual ~at_48a066e72d97() = default;
    at_48a066e72d97(const at_48a066e72d97&) = delete;
    at_48a066e72d97& operator=(const at_48a066e72d97&) = delete;

protected:
    /// What __legitimize_mnt() has to say.
    enum class walk : std::uint8_t {
        legitimized, ///< the walker has a reference
        refused,     ///< it has none
        put_it       ///< it has one, and has to give it back when it has left RCU
    };

    seqlock_t mount_lock{"mount_lock"};

    void lock_mount_hash() { write_seqlock(mount_lock); }
    void unlock_mount_hash() { write_sequnlock(mount_lock); }

    // --- the count ------------------------------------------------------------------------------

    virtual void mnt_inc_count(mount& m) { this_cpu_inc(m.mnt_count); }
    virtual void mnt_dec_count(mount& m) { this_cpu_dec(m.mnt_count); }
    virtual std::int64_t mnt_get_count(mount& m) { return per_cpu_sum(m.mnt_count); }

    void mntget(mount& m) { mnt_inc_count(m); }

    /// Drops a reference. Returns whether that was the last one, and the mount is cleaned up.
    /// (M1) to (M8)
    virtual bool mntput(mount& m) {
        rcu_read_lock();
        mnt_dec_count(m);             // (M5), too early
        if (READ_ONCE(m.mnt_ns) != 0) // (M1)
            return not_last();        // (M2)
        lock_mount_hash();            // (M3)
        return put_locked(m);
    }

    static bool not_last() {
        rcu_read_unlock();
        return false;
    }

    /// The reference is dropped, and mount_lock is held: was it the last one?
    bool put_locked(mount& m) {
        const bool last = mnt_get_count(m) == 0 && may_doom(m); // (M6), (M7)
        if (last)
            WRITE_ONCE(m.mnt_flags, READ_ONCE(m.mnt_flags) | MNT_DOOMED);
        rcu_read_unlock();
        unlock_mount_hash();
        if (last)
            cleanup_mnt(m); // (M8)
        return last;
    }

    /// Two who drop the last references may both see that none is left. (M7)
    virtual bool may_doom(const mount& m) { return (READ_ONCE(m.mnt_flags) & MNT_DOOMED) == 0; }

    /// In the kernel by the same task, on its way back to user mode.
    static void cleanup_mnt(mount& m) {
        kfree(&m.mnt_sb); // deactivate_super()
        kfree_rcu(&m, &mount::mnt_rcu);
    }

    // --- walkers --------------------------------------------------------------------------------

    /// A walker under RCU that has begun when mount_lock was at `seq` wants a reference.
    /// (L1) to (L5)
    walk __legitimize_mnt(mount& m, std::int64_t seq) { // NOLINT: the kernel's name
        if (read_seqretry(mount_lock, seq))
            return walk::refused;            // (L1)
        mnt_inc_count(m);                    // (L2)
        mb_in_legitimize();                  // (L3)
        if (!read_seqretry(mount_lock, seq)) // (L4)
            return walk::legitimized;
        return after_a_change(m); // (L5)
    }

    virtual void mb_in_legitimize() {}

    /// Somebody has changed the tree since. Without mount_lock.
    virtual walk after_a_change(mount& m) {
        if ((READ_ONCE(m.mnt_flags) & MNT_SYNC_UMOUNT) == 0)
            return walk::put_it;
        mnt_dec_count(m);
        return walk::refused;
    }

    // --- umount ---------------------------------------------------------------------------------

    /// Synchronous, which refuses a mount that is in use. Returns whether it has unmounted, and if
    /// so, sets `finished` when the mount is cleaned up. (D1) to (D4)
    bool do_umount(mount& m, pointer<mount>& hashed, bool& finished) {
        lock_mount_hash();          // (D1)
        mb_in_do_umount();          // (D2)
        if (mnt_get_count(m) > 2) { // (D3) the tree's and umount's own
            unlock_mount_hash();
            return false; // EBUSY
        }
        umount_tree(m, hashed, MNT_UMOUNT | MNT_SYNC_UMOUNT); // (D4)
        unlock_mount_hash();
        finished = namespace_unlock(m);
        return true;
    }

    virtual void mb_in_do_umount() {}

    /// Under mount_lock. (T1)
    static void umount_tree(mount& m, pointer<mount>& hashed, std::int64_t flags) {
        WRITE_ONCE(m.mnt_flags, READ_ONCE(m.mnt_flags) | flags);
        WRITE_ONCE(m.mnt_ns, 0);
        rcu_assign_pointer(hashed, static_cast<mount*>(nullptr));
    }

    /// Drops the tree's reference. (N1), (N2)
    bool namespace_unlock(mount& m) {
        wait_for_walkers_and_puts(); // (N1)
        return mntput(m);            // (N2)
    }

    virtual void wait_for_walkers_and_puts() { synchronize_rcu_expedited(); }
};

} // namespace wbsync::models::mounts
