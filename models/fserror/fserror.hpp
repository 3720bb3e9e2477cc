// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/vfs/superblock.hpp"

#include <wbsync/bounds.hpp>

#include <deque>

/// Works report errors of a file system, and umount waits for them: fs/fserror.c.
namespace wbsync::models::fserror {

using vfs::igrab;
using vfs::inode;
using vfs::iput;
using vfs::SB_ACTIVE;

struct super_block : vfs::super_block {
    /// The number of events plus one, until umount subtracts the one.
    refcount_t s_pending_errors{"s_pending_errors"};
};

WBSYNC_BOUNDS(bounds, (reporters, 1, 1, 3, "I/Os that fail, each of an inode of its own"));

/// The differences of mutants and repairs.
struct form {
    // an additional barrier or order
    bool mb_before_wake = false;     ///< between the decrement and the test whether umount waits
    bool mb_before_evicting = false; ///< that of cgroup_writeback_umount(), for its own count
    bool acquire = false;            ///< an acquire load of the count that umount waits for
    // different steps
    bool event_first = false; ///< the worker drops the event before the inode
    bool unbiased = false;    ///< the count starts at 0: events only add to it, umount only waits
};

/// 21945e6cb516 (7.0). I/O of an inode fails and is reported while its superblock is unmounted.
template <form Form = form{}>
class fserror {
public:
    explicit fserror(const bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        sb_ = vfs::alloc_super<super_block>();
        if constexpr (Form.unbiased)
            refcount_set(pending(), 0);
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

private:
    /// An event from a pool that outlives the superblock.
    struct fserror_event {
        fserror_event(int number, inode& i, fserror& model)
            : about(i), work(model.system_wq_, {"event", number},
                             [this, &model](work_struct&) { model.fserror_worker(*this); }) {}

        inode& about;
        work_struct work;
    };

    refcount_t& pending() { return sb_->s_pending_errors; }

    /// Adds an event, unless umount has seen that there are none. (R1)
    bool fserror_pending_inc() {
        if constexpr (Form.unbiased) {
            atomic_inc(pending().refs);
            smp_mb(); // (1) pairs with (2): the count before SB_ACTIVE
            return true;
        } else {
            return refcount_inc_not_zero(pending());
        }
    }

    /// Drops an event: (D1) decrements the count, (D2) wakes umount if none is left.
    void fserror_pending_dec() {
        if (!refcount_dec_and_test(pending()))
            return;
        if constexpr (Form.mb_before_wake)
            smp_mb();
        wake_up_var(pending().refs);
    }

    /// (W1) to (W3)
    void fserror_worker(fserror_event& e) {
        report(e);
        if constexpr (Form.event_first)
            fserror_pending_dec();
        iput(e.about); // (W2)
        if constexpr (!Form.event_first)
            fserror_pending_dec(); // (W3)
    }

    /// ->report_error(), which reads data of the file system. (W1)
    void report(const fserror_event& e) {
        if ((data_race(sb_->s_flags) & SB_ACTIVE) != 0) {
            READ_ONCE(sb_->s_fs_info->inodes);
            READ_ONCE(e.about.i_state);
        }
    }

    /// Waits for the events. (U3)
    void fserror_unmount() {
        if constexpr (Form.unbiased)
            smp_mb(); // (2) pairs with (1): SB_ACTIVE before the count
        else if (refcount_dec_and_test(pending()))
            return;
        wait_var_event(pending().refs, [this] { return no_events(); });
    }
    bool no_events() {
        if constexpr (Form.acquire)
            return atomic_read_acquire(pending().refs) < 1;
        else
            return refcount_read(pending()) < 1;
    }

    /// The inode exists until its I/O has ended. (R1) to (R4)
    void fserror_report(fserror_event& e) {
        if (!fserror_pending_inc())
            return;
        if ((data_race(sb_->s_flags) & SB_ACTIVE) == 0 || !igrab(e.about)) { // (R2), (R3)
            fserror_pending_dec();
            return;
        }
        queue_work(system_wq_, e.work); // (R4)
    }

    void umount() {
        data_race_write(sb_->s_flags, 0); // (U2)
        fserror_unmount();                // (U3)
        if constexpr (Form.mb_before_evicting)
            smp_mb();            // (U4)
        vfs::evict_inodes(*sb_); // (U5)
        vfs::put_super(*sb_);    // (U7) to (U10)
    }

    bounds bounds_;
    super_block* sb_ = nullptr;
    spinlock_t inode_hash_lock_{"inode_hash_lock"};
    workqueue_struct system_wq_{"system_wq"};
    std::deque<fserror_event> events_;
};

} // namespace wbsync::models::fserror
