// SPDX-License-Identifier: BSD-3-Clause
// atomic_t: what only two operations together, or an operation and a barrier, show
// (Documentation/atomic_t.txt). Single operations are in atomic_table.cpp.

#include "checks/primitives/atomic_promises.hpp"

using namespace primitives;

TEST_CASE("atomic_t: a READ_ONCE and a WRITE_ONCE in place of one operation lose updates") {
    const operation<atomic_t> torn{"WRITE_ONCE(v, READ_ONCE(v) + 2)",
                                   0,
                                   5,
                                   [](auto& v) {
                                       const auto before = READ_ONCE(v);
                                       WRITE_ONCE(v, before + 2);
                                       return before;
                                   },
                                   0,
                                   5,
                                   2};
    CHECK(verified(run<alone>(memory_kind::weak, torn)));
    CHECK(found(run<together>(memory_kind::sc, torn), "BUG_ON"));
    CHECK(found(run<together>(memory_kind::weak, torn), "BUG_ON"));
}

TEST_CASE("atomic_t: smp_mb__before_atomic and smp_mb__after_atomic give it what it lacks") {
    const operation<atomic_t> after_barrier{"smp_mb__before_atomic, atomic_inc",
                                            0,
                                            5,
                                            [](auto& v) {
                                                smp_mb__before_atomic();
                                                atomic_inc(v);
                                                return std::int64_t{0};
                                            },
                                            0,
                                            0,
                                            1};
    const operation<atomic_t> before_barrier{"atomic_inc, smp_mb__after_atomic",
                                             0,
                                             5,
                                             [](auto& v) {
                                                 atomic_inc(v);
                                                 smp_mb__after_atomic();
                                                 return std::int64_t{0};
                                             },
                                             0,
                                             0,
                                             1};
    // Barrier before it: what came earlier is passed on, but the increment is not ordered before a
    // load.
    check_order<as_release>(after_barrier, true, "");
    check_order<as_full_barrier>(after_barrier, false, "BUG_ON");
    // Barrier after it: the other way round.
    check_order<as_release>(before_barrier, false, "data-race");
    check_order<as_full_barrier>(before_barrier, true, "");
}

// --- conditional --------------------------------------------------------------------------------

TEST_CASE("atomic_t: a failed atomic_cmpxchg is a relaxed load") {
    // It sees the flag set, and so it fails.
    const operation<atomic_t> from_idle{
        "atomic_cmpxchg", 0, 5, [](auto& v) { return atomic_cmpxchg(v, 0, 9); }, 0, 5, 9};
    check_order<as_acquire>(from_idle, false, "data-race");
    // It fails between a store and a load, and is not a barrier there.
    using body = void (*)(handshake&);
    const body y_with_mb = [](handshake& h) {
        WRITE_ONCE(h.y, 1);
        smp_mb();
        h.r1 = READ_ONCE(h.x);
    };
    const body fails = [](handshake& h) {
        WRITE_ONCE(h.x, 1);
        atomic_cmpxchg(h.other, 0, 2); // it is 1
        h.r0 = READ_ONCE(h.y);
    };
    const body succeeds = [](handshake& h) {
        WRITE_ONCE(h.x, 1);
        atomic_cmpxchg(h.other, 1, 2);
        h.r0 = READ_ONCE(h.y);
    };
    check_holds<handshake>({{succeeds, y_with_mb}, &handshake::at_end});
    check_fails_weakly<handshake>({{fails, y_with_mb}, &handshake::at_end}, "BUG_ON");
}

TEST_CASE("atomic_t: of two atomic_cmpxchg from one value one succeeds, however stale the view") {
    struct contest {
        atomic_t x{"x"}, winners{"winners"};
    };
    using body = void (*)(contest&);
    const body competes = [](contest& c) {
        if (atomic_cmpxchg(c.x, 0, 1) == 0)
            atomic_inc(c.winners);
    };
    const body competes_in_two_steps = [](contest& c) {
        if (READ_ONCE(c.x) != 0)
            return;
        WRITE_ONCE(c.x, 1);
        atomic_inc(c.winners);
    };
    const auto one_winner = [](contest& c) { BUG_ON(READ_ONCE(c.winners) != 1); };
    check_holds<contest>({{competes, competes, competes}, one_winner});
    check_fails<contest>({{competes_in_two_steps, competes_in_two_steps}, one_winner}, "BUG_ON");
}

TEST_CASE("atomic_t: atomic_inc_not_zero does not revive what atomic_dec_and_test ended") {
    struct counted {
        atomic_t refs{"refs", 1};
        bool ended = false, revived = false;
    };
    using body = void (*)(counted&);
    const body put = [](counted& c) { c.ended = atomic_dec_and_test(c.refs); };
    const body get = [](counted& c) { c.revived = atomic_inc_not_zero(c.refs); };
    const body get_in_two_steps = [](counted& c) {
        if (READ_ONCE(c.refs) == 0)
            return;
        atomic_inc(c.refs);
        c.revived = true;
    };
    const auto at_end = [](counted& c) { BUG_ON(c.ended && c.revived); };
    check_holds<counted>({{put, get}, at_end});
    check_fails<counted>({{put, get_in_two_steps}, at_end}, "BUG_ON");
}

// --- pointers -----------------------------------------------------------------------------------

TEST_CASE("xchg of a pointer is one step and a full barrier") {
    struct mailbox {
        plain<int> data{"data"};
        pointer<plain<int>> box{"box"};
        atomic_t taken{"taken"};
    };
    using body = void (*)(mailbox&);
    const body post = [](mailbox& m) {
        m.data.write(1);
        BUG_ON(xchg(m.box, &m.data) != nullptr);
    };
    const body take = [](mailbox& m) {
        if (auto data = xchg<plain<int>>(m.box, nullptr)) {
            data->write(data->read() + 1); // nobody else has it
            atomic_inc(m.taken);
        }
    };
    const body take_in_two_steps = [](mailbox& m) {
        if (auto data = smp_load_acquire(m.box)) {
            WRITE_ONCE<plain<int>>(m.box, nullptr);
            data->write(data->read() + 1);
            atomic_inc(m.taken);
        }
    };
    const body post_relaxed = [](mailbox& m) {
        m.data.write(1);
        WRITE_ONCE(m.box, &m.data);
    };
    const auto at_most_once = [](mailbox& m) { BUG_ON(READ_ONCE(m.taken) > 1); };
    check_holds<mailbox>({{post, take, take}, at_most_once});
    check_fails<mailbox>({{post, take_in_two_steps, take_in_two_steps}, at_most_once}, "data-race");
    check_fails_weakly<mailbox>({{post_relaxed, take}, at_most_once}, "data-race");
}
