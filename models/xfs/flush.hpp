// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/xfs/inodegc.hpp"

#include <wbsync/bounds.hpp>

namespace wbsync::models::xfs {

WBSYNC_BOUNDS(flush_bounds, (unlinkers, 2, 1, 4, "each queues an inode, and flushes"));

/// xfs_inodegc_flush() promises that what was queued before is inactivated when it returns. Each
/// thread unlinks an inode and flushes. Before 7cf2b0f9611b the list has a plain work, and PENDING
/// is set before the work is on its queue. Since then the work has a timer, and mod_delayed_work()
/// takes a pending instance off its queue: then a flush that waits for that instance returns.
template <bool Delayed>
class inodegc_flush {
public:
    explicit inodegc_flush(const flush_bounds& b) {
        for (int i = 0; i != b.unlinkers; ++i)
            inodes_.push_back(std::make_unique<xfs_inode>(i));
    }

    void threads(scenario& s) {
        for (const auto& ip : inodes_)
            s.thread({"unlink", ip->name.index}, [this, &ip] { unlink(*ip); });
    }

private:
    void unlink(xfs_inode& ip) {
        llist_add(ip.i_gclist, gc_.list); // (Q1)
        queue_gc(1);                      // (Q3)
        xfs_inodegc_flush();
        expect_inactivated(ip, "xfs_inodegc_flush()");
    }

    void xfs_inodegc_flush() {
        if (!llist_empty(gc_.list)) // (F1)
            queue_gc(0);            // (F2)
        flush_workqueue(wq_);       // (F3)
    }

    void queue_gc(unsigned long delay) {
        if constexpr (Delayed)
            mod_delayed_work(wq_, gc_.work, delay);
        else
            queue_work(wq_, gc_.work.work);
    }

    workqueue_struct wq_{"m_inodegc_wq"};
    xfs_inodegc gc_{wq_, [this] { xfs_inodegc_inactivate(llist_del_all(gc_.list)); }};
    std::vector<std::unique_ptr<xfs_inode>> inodes_;
};

} // namespace wbsync::models::xfs
