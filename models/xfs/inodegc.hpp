// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <memory>
#include <vector>

/// Unlinked inodes are inactivated in the background: fs/xfs/xfs_icache.c and fs/xfs/xfs_mount.h.
/// There is only one of the per-CPU queues. README.md in this folder says what else is left out.
namespace wbsync::models::xfs {

/// An unlinked inode that nobody uses any more.
struct xfs_inode {
    explicit xfs_inode(int number)
        : name("inode", number), i_gclist(name, this), inactivated({name, "inactivated"}) {}

    label name;
    llist_node i_gclist;
    atomic_t inactivated; ///< how often; not in the kernel
};

/// The queue of a CPU; struct xfs_inodegc.
struct xfs_inodegc {
    xfs_inodegc(workqueue_struct& wq, std::function<void()> worker)
        : list("gc.list"), work(wq, "gc.work", [run = std::move(worker)](work_struct&) { run(); }) {
    }

    llist_head list;
    delayed_work work;
};

/// xfs_inodegc_worker(): (W3) for each inode on the list.
inline void xfs_inodegc_inactivate(llist_node* node) {
    while (node != nullptr) {
        llist_node* const next = node->next;
        atomic_inc(llist_entry<xfs_inode>(node)->inactivated);
        node = next;
    }
}

/// What stop and a flush promise for an inode that the same thread has queued before.
inline void expect_inactivated(const xfs_inode& ip, const char* by, const site& at = site::here()) {
    ensure(READ_ONCE(ip.inactivated) == 1, "forgotten",
           fmt::format("{} was queued before {}, which returns, and it is not inactivated",
                       ip.name.str(), by),
           at);
}

} // namespace wbsync::models::xfs
