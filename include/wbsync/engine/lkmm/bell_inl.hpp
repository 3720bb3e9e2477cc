// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/bell.hpp>

#include <wbsync/linkage.hpp>

namespace wbsync::engine::lkmm {

WBSYNC_INLINE bell::bell(const event_graph& g) : po(g.po) {
    for (event_set* s : {&m,
                         &r,
                         &w,
                         &iw,
                         &f,
                         &rmw_events,
                         &acquire,
                         &release,
                         &mb,
                         &noreturn,
                         &rmb,
                         &wmb,
                         &barrier,
                         &before_atomic,
                         &after_atomic,
                         &after_spinlock,
                         &after_unlock_lock,
                         &after_srcu_read_unlock,
                         &rcu_lock,
                         &rcu_unlock,
                         &sync_rcu,
                         &srcu_lock,
                         &srcu_unlock,
                         &sync_srcu,
                         &lkr,
                         &lkw,
                         &ul,
                         &lf,
                         &ru,
                         &marked,
                         &plain,
                         &all})
        *s = event_set(g.size());
    sort(g);
    relate(g);
    if (!rcu_lock.empty())
        match_rcu_sections();
}

WBSYNC_INLINE void bell::sort(const event_graph& g) {
    event_set* const fences[] = {&mb,
                                 &rmb,
                                 &wmb,
                                 &before_atomic,
                                 &after_atomic,
                                 &after_spinlock,
                                 &after_unlock_lock,
                                 &after_srcu_read_unlock,
                                 &barrier};
    for (event_index i = 0; i != g.size(); ++i) {
        const event& e = g.events[i];
        const auto put = [&](bool yes, event_set& into) {
            if (yes)
                into.add(i);
        };
        using kind = event_kind;
        all.add(i);
        put(e.accesses(), m);
        put(e.reads(), r);
        put(e.writes(), w);
        put(e.initial(), iw);
        put(!e.accesses(), f);
        put(e.rmw, rmw_events);
        put(e.kind == kind::fence, *fences[static_cast<std::size_t>(e.barrier)]);
        put(e.kind == kind::rcu_lock, rcu_lock);
        put(e.kind == kind::rcu_unlock, rcu_unlock);
        put(e.kind == kind::sync_rcu, sync_rcu);
        put(e.kind == kind::srcu_lock, srcu_lock);
        put(e.kind == kind::srcu_unlock, srcu_unlock);
        put(e.kind == kind::sync_srcu, sync_srcu);
        put(e.kind == kind::lock_read, lkr);
        put(e.kind == kind::lock_write, lkw);
        put(e.kind == kind::unlock, ul);
        put(e.kind == kind::lock_fail || e.kind == kind::lock_held, lf);
        put(e.kind == kind::lock_free, ru);
        put(e.plain(), plain);
    }
    marked = all - plain;
    // Tags without a meaning where they stand are left out.
    failed_rmw = rmw_events - (g.rmw.domain() | g.rmw.range());
    for (event_index i = 0; i != g.size(); ++i) {
        const event& e = g.events[i];
        if (!e.accesses() || e.initial() || failed_rmw.has(i))
            continue;
        if (e.order == access_order::acquire && e.reads())
            acquire.add(i);
        if (e.order == access_order::release && e.writes())
            release.add(i);
        if (e.order == access_order::mb)
            mb.add(i);
        if (e.order == access_order::noreturn && e.reads())
            noreturn.add(i);
    }
    acquire |= lkr;
    release |= ul;
}

WBSYNC_INLINE void bell::relate(const event_graph& g) {
    const std::size_t n = g.size();
    internal = external = loc = relation(n);
    id = relation(all);
    for (event_index a = 0; a != n; ++a)
        for (event_index b = 0; b != n; ++b) {
            const event& x = g.events[a];
            const event& y = g.events[b];
            (x.thread == y.thread ? internal : external).add(a, b);
            if (x.location != event::no_location && x.location == y.location)
                loc.add(a, b);
        }
    rcu_rscs = relation(n);
    const relation po_loc = po & loc;
    rmw = g.rmw | (seq(lkr, po_loc, lkw) - po.then(po)); // lk-rmw
}

/// rcu-rscs: a lock and an unlock belong together if everything between them is matched.
WBSYNC_INLINE void bell::match_rcu_sections() {
    for (relation before(0); before != rcu_rscs;) {
        before = rcu_rscs;
        const event_set unmatched_locks = rcu_lock - rcu_rscs.domain();
        const event_set unmatched_unlocks = rcu_unlock - rcu_rscs.range();
        const event_set unmatched = unmatched_locks | unmatched_unlocks;
        const relation unmatched_po = seq(unmatched, po, unmatched);
        const relation unmatched_locks_to_unlocks = seq(unmatched_locks, po, unmatched_unlocks);
        rcu_rscs |= unmatched_locks_to_unlocks - unmatched_po.then(unmatched_po);
    }
}

} // namespace wbsync::engine::lkmm
