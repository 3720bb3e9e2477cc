// SPDX-License-Identifier: BSD-3-Clause
#include "graph.hpp"

#include <utility>

namespace wbsync::litmus {

namespace lkmm = engine::lkmm;

namespace {

lkmm::barrier_kind barrier_of(fence_kind kind) {
    using enum lkmm::barrier_kind;
    switch (kind) {
    case fence_kind::full: return mb;
    case fence_kind::before_atomic: return before_atomic;
    case fence_kind::after_atomic: return after_atomic;
    case fence_kind::after_spinlock: return after_spinlock;
    case fence_kind::after_unlock_lock: return after_unlock_lock;
    case fence_kind::after_srcu_read_unlock: return after_srcu_read_unlock;
    case fence_kind::read: return rmb;
    case fence_kind::write: return wmb;
    }
    return mb;
}

lkmm::event_kind kind_of(const trace_event& e) {
    using from = trace_event::kind;
    using to = lkmm::event_kind;
    switch (e.what) {
    case from::read: return e.section ? to::srcu_lock : to::read;
    case from::write: return e.section ? to::srcu_unlock : to::write;
    case from::lock_read: return to::lock_read;
    case from::lock_write: return to::lock_write;
    case from::lock_fail: return to::lock_fail;
    case from::lock_free: return to::lock_free;
    case from::unlock: return to::unlock;
    case from::barrier: return to::fence;
    case from::rcu_lock: return to::rcu_lock;
    case from::rcu_unlock: return to::rcu_unlock;
    case from::synchronize: return e.location < 0 ? to::sync_rcu : to::sync_srcu;
    }
    return to::fence;
}

lkmm::access_order order_of(const trace_event& e) {
    using enum lkmm::access_order;
    return e.plain       ? plain
           : e.full      ? mb
           : e.acquires  ? acquire
           : e.releases  ? release
           : e.no_result ? noreturn
                         : once;
}

/// Adds the relations between the events of one thread, whose first event has number `first`. Two
/// accesses in one expression are not ordered, unless one needs the other.
void relate(const std::vector<trace_event>& own, std::size_t first, lkmm::event_graph& g) {
    for (std::size_t j = 0; j != own.size(); ++j) {
        const trace_event& e = own[j];
        for (std::size_t i = 0; i != j; ++i) {
            const auto put = [&](bool yes, lkmm::relation& into) {
                if (yes)
                    into.add(first + i, first + j);
            };
            const bool partner = e.partner == static_cast<int>(i);
            put(e.address.test(i), g.addr);
            put(e.data.test(i) && e.writes(), g.data);
            put(e.control.test(i), g.ctrl);
            put(partner && e.writes(), g.rmw);
            put(own[i].step != e.step || partner || e.address.test(i) || e.data.test(i) ||
                    e.control.test(i),
                g.po);
        }
    }
}

} // namespace

program_graph graph_of(const std::vector<const trace*>& threads,
                       const std::vector<location>& locations) {
    std::vector<lkmm::event> events;
    for (std::size_t x = 0; x != locations.size(); ++x)
        events.push_back({.kind = lkmm::event_kind::write,
                          .location = static_cast<int>(x),
                          .value = locations[x].initial});
    std::vector<const trace_event*> source(events.size(), nullptr);
    for (std::size_t t = 0; t != threads.size(); ++t)
        for (const trace_event& e : threads[t]->events) {
            events.push_back({kind_of(e), static_cast<int>(t), e.location, e.value, order_of(e),
                              barrier_of(e.fence), e.updates});
            source.push_back(&e);
        }
    program_graph p{lkmm::event_graph(std::move(events)), std::move(source)};
    std::size_t first = locations.size();
    for (const trace* t : threads) {
        relate(t->events, first, p.graph);
        first += t->events.size();
    }
    p.graph.po = p.graph.po.plus();
    return p;
}

} // namespace wbsync::litmus
