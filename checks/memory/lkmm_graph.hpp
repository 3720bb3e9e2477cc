// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/witness.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// Candidate executions that are written down event by event, to ask the model about.
namespace lkmm_graph {

using namespace wbsync::engine::lkmm;
using enum access_order;
using kind = event_kind;

/// A candidate execution. Locations are letters. Reads see the initial write unless it is said
/// which one they see; the initial writes have the first numbers.
class graph {
public:
    /// What comes next is of another thread.
    graph& thread() {
        ++thread_;
        return *this;
    }

    event_index write(char x, access_order order = once) { return add(kind::write, x, order); }
    event_index read(char x, access_order order = once) { return add(kind::read, x, order); }
    /// Returns the write; the read is the event before it.
    event_index update(char x, access_order order = once) {
        const event_index r = part_of_update(kind::read, x, order);
        const event_index w = part_of_update(kind::write, x, order);
        updates_.emplace_back(r, w);
        return w;
    }
    /// A read-modify-write that failed.
    event_index failed_update(char x, access_order order = once) {
        return part_of_update(kind::read, x, order);
    }
    event_index fence(barrier_kind which) {
        const event_index e = add(kind::fence);
        events_[e].barrier = which;
        return e;
    }
    /// Of RCU, or of a domain of SRCU.
    event_index mark(kind what, char x = no_location) { return add(what, x); }
    /// Returns the read; the write is the event after it.
    event_index lock(char l) {
        const event_index r = add(kind::lock_read, l);
        add(kind::lock_write, l);
        return r;
    }
    event_index unlock(char l) { return add(kind::unlock, l); }

    graph& addr(event_index r, event_index e) { return relate(&event_graph::addr, r, e); }
    graph& data(event_index r, event_index w) { return relate(&event_graph::data, r, w); }
    graph& ctrl(event_index r, event_index e) { return relate(&event_graph::ctrl, r, e); }
    /// The read sees the write.
    graph& rf(event_index w, event_index r) {
        seen_[r] = w;
        return *this;
    }
    /// The first write comes before the second.
    graph& co(event_index a, event_index b) { return relate(&event_graph::co, a, b); }
    graph& value(event_index e, std::int64_t v) {
        events_[e].value = v;
        return *this;
    }

    [[nodiscard]] bool is_write(event_index e) const { return events_[e].writes(); }
    /// The newest event of that kind.
    [[nodiscard]] event_index last(kind what) const {
        event_index e = events_.size() - 1;
        while (events_[e].kind != what)
            --e;
        return e;
    }
    /// The number of the next event.
    [[nodiscard]] event_index size() const noexcept { return events_.size(); }

    [[nodiscard]] event_graph build() const {
        event_graph g(events_);
        for (event_index a = 0; a != g.size(); ++a)
            for (event_index b = a + 1; b != g.size(); ++b)
                if (!g.events[a].initial() && g.events[a].thread == g.events[b].thread)
                    g.po.add(a, b);
        for (const auto& [r, w] : updates_)
            g.rmw.add(r, w);
        for (event_index r = 0; r != g.size(); ++r)
            if (g.events[r].reads())
                g.rf.add(seen_.count(r) != 0 ? seen_.at(r) : initial(g, r), r);
        for (event_index w = 0; w != g.size(); ++w)
            if (g.events[w].writes() && !g.events[w].initial())
                g.co.add(initial(g, w), w);
        for (const auto& [of, a, b] : related_)
            (g.*of).add(a, b);
        g.co = g.co.plus();
        return g;
    }

    /// The first numbers are left to initial writes, of the locations that are named here.
    explicit graph(const std::string& locations) {
        for (const char x : locations)
            events_.push_back({.kind = kind::write, .location = x});
    }

private:
    static constexpr char no_location = '\0';

    event_index add(kind what, char x = no_location, access_order order = once) {
        events_.push_back({.kind = what,
                           .thread = thread_,
                           .location = x == no_location ? event::no_location : x,
                           .order = order});
        return events_.size() - 1;
    }
    event_index part_of_update(kind what, char x, access_order order) {
        const event_index e = add(what, x, order);
        events_[e].rmw = true;
        return e;
    }
    graph& relate(relation event_graph::*of, event_index a, event_index b) {
        related_.push_back({of, a, b});
        return *this;
    }
    static event_index initial(const event_graph& g, event_index e) {
        event_index i = 0;
        while (g.events[i].location != g.events[e].location)
            ++i;
        return i;
    }

    struct pair {
        relation event_graph::*of;
        event_index a;
        event_index b;
    };
    int thread_ = 0;
    std::vector<event> events_;
    std::vector<std::pair<event_index, event_index>> updates_;
    std::map<event_index, event_index> seen_; ///< by read
    std::vector<pair> related_;
};

// --- shapes -------------------------------------------------------------------------------------

/// What stands between two accesses of a thread.
using body = std::function<void(graph&)>;
/// What joins two events.
using arc = std::function<void(graph&, event_index, event_index)>;

inline body a_fence(barrier_kind which) {
    return [=](graph& g) { g.fence(which); };
}
inline body a_mark(kind what, char x = '\0') {
    return [=](graph& g) { g.mark(what, x); };
}
inline const body nothing = [](graph&) {};
inline const body rmb = a_fence(barrier_kind::rmb);
inline const body wmb = a_fence(barrier_kind::wmb);
inline const body smp_mb = a_fence(barrier_kind::mb);
inline const arc unlinked = [](graph&, event_index, event_index) {};
inline const arc by_addr = [](graph& g, event_index a, event_index b) { g.addr(a, b); };
inline const arc by_data = [](graph& g, event_index a, event_index b) { g.data(a, b); };
inline const arc by_ctrl = [](graph& g, event_index a, event_index b) { g.ctrl(a, b); };

/// Message passing: a thread writes x, then y; another one sees y, and not x.
struct mp {
    body writes = nothing;
    access_order first = once;
    access_order second = once;
    body reads = nothing;
    access_order first_read = once;
    access_order second_read = once;
    arc linked = unlinked; ///< the reads

    [[nodiscard]] graph make() const {
        graph g("xylms");
        g.write('x', first);
        writes(g);
        const event_index wy = g.write('y', second);
        g.thread();
        const event_index ry = g.read('y', first_read);
        reads(g);
        linked(g, ry, g.read('x', second_read));
        return g.rf(wy, ry);
    }
};

/// Store buffering: neither thread sees what the other one writes. One of them has smp_mb(); the
/// other one writes x and reads y, and returns its last event, a read or a read-modify-write.
inline graph sb_of(const std::function<event_index(graph&)>& write_x_and_read_y) {
    graph g("xyzlms");
    const event_index last = write_x_and_read_y(g);
    g.thread();
    const event_index wy = g.write('y');
    g.fence(barrier_kind::mb);
    g.read('x');
    return g.is_write(last) ? g.co(last, wy) : g;
}
inline graph sb(const body& between) {
    return sb_of([&](graph& g) {
        g.write('x');
        between(g);
        return g.read('y');
    });
}

/// Load buffering: each thread sees what the other one writes after its read. One of them has a
/// data dependency; the other one reads x and writes y, and returns these.
inline graph lb(const std::function<std::pair<event_index, event_index>(graph&)>& read_x_write_y) {
    graph g("xyz");
    const auto [rx, wy] = read_x_write_y(g);
    const event_index ry = g.thread().read('y');
    const event_index wx = g.write('x');
    return g.data(ry, wx).rf(wy, ry).rf(wx, rx);
}
inline graph lb(const arc& by) {
    return lb([&](graph& g) {
        const event_index rx = g.read('x');
        const event_index wy = g.write('y');
        by(g, rx, wy);
        return std::pair(rx, wy);
    });
}

// --- questions ----------------------------------------------------------------------------------

inline axiom judge(const graph& of) {
    const event_graph g = of.build();
    return model(g).judge();
}

/// Says "fr rfe …" for the cycle, beginning with its first step.
inline std::string why(const graph& of) {
    const event_graph g = of.build();
    model m(g);
    std::string names;
    for (const step& s : witness(m, m.judge()))
        names += (names.empty() ? "" : " ") + std::string(s.name);
    return names;
}

/// Do the steps of the cycle join, and does the last one end where the first one begins?
inline bool is_closed(const graph& of) {
    const event_graph g = of.build();
    model m(g);
    const std::vector<step> cycle = witness(m, m.judge());
    for (std::size_t i = 0; i != cycle.size(); ++i)
        if (cycle[i].to != cycle[(i + 1) % cycle.size()].from)
            return false;
    return !cycle.empty();
}

/// Does the execution, which the model allows, have a data race?
inline bool races(const graph& of) {
    const event_graph g = of.build();
    model m(g);
    return m.judge() == axiom::none && m.has_race();
}

} // namespace lkmm_graph
