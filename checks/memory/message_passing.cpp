// SPDX-License-Identifier: BSD-3-Clause
// Message passing (MP): one thread stores data, then a flag; the other loads the flag, then the
// data. The expected outcomes are those of the Linux memory model (tools/memory-model).

#include "checks/memory/litmus.hpp"

using namespace litmus;

TEST_CASE("MP: without ordering the flag may arrive before the data") {
    const test t{[](shared& m) {
                     WRITE_ONCE(m.x, 1);
                     WRITE_ONCE(m.y, 1);
                 },
                 [](shared& m) {
                     m.r[0] = READ_ONCE(m.y);
                     m.r[1] = READ_ONCE(m.x);
                 }};
    CHECK(weak(t) == all(2));
    CHECK(sc(t) == all_but(2, {"10"}));
}

TEST_CASE("MP: a release store and an acquire load pass the data on") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
}

TEST_CASE("MP: release without acquire is not enough, nor is acquire without release") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("MP: smp_wmb() and smp_rmb() pass the data on") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_wmb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_rmb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
}

TEST_CASE("MP: smp_wmb() alone is not enough, nor is smp_rmb() alone") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_wmb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_rmb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("MP: a release store pairs with smp_rmb(), smp_wmb() with an acquire load") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_rmb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_wmb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
}

TEST_CASE("MP: a release store orders nothing that comes after it") {
    CHECK(weak({[](shared& m) {
                    smp_store_release(m.x, 1);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("MP: an acquire load orders nothing that comes before it") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_wmb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    m.r[1] = smp_load_acquire(m.x);
                }}) == all(2));
}

TEST_CASE("MP: a wait that acquires sees the data, one that does not may miss it") {
    const thread writer = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        smp_store_release(m.y, 1);
    };
    CHECK(weak({writer, [](shared& m) {
                    await_acquire(m.y, [](auto v) { return v == 1; });
                    m.r[0] = READ_ONCE(m.x);
                }}) == outcome_set{"1"});
    CHECK(weak({writer, [](shared& m) {
                    await(m.y, [](auto v) { return v == 1; });
                    m.r[0] = READ_ONCE(m.x);
                }}) == all(1));
}

TEST_CASE("MP: unlock and lock pass the data on") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    spin_lock(m.l);
                    WRITE_ONCE(m.y, 1);
                    spin_unlock(m.l);
                },
                [](shared& m) {
                    spin_lock(m.l);
                    m.r[0] = READ_ONCE(m.y);
                    spin_unlock(m.l);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
}
