// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/bounds.hpp>
#include <wbsync/wbsync.hpp>

/// The same file system is mounted while it is being unmounted: fs/super.c around 2c18a63b760a and
/// dc3216b14160 (6.6). README.md in this folder says what is left out.
namespace wbsync::models::super {

/// When the old superblock leaves the list that mounts search.
enum class form : std::uint8_t {
    early,      ///< in generic_shutdown_super(): a mount that comes then has nothing to wait for
    past_kill,  ///< 2c18a63b760a: after ->kill_sb(); a mount that finds it waits for SB_DEAD
    in_kill,    ///< dc3216b14160, in kill_anon_super(): before ->kill_sb() frees s_fs_info
    looks_back, ///< 2c18a63b760a, which asserted something about the old superblock after its
                ///< put_super()
};

/// The kind of file system.
enum class kind : std::uint8_t {
    on_a_device, ///< a new superblock opens the device exclusively: EBUSY while it is open
    keyed,       ///< a superblock is found by its s_fs_info
};

inline constexpr std::int64_t SB_BORN = 1;  // NOLINT: the kernel's name
inline constexpr std::int64_t SB_DYING = 2; // NOLINT: the kernel's name
inline constexpr std::int64_t SB_DEAD = 4;  // NOLINT: the kernel's name

struct fs_info {
    plain<int> key{"sb.s_fs_info->key", 1};
};

struct super_block {
    label name{"sb"};
    atomic_t s_flags{"sb.s_flags", SB_BORN};
    atomic_t s_active{"sb.s_active", 1};
    plain<int> s_count{"sb.s_count", 1}; ///< protected by sb_lock
    rw_semaphore s_umount{"sb.s_umount"};
    fs_info* s_fs_info = kmalloc<fs_info>("sb.s_fs_info");
};

/// It wakes others when they may have entered already. Preemption is disabled, so that the
/// superblock, which is freed after a grace period, exists until then.
inline void super_unlock_excl(super_block& sb) {
    preempt_disable();
    up_write(sb.s_umount);
    preempt_enable();
}

/// Umount drops the last active reference, while another thread mounts the same again.
WBSYNC_BOUNDS(bounds, (mounts, 1, 1, 3, "that come while the file system is unmounted"));

template <form Form, kind Kind>
class mount_meets_umount {
public:
    explicit mount_meets_umount(const bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        s.thread("umount", [this] { deactivate_super(); });
        s.threads("mount", bounds_.mounts, [this] { get_tree(); });
    }

private:
    // --- umount (U1 to U6) ----------------------------------------------------------------------

    void deactivate_super() {
        if (atomic_add_unless(sb_->s_active, -1, 1))
            return;
        down_write(sb_->s_umount);
        if (!atomic_dec_and_test(sb_->s_active)) { // (U1)
            super_unlock_excl(*sb_);
            return;
        }
        kill_sb();
        if constexpr (Form == form::past_kill || Form == form::looks_back)
            kill_super_notify(); // (U5) 2c18a63b760a
        put_super(sb_);          // (U6)
    }

    void kill_sb() {
        generic_shutdown_super();
        if constexpr (Form == form::in_kill)
            kill_super_notify(); // (U5) dc3216b14160
        if constexpr (Kind == kind::on_a_device)
            WRITE_ONCE(bdev_holders_, 0); // (U4) blkdev_put()
        if constexpr (Kind == kind::keyed)
            free_fs_info(); // (U4)
    }

    void generic_shutdown_super() {
        if constexpr (Form == form::early) {
            spin_lock(sb_lock_);
            on_the_list_.write(nullptr); // (U3)
            spin_unlock(sb_lock_);
        } else {
            super_wake(SB_DYING); // (U2)
        }
        super_unlock_excl(*sb_);
    }

    void free_fs_info() { kfree(sb_->s_fs_info); }

    void kill_super_notify() {
        spin_lock(sb_lock_);
        on_the_list_.write(nullptr);
        spin_unlock(sb_lock_);
        super_wake(SB_DEAD);
    }

    /// (1) A release, and a full barrier before the test of the queue; pairs with (2).
    void super_wake(std::int64_t flag) {
        smp_store_release(sb_->s_flags, READ_ONCE(sb_->s_flags) | flag);
        smp_mb();
        wake_up_var(sb_->s_flags);
    }

    void put_super(super_block* sb) {
        spin_lock(sb_lock_);
        const int left = sb->s_count.read() - 1;
        sb->s_count.write(left);
        spin_unlock(sb_lock_);
        if (left != 0)
            return;
        if constexpr (Kind == kind::on_a_device)
            kfree(sb->s_fs_info);
        synchronize_rcu(); // a callback in the kernel: destroy_super_rcu()
        kfree(sb);
    }

    // --- mount (M1 to M6) -----------------------------------------------------------------------

    void get_tree() {
        if (sget()) {
            deactivate_super(); // shared; this mount goes away, too
            return;
        }
        if constexpr (Kind == kind::on_a_device)
            ensure(READ_ONCE(bdev_holders_) == 0, "EBUSY", // (M6)
                   "the superblock is gone, and its device is still open");
    }

    /// Takes an active reference on the old superblock; false: a new one is needed.
    bool sget() {
        for (;;) {
            spin_lock(sb_lock_);
            super_block* const old = on_the_list_.read(); // (M1)
            if (old == nullptr || !test(*old)) {
                spin_unlock(sb_lock_);
                return false;
            }
            if (grab_super(*old))
                return true;
        }
    }

    /// (M2) the file system's own test, called for each superblock on the list.
    bool test(super_block& old) {
        if constexpr (Kind == kind::keyed)
            return old.s_fs_info->key.read() == 1;
        else
            return true;
    }

    /// Called with sb_lock, which it drops.
    bool grab_super(super_block& old) {
        old.s_count.write(old.s_count.read() + 1); // (M3)
        spin_unlock(sb_lock_);
        const bool active = take_active(old); // (M4)
        if (!active && Form != form::early)
            wait_until_dead(old); // (M5)
        put_super(&old);
        if constexpr (Form == form::looks_back)
            if (!active)
                BUG_ON((READ_ONCE(old.s_flags) & SB_DEAD) == 0);
        return active;
    }

    bool take_active(super_block& old) {
        down_write(old.s_umount);
        const bool active = atomic_inc_not_zero(old.s_active);
        super_unlock_excl(old);
        return active;
    }

    void wait_until_dead(super_block& old) {
        wait_var_event(old.s_flags, [&old] { // (2)
            return (smp_load_acquire(old.s_flags) & SB_DEAD) != 0;
        });
    }

    bounds bounds_;
    spinlock_t sb_lock_{"sb_lock"};
    super_block* sb_ = kmalloc<super_block>("sb");
    plain<super_block*> on_the_list_{"fs_supers", sb_};
    atomic_t bdev_holders_{"bdev.holders", 1};
};

} // namespace wbsync::models::super
