// SPDX-License-Identifier: BSD-3-Clause
// Coherence, and the other litmus tests of two threads. The expected outcomes are those of the
// Linux memory model (tools/memory-model), but for the limits that are named so.

#include "checks/memory/litmus.hpp"

using namespace litmus;

// --- load buffering (LB), and stores whose order decides (S, 2+2W)
// --------------------------------

TEST_CASE("limit: LB is not explored, a load never reads a store that is run later") {
    CHECK(weak({[](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[1] = READ_ONCE(m.y);
                    WRITE_ONCE(m.x, 1);
                }}) == all_but(2, {"11"})); // the kernel's model allows it
}

TEST_CASE("LB: with full barriers it is forbidden indeed") {
    CHECK(weak({[](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    smp_mb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[1] = READ_ONCE(m.y);
                    smp_mb();
                    WRITE_ONCE(m.x, 1);
                }}) == all_but(2, {"11"}));
}

TEST_CASE("limit: S is not explored, modification order follows execution order") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 2);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    WRITE_ONCE(m.x, 1);
                }},
               finals::x) ==
          outcome_set{"0x1", "0x2", "1x1"}); // the kernel's model allows 1x2 as well
}

TEST_CASE("S: with smp_wmb() and acquire it is forbidden indeed") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 2);
                    smp_wmb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    WRITE_ONCE(m.x, 1);
                }},
               finals::x) == outcome_set{"0x1", "0x2", "1x1"});
}

TEST_CASE("limit: 2+2W is not explored, modification order follows execution order") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    WRITE_ONCE(m.y, 2);
                },
                [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    WRITE_ONCE(m.x, 2);
                }},
               finals::xy) ==
          outcome_set{"x1y2", "x2y1", "x2y2"}); // the kernel's model allows x1y1 as well
}

// --- R: a store that loses against another one, then a load
// ----------------------------------------

TEST_CASE("R: without fences the load may miss although the store came last") {
    const test t{[](shared& m) {
                     WRITE_ONCE(m.y, 1);
                     WRITE_ONCE(m.x, 1);
                 },
                 [](shared& m) {
                     WRITE_ONCE(m.x, 2);
                     m.r[0] = READ_ONCE(m.y);
                 }};
    CHECK(weak(t, finals::x) == outcome_set{"0x1", "0x2", "1x1", "1x2"});
    CHECK(sc(t, finals::x) == outcome_set{"0x1", "1x1", "1x2"});
}

TEST_CASE("R: smp_mb() on both sides forbids it, a release on one side does not") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    smp_mb();
                    WRITE_ONCE(m.x, 1);
                },
                [](shared& m) {
                    WRITE_ONCE(m.x, 2);
                    smp_mb();
                    m.r[0] = READ_ONCE(m.y);
                }},
               finals::x) == outcome_set{"0x1", "1x1", "1x2"});
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    smp_store_release(m.x, 1);
                },
                [](shared& m) {
                    WRITE_ONCE(m.x, 2);
                    smp_mb();
                    m.r[0] = READ_ONCE(m.y);
                }},
               finals::x) == outcome_set{"0x1", "0x2", "1x1", "1x2"});
}

// --- coherence: one variable
// ------------------------------------------------------------------------

TEST_CASE("CoRR: two loads of one thread do not see a variable go back") {
    CHECK(weak({[](shared& m) { WRITE_ONCE(m.x, 1); },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
}

TEST_CASE("CoRR: two readers agree on the order of two stores") {
    const outcome_set seen =
        weak({[](shared& m) { WRITE_ONCE(m.x, 1); }, [](shared& m) { WRITE_ONCE(m.x, 2); },
              [](shared& m) {
                  m.r[0] = READ_ONCE(m.x);
                  m.r[1] = READ_ONCE(m.x);
              },
              [](shared& m) {
                  m.r[2] = READ_ONCE(m.x);
                  m.r[3] = READ_ONCE(m.x);
              }});
    CHECK(!seen.contains("1221"));
    CHECK(!seen.contains("2112"));
    // Each reader sees 00, 01, 02, 11, 12, 21 or 22: 49 pairs but for those two.
    CHECK(seen.size() == 47);
}

TEST_CASE("CoWW: a thread's own stores take effect in their order") {
    CHECK(weak({[](shared& m) {
                   WRITE_ONCE(m.x, 1);
                   WRITE_ONCE(m.x, 2);
               }},
               finals::x) == outcome_set{"x2"});
}

TEST_CASE("CoRW: a load does not see the same thread's later store, nor one that comes after it") {
    CHECK(weak({[](shared& m) {
              m.r[0] = READ_ONCE(m.x);
              WRITE_ONCE(m.x, 1);
          }}) == outcome_set{"0"});
    CHECK(weak({[](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    WRITE_ONCE(m.x, 1);
                },
                [](shared& m) { WRITE_ONCE(m.x, 2); }},
               finals::x) == outcome_set{"0x1", "0x2", "2x1"});
}

TEST_CASE("CoWR: a load sees the same thread's store or a newer one") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    m.r[0] = READ_ONCE(m.x);
                },
                [](shared& m) { WRITE_ONCE(m.x, 2); }},
               finals::x) == outcome_set{"1x1", "1x2", "2x2"});
}

TEST_CASE("atomicity: no two read-modify-writes read the same value") {
    CHECK(weak({[](shared& m) { m.r[0] = atomic_fetch_add_relaxed(1, m.x); },
                [](shared& m) { m.r[1] = atomic_fetch_add_relaxed(1, m.x); }}) ==
          outcome_set{"01", "10"});
}

TEST_CASE("atomicity: no store comes between the halves of a read-modify-write") {
    CHECK(weak({[](shared& m) { m.r[0] = atomic_fetch_add_relaxed(2, m.x); },
                [](shared& m) { WRITE_ONCE(m.x, 1); }},
               finals::x) == outcome_set{"0x1", "1x3"});
}
