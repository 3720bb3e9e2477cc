// SPDX-License-Identifier: BSD-3-Clause
// atomic_t: what each operation does to the value, that it is one step, and what it orders
// (Documentation/atomic_t.txt).

#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

/// A read-modify-write, or a plain load or store, of a variable that is `idle` until somebody sets
/// it: its value in the two cases.
struct operation {
    const char* name;
    std::int64_t idle, set;
    std::int64_t (*apply)(atomic_t&);
    std::int64_t result_if_idle, result_if_set, idle_becomes;
};

/// A release passes data on: P0 writes, then operates on the flag.
struct as_release {
    const operation& op;
    plain<int> data{"data"};
    atomic_t flag{"flag", op.idle};

    explicit as_release(const operation* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            data.write(1);
            op.apply(flag);
        });
        s.thread("P1", [this] {
            if (smp_load_acquire(flag) != op.idle)
                BUG_ON(data.read() != 1);
        });
    }
};

/// An acquire gets it: P1 operates on the flag, then reads.
struct as_acquire {
    const operation& op;
    plain<int> data{"data"};
    atomic_t flag{"flag", op.idle};

    explicit as_acquire(const operation* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            data.write(1);
            smp_store_release(flag, op.set);
        });
        s.thread("P1", [this] {
            if (op.apply(flag) == op.result_if_set)
                BUG_ON(data.read() != 1);
        });
    }
};

/// A full barrier orders the operation's store before a later load.
struct as_full_barrier {
    const operation& op;
    atomic_t x{"x", op.idle}, y{"y"};
    bool missed_y = false, missed_x = false;

    explicit as_full_barrier(const operation* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            op.apply(x);
            missed_y = READ_ONCE(y) == 0;
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            smp_mb();
            missed_x = READ_ONCE(x) == op.idle;
        });
    }
    void finally() { BUG_ON(missed_x && missed_y); }
};

/// The value, with nobody else about.
struct alone {
    const operation& op;
    atomic_t idle{"idle", op.idle}, set{"set", op.set};

    explicit alone(const operation* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            BUG_ON(op.apply(idle) != op.result_if_idle);
            BUG_ON(READ_ONCE(idle) != op.idle_becomes);
            BUG_ON(op.apply(set) != op.result_if_set);
        });
    }
};

/// The operation by two threads is that of one, and then of the other.
struct together {
    const operation& op;
    atomic_t x{"x", op.idle}, by_one{"by one", op.idle};

    explicit together(const operation* o) : op(*o) {}

    void threads(scenario& s) {
        s.threads("P", 2, [this](int) { op.apply(x); });
    }
    void finally() {
        op.apply(by_one);
        op.apply(by_one);
        BUG_ON(READ_ONCE(x) != READ_ONCE(by_one));
    }
};

template <class Model>
result run(memory_kind memory, const operation& op) {
    options with;
    with.memory = memory;
    return check<Model>(with, &op);
}

enum : unsigned { none = 0, acquire = 1, release = 2, full = 7 };

template <class Model>
void check_order(const operation& op, bool orders, const char* why) {
    CHECK(verified(run<Model>(memory_kind::sc, op)));
    if (orders)
        CHECK(verified(run<Model>(memory_kind::weak, op)));
    else
        CHECK(found(run<Model>(memory_kind::weak, op), why));
}

void check_value(const operation& op) {
    CHECK(verified(run<alone>(memory_kind::weak, op)));
    CHECK(verified(run<together>(memory_kind::sc, op)));
    CHECK(verified(run<together>(memory_kind::weak, op)));
}

/// All that is promised, and no more than that.
void check_promises(const operation& op, unsigned orders) {
    CAPTURE(op.name);
    check_value(op);
    check_order<as_release>(op, (orders & release) != 0, "data-race");
    check_order<as_acquire>(op, (orders & acquire) != 0, "data-race");
    check_order<as_full_barrier>(op, orders == full, "BUG_ON");
}

} // namespace

// --- with a result: fully ordered, or as the name says
// --------------------------------------------

TEST_CASE("atomic_t: a value-returning operation is one step and a full barrier") {
    const operation operations[] = {
        {"atomic_fetch_add", 0, 5, [](auto& v) { return atomic_fetch_add(2, v); }, 0, 5, 2},
        {"atomic_fetch_sub", 0, 5, [](auto& v) { return atomic_fetch_sub(2, v); }, 0, 5, -2},
        {"atomic_fetch_or", 0, 4, [](auto& v) { return atomic_fetch_or(1, v); }, 0, 4, 1},
        {"atomic_fetch_and", 3, 2, [](auto& v) { return atomic_fetch_and(1, v); }, 3, 2, 1},
        {"atomic_add_return", 0, 5, [](auto& v) { return atomic_add_return(2, v); }, 2, 7, 2},
        {"atomic_sub_return", 0, 5, [](auto& v) { return atomic_sub_return(2, v); }, -2, 3, -2},
        {"atomic_inc_return", 0, 5, [](auto& v) { return atomic_inc_return(v); }, 1, 6, 1},
        {"atomic_dec_return", 0, 5, [](auto& v) { return atomic_dec_return(v); }, -1, 4, -1},
        {"atomic_xchg", 0, 5, [](auto& v) { return atomic_xchg(v, 9); }, 0, 5, 9},
    };
    for (const operation& op : operations)
        check_promises(op, full);
}

TEST_CASE("atomic_t: atomic_dec_and_test and atomic_inc_and_test tell who comes to zero") {
    check_promises({"atomic_dec_and_test", 2, 1,
                    [](auto& v) -> std::int64_t { return atomic_dec_and_test(v) ? 1 : 0; }, 0, 1,
                    1},
                   full);
    check_promises({"atomic_inc_and_test", 0, -1,
                    [](auto& v) -> std::int64_t { return atomic_inc_and_test(v) ? 1 : 0; }, 0, 1,
                    1},
                   full);
    check_promises({"atomic_sub_and_test", 6, 3,
                    [](auto& v) -> std::int64_t { return atomic_sub_and_test(3, v) ? 1 : 0; }, 0, 1,
                    3},
                   full);
}

TEST_CASE("atomic_t: atomic_add_negative tells whether the sum is negative") {
    check_promises({"atomic_add_negative", 3, 2,
                    [](auto& v) -> std::int64_t { return atomic_add_negative(-3, v) ? 1 : 0; }, 0,
                    1, 0},
                   full);
}

TEST_CASE("atomic_t: an _acquire form is an acquire and no more") {
    check_promises({"atomic_fetch_add_acquire", 0, 5,
                    [](auto& v) { return atomic_fetch_add_acquire(2, v); }, 0, 5, 2},
                   acquire);
    check_promises(
        {"atomic_xchg_acquire", 0, 5, [](auto& v) { return atomic_xchg_acquire(v, 9); }, 0, 5, 9},
        acquire);
    check_promises(
        {"atomic_add_negative_acquire", 3, 2,
         [](auto& v) -> std::int64_t { return atomic_add_negative_acquire(-3, v) ? 1 : 0; }, 0, 1,
         0},
        acquire);
}

TEST_CASE("atomic_t: a _release form is a release and no more") {
    check_promises({"atomic_fetch_add_release", 0, 5,
                    [](auto& v) { return atomic_fetch_add_release(2, v); }, 0, 5, 2},
                   release);
    check_promises({"atomic_fetch_sub_release", 0, 5,
                    [](auto& v) { return atomic_fetch_sub_release(2, v); }, 0, 5, -2},
                   release);
    check_promises({"atomic_sub_return_release", 0, 5,
                    [](auto& v) { return atomic_sub_return_release(2, v); }, -2, 3, -2},
                   release);
    check_promises(
        {"atomic_xchg_release", 0, 5, [](auto& v) { return atomic_xchg_release(v, 9); }, 0, 5, 9},
        release);
}

TEST_CASE("atomic_t: a _relaxed form is one step and orders nothing") {
    check_promises({"atomic_fetch_add_relaxed", 0, 5,
                    [](auto& v) { return atomic_fetch_add_relaxed(2, v); }, 0, 5, 2},
                   none);
    check_promises(
        {"atomic_xchg_relaxed", 0, 5, [](auto& v) { return atomic_xchg_relaxed(v, 9); }, 0, 5, 9},
        none);
}

TEST_CASE("atomic_t: a READ_ONCE and a WRITE_ONCE in place of one operation lose updates") {
    const operation torn{"WRITE_ONCE(v, READ_ONCE(v) + 2)",
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

// --- without a result ---------------------------------------------------------------------------

TEST_CASE("atomic_t: an operation without a result is one step and orders nothing") {
    const operation operations[] = {
        {"atomic_add", 0, 5, [](auto& v) { return atomic_add(2, v), std::int64_t{0}; }, 0, 0, 2},
        {"atomic_sub", 0, 5, [](auto& v) { return atomic_sub(2, v), std::int64_t{0}; }, 0, 0, -2},
        {"atomic_inc", 0, 5, [](auto& v) { return atomic_inc(v), std::int64_t{0}; }, 0, 0, 1},
        {"atomic_dec", 0, 5, [](auto& v) { return atomic_dec(v), std::int64_t{0}; }, 0, 0, -1},
    };
    for (const operation& op : operations) {
        CAPTURE(op.name);
        check_value(op);
        check_order<as_release>(op, false, "data-race");
        check_order<as_full_barrier>(op, false, "BUG_ON");
    }
}

TEST_CASE("atomic_t: smp_mb__before_atomic and smp_mb__after_atomic give it what it lacks") {
    const operation after_barrier{"smp_mb__before_atomic, atomic_inc",
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
    const operation before_barrier{"atomic_inc, smp_mb__after_atomic",
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
    // Before it: what came earlier is passed on, but the increment is not ordered before a load.
    check_order<as_release>(after_barrier, true, "");
    check_order<as_full_barrier>(after_barrier, false, "BUG_ON");
    // After it: the other way round.
    check_order<as_release>(before_barrier, false, "data-race");
    check_order<as_full_barrier>(before_barrier, true, "");
}

TEST_CASE("atomic_t: atomic_read and atomic_set order nothing, the other forms do") {
    const operation set{
        "atomic_set", 0, 5, [](auto& v) { return atomic_set(v, 9), std::int64_t{0}; }, 0, 0, 9};
    const operation set_release{"atomic_set_release",
                                0,
                                5,
                                [](auto& v) { return atomic_set_release(v, 9), std::int64_t{0}; },
                                0,
                                0,
                                9};
    const operation read{"atomic_read", 0, 5, [](auto& v) { return atomic_read(v); }, 0, 5, 0};
    const operation read_acquire{
        "atomic_read_acquire", 0, 5, [](auto& v) { return atomic_read_acquire(v); }, 0, 5, 0};
    check_value(set);
    check_value(set_release);
    check_value(read);
    check_value(read_acquire);
    check_order<as_release>(set, false, "data-race");
    check_order<as_release>(set_release, true, "");
    check_order<as_full_barrier>(set_release, false, "BUG_ON");
    check_order<as_acquire>(read, false, "data-race");
    check_order<as_acquire>(read_acquire, true, "");
}

// --- conditional --------------------------------------------------------------------------------

TEST_CASE("atomic_t: a successful atomic_cmpxchg is one step and a full barrier") {
    // The value is replaced, whatever it is: success of the second one if the first one fails.
    const operation from_idle{
        "atomic_cmpxchg from idle", 0, 5, [](auto& v) { return atomic_cmpxchg(v, 0, 9); }, 0, 5, 9};
    const operation from_set{
        "atomic_cmpxchg from set", 0, 5, [](auto& v) { return atomic_cmpxchg(v, 5, 9); }, 0, 5, 0};
    check_value(from_idle);
    check_value(from_set);
    check_order<as_release>(from_idle, true, "");
    check_order<as_full_barrier>(from_idle, true, "");
    check_order<as_acquire>(from_set, true, "");
}

TEST_CASE("atomic_t: a failed atomic_cmpxchg is a relaxed load") {
    // It sees that the flag is set, and fails because of that.
    const operation from_idle{
        "atomic_cmpxchg", 0, 5, [](auto& v) { return atomic_cmpxchg(v, 0, 9); }, 0, 5, 9};
    check_order<as_acquire>(from_idle, false, "data-race");
    // It fails between a store and a load, and is no barrier there.
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

TEST_CASE("atomic_t: atomic_cmpxchg_acquire and _relaxed order what their names say") {
    const operation acquires{"atomic_cmpxchg_acquire",
                             0,
                             5,
                             [](auto& v) { return atomic_cmpxchg_acquire(v, 5, 9); },
                             0,
                             5,
                             0};
    const operation relaxed{"atomic_cmpxchg_relaxed",
                            0,
                            5,
                            [](auto& v) { return atomic_cmpxchg_relaxed(v, 5, 9); },
                            0,
                            5,
                            0};
    const operation acquires_idle{"atomic_cmpxchg_acquire",
                                  0,
                                  5,
                                  [](auto& v) { return atomic_cmpxchg_acquire(v, 0, 9); },
                                  0,
                                  5,
                                  9};
    const operation relaxed_idle{"atomic_cmpxchg_relaxed",
                                 0,
                                 5,
                                 [](auto& v) { return atomic_cmpxchg_relaxed(v, 0, 9); },
                                 0,
                                 5,
                                 9};
    for (const operation& op : {acquires, relaxed, acquires_idle, relaxed_idle})
        check_value(op);
    check_order<as_acquire>(acquires, true, "");
    check_order<as_acquire>(relaxed, false, "data-race");
    for (const operation& op : {acquires_idle, relaxed_idle}) {
        check_order<as_release>(op, false, "data-race");
        check_order<as_full_barrier>(op, false, "BUG_ON");
    }
}

TEST_CASE("atomic_t: atomic_cmpxchg_release passes on what came before, if it succeeds") {
    const operation releases{"atomic_cmpxchg_release",
                             0,
                             5,
                             [](auto& v) { return atomic_cmpxchg_release(v, 0, 5); },
                             0,
                             5,
                             5};
    check_value(releases);
    check_order<as_release>(releases, true, "");
    check_order<as_full_barrier>(releases, false, "BUG_ON");
}

/// The value that `try_cmpxchg` of `expected` sees, of which both its results speak.
template <class F>
std::int64_t tried(atomic_t& v, std::int64_t expected, std::int64_t value, F try_cmpxchg) {
    std::int64_t old = expected;
    std::int64_t* const there = &old;
    return try_cmpxchg(v, there, value) ? expected : old;
}

TEST_CASE("atomic_t: atomic_try_cmpxchg says whether it did, and what was there") {
    const auto of = [](const char* name, auto apply, std::int64_t idle_becomes) {
        return operation{name, 0, 5, apply, 0, 5, idle_becomes};
    };
    const operation from_idle = of(
        "atomic_try_cmpxchg from idle",
        [](auto& v) {
            return tried(v, 0, 9, [](auto&... all) { return atomic_try_cmpxchg(all...); });
        },
        9);
    const operation from_set = of(
        "atomic_try_cmpxchg from set",
        [](auto& v) {
            return tried(v, 5, 9, [](auto&... all) { return atomic_try_cmpxchg(all...); });
        },
        0);
    check_value(from_idle);
    check_value(from_set);
    check_order<as_release>(from_idle, true, "");
    check_order<as_full_barrier>(from_idle, true, "");
    check_order<as_acquire>(from_set, true, "");

    const operation acquires = of(
        "atomic_try_cmpxchg_acquire",
        [](auto& v) {
            return tried(v, 5, 9, [](auto&... all) { return atomic_try_cmpxchg_acquire(all...); });
        },
        0);
    const operation releases = of(
        "atomic_try_cmpxchg_release",
        [](auto& v) {
            return tried(v, 0, 5, [](auto&... all) { return atomic_try_cmpxchg_release(all...); });
        },
        5);
    const operation relaxed = of(
        "atomic_try_cmpxchg_relaxed",
        [](auto& v) {
            return tried(v, 5, 9, [](auto&... all) { return atomic_try_cmpxchg_relaxed(all...); });
        },
        0);
    for (const operation& op : {acquires, releases, relaxed})
        check_value(op);
    check_order<as_acquire>(acquires, true, "");
    check_order<as_release>(releases, true, "");
    check_order<as_acquire>(relaxed, false, "data-race");
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

TEST_CASE("atomic_t: a successful atomic_add_unless or atomic_inc_not_zero is a full barrier") {
    const operation add_unless{"atomic_add_unless",
                               0,
                               5,
                               [](auto& v) -> std::int64_t { return atomic_add_unless(v, 2, 1); },
                               1,
                               1,
                               2};
    const operation add_unless_idle{
        "atomic_add_unless idle",
        0,
        5,
        [](auto& v) -> std::int64_t { return atomic_add_unless(v, 2, 0); },
        0,
        1,
        0};
    const operation inc{"atomic_inc_not_zero",
                        1,
                        5,
                        [](auto& v) -> std::int64_t { return atomic_inc_not_zero(v); },
                        1,
                        1,
                        2};
    const operation inc_idle{"atomic_inc_not_zero",
                             0,
                             5,
                             [](auto& v) -> std::int64_t { return atomic_inc_not_zero(v); },
                             0,
                             1,
                             0};
    for (const operation& op : {add_unless, add_unless_idle, inc, inc_idle})
        check_value(op);
    for (const operation& op : {add_unless, inc}) {
        check_order<as_release>(op, true, "");
        check_order<as_full_barrier>(op, true, "");
    }
    for (const operation& op : {add_unless_idle, inc_idle})
        check_order<as_acquire>(op, true, "");
}

TEST_CASE("atomic_t: a failed atomic_add_unless or atomic_inc_not_zero is a relaxed load") {
    // `set` is the value that is refused: to see it orders nothing.
    const operation add_unless{"atomic_add_unless",
                               0,
                               5,
                               [](auto& v) -> std::int64_t { return atomic_add_unless(v, 2, 5); },
                               1,
                               0,
                               2};
    const operation inc{"atomic_inc_not_zero",
                        1,
                        0,
                        [](auto& v) -> std::int64_t { return atomic_inc_not_zero(v); },
                        1,
                        0,
                        2};
    check_value(add_unless);
    check_value(inc);
    check_order<as_acquire>(add_unless, false, "data-race");
    check_order<as_acquire>(inc, false, "data-race");
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
        if (auto* data = xchg<plain<int>>(m.box, nullptr)) {
            data->write(data->read() + 1); // nobody else has it
            atomic_inc(m.taken);
        }
    };
    const body take_in_two_steps = [](mailbox& m) {
        if (auto* data = smp_load_acquire(m.box)) {
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
