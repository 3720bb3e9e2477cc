// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/form.hpp"
#include "models/mount/objects.hpp"

/// The count of a mount: mntput(), __legitimize_mnt() and do_umount() in fs/namespace.c, in the
/// version that the form describes: a commit or a mutant.
namespace wbsync::models::mounts {

/// The result of __legitimize_mnt().
enum class walk : std::uint8_t {
    legitimized, ///< the walker has a reference
    refused,     ///< it has none
    put_it       ///< it has one, and has to drop it after it has left RCU
};

template <form Form>
struct mount_namespace {
    seqlock_t mount_lock{"mount_lock"};

    void lock_mount_hash() { write_seqlock(mount_lock); }
    void unlock_mount_hash() { write_sequnlock(mount_lock); }

    // --- the count ------------------------------------------------------------------------------

    static void mnt_inc_count(mount& m) {
        this_cpu_inc(Form.gets_and_puts ? m.mnt_gets : m.mnt_count);
    }
    static void mnt_dec_count(mount& m) {
        if constexpr (Form.gets_and_puts)
            this_cpu_inc(m.mnt_puts);
        else
            this_cpu_dec(m.mnt_count);
    }

    /// Since 7eb84d54fac5 puts are added up first: if a put is in the sum, its get is, too.
    static std::int64_t mnt_get_count(mount& m) {
        if constexpr (!Form.gets_and_puts)
            return per_cpu_sum(m.mnt_count);
        const std::int64_t first = per_cpu_sum(Form.gets_first ? m.mnt_gets : m.mnt_puts);
        smp_mb(); // (4) pairs with (5)
        const std::int64_t second = per_cpu_sum(Form.gets_first ? m.mnt_puts : m.mnt_gets);
        return Form.gets_first ? first - second : second - first;
    }

    static void mntget(mount& m) { mnt_inc_count(m); }

    /// Drops a reference. Returns whether it was the last one, so that the mount was cleaned up.
    /// (M1) to (M8)
    bool mntput(mount& m) {
        rcu_read_lock();
        if constexpr (!Form.counts_under_lock)
            mnt_dec_count(m);           // (M5), too early
        if (READ_ONCE(m.mnt_ns) != 0) { // (M1)
            if constexpr (Form.gets_and_puts)
                smp_wmb(); // (5) pairs with (4)
            if constexpr (Form.counts_under_lock)
                mnt_dec_count(m); // (M2)
            rcu_read_unlock();
            return false;
        }
        lock_mount_hash(); // (M3)
        if constexpr (Form.mb_in_mntput)
            smp_mb(); // (M4), (2) pairs with (1)
        if constexpr (Form.counts_under_lock)
            mnt_dec_count(m);                                   // (M5)
        const bool last = mnt_get_count(m) == 0 && may_doom(m); // (M6), (M7)
        if (last)
            WRITE_ONCE(m.mnt_flags, READ_ONCE(m.mnt_flags) | MNT_DOOMED);
        rcu_read_unlock();
        unlock_mount_hash();
        if (last)
            cleanup_mnt(m); // (M8)
        return last;
    }

    /// Two threads that drop the last references may both see that none is left. (M7)
    static bool may_doom(const mount& m) {
        if constexpr (Form.looks_for_doomed)
            return (READ_ONCE(m.mnt_flags) & MNT_DOOMED) == 0;
        else
            return true;
    }

    /// In the kernel the same task does this on its way back to user mode.
    static void cleanup_mnt(mount& m) {
        kfree(&m.mnt_sb); // deactivate_super()
        kfree_rcu(&m, &mount::mnt_rcu);
    }

    // --- walkers --------------------------------------------------------------------------------

    /// A walker under RCU, which began when mount_lock was at `seq`, wants a reference. (L1) to
    /// (L5)
    walk __legitimize_mnt(mount& m, std::int64_t seq) { // NOLINT: the kernel's name
        if (read_seqretry(mount_lock, seq))
            return walk::refused; // (L1)
        mnt_inc_count(m);         // (L2)
        if constexpr (Form.mb_in_legitimize)
            smp_mb();                        // (L3), (1) pairs with (2) and (3)
        if (!read_seqretry(mount_lock, seq)) // (L4)
            return walk::legitimized;
        return after_a_change(m); // (L5)
    }

    /// Another thread has changed the tree since.
    walk after_a_change(mount& m) {
        if constexpr (!Form.sync_umount_under_lock)
            if ((READ_ONCE(m.mnt_flags) & MNT_SYNC_UMOUNT) != 0) { // without the lock
                mnt_dec_count(m);
                return walk::refused;
            }
        if constexpr (Form.looks_again)
            return look_again(m);
        else
            return walk::put_it;
    }

    /// Under mount_lock, where no thread adds up the count.
    walk look_again(mount& m) {
        const std::int64_t refuse =
            Form.sync_umount_under_lock ? MNT_SYNC_UMOUNT | MNT_DOOMED : MNT_DOOMED;
        lock_mount_hash();
        const bool refused = (READ_ONCE(m.mnt_flags) & refuse) != 0;
        if (refused)
            mnt_dec_count(m);
        unlock_mount_hash();
        return refused ? walk::refused : walk::put_it;
    }

    // --- umount ---------------------------------------------------------------------------------

    /// Synchronous: refuses a mount that is in use. Returns whether it has unmounted; if so, sets
    /// `finished` when the mount is cleaned up. (D1) to (D4)
    bool do_umount(mount& m, pointer<mount>& hashed, bool& finished) {
        lock_mount_hash(); // (D1)
        if constexpr (Form.mb_in_do_umount)
            smp_mb();               // (D2), (3) pairs with (1)
        if (mnt_get_count(m) > 2) { // (D3) the references of the tree and of umount
            unlock_mount_hash();
            return false; // EBUSY
        }
        umount_tree(m, hashed, MNT_UMOUNT | MNT_SYNC_UMOUNT); // (D4)
        unlock_mount_hash();
        finished = namespace_unlock(m);
        return true;
    }

    /// Called under mount_lock. (T1)
    static void umount_tree(mount& m, pointer<mount>& hashed, std::int64_t flags) {
        WRITE_ONCE(m.mnt_flags, READ_ONCE(m.mnt_flags) | flags);
        WRITE_ONCE(m.mnt_ns, 0);
        rcu_assign_pointer(hashed, static_cast<mount*>(nullptr));
    }

    /// Drops the tree's reference. (N1), (N2)
    bool namespace_unlock(mount& m) {
        if constexpr (Form.grace_period)
            synchronize_rcu_expedited(); // (N1) for walkers, and puts without the lock
        return mntput(m);                // (N2)
    }
};

} // namespace wbsync::models::mounts
