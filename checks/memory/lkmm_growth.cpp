// SPDX-License-Identifier: BSD-3-Clause
// An event graph that grows event by event, and is taken back.
#include <wbsync/engine/lkmm/model.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>
#include <vector>

using namespace wbsync::engine::lkmm;

namespace {

/// Two threads that write and read one variable in turns, each read the newest write.
class ping_pong {
public:
    explicit ping_pong(std::size_t size) {
        for (std::size_t i = 0; i != size; ++i) {
            const bool write = i % 2 == 0;
            events_.push_back({.kind = write ? event_kind::write : event_kind::read,
                               .thread = i == 0 ? event::no_thread : static_cast<int>(i / 3 % 2),
                               .location = 0});
        }
    }

    [[nodiscard]] const std::vector<event>& events() const { return events_; }

    /// What relates the event to those before it.
    void relate(event_graph& g, event_index e) const {
        for (event_index i = 0; i != e; ++i) {
            if (i != 0 && events_[i].thread == events_[e].thread)
                g.po.add(i, e);
            if (events_[e].kind == event_kind::write && events_[i].kind == event_kind::write)
                g.co.add(i, e);
        }
        if (events_[e].kind == event_kind::read)
            g.rf.add(e - 1, e);
        if (e > 1 && events_[e].kind == event_kind::write &&
            events_[e - 1].thread == events_[e].thread)
            g.data.add(e - 1, e);
    }

    [[nodiscard]] event_graph whole() const {
        event_graph g(events_);
        for (event_index e = 0; e != g.size(); ++e)
            relate(g, e);
        return g;
    }

    [[nodiscard]] event_graph grown() const {
        event_graph g;
        for (const event& e : events_)
            relate(g, g.grow(e));
        return g;
    }

private:
    std::vector<event> events_;
};

bool same(const event_graph& a, const event_graph& b) {
    return a.size() == b.size() && a.po == b.po && a.addr == b.addr && a.data == b.data &&
           a.ctrl == b.ctrl && a.rmw == b.rmw && a.rf == b.rf && a.co == b.co;
}

} // namespace

TEST_CASE("lkmm: a graph that has grown event by event is that of all its events") {
    for (const std::size_t n : {1, 2, 10, 63, 64, 65, 130}) {
        const ping_pong of(n);
        CHECK(same(of.grown(), of.whole()));
    }
}

TEST_CASE("lkmm: events that are taken back leave nothing") {
    for (const std::size_t n : {1, 63, 64, 65, 128, 129}) {
        event_graph g = ping_pong(140).grown();
        g.resize(n);
        CHECK(same(g, ping_pong(n).whole()));
        const ping_pong again(140);
        for (std::size_t e = n; e != 140; ++e)
            again.relate(g, g.grow(again.events()[e]));
        CHECK(same(g, again.whole()));
    }
}

TEST_CASE("lkmm: a model that reads a graph again judges it like a new one") {
    // Store buffering: only the last event closes the cycle.
    event_graph g;
    for (int x : {0, 1})
        g.grow({.kind = event_kind::write, .location = x});
    const auto put = [&](event e, std::vector<event_index> before) {
        const event_index i = g.grow(e);
        for (const event_index b : before)
            g.po.add(b, i);
        return i;
    };
    model grown(g);
    for (int t : {0, 1}) {
        const event_index w = put({.kind = event_kind::write, .thread = t, .location = t}, {});
        g.co.add(static_cast<event_index>(t), w);
        const event_index f = put({.kind = event_kind::fence, .thread = t}, {w});
        const std::size_t before = g.size();
        const event_index r =
            put({.kind = event_kind::read, .thread = t, .location = 1 - t}, {w, f});
        g.rf.add(static_cast<event_index>(1 - t), r);
        grown.reread();
        CHECK(grown.judge() == model(g).judge());
        CHECK(grown.judge() == (t == 0 ? axiom::none : axiom::propagation));
        if (t == 1) {
            g.resize(before);
            grown.reread();
            CHECK(grown.judge() == axiom::none);
        }
    }
}
