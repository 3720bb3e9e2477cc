// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/xfs/inodegc.hpp"

#include <wbsync/bounds.hpp>

namespace wbsync::models::xfs {

/// How xfs_inodegc_stop() waits for what was queued; this also determines how works are queued.
enum class stops : std::uint8_t {
    by_cancelling,    ///< before 6191cf3ad59f: queues all works, and cancels them
    by_draining,      ///< 6191cf3ad59f: queues all works, and drains the workqueue
    by_looping,       ///< 2254a7396a0c: flushes until all lists are empty
    by_flushing_last, ///< the same, with a flush after the lists were seen empty: a repair
};

WBSYNC_BOUNDS(bounds, (others, 0, 0, 4, "threads that unlink an inode meanwhile"),
              (shrinker, 0, 0, 1, "1: memory is short, the shrinker queues"));

/// rm of a file, then freeze, umount or a read-only remount by the same thread: the inode must be
/// inactivated when that returns.
template <stops Stops>
class inodegc_stop {
public:
    explicit inodegc_stop(const bounds& size) : size_(size) {
        for (int i = 0; i != size.others + 1; ++i)
            inodes_.push_back(std::make_unique<xfs_inode>(i));
    }

    void threads(scenario& s) {
        s.thread("freeze", [this] { freeze(); });
        for (std::size_t i = 1; i != inodes_.size(); ++i)
            s.thread({"unlink", static_cast<int>(i)},
                     [this, i] { xfs_inodegc_queue(*inodes_[i]); });
        if (size_.shrinker != 0)
            s.thread("shrinker", [this] { xfs_inodegc_shrinker_scan(); });
    }

private:
    void freeze() {
        xfs_inodegc_queue(*inodes_[0]);
        xfs_inodegc_stop();
        expect_inactivated(*inodes_[0], "xfs_inodegc_stop()");
    }

    // --- queueing (Q1 to Q3, K1 to K3) -----------------------------------------------------------

    void xfs_inodegc_queue(xfs_inode& ip) {
        llist_add(ip.i_gclist, gc_.list); // (Q1)
        if (xfs_is_inodegc_enabled())     // (Q2)
            queue_gc(1);                  // (Q3)
    }

    void xfs_inodegc_shrinker_scan() {
        if (!xfs_is_inodegc_enabled())
            return;                 // (K1)
        if (!llist_empty(gc_.list)) // (K2)
            queue_gc(0);            // (K3)
    }

    bool xfs_is_inodegc_enabled() { return test_bit(inodegc_enabled, m_opstate_); }

    /// A plain work before 5.19 (7cf2b0f9611b).
    void queue_gc(unsigned long delay) {
        if constexpr (Stops == stops::by_cancelling || Stops == stops::by_draining)
            queue_work(wq_, gc_.work.work);
        else
            mod_delayed_work(wq_, gc_.work, delay);
    }

    // --- the worker (W1 to W3) ------------------------------------------------------------------

    void xfs_inodegc_worker() { xfs_inodegc_inactivate(llist_del_all(gc_.list)); }

    // --- stop (S1 to S4) ------------------------------------------------------------------------

    void xfs_inodegc_stop() {
        test_and_clear_bit(inodegc_enabled, m_opstate_); // (S1)
        xfs_inodegc_queue_all();                         // (S2)
        if constexpr (Stops == stops::by_cancelling) {
            cancel_work_sync(gc_.work.work); // (S3) before 6191cf3ad59f
            return;
        }
        if constexpr (Stops == stops::by_draining) {
            drain_workqueue(wq_); // (S3) before 2254a7396a0c
            return;
        }
        do
            flush_workqueue(wq_);        // (S3)
        while (xfs_inodegc_queue_all()); // (S4)
        if constexpr (Stops == stops::by_flushing_last)
            flush_workqueue(wq_);
    }

    /// Returns whether there was something to queue.
    bool xfs_inodegc_queue_all() {
        if (llist_empty(gc_.list))
            return false;
        queue_gc(0);
        return true;
    }

    static constexpr int inodegc_enabled = 0; ///< XFS_OPSTATE_INODEGC_ENABLED

    bounds size_;
    atomic_t m_opstate_{"m_opstate", 1};
    workqueue_struct wq_{"m_inodegc_wq"};
    xfs_inodegc gc_{wq_, [this] { xfs_inodegc_worker(); }};
    std::vector<std::unique_ptr<xfs_inode>> inodes_;
};

} // namespace wbsync::models::xfs
