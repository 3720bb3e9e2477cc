// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/event_graph.hpp>
#include <wbsync/engine/lkmm/relation.hpp>

namespace wbsync::engine::lkmm {

/// The sets of events that linux-kernel.bell and lock.cat define, and the relations that follow
/// from the program alone. The names are those of the kernel's files, in lower case.
///
/// O(n³ / 64) for n events. Unlike the rest of the model, it need not be computed again when only
/// rf and co have changed.
struct bell {
    explicit bell(const event_graph& g);

    /// Every tag that is meaningful where it is written. A read-modify-write that failed has none.
    event_set m, r, w, iw, f, rmw_events, failed_rmw;
    event_set acquire, release, mb, noreturn;
    event_set rmb, wmb, barrier, before_atomic, after_atomic, after_spinlock, after_unlock_lock,
        after_srcu_read_unlock;
    event_set rcu_lock, rcu_unlock, sync_rcu, srcu_lock, srcu_unlock, sync_srcu;
    event_set lkr, lkw, ul, lf, ru;
    event_set marked, plain;
    event_set all;

    relation internal; ///< `int`: events of one thread
    relation external; ///< `ext`
    relation loc;      ///< events of one location
    relation id;
    relation rmw;      ///< `rmw`, with what lock.cat adds
    relation rcu_rscs; ///< from each rcu_read_lock() to the rcu_read_unlock() that ends its section

    /// `fencerel(s)`: from events before an event of `s` to events after it.
    [[nodiscard]] relation fencerel(const event_set& s) const { return seq(po, s, po); }

    relation po;

private:
    void sort(const event_graph& g);
    void relate(const event_graph& g);
    void match_rcu_sections();
};

} // namespace wbsync::engine::lkmm

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/lkmm/bell_inl.hpp>
#endif
