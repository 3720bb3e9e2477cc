// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/cycle_search.hpp>
#include <wbsync/linkage.hpp>

#include <vector>

namespace wbsync::engine::lkmm {

namespace detail {

/// Does the event order the earlier events of its thread before itself, or before later events?
inline bool orders_earlier(const event& e) {
    return !e.accesses() || e.kind == event_kind::unlock || e.kind == event_kind::srcu_unlock ||
           e.order == access_order::release || e.order == access_order::mb;
}
/// Does the event order itself before the later events of its thread?
inline bool orders_later(const event& e) {
    return orders_earlier(e) || e.kind == event_kind::lock_read ||
           e.kind == event_kind::lock_write || e.kind == event_kind::srcu_lock ||
           e.order == access_order::acquire;
}

} // namespace detail

WBSYNC_INLINE bool may_be_on_cycle(const event_graph& g, event_index e) {
    const std::size_t n = g.size();
    event_set barriers(n);
    for (event_index i = 0; i != n; ++i)
        if (detail::orders_earlier(g.events[i]))
            barriers.add(i);
    const relation read_from = g.rf.inverse();
    event_set reached(n);
    std::vector<event_index> pending{e};
    while (!pending.empty()) {
        const event_index a = pending.back();
        pending.pop_back();
        event_set next = g.rf.row(a);
        next |= g.co.row(a);
        read_from.each_after(a, [&](event_index w) { next |= g.co.row(w); });
        next |= g.addr.row(a);
        next |= g.data.row(a);
        next |= g.ctrl.row(a);
        const event_set later = g.po.row(a);
        if (detail::orders_later(g.events[a]))
            next |= later;
        else
            next |= later & barriers;
        if (g.events[a].location != event::no_location)
            later.each([&](event_index b) {
                if (g.events[b].location == g.events[a].location)
                    next.add(b);
            });
        if (next.has(e))
            return true;
        next -= reached;
        reached |= next;
        next.each([&](event_index b) { pending.push_back(b); });
    }
    return false;
}

} // namespace wbsync::engine::lkmm
