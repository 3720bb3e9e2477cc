// SPDX-License-Identifier: BSD-3-Clause
// Store buffering (SB): both threads store, then load what the other stores. The expected outcomes
// are those of the Linux memory model (tools/memory-model).

#include "checks/memory/litmus.hpp"

using namespace litmus;

TEST_CASE("SB: without fences both loads may miss the other's store") {
    const test t{[](shared& m) {
                     WRITE_ONCE(m.x, 1);
                     m.r[0] = READ_ONCE(m.y);
                 },
                 [](shared& m) {
                     WRITE_ONCE(m.y, 1);
                     m.r[1] = READ_ONCE(m.x);
                 }};
    CHECK(weak(t) == all(2));
    CHECK(sc(t) == all_but(2, {"00"}));
}

TEST_CASE("SB: smp_mb() on both sides forbids that both loads miss") {
    const test t{[](shared& m) {
                     WRITE_ONCE(m.x, 1);
                     smp_mb();
                     m.r[0] = READ_ONCE(m.y);
                 },
                 [](shared& m) {
                     WRITE_ONCE(m.y, 1);
                     smp_mb();
                     m.r[1] = READ_ONCE(m.x);
                 }};
    CHECK(weak(t) == all_but(2, {"00"}));
}

TEST_CASE("SB: smp_mb() on one side only does not help") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_mb();
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("SB: acquire and release do not help") {
    CHECK(weak({[](shared& m) {
                    smp_store_release(m.x, 1);
                    m.r[0] = smp_load_acquire(m.y);
                },
                [](shared& m) {
                    smp_store_release(m.y, 1);
                    m.r[1] = smp_load_acquire(m.x);
                }}) == all(2));
}

TEST_CASE("SB: smp_wmb() and smp_rmb() together are no smp_mb()") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_wmb();
                    smp_rmb();
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    smp_wmb();
                    smp_rmb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("SB: smp_store_mb() is a store and a full barrier") {
    CHECK(weak({[](shared& m) {
                    smp_store_mb(m.x, 1);
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    smp_store_mb(m.y, 1);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"00"}));
}

TEST_CASE("SB: a value-returning atomic is a full barrier") {
    CHECK(weak({[](shared& m) {
                    atomic_xchg(m.x, 1);
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    atomic_inc_return(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"00"}));
}

TEST_CASE("SB: a full barrier comes before a value-returning atomic as well") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    atomic_xchg(m.w, 1);
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    m.r[1] = atomic_fetch_add(1, m.x);
                }}) == all_but(2, {"00"}));
}

TEST_CASE("SB: the _acquire, _release and _relaxed forms are no full barrier") {
    CHECK(weak({[](shared& m) {
                    atomic_xchg_acquire(m.x, 1);
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    atomic_xchg_acquire(m.y, 1);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
    CHECK(weak({[](shared& m) {
                    atomic_xchg_release(m.x, 1);
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    atomic_xchg_release(m.y, 1);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
    CHECK(weak({[](shared& m) {
                    atomic_xchg_relaxed(m.x, 1);
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    atomic_xchg_relaxed(m.y, 1);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("SB: atomic_inc() orders nothing by itself") {
    CHECK(weak({[](shared& m) {
                    atomic_inc(m.x);
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    atomic_inc(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("SB: atomic_inc() with smp_mb__after_atomic() is a full barrier") {
    CHECK(weak({[](shared& m) {
                    atomic_inc(m.x);
                    smp_mb__after_atomic();
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    atomic_inc(m.y);
                    smp_mb__after_atomic();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"00"}));
}

TEST_CASE("SB: sections of one lock exclude each other") {
    CHECK(weak({[](shared& m) {
                    spin_lock(m.l);
                    WRITE_ONCE(m.x, 1);
                    m.r[0] = READ_ONCE(m.y);
                    spin_unlock(m.l);
                },
                [](shared& m) {
                    spin_lock(m.l);
                    WRITE_ONCE(m.y, 1);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.l);
                }}) == outcome_set{"01", "10"});
}

TEST_CASE(
    "SB: a lock taken after the store is no full barrier, smp_mb__after_spinlock() makes it one") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    spin_lock(m.l);
                    m.r[0] = READ_ONCE(m.y);
                    spin_unlock(m.l);
                },
                [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    smp_mb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    spin_lock(m.l);
                    smp_mb__after_spinlock();
                    m.r[0] = READ_ONCE(m.y);
                    spin_unlock(m.l);
                },
                [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    smp_mb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"00"}));
}
