// SPDX-License-Identifier: BSD-3-Clause
// Plain accesses in the Linux-kernel memory model: what they may see, and which of them race.
#include "checks/memory/lkmm_graph.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace lkmm_graph;

namespace {

/// Two accesses of x, of two threads, and a marked y that is passed from the first to the second.
struct passing {
    bool first_writes = true;
    access_order first = plain;
    body after_first = nothing;
    access_order y_order = once;
    access_order y_read = once;
    bool y_by_update = false; ///< and a third thread, whose read-modify-write the second one reads
    body before_second = nothing;
    arc linked = unlinked; ///< the read of y with the second access
    bool second_writes = false;
    access_order second = plain;
    bool against = false; ///< what is passed: the first access comes after the second one

    [[nodiscard]] graph make() const {
        graph g("xyabst");
        const event_index x1 = first_writes ? g.write('x', first) : g.read('x', first);
        after_first(g);
        event_index y = g.write('y', y_order);
        if (y_by_update) {
            const event_index update = g.thread().update('y');
            g.rf(y, update - 1).co(y, update);
            y = update;
        }
        const event_index ry = g.thread().read('y', y_read);
        before_second(g);
        const event_index x2 = second_writes ? g.write('x', second) : g.read('x', second);
        linked(g, ry, x2);
        g.rf(y, ry);
        if (first_writes && second_writes)
            against ? g.co(x2, x1) : g.co(x1, x2);
        else if (first_writes != against)
            first_writes ? g.rf(x1, x2) : g.rf(x2, x1);
        return g;
    }
    [[nodiscard]] bool races() const {
        const graph g = make();
        CHECK(judge(g) == axiom::none);
        return lkmm_graph::races(g);
    }
    [[nodiscard]] axiom judged() const { return judge(make()); }
};

} // namespace

// --- plain-coherence ----------------------------------------------------------------------------

TEST_CASE("lkmm: a plain read sees what is visible to it") {
    const passing missed{.y_order = release, .y_read = acquire, .against = true};
    CHECK(missed.judged() == axiom::plain_coherence);
    CHECK(why(missed.make()) == "fr wr-vis");
    CHECK(is_closed(missed.make()));
    CHECK(passing{.y_read = acquire, .against = true}.judged() == axiom::none);
    CHECK(passing{.y_order = release, .against = true}.judged() == axiom::none);
    CHECK(passing{.y_order = release, .y_read = acquire}.judged() == axiom::none);
}

TEST_CASE("lkmm: a plain read does not see what is written after it") {
    const passing early{.first_writes = false,
                        .y_order = release,
                        .y_read = acquire,
                        .second_writes = true,
                        .against = true};
    CHECK(early.judged() == axiom::plain_coherence);
    CHECK(why(early.make()) == "rf rw-xbstar");
    passing unordered = early;
    unordered.y_order = once;
    CHECK(unordered.judged() == axiom::none);
}

TEST_CASE("lkmm: plain writes are overwritten by those to which they are visible") {
    const passing overwrites{
        .y_order = release, .y_read = acquire, .second_writes = true, .against = true};
    CHECK(overwrites.judged() == axiom::plain_coherence);
    CHECK(why(overwrites.make()) == "co ww-vis");
    passing unordered = overwrites;
    unordered.y_order = once;
    CHECK(unordered.judged() == axiom::none);
}

TEST_CASE("lkmm: of one thread, or both marked, coherence is enough") {
    const auto race_of = [](access_order order, bool same_thread) {
        graph g("x");
        const event_index w = g.write('x', order);
        if (!same_thread)
            g.thread();
        return races(g.rf(w, g.read('x', order)));
    };
    CHECK(race_of(plain, false));
    CHECK_FALSE(race_of(plain, true));
    CHECK_FALSE(race_of(once, false));
}

// --- races --------------------------------------------------------------------------------------

TEST_CASE("lkmm: the race names both accesses") {
    const auto found = [](const passing& p) {
        const event_graph g = p.make().build();
        model m(g);
        m.judge();
        return m.races();
    };
    using kind_of = data_race::kind;
    const event_index first = 6; // after as many initial writes
    CHECK(found({}) == std::vector<data_race>{{kind_of::write_read, first, first + 3}});
    CHECK(found({.second_writes = true}) ==
          std::vector<data_race>{{kind_of::write_write, first, first + 3}});
    CHECK(found({.first_writes = false, .second_writes = true}) ==
          std::vector<data_race>{{kind_of::read_write, first, first + 3}});
    CHECK(found({.y_order = release, .y_read = acquire}).empty());
}

TEST_CASE("lkmm: a race with the initial write is none, one with a marked access is one") {
    graph g("x");
    g.read('x', plain);
    CHECK_FALSE(races(g));
    for (const access_order first : {plain, once})
        for (const access_order second : {plain, once}) {
            CHECK(passing{.first = first, .second = second}.races() ==
                  (first == plain || second == plain));
            CHECK(
                passing{
                    .first_writes = false, .first = first, .second_writes = true, .second = second}
                    .races() == (first == plain || second == plain));
            CHECK(passing{.first = first, .second_writes = true, .second = second}.races() ==
                  (first == plain || second == plain));
        }
}

TEST_CASE("lkmm: a plain read follows a write if a barrier ends the one and begins the other") {
    for (const body& ends : {wmb, smp_mb, a_mark(kind::sync_rcu)}) {
        CHECK_FALSE(passing{.after_first = ends, .y_read = acquire}.races());
        CHECK_FALSE(passing{.after_first = ends, .before_second = rmb}.races());
        CHECK_FALSE(passing{.after_first = ends, .before_second = smp_mb}.races());
        CHECK_FALSE(passing{.after_first = ends, .linked = by_addr}.races());
        CHECK(passing{.after_first = ends}.races());
        CHECK(passing{.after_first = ends, .before_second = wmb}.races());
        CHECK(passing{.after_first = ends, .linked = by_ctrl}.races());
    }
    CHECK_FALSE(passing{.y_order = release, .y_read = acquire}.races());
    const body wmb_begins = [](graph& g) {
        g.data(g.last(kind::read), g.write('b'));
        g.fence(barrier_kind::wmb);
    };
    CHECK(passing{.after_first = wmb, .before_second = wmb_begins}.races());
    for (const body& no_end : {nothing, rmb, a_fence(barrier_kind::barrier)})
        CHECK(passing{.after_first = no_end, .y_read = acquire}.races());
}

TEST_CASE("lkmm: a marked write needs no barrier after it") {
    // It is y itself that the plain read's thread has seen: x is y here.
    const auto after_marked = [](const body& f) {
        graph g("xy");
        const event_index wx = g.write('x');
        const event_index seen = g.thread().read('x');
        f(g);
        const event_index rx = g.read('x', plain);
        return races(g.rf(wx, seen).rf(wx, rx));
    };
    CHECK_FALSE(after_marked(rmb));
    CHECK_FALSE(after_marked(smp_mb));
    CHECK(after_marked(wmb));
    CHECK(after_marked(nothing));
}

TEST_CASE("lkmm: a marked read needs no barrier before it") {
    CHECK_FALSE(passing{.y_order = release, .y_read = acquire, .second = once}.races());
    CHECK_FALSE(passing{.after_first = wmb, .before_second = rmb, .second = once}.races());
    CHECK(passing{.after_first = wmb, .second = once}.races());
}

TEST_CASE("lkmm: a plain write follows a read if a barrier ends the read") {
    const auto write_after = [](const body& ends, access_order y, const body& begins,
                                access_order y_read, const arc& by) {
        return passing{.first_writes = false,
                       .after_first = ends,
                       .y_order = y,
                       .y_read = y_read,
                       .before_second = begins,
                       .linked = by,
                       .second_writes = true}
            .races();
    };
    CHECK_FALSE(write_after(nothing, release, nothing, acquire, unlinked));
    CHECK_FALSE(write_after(smp_mb, once, nothing, acquire, unlinked));
    CHECK_FALSE(write_after(nothing, release, smp_mb, once, unlinked));
    CHECK_FALSE(write_after(nothing, release, nothing, once, by_addr));
    CHECK(write_after(nothing, release, nothing, once, by_data));
    CHECK(write_after(nothing, release, nothing, once, by_ctrl));
    CHECK(write_after(nothing, release, rmb, once, unlinked));
    CHECK(write_after(nothing, release, nothing, once, unlinked));
    CHECK(write_after(wmb, once, nothing, acquire, unlinked));
    // smp_rmb() ends a plain read, if a marked read follows that is before the write of y.
    const auto rmb_ends = [](access_order order, const body& f) {
        return passing{.first_writes = false,
                       .after_first =
                           [=](graph& g) {
                               f(g);
                               const event_index ra = g.read('a', order);
                               g.data(ra, g.size());
                           },
                       .y_read = acquire,
                       .second_writes = true}
            .races();
    };
    CHECK_FALSE(rmb_ends(once, rmb));
    CHECK(rmb_ends(once, nothing));
    CHECK(rmb_ends(once, wmb));
}

TEST_CASE("lkmm: a plain write follows another one if the first is seen and can be read no more") {
    const auto write_again = [](const body& ends, access_order y, const body& begins,
                                access_order y_read) {
        return passing{.after_first = ends,
                       .y_order = y,
                       .y_read = y_read,
                       .before_second = begins,
                       .second_writes = true}
            .races();
    };
    CHECK_FALSE(write_again(nothing, release, nothing, acquire));
    CHECK_FALSE(write_again(smp_mb, once, smp_mb, once));
    CHECK(write_again(wmb, once, nothing, acquire)); // the compiler may read before it writes
    CHECK(write_again(nothing, release, rmb, once));
    CHECK(write_again(nothing, once, nothing, acquire));
    // One of them is marked, and so is no read.
    const auto marked_one = [](access_order first, access_order second, const body& ends,
                               const body& begins) {
        return passing{.first = first,
                       .after_first = ends,
                       .before_second = begins,
                       .second_writes = true,
                       .second = second}
            .races();
    };
    CHECK_FALSE(marked_one(once, plain, wmb, smp_mb));
    CHECK(marked_one(plain, once, wmb, smp_mb));
    CHECK(marked_one(once, plain, nothing, smp_mb));
    CHECK(marked_one(once, plain, wmb, rmb));
}

TEST_CASE("lkmm: of a plain write, smp_rmb() bounds the reads that the compiler may add") {
    const auto before_y = [](const body& f) {
        return passing{.after_first =
                           [=](graph& g) {
                               g.fence(barrier_kind::wmb);
                               f(g);
                               const event_index ra = g.read('a');
                               g.data(ra, g.size());
                           },
                       .y_read = acquire,
                       .second_writes = true}
            .races();
    };
    CHECK_FALSE(before_y(rmb));
    CHECK(before_y(nothing));
    const auto after_y = [](const body& f) {
        return passing{.y_order = release,
                       .before_second =
                           [=](graph& g) {
                               f(g);
                               g.data(g.last(kind::read), g.write('b'));
                               g.fence(barrier_kind::wmb);
                           },
                       .second_writes = true}
            .races();
    };
    CHECK_FALSE(after_y(rmb));
    CHECK(after_y(nothing));
}

TEST_CASE("lkmm: the read of an atomic_add() may race, though its write does not") {
    const auto added = [](access_order order) {
        graph g("xy");
        const event_index wx = g.write('x', plain);
        const event_index wy = g.write('y', release);
        const event_index ry = g.thread().read('y');
        g.fence(barrier_kind::rmb);
        const event_index add = g.update('x', order);
        return races(g.rf(wy, ry).data(ry, add).data(add - 1, add).rf(wx, add - 1).co(wx, add));
    };
    CHECK_FALSE(added(once));
    CHECK(added(noreturn));
}

TEST_CASE("lkmm: a plain write is visible after read-modify-writes in a row") {
    CHECK_FALSE(passing{.y_order = release, .y_read = acquire, .y_by_update = true}.races());
    CHECK_FALSE(passing{.after_first = wmb, .y_read = acquire, .y_by_update = true}.races());
    CHECK(passing{.y_read = acquire, .y_by_update = true}.races());
}

TEST_CASE("lkmm: a plain write is visible to whom a release tells of it") {
    const auto told = [](access_order order) {
        graph g("xyz");
        const event_index wx = g.write('x', plain);
        g.fence(barrier_kind::wmb);
        const event_index wy = g.write('y');
        const event_index ry = g.thread().read('y');
        const event_index wz = g.write('z', order);
        const event_index rz = g.data(ry, wz).thread().read('z', acquire);
        return races(g.rf(wx, g.read('x', plain)).rf(wy, ry).rf(wz, rz));
    };
    CHECK_FALSE(told(release));
    CHECK(told(once));
}

TEST_CASE("lkmm: or to whom comes later than a full barrier of who knows of it") {
    const auto later = [](const body& f) {
        graph g("xyab");
        const event_index wx = g.write('x', plain);
        g.fence(barrier_kind::wmb);
        const event_index wy = g.write('y');
        const event_index ry = g.thread().read('y');
        f(g);
        g.read('a');
        g.thread().write('a');
        g.fence(barrier_kind::mb);
        g.read('b', acquire);
        return races(g.rf(wx, g.read('x', plain)).rf(wy, ry));
    };
    CHECK_FALSE(later(smp_mb));
    CHECK(later(rmb));
}

TEST_CASE("lkmm: a plain access after a full barrier and whatever happens later") {
    // The first thread does not see a, and so its barrier comes before that of the other one.
    const auto two_barriers = [](const body& first, const body& second) {
        graph g("xab");
        const event_index wx = g.write('x', plain);
        first(g);
        g.read('a');
        g.thread().write('a');
        second(g);
        return races(g.rf(wx, g.read('x', plain)));
    };
    CHECK(two_barriers(smp_mb, smp_mb));
    const body full_and_acquire = [](graph& g) {
        g.fence(barrier_kind::mb);
        g.read('b', acquire);
    };
    CHECK_FALSE(two_barriers(smp_mb, full_and_acquire));
    CHECK(two_barriers(wmb, full_and_acquire));
    const auto with_flag = [](const body& first, const body& second) {
        graph g("xya");
        const event_index wx = g.write('x', plain);
        first(g);
        const event_index ra = g.read('a');
        const event_index wy = g.write('y');
        g.data(ra, wy);
        const event_index ry = g.thread().read('y');
        second(g);
        return races(g.rf(wx, g.read('x', plain)).rf(wy, ry));
    };
    CHECK_FALSE(with_flag(smp_mb, smp_mb));
    CHECK_FALSE(with_flag(smp_mb, rmb));
    CHECK(with_flag(smp_mb, nothing));
    CHECK(with_flag(nothing, smp_mb));
}

TEST_CASE("lkmm: a grace period orders a plain access with a section") {
    const auto freed = [](bool in_section) {
        graph g("xy");
        const event_index wy = g.write('y');
        g.mark(kind::sync_rcu);
        const event_index wx = g.write('x', plain);
        g.thread();
        if (in_section)
            g.mark(kind::rcu_lock);
        const event_index ry = g.read('y');
        const event_index rx = g.read('x', plain);
        g.addr(ry, rx);
        if (in_section)
            g.mark(kind::rcu_unlock);
        (void)wy;
        (void)wx;
        return races(g);
    };
    CHECK_FALSE(freed(true));
    CHECK(freed(false));
}

TEST_CASE("lkmm: a section and a grace period are a full barrier for plain accesses as well") {
    const auto read_later = [](bool grace_period, access_order last) {
        graph g("xsza");
        g.mark(kind::rcu_lock);
        g.read('s');
        const event_index wx = g.write('x', plain);
        g.mark(kind::rcu_unlock);
        g.thread().write('s');
        g.mark(grace_period ? kind::sync_rcu : kind::fence);
        g.read('z');
        g.thread().write('z');
        g.fence(barrier_kind::mb);
        g.read('a', last);
        return races(g.rf(wx, g.read('x', plain)));
    };
    // Nothing marked is between the grace period and the second access.
    const auto at_once = [](bool grace_period, bool second_writes) {
        graph g("xs");
        g.mark(kind::rcu_lock);
        g.read('s');
        const event_index wx = g.write('x', plain);
        g.mark(kind::rcu_unlock);
        g.thread().write('s');
        g.mark(grace_period ? kind::sync_rcu : kind::fence);
        return races(second_writes ? g.co(wx, g.write('x', plain)) : g.rf(wx, g.read('x', plain)));
    };
    for (const bool second_writes : {false, true}) {
        CHECK_FALSE(at_once(true, second_writes));
        CHECK(at_once(false, second_writes));
    }
    CHECK_FALSE(read_later(true, acquire));
    CHECK(read_later(false, acquire));
}

TEST_CASE("lkmm: a plain write and a marked access of one thread want something in between") {
    const auto mixed = [](const body& between, access_order second) {
        graph g("xy");
        const event_index first = g.write('x', plain);
        between(g);
        const event_index w = g.write('x', second);
        const event_graph built = g.co(first, w).build();
        model m(built);
        CHECK(m.judge() == axiom::none);
        return m.misuses() == std::vector<misuse>{{misuse::kind::mixed_accesses, first, w}};
    };
    CHECK(mixed(nothing, once));
    CHECK_FALSE(mixed(nothing, plain));
    CHECK_FALSE(mixed(nothing, release));
    for (const body& f : {a_fence(barrier_kind::barrier), wmb, rmb, smp_mb, a_mark(kind::rcu_lock)})
        CHECK_FALSE(mixed(f, once));
}
