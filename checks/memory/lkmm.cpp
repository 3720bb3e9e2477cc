// SPDX-License-Identifier: BSD-3-Clause
// The Linux-kernel memory model on candidate executions that are written down here: for each
// definition of linux-kernel.cat one that it forbids, and the same with that taken away, which is
// allowed. Grace periods and plain accesses: lkmm_rcu.cpp and lkmm_plain.cpp. Whole litmus tests,
// with herd7's answers: checks/litmus/lkmm.cpp.
#include "checks/memory/lkmm_graph.hpp"

#include <doctest/doctest.h>

using namespace lkmm_graph;

// --- coherence and atomic -----------------------------------------------------------------------

TEST_CASE("lkmm: a read does not see what its own thread has overwritten") {
    graph g("x");
    const event_index w = g.write('x');
    const event_index r = g.read('x');
    CHECK(judge(g) == axiom::coherence);
    CHECK(why(g) == "po-loc fr");
    CHECK(is_closed(g));
    CHECK(judge(g.rf(w, r)) == axiom::none);
}

TEST_CASE("lkmm: nor what it writes later") {
    const auto own = [](bool later) {
        graph g("x");
        const event_index first = later ? g.read('x') : g.write('x');
        const event_index second = later ? g.write('x') : g.read('x');
        return judge(later ? g.rf(second, first) : g.rf(first, second));
    };
    CHECK(own(true) == axiom::coherence);
    CHECK(own(false) == axiom::none);
}

TEST_CASE("lkmm: two reads see two writes in the order of these") {
    const auto read_twice = [](bool against) {
        graph g("x");
        const event_index a = g.write('x');
        const event_index b = g.write('x');
        g.co(a, b).thread();
        const event_index first = g.read('x');
        const event_index second = g.read('x');
        return judge(against ? g.rf(b, first).rf(a, second) : g.rf(a, first).rf(b, second));
    };
    CHECK(read_twice(true) == axiom::coherence);
    CHECK(read_twice(false) == axiom::none);
}

TEST_CASE("lkmm: writes of a thread are in its order") {
    const auto written_twice = [](bool against) {
        graph g("x");
        const event_index a = g.write('x');
        const event_index b = g.write('x');
        return judge(against ? g.co(b, a) : g.co(a, b));
    };
    CHECK(written_twice(true) == axiom::coherence);
    CHECK(written_twice(false) == axiom::none);
}

TEST_CASE("lkmm: nothing comes between the halves of a read-modify-write") {
    const auto update = [](bool in_between) {
        graph g("x");
        const event_index w = g.update('x');
        const event_index other = g.thread().write('x');
        return in_between ? g.co(other, w) : g.co(w, other);
    };
    CHECK(judge(update(true)) == axiom::atomic);
    CHECK(why(update(true)) == "fre coe rmw^-1");
    CHECK(is_closed(update(true)));
    CHECK(judge(update(false)) == axiom::none);
}

TEST_CASE("lkmm: nor between those of a spin_lock()") {
    const auto locks = [](bool in_between) {
        graph g("l");
        const event_index first = g.lock('l');
        const event_index end = g.unlock('l');
        const event_index second = g.thread().lock('l');
        g.unlock('l');
        g.co(first + 1, end).co(end, second + 1);
        return judge(in_between ? g : g.rf(end, second));
    };
    CHECK(locks(true) == axiom::atomic);
    CHECK(locks(false) == axiom::none);
}

// --- happens-before: fences ---------------------------------------------------------------------

TEST_CASE("lkmm: message passing needs an order on both sides") {
    CHECK(judge(mp{}.make()) == axiom::none);
    CHECK(judge(mp{.writes = wmb}.make()) == axiom::none);
    CHECK(judge(mp{.reads = rmb}.make()) == axiom::none);
    const graph both = mp{.writes = wmb, .reads = rmb}.make();
    CHECK(judge(both) == axiom::happens_before);
    CHECK(why(both) == "rmb fre wmb rfe");
    CHECK(is_closed(both));
}

TEST_CASE("lkmm: each fence orders what it says") {
    const auto writes = [](const body& f) { return judge(mp{.writes = f, .reads = rmb}.make()); };
    CHECK(writes(smp_mb) == axiom::happens_before);
    CHECK(writes(wmb) == axiom::happens_before);
    CHECK(writes(rmb) == axiom::none);
    CHECK(writes(a_fence(barrier_kind::barrier)) == axiom::none);
    CHECK(writes(a_mark(kind::sync_rcu)) == axiom::happens_before);
    CHECK(writes(a_mark(kind::sync_srcu, 's')) == axiom::happens_before);
    const auto reads = [](const body& f) { return judge(mp{.writes = wmb, .reads = f}.make()); };
    CHECK(reads(smp_mb) == axiom::happens_before);
    CHECK(reads(rmb) == axiom::happens_before);
    CHECK(reads(wmb) == axiom::none);
    CHECK(reads(a_fence(barrier_kind::barrier)) == axiom::none);
    CHECK(reads(a_mark(kind::sync_rcu)) == axiom::happens_before);
}

TEST_CASE("lkmm: smp_store_release() and smp_load_acquire()") {
    CHECK(judge(mp{.second = release, .first_read = acquire}.make()) == axiom::happens_before);
    CHECK(why(mp{.second = release, .first_read = acquire}.make()) == "acq-po fre po-rel rfe");
    CHECK(judge(mp{.first = release, .first_read = acquire}.make()) == axiom::none);
    CHECK(judge(mp{.second = release, .second_read = acquire}.make()) == axiom::none);
    // Where they can mean nothing.
    CHECK(judge(mp{.second = acquire, .first_read = acquire}.make()) == axiom::none);
    CHECK(judge(mp{.first = acquire, .first_read = acquire}.make()) == axiom::none);
    CHECK(judge(mp{.second = release, .first_read = release}.make()) == axiom::none);
    CHECK(judge(mp{.second = release, .second_read = release}.make()) == axiom::none);
}

TEST_CASE("lkmm: smp_rmb() does not order the read of an atomic_inc()") {
    const auto first = [](access_order order) {
        graph g("xy");
        g.write('x');
        g.fence(barrier_kind::wmb);
        const event_index wy = g.write('y');
        const event_index inc = g.thread().update('y', order);
        g.fence(barrier_kind::rmb);
        g.read('x');
        return judge(g.rf(wy, inc - 1).co(wy, inc));
    };
    CHECK(first(once) == axiom::happens_before);
    CHECK(first(noreturn) == axiom::none);
    const auto second = [](access_order order) {
        graph g("xy");
        const event_index wx = g.write('x');
        g.fence(barrier_kind::wmb);
        const event_index wy = g.write('y');
        const event_index ry = g.thread().read('y');
        g.fence(barrier_kind::rmb);
        const event_index inc = g.update('x', order);
        return judge(g.rf(wy, ry).co(inc, wx));
    };
    CHECK(second(once) == axiom::happens_before);
    CHECK(second(noreturn) == axiom::none);
}

TEST_CASE("lkmm: a read-modify-write that failed orders nothing") {
    const auto reader = [](access_order order, bool failed) {
        graph g("xy");
        g.write('x');
        g.fence(barrier_kind::wmb);
        const event_index wy = g.write('y');
        g.thread();
        const event_index e = failed ? g.failed_update('y', order) : g.update('y', order);
        g.read('x');
        return judge(failed ? g.rf(wy, e) : g.rf(wy, e - 1).co(wy, e));
    };
    CHECK(reader(once, false) == axiom::none);
    for (const access_order order : {acquire, mb}) {
        CHECK(reader(order, false) == axiom::happens_before);
        CHECK(reader(order, true) == axiom::none);
    }
}

TEST_CASE("lkmm: an unlock and a lock order what is around them, in one thread") {
    const auto reader = [](bool unlocked) {
        return judge(mp{
            .writes = wmb, .reads = [=](graph& g) {
                g.lock('l');
                if (unlocked)
                    g.unlock('l');
                g.lock('m');
            }}.make());
    };
    CHECK(reader(true) == axiom::happens_before);
    CHECK(reader(false) == axiom::none);
    const auto writer = [](bool unlocked) {
        return judge(mp{.writes =
                            [=](graph& g) {
                                g.lock('l');
                                if (unlocked)
                                    g.unlock('l');
                                g.lock('m');
                            },
                        .reads = rmb}
                         .make());
    };
    CHECK(writer(true) == axiom::happens_before);
    CHECK(writer(false) == axiom::none);
}

TEST_CASE("lkmm: what comes after a lock knows what came before the unlock that it sees") {
    const auto sees = [](bool unlock) {
        graph g("xl");
        g.write('x');
        const event_index first = g.lock('l');
        const event_index end = g.unlock('l');
        const event_index second = g.thread().lock('l');
        g.read('x');
        const event_index second_end = g.unlock('l');
        g.co(first + 1, end).co(second + 1, second_end);
        return judge(unlock ? g.rf(end, second).co(end, second + 1)
                            : g.rf(second_end, first).co(second_end, first + 1));
    };
    CHECK(sees(true) == axiom::happens_before);
    CHECK(sees(false) == axiom::none);
}

TEST_CASE("lkmm: a lock that is handed over passes on what came before its unlock") {
    const auto handed_over = [](bool in_this_order) {
        graph g("xyl");
        const event_index first = g.lock('l');
        g.write('x');
        const event_index end = g.unlock('l');
        const event_index second = g.thread().lock('l');
        const event_index wy = g.write('y');
        const event_index second_end = g.unlock('l');
        const event_index ry = g.thread().read('y');
        g.fence(barrier_kind::rmb);
        g.read('x');
        g.co(first + 1, end).co(second + 1, second_end).rf(wy, ry);
        return judge(in_this_order ? g.rf(end, second).co(end, second + 1)
                                   : g.rf(second_end, first).co(second_end, first + 1));
    };
    CHECK(handed_over(true) == axiom::happens_before);
    CHECK(handed_over(false) == axiom::none);
}

// --- happens-before: dependencies ---------------------------------------------------------------

TEST_CASE("lkmm: dependencies order a write, and an address any access") {
    CHECK(judge(lb(unlinked)) == axiom::none);
    for (const arc& by : {by_addr, by_data, by_ctrl})
        CHECK(judge(lb(by)) == axiom::happens_before);
    CHECK(why(lb(by_data)) == "data rfe data rfe");
    CHECK(judge(mp{.writes = wmb, .linked = by_addr}.make()) == axiom::happens_before);
    CHECK(judge(mp{.writes = wmb, .linked = by_ctrl}.make()) == axiom::none);
}

TEST_CASE("lkmm: a dependency goes on through what the thread itself writes and reads back") {
    struct read_back {
        access_order order = plain;
        arc into_memory = by_data;
        arc out_of_it = by_addr;
        bool own = true; ///< or it is another thread that writes z

        [[nodiscard]] axiom judged() const {
            graph g("xyz");
            g.write('x');
            g.fence(barrier_kind::wmb);
            const event_index wy = g.write('y');
            const event_index ry = g.thread().read('y');
            const event_index wz = g.write('z', order);
            const event_index rz = g.read('z', order);
            const event_index rx = g.read('x');
            into_memory(g, ry, wz);
            out_of_it(g, rz, rx);
            const event_index other = g.thread().write('z');
            return judge(g.rf(wy, ry).rf(own ? wz : other, rz).co(wz, other));
        }
    };
    CHECK(read_back{}.judged() == axiom::happens_before);
    CHECK(read_back{.order = once}.judged() == axiom::happens_before);
    CHECK(read_back{.into_memory = unlinked}.judged() == axiom::none);
    CHECK(read_back{.into_memory = by_ctrl}.judged() == axiom::none);
    CHECK(read_back{.out_of_it = by_ctrl}.judged() == axiom::none);
    CHECK(read_back{.own = false}.judged() == axiom::none);
}

TEST_CASE("lkmm: a control or data dependency is carried as well") {
    const auto carried = [](const arc& last, bool own) {
        return lb([&](graph& g) {
            const event_index rx = g.read('x');
            const event_index wz = g.write('z', plain);
            const event_index rz = g.read('z', plain);
            const event_index wy = g.write('y');
            g.data(rx, wz);
            last(g, rz, wy);
            if (own)
                g.rf(wz, rz);
            else
                g.rf(g.write('z', plain), rz);
            return std::pair(rx, wy);
        });
    };
    CHECK(judge(carried(by_ctrl, true)) == axiom::happens_before);
    CHECK(judge(carried(by_data, true)) == axiom::happens_before);
    CHECK(judge(carried(unlinked, true)) == axiom::none);
}

TEST_CASE("lkmm: a marked write with a dependency is before a read of the thread that sees it") {
    const auto reader = [](access_order order, const arc& by) {
        graph g("xyz");
        g.write('x');
        g.fence(barrier_kind::wmb);
        const event_index wy = g.write('y');
        const event_index ry = g.thread().read('y');
        const event_index wz = g.write('z', order);
        const event_index rz = g.read('z', acquire);
        g.read('x');
        by(g, ry, wz);
        return g.rf(wy, ry).rf(wz, rz);
    };
    CHECK(judge(reader(once, by_data)) == axiom::happens_before);
    CHECK(judge(reader(once, by_addr)) == axiom::happens_before);
    CHECK(why(reader(once, by_data)) == "data rfi acq-po fre wmb rfe");
    CHECK(is_closed(reader(once, by_data)));
    CHECK(judge(reader(once, by_ctrl)) == axiom::none);
    CHECK(judge(reader(plain, by_data)) == axiom::none);
}

TEST_CASE("lkmm: a write is after what its thread has read or written there") {
    // Through a read of y that sees less.
    const auto read_before = [](char location) {
        return judge(lb([=](graph& g) {
            const event_index rx = g.read('x');
            g.addr(rx, g.read(location));
            return std::pair(rx, g.write('y'));
        }));
    };
    CHECK(read_before('y') == axiom::happens_before);
    CHECK(read_before('z') == axiom::none);
    // Through a write to y.
    const auto written_before = [](char location) {
        return judge(lb([=](graph& g) {
            const event_index rx = g.read('x');
            const event_index first = g.write(location);
            g.data(rx, first);
            const event_index wy = g.write('y');
            if (location == 'y')
                g.co(first, wy);
            return std::pair(rx, wy);
        }));
    };
    CHECK(written_before('y') == axiom::happens_before);
    CHECK(written_before('z') == axiom::none);
}

TEST_CASE("lkmm: the address of a plain write comes before what smp_wmb() puts after that") {
    const auto writer = [](access_order order, const arc& by, const body& f) {
        return lb([&](graph& g) {
            const event_index rx = g.read('x');
            by(g, rx, g.write('z', order));
            f(g);
            return std::pair(rx, g.write('y'));
        });
    };
    CHECK(judge(writer(plain, by_addr, wmb)) == axiom::happens_before);
    CHECK(why(writer(plain, by_addr, wmb)) == "addr wmb rfe data rfe");
    CHECK(judge(writer(plain, by_addr, nothing)) == axiom::none);
    CHECK(judge(writer(plain, by_data, wmb)) == axiom::none);
}

TEST_CASE("lkmm: what a plain access sees or writes is no order in time") {
    const auto all_read = [](access_order order) {
        graph g("xy");
        const event_index rx = g.read('x');
        const event_index wy = g.write('y');
        g.data(rx, wy);
        const event_index ry = g.thread().read('y', order);
        const event_index wx = g.write('x');
        return judge(g.data(ry, wx).rf(wy, ry).rf(wx, rx));
    };
    CHECK(all_read(once) == axiom::happens_before);
    CHECK(all_read(plain) == axiom::none);
}

// --- propagation --------------------------------------------------------------------------------

TEST_CASE("lkmm: a release passes on what its thread has seen, smp_wmb() does not") {
    const auto in_between = [](access_order seen, access_order order, const body& f) {
        graph g("xy");
        const event_index wx = g.write('x');
        const event_index rx = g.thread().read('x', seen);
        f(g);
        const event_index wy = g.write('y', order);
        g.data(rx, wy);
        const event_index ry = g.thread().read('y');
        g.fence(barrier_kind::rmb);
        g.read('x');
        return g.rf(wx, rx).rf(wy, ry);
    };
    CHECK(judge(in_between(once, release, nothing)) == axiom::happens_before);
    CHECK(why(in_between(once, release, nothing)) == "rmb fre rfe po-rel rfe");
    CHECK(is_closed(in_between(once, release, nothing)));
    CHECK(judge(in_between(once, once, smp_mb)) == axiom::happens_before);
    CHECK(judge(in_between(once, once, wmb)) == axiom::none);
    CHECK(judge(in_between(once, once, nothing)) == axiom::none);
    CHECK(judge(in_between(plain, release, nothing)) == axiom::none);
}

TEST_CASE("lkmm: an unlock and a lock pass on no write that their thread has only read") {
    const auto in_between = [](bool own) {
        graph g("xylm");
        event_index wx = own ? 0 : g.write('x');
        g.thread();
        g.lock('l');
        if (own)
            wx = g.write('x');
        else
            g.rf(wx, g.read('x'));
        g.unlock('l');
        g.lock('m');
        const event_index wy = g.write('y');
        const event_index ry = g.thread().read('y');
        g.fence(barrier_kind::rmb);
        g.read('x');
        return judge(g.rf(wy, ry));
    };
    CHECK(in_between(true) == axiom::happens_before);
    CHECK(in_between(false) == axiom::none);
}

TEST_CASE("lkmm: writes are passed on by one fence after the other") {
    const auto twice = [](access_order second) {
        graph g("xyz");
        g.write('x');
        g.fence(barrier_kind::wmb);
        const event_index wy = g.write('y');
        const event_index ry = g.thread().read('y');
        const event_index wz = g.write('z', second);
        const event_index rz = g.data(ry, wz).thread().read('z', acquire);
        g.read('x');
        return judge(g.rf(wy, ry).rf(wz, rz));
    };
    CHECK(twice(release) == axiom::happens_before);
    CHECK(twice(once) == axiom::none);
}

TEST_CASE("lkmm: plain writes are not passed on, and pass on nothing") {
    CHECK(judge(mp{.first = plain, .second = release, .first_read = acquire}.make()) ==
          axiom::plain_coherence);
    const auto through_y = [](access_order order) {
        graph g("xy");
        g.write('x');
        g.fence(barrier_kind::mb);
        const event_index wy = g.write('y', order);
        const event_index update = g.thread().update('y');
        const event_index ry = g.thread().read('y', acquire);
        g.read('x');
        return judge(g.rf(wy, update - 1).co(wy, update).rf(update, ry));
    };
    CHECK(through_y(once) == axiom::happens_before);
    CHECK(through_y(plain) == axiom::none);
}

TEST_CASE("lkmm: a fence counts for read-modify-writes that follow in a row") {
    const auto in_a_row = [](bool updates) {
        graph g("xy");
        g.write('x');
        const event_index wy = g.write('y', release);
        g.thread();
        const event_index again = updates ? g.update('y') : g.write('y');
        const event_index ry = g.thread().read('y', acquire);
        g.read('x');
        if (updates)
            g.rf(wy, again - 1);
        return g.co(wy, again).rf(again, ry);
    };
    CHECK(judge(in_a_row(true)) == axiom::happens_before);
    CHECK(why(in_a_row(true)) == "acq-po fre po-rel rf;rmw rfe");
    CHECK(is_closed(in_a_row(true)));
    CHECK(judge(in_a_row(false)) == axiom::none);
}

TEST_CASE("lkmm: a write that is overwritten comes before what the other one is ordered with") {
    const auto overwritten = [](const body& f) {
        graph g("xy");
        const event_index first = g.write('x');
        f(g);
        const event_index wy = g.write('y');
        const event_index ry = g.thread().read('y');
        const event_index second = g.write('x');
        return g.rf(wy, ry).data(ry, second).co(second, first);
    };
    CHECK(judge(overwritten(wmb)) == axiom::happens_before);
    CHECK(why(overwritten(wmb)) == "data coe wmb rfe");
    CHECK(judge(overwritten(nothing)) == axiom::none);
}

TEST_CASE("lkmm: store buffering needs full barriers") {
    CHECK(judge(sb(smp_mb)) == axiom::propagation);
    CHECK(why(sb(smp_mb)) == "fre mb fre mb");
    CHECK(is_closed(sb(smp_mb)));
    for (const body& f : {nothing, wmb, rmb, a_fence(barrier_kind::barrier)})
        CHECK(judge(sb(f)) == axiom::none);
    CHECK(judge(sb(a_mark(kind::sync_rcu))) == axiom::propagation);
    CHECK(judge(sb(a_mark(kind::sync_srcu, 's'))) == axiom::propagation);
}

TEST_CASE("lkmm: a read-modify-write that is a full barrier is one on both sides") {
    const auto around = [](access_order order) {
        return judge(sb([=](graph& g) { g.update('z', order); }));
    };
    CHECK(around(mb) == axiom::propagation);
    CHECK(around(once) == axiom::none);
    const auto reads_y = [](access_order order) {
        return judge(sb_of([=](graph& g) {
            g.write('x');
            return g.update('y', order);
        }));
    };
    CHECK(reads_y(mb) == axiom::propagation);
    CHECK(reads_y(acquire) == axiom::none);
    const auto writes_x = [](access_order order) {
        return judge(sb_of([=](graph& g) {
            g.update('x', order);
            return g.read('y');
        }));
    };
    CHECK(writes_x(mb) == axiom::propagation);
    CHECK(writes_x(release) == axiom::none);
    CHECK(judge(sb([](graph& g) { g.failed_update('z', mb); })) == axiom::none);
}

TEST_CASE("lkmm: smp_mb__before_atomic() and smp_mb__after_atomic() need an atomic operation") {
    const body before = a_fence(barrier_kind::before_atomic);
    const body after = a_fence(barrier_kind::after_atomic);
    const auto between = [](const std::vector<body>& bodies) {
        return judge(sb([&](graph& g) {
            for (const body& b : bodies)
                b(g);
        }));
    };
    const body update = [](graph& g) { g.update('z'); };
    const body failed = [](graph& g) { g.failed_update('z'); };
    CHECK(between({before}) == axiom::none);
    CHECK(between({after}) == axiom::none);
    CHECK(between({before, update}) == axiom::propagation);
    CHECK(between({update, before}) == axiom::none);
    CHECK(between({update, after}) == axiom::propagation);
    CHECK(between({after, update}) == axiom::none);
    CHECK(between({before, failed}) == axiom::propagation);
    CHECK(between({failed, after}) == axiom::propagation);
    // The operation is one of the two accesses.
    CHECK(judge(sb_of([&](graph& g) {
              g.write('x');
              before(g);
              return g.update('y');
          })) == axiom::propagation);
    CHECK(judge(sb_of([&](graph& g) {
              g.update('x');
              after(g);
              return g.read('y');
          })) == axiom::propagation);
}

TEST_CASE("lkmm: smp_mb__after_spinlock() and smp_mb__after_unlock_lock() need a lock") {
    const body spinlock = a_fence(barrier_kind::after_spinlock);
    const body unlock_lock = a_fence(barrier_kind::after_unlock_lock);
    const auto between = [](const std::string& locking, const body& f) {
        return judge(sb([&](graph& g) {
            for (const char c : locking)
                c == 'l' ? (void)g.lock('l') : c == 'm' ? (void)g.lock('m') : (void)g.unlock('l');
            f(g);
        }));
    };
    CHECK(between("", spinlock) == axiom::none);
    CHECK(between("l", nothing) == axiom::none);
    CHECK(between("l", spinlock) == axiom::propagation);
    CHECK(between("l", unlock_lock) == axiom::none);
    CHECK(between("lu", unlock_lock) == axiom::none);
    CHECK(between("lum", nothing) == axiom::none);
    CHECK(between("lum", unlock_lock) == axiom::propagation);
}

TEST_CASE("lkmm: smp_mb__after_srcu_read_unlock() needs the end of a section") {
    const auto between = [](bool ended) {
        return judge(sb([=](graph& g) {
            if (ended) {
                const event_index begin = g.mark(kind::srcu_lock, 's');
                g.data(begin, g.mark(kind::srcu_unlock, 's'));
            }
            g.fence(barrier_kind::after_srcu_read_unlock);
        }));
    };
    CHECK(between(true) == axiom::propagation);
    CHECK(between(false) == axiom::none);
}

TEST_CASE("lkmm: between two full barriers time may pass in other threads") {
    const auto read_on = [](const arc& by) {
        graph g("xya");
        g.write('x');
        g.fence(barrier_kind::mb);
        const event_index wa = g.write('a');
        const event_index ra = g.thread().read('a');
        const event_index ry = g.read('y');
        by(g, ra, ry);
        g.thread().write('y');
        g.fence(barrier_kind::mb);
        g.read('x');
        return g.rf(wa, ra);
    };
    CHECK(judge(read_on(by_addr)) == axiom::propagation);
    CHECK(why(read_on(by_addr)) == "fre mb fre mb rfe addr");
    CHECK(is_closed(read_on(by_addr)));
    CHECK(judge(read_on(unlinked)) == axiom::none);
}

// --- a part of an execution ---------------------------------------------------------------------

TEST_CASE("lkmm: a part that is forbidden is so before the rest is decided") {
    event_graph g = mp{.writes = wmb, .reads = rmb}.make().build();
    const relation rf = g.rf;
    const relation co = g.co;
    model m(g);
    CHECK(m.judge() == axiom::happens_before);
    // Any one edge less, and it is open.
    const auto open_without = [&](relation event_graph::*of, const relation& all) {
        all.each([&](event_index a, event_index b) {
            relation some(g.size());
            all.each([&](event_index x, event_index y) {
                if (x != a || y != b)
                    some.add(x, y);
            });
            g.*of = some;
            const bool needed = g.events[b].reads() || g.events[b].location == 'x';
            CHECK((m.judge() == axiom::none) == needed);
        });
        g.*of = all;
    };
    open_without(&event_graph::rf, rf);
    open_without(&event_graph::co, co);
    CHECK(m.judge() == axiom::happens_before);
}

TEST_CASE("lkmm: relations find their shortest cycle") {
    relation r(70);
    r.add(1, 2);
    r.add(2, 68);
    r.add(68, 1);
    CHECK(r.cycle() == std::vector<event_index>{1, 2, 68});
    CHECK_FALSE(r.acyclic());
    r.add(69, 68);
    r.add(68, 69);
    CHECK(r.cycle() == std::vector<event_index>{68, 69});
    CHECK(r.path(2, 1) == std::vector<event_index>{2, 68, 1});
    CHECK(r.path(3, 1).empty());
    relation forward(70);
    forward.add(1, 69);
    CHECK(forward.acyclic());
    CHECK(forward.cycle().empty());
}
