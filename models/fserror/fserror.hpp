// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/vfs/superblock.hpp"

#include <wbsync/bounds.hpp>

#include <deque>

/// Errors of a file system are reported by works, and umount waits for them: fs/fserror.c.
namespace wbsync::models::fserror {

using vfs::igrab;
using vfs::inode;
using vfs::iput;
using vfs::SB_ACTIVE;

struct super_block : vfs::super_block {
    /// One more than there are events, until umount takes that one away.
    refcount_t s_pending_errors{"s_pending_errors"};
};

WBSYNC_BOUNDS(bounds, (reporters, 1, 1, 3, "I/Os that fail, each of an inode of its own"));

/// 21945e6cb516 (7.0). I/O of an inode fails and is reported, while its superblock is unmounted.
class at_21945e6cb516 {
public:
    explicit at_21945e6cb516(const bounds& b) : bounds_(b) {}
    virtual ~at_21945e6cb516() = default;
    at_21945e6cb516(const at_21945e6cb516&) = delete;
    at_21945e6cb516& operator=(const at_21945e6cb516&) = delete;

    void threads(scenario& s) {
        sb_ = vfs::alloc_super<super_block>();
        start_counting();
        for (int n = 0; n != bounds_.reporters; ++n) {
            events_.emplace_back(n, *vfs::new_inode(*sb_, inode_hash_lock_, n, 0, 1), *this);
            s.thread({"io", n}, [this, &e = events_.back()] {
                fserror_report(e);
                atomic_sub_return_release(1, e.about.i_writeback); // the I/O has ended
            });
        }
        s.thread(
            "umount", [this] { umount(); }, "P5");
    }

protected:
    /// From a pool that outlives the superblock.
    struct fserror_event {
        fserror_event(int number, inode& i, at_21945e6cb516& model)
            : about(i), work(model.system_wq_, {"event", number},
                             [this, &model](work_struct&) { model.fserror_worker(*this); }) {}

        inode& about;
        work_struct work;
    };

    super_block& sb() { return *sb_; }
    refcount_t& pending() { return sb_->s_pending_errors; }

    /// The count starts with 1.
    virtual void start_counting() {}

    /// One event more, unless umount has seen that there are none. (R1)
    virtual bool fserror_pending_inc() { return refcount_inc_not_zero(pending()); }

    /// One event less: (D1) counts down, (D2) wakes umount if none is left.
    virtual void fserror_pending_dec() {
        if (refcount_dec_and_test(pending()))
            wake_up_var(pending().refs);
    }

    /// (W1) to (W3)
    virtual void fserror_worker(fserror_event& e) {
        report(e);
        iput(e.about);         // (W2)
        fserror_pending_dec(); // (W3)
    }

    /// ->report_error(), which looks at what the file system keeps. (W1)
    void report(const fserror_event& e) {
        if ((data_race(sb().s_flags) & SB_ACTIVE) != 0) {
            READ_ONCE(sb().s_fs_info->inodes);
            READ_ONCE(e.about.i_state);
        }
    }

    /// Waits for the events. (U3)
    virtual void fserror_unmount() {
        if (!refcount_dec_and_test(pending()))
            wait_var_event(pending().refs, [this] { return no_events(); });
    }
    virtual bool no_events() { return refcount_read(pending()) < 1; }
    virtual void mb_before_evicting() {}

private:
    /// The inode does not go away before its I/O has ended. (R1) to (R4)
    void fserror_report(fserror_event& e) {
        if (!fserror_pending_inc())
            return;
        if ((data_race(sb().s_flags) & SB_ACTIVE) == 0 || !igrab(e.about)) { // (R2), (R3)
            fserror_pending_dec();
            return;
        }
        queue_work(system_wq_, e.work); // (R4)
    }

    void umount() {
        data_race_write(sb_->s_flags, 0); // (U2)
        fserror_unmount();                // (U3)
        mb_before_evicting();             // (U4)
        vfs::evict_inodes(*sb_);          // (U5)
        vfs::put_super(*sb_);             // (U7) to (U10)
    }

    bounds bounds_;
    super_block* sb_ = nullptr;
    spinlock_t inode_hash_lock_{"inode_hash_lock"};
    workqueue_struct system_wq_{"system_wq"};
    std::deque<fserror_event> events_;
};

/// With a full barrier between counting down and the look whether umount waits.
class wake_mb : public at_21945e6cb516 {
public:
    using at_21945e6cb516::at_21945e6cb516;

protected:
    void fserror_pending_dec() override {
        if (refcount_dec_and_test(pending())) {
            smp_mb();
            wake_up_var(pending().refs);
        }
    }
};

/// With that, and the full barrier that cgroup_writeback_umount() has for its own count.
class wake_mb_cgwb : public wake_mb {
public:
    using wake_mb::wake_mb;

protected:
    void mb_before_evicting() override { smp_mb(); }
};

/// With an acquire load of the count that umount waits for.
class wait_acquire : public at_21945e6cb516 {
public:
    using at_21945e6cb516::at_21945e6cb516;

protected:
    bool no_events() override { return atomic_read_acquire(pending().refs) < 1; }
};

/// With both.
class wake_mb_wait_acquire : public wake_mb {
public:
    using wake_mb::wake_mb;

protected:
    bool no_events() override { return atomic_read_acquire(pending().refs) < 1; }
};

/// With both, and the worker gives up the event before the inode.
class dec_first : public wake_mb_wait_acquire {
public:
    using wake_mb_wait_acquire::wake_mb_wait_acquire;

protected:
    void fserror_worker(fserror_event& e) override {
        report(e);
        fserror_pending_dec();
        iput(e.about);
    }
};

/// With both, and the count starts with 0: events just add to it, umount just waits.
class unbiased : public wake_mb_wait_acquire {
public:
    using wake_mb_wait_acquire::wake_mb_wait_acquire;

protected:
    void start_counting() override { refcount_set(pending(), 0); }
    bool fserror_pending_inc() override {
        atomic_inc(pending().refs);
        mb_after_pin();
        return true;
    }
    void fserror_unmount() override {
        mb_before_drain();
        wait_var_event(pending().refs, [this] { return no_events(); });
    }

    virtual void mb_after_pin() {}
    virtual void mb_before_drain() {}
};

/// The same with the barriers that such a count needs.
class unbiased_mb : public unbiased {
public:
    using unbiased::unbiased;

protected:
    void mb_after_pin() override { smp_mb(); }    // (1) pairs with (2): the count before SB_ACTIVE
    void mb_before_drain() override { smp_mb(); } // (2) pairs with (1): SB_ACTIVE before the count
};

} // namespace wbsync::models::fserror
