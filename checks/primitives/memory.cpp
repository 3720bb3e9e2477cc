// SPDX-License-Identifier: BSD-3-Clause
// READ_ONCE, WRITE_ONCE, barriers, acquire and release, waiting for a value.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

void store_both(message& m) {
    WRITE_ONCE(m.other, 1);
    WRITE_ONCE(m.flag, 1);
}

void write_and_release(message& m) {
    m.data.write(1);
    smp_store_release(m.flag, 1);
}

void read_if_acquired(message& m) {
    if (smp_load_acquire(m.flag) == 1)
        m.receive();
}

/// One side of the handshake, with something between the store and the load.
template <void (*Barrier)()>
void say_x(handshake& h) {
    WRITE_ONCE(h.x, 1);
    Barrier();
    h.r0 = READ_ONCE(h.y);
}
template <void (*Barrier)()>
void say_y(handshake& h) {
    WRITE_ONCE(h.y, 1);
    Barrier();
    h.r1 = READ_ONCE(h.x);
}

void nothing() {}
void mb() {
    smp_mb();
}
void rmb() {
    smp_rmb();
}
void wmb() {
    smp_wmb();
}
void before_atomic() {
    smp_mb__before_atomic();
}
void after_atomic() {
    smp_mb__after_atomic();
}
void after_spinlock() {
    smp_mb__after_spinlock();
}

} // namespace

// --- READ_ONCE, WRITE_ONCE ----------------------------------------------------------------------

TEST_CASE("READ_ONCE reads what WRITE_ONCE wrote, and a race between the two is none") {
    check_holds<message>({{[](message& m) { WRITE_ONCE(m.flag, 7); },
                           [](message& m) {
                               const auto v = READ_ONCE(m.flag);
                               BUG_ON(v != 0 && v != 7);
                           }},
                          [](message& m) { BUG_ON(READ_ONCE(m.flag) != 7); }});
    // The control: the same accesses unmarked.
    check_fails<message>({{[](message& m) { m.data.write(7); },
                           [](message& m) {
                               const auto v = m.data.read();
                               BUG_ON(v != 0 && v != 7);
                           }}},
                         "data-race");
}

TEST_CASE("READ_ONCE of one variable never goes back, of two variables it may") {
    check_holds<message>({{[](message& m) {
                               WRITE_ONCE(m.flag, 1);
                               WRITE_ONCE(m.flag, 2);
                           },
                           [](message& m) {
                               const auto first = READ_ONCE(m.flag);
                               BUG_ON(READ_ONCE(m.flag) < first);
                           }}});
    check_fails_weakly<message>({{&store_both,
                                  [](message& m) {
                                      const auto first = READ_ONCE(m.flag);
                                      BUG_ON(READ_ONCE(m.other) < first);
                                  }}},
                                "BUG_ON");
}

TEST_CASE("data_race() and data_race_write() mark an access, and order nothing") {
    check_holds<message>({{[](message& m) { data_race_write(m.flag, 1); },
                           [](message& m) { BUG_ON(data_race(m.flag) > 1); }}});
    check_fails_weakly<message>({{[](message& m) {
                                      WRITE_ONCE(m.other, 1);
                                      data_race_write(m.flag, 1);
                                  },
                                  [](message& m) {
                                      if (data_race(m.flag) == 1)
                                          BUG_ON(READ_ONCE(m.other) == 0);
                                  }}},
                                "BUG_ON");
}

// --- smp_load_acquire, smp_store_release --------------------------------------------------------

TEST_CASE("smp_store_release and smp_load_acquire pass plain data on") {
    check_holds<message>({{&write_and_release, &read_if_acquired}});
}

TEST_CASE("smp_store_release: with WRITE_ONCE in its place the data is not passed on") {
    check_fails_weakly<message>({{[](message& m) {
                                      m.data.write(1);
                                      WRITE_ONCE(m.flag, 1);
                                  },
                                  &read_if_acquired}},
                                "data-race");
}

TEST_CASE("smp_load_acquire: with READ_ONCE in its place the data is not passed on") {
    check_fails_weakly<message>({{&write_and_release,
                                  [](message& m) {
                                      if (READ_ONCE(m.flag) == 1)
                                          m.receive();
                                  }}},
                                "data-race");
}

TEST_CASE("smp_store_release: what comes after it is not passed on, not even under sc") {
    check_fails<message>({{[](message& m) {
                               smp_store_release(m.flag, 1);
                               m.data.write(1);
                           },
                           &read_if_acquired}},
                         "data-race");
}

TEST_CASE("smp_load_acquire and smp_store_release do the same for pointers") {
    struct published {
        plain<int> data{"data"};
        pointer<plain<int>> p{"p"};
    };
    const auto release = [](published& m) {
        m.data.write(1);
        smp_store_release(m.p, &m.data);
    };
    const auto acquire = [](published& m) {
        if (const auto p = smp_load_acquire(m.p))
            BUG_ON(p->read() != 1);
    };
    check_holds<published>({{release, acquire}});
    check_fails_weakly<published>({{[](published& m) {
                                        m.data.write(1);
                                        WRITE_ONCE(m.p, &m.data);
                                    },
                                    acquire}},
                                  "data-race");
    check_fails_weakly<published>({{release,
                                    [](published& m) {
                                        if (const auto p = READ_ONCE(m.p))
                                            BUG_ON(p->read() != 1);
                                    }}},
                                  "data-race");
}

// --- smp_mb, smp_rmb, smp_wmb -------------------------------------------------------------------

TEST_CASE("smp_mb orders a store before a load") {
    check_holds<handshake>({{&say_x<&mb>, &say_y<&mb>}, &handshake::at_end});
    check_holds<handshake>({{&say_x<&mb>,
                             [](handshake& h) {
                                 WRITE_ONCE(h.y, 1);
                                 smp_mb__before_atomic();
                                 atomic_inc(h.other);
                                 h.r1 = READ_ONCE(h.x);
                             }},
                            &handshake::at_end});
}

TEST_CASE("smp_mb: its forms that belong to an operation order nothing without it") {
    for (const auto say : {&say_x<&before_atomic>, &say_x<&after_atomic>, &say_x<&after_spinlock>})
        check_fails_weakly<handshake>({{say, &say_y<&mb>}, &handshake::at_end}, "BUG_ON");
}

TEST_CASE("smp_mb: left out on one side, both threads may miss each other") {
    check_fails_weakly<handshake>({{&say_x<&nothing>, &say_y<&mb>}, &handshake::at_end}, "BUG_ON");
    check_fails_weakly<handshake>({{&say_x<&mb>, &say_y<&nothing>}, &handshake::at_end}, "BUG_ON");
}

TEST_CASE("smp_rmb and smp_wmb do not order a store before a load") {
    check_fails_weakly<handshake>({{&say_x<&mb>, &say_y<&rmb>}, &handshake::at_end}, "BUG_ON");
    check_fails_weakly<handshake>({{&say_x<&mb>, &say_y<&wmb>}, &handshake::at_end}, "BUG_ON");
}

TEST_CASE("smp_wmb orders stores, smp_rmb orders loads, and smp_mb does either") {
    using body = void (*)(message&);
    const body wmb_between = [](message& m) {
        WRITE_ONCE(m.other, 1);
        smp_wmb();
        WRITE_ONCE(m.flag, 1);
    };
    const body mb_between = [](message& m) {
        WRITE_ONCE(m.other, 1);
        smp_mb();
        WRITE_ONCE(m.flag, 1);
    };
    const body rmb_between = [](message& m) {
        const auto flag = READ_ONCE(m.flag);
        smp_rmb();
        BUG_ON(flag == 1 && READ_ONCE(m.other) == 0);
    };
    const body mb_between_loads = [](message& m) {
        const auto flag = READ_ONCE(m.flag);
        smp_mb();
        BUG_ON(flag == 1 && READ_ONCE(m.other) == 0);
    };
    const body nothing_between = [](message& m) {
        const auto flag = READ_ONCE(m.flag);
        BUG_ON(flag == 1 && READ_ONCE(m.other) == 0);
    };
    const body wmb_between_loads = [](message& m) {
        const auto flag = READ_ONCE(m.flag);
        smp_wmb();
        BUG_ON(flag == 1 && READ_ONCE(m.other) == 0);
    };
    const body rmb_between_stores = [](message& m) {
        WRITE_ONCE(m.other, 1);
        smp_rmb();
        WRITE_ONCE(m.flag, 1);
    };
    check_holds<message>({{wmb_between, rmb_between}});
    check_holds<message>({{mb_between, rmb_between}});
    check_holds<message>({{wmb_between, mb_between_loads}});
    check_fails_weakly<message>({{&store_both, rmb_between}}, "BUG_ON");
    check_fails_weakly<message>({{rmb_between_stores, rmb_between}}, "BUG_ON");
    check_fails_weakly<message>({{wmb_between, nothing_between}}, "BUG_ON");
    check_fails_weakly<message>({{wmb_between, wmb_between_loads}}, "BUG_ON");
}

TEST_CASE("smp_store_mb is a store with a full barrier after it, not before it") {
    using body = void (*)(handshake&);
    const body say = [](handshake& h) {
        smp_store_mb(h.x, 1);
        h.r0 = READ_ONCE(h.y);
    };
    const body say_too_late = [](handshake& h) {
        WRITE_ONCE(h.x, 1);
        h.r0 = READ_ONCE(h.y);
        smp_store_mb(h.other, 2);
    };
    check_holds<handshake>({{say, &say_y<&mb>}, &handshake::at_end});
    check_fails_weakly<handshake>({{say_too_late, &say_y<&mb>}, &handshake::at_end}, "BUG_ON");
    // Before it: the data is not passed on.
    check_fails_weakly<message>({{[](message& m) {
                                      m.data.write(1);
                                      smp_store_mb(m.flag, 1);
                                  },
                                  &read_if_acquired}},
                                "data-race");
}

// --- await --------------------------------------------------------------------------------------

TEST_CASE("await_acquire waits, and orders what follows, await only waits") {
    using body = void (*)(message&);
    const body await_acquired = [](message& m) {
        BUG_ON(await_acquire(m.flag, [](auto v) { return v != 0; }) != 1);
        m.receive();
    };
    const body await_relaxed = [](message& m) {
        BUG_ON(await(m.flag, [](auto v) { return v != 0; }) != 1);
        m.receive();
    };
    check_holds<message>({{&write_and_release, await_acquired}});
    check_fails_weakly<message>({{&write_and_release, await_relaxed}}, "data-race");
}

TEST_CASE("await: a value that never comes is a deadlock that says who waits for what") {
    const program<message> waits{
        {[](message& m) { WRITE_ONCE(m.flag, 1); },
         [](message& m) { await(m.flag, [](auto v) { return v == 2; }); }}};
    check_fails<message>(waits, "deadlock");
    CHECK(found(weak(waits), "P[1] waits for await(flag), which is 1"));
}
