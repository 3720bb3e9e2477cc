// SPDX-License-Identifier: BSD-3-Clause
// Litmus tests of three and four threads. The expected outcomes are those of the Linux memory model
// (tools/memory-model), but for the differences that are named so.

#include "checks/memory/litmus.hpp"

using namespace litmus;

namespace {

const thread store_x = [](shared& m) { WRITE_ONCE(m.x, 1); };
const thread store_y = [](shared& m) { WRITE_ONCE(m.y, 1); };

} // namespace

// --- IRIW: two writers, two readers that look in opposite order
// -------------------------------------

TEST_CASE("IRIW: without fences the readers may disagree on the order of the stores") {
    const test t{store_x, store_y,
                 [](shared& m) {
                     m.r[0] = READ_ONCE(m.x);
                     m.r[1] = READ_ONCE(m.y);
                 },
                 [](shared& m) {
                     m.r[2] = READ_ONCE(m.y);
                     m.r[3] = READ_ONCE(m.x);
                 }};
    CHECK(weak(t) == all(4));
    CHECK(sc(t) == all_but(4, {"1010"}));
}

TEST_CASE("IRIW: acquire loads do not make the readers agree") {
    CHECK(weak({store_x, store_y,
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.x);
                    m.r[1] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    m.r[2] = smp_load_acquire(m.y);
                    m.r[3] = READ_ONCE(m.x);
                }}) == all(4));
}

TEST_CASE("IRIW: smp_mb() in both readers makes them agree") {
    CHECK(weak({store_x, store_y,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    smp_mb();
                    m.r[1] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    m.r[2] = READ_ONCE(m.y);
                    smp_mb();
                    m.r[3] = READ_ONCE(m.x);
                }}) == all_but(4, {"1010"}));
}

TEST_CASE("IRIW: smp_mb() in one reader and smp_rmb() in the other is not enough") {
    CHECK(weak({store_x, store_y,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    smp_mb();
                    m.r[1] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    m.r[2] = READ_ONCE(m.y);
                    smp_rmb();
                    m.r[3] = READ_ONCE(m.x);
                }}) == all(4));
}

// --- WRC: the reader of a store tells a third thread
// --------------------------------------------------

TEST_CASE("WRC: without ordering the third thread may miss the first store") {
    const test t{store_x,
                 [](shared& m) {
                     m.r[0] = READ_ONCE(m.x);
                     WRITE_ONCE(m.y, 1);
                 },
                 [](shared& m) {
                     m.r[1] = READ_ONCE(m.y);
                     m.r[2] = READ_ONCE(m.x);
                 }};
    CHECK(weak(t) == all(3));
    CHECK(sc(t) == all_but(3, {"110"}));
}

TEST_CASE("WRC: a release in the second thread passes on what it has read") {
    CHECK(weak({store_x,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[1] = READ_ONCE(m.y);
                    smp_rmb();
                    m.r[2] = READ_ONCE(m.x);
                }}) == all_but(3, {"110"}));
}

TEST_CASE("WRC: smp_mb() in the second thread and acquire in the third pass it on as well") {
    CHECK(weak({store_x,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    smp_mb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[1] = smp_load_acquire(m.y);
                    m.r[2] = READ_ONCE(m.x);
                }}) == all_but(3, {"110"}));
}

TEST_CASE("WRC: ordering in the second or in the third thread alone is not enough") {
    CHECK(weak({store_x,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[1] = READ_ONCE(m.y);
                    m.r[2] = READ_ONCE(m.x);
                }}) == all(3));
    CHECK(weak({store_x,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[1] = READ_ONCE(m.y);
                    smp_rmb();
                    m.r[2] = READ_ONCE(m.x);
                }}) == all(3));
}

// --- RWC: the reader of a store misses a store that missed the first
// ---------------------------------

TEST_CASE(
    "RWC: smp_mb() in the reader and in the writer forbids it, acquire in the reader does not") {
    const thread last = [](shared& m) {
        WRITE_ONCE(m.y, 1);
        smp_mb();
        m.r[2] = READ_ONCE(m.x);
    };
    CHECK(weak({store_x,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    smp_mb();
                    m.r[1] = READ_ONCE(m.y);
                },
                last}) == all_but(3, {"100"}));
    CHECK(weak({store_x,
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.x);
                    m.r[1] = READ_ONCE(m.y);
                },
                last}) == all(3));
}

TEST_CASE("W+RWC: a release before the reader needs smp_mb() in the reader") {
    const thread first = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        smp_store_release(m.y, 1);
    };
    const thread last = [](shared& m) {
        WRITE_ONCE(m.z, 1);
        smp_mb();
        m.r[2] = READ_ONCE(m.x);
    };
    CHECK(weak({first,
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.z);
                },
                last}) == all(3));
    CHECK(weak({first,
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_mb();
                    m.r[1] = READ_ONCE(m.z);
                },
                last}) == all_but(3, {"100"}));
}

// --- ISA2: a message passed on from thread to thread
// --------------------------------------------------

TEST_CASE("ISA2: without ordering the message may be missed") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    WRITE_ONCE(m.z, 1);
                },
                [](shared& m) {
                    m.r[1] = READ_ONCE(m.z);
                    m.r[2] = READ_ONCE(m.x);
                }}) == all(3));
}

TEST_CASE("ISA2: release and acquire all along pass it on") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    smp_store_release(m.z, 1);
                },
                [](shared& m) {
                    m.r[1] = smp_load_acquire(m.z);
                    m.r[2] = READ_ONCE(m.x);
                }}) == all_but(3, {"110"}));
}

TEST_CASE("ISA2: smp_mb() in the middle and wmb, rmb at the ends pass it on") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_wmb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_mb();
                    WRITE_ONCE(m.z, 1);
                },
                [](shared& m) {
                    m.r[1] = READ_ONCE(m.z);
                    smp_rmb();
                    m.r[2] = READ_ONCE(m.x);
                }}) == all_but(3, {"110"}));
}

TEST_CASE("weaker than the kernel: a release passes on what was acquired, not what was only read") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_store_release(m.z, 1);
                },
                [](shared& m) {
                    m.r[1] = smp_load_acquire(m.z);
                    m.r[2] = READ_ONCE(m.x);
                }}) == all(3)); // the kernel's release is cumulative and forbids 110
}

TEST_CASE("a read-modify-write in between keeps the release that it follows") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) { atomic_inc(m.y); },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == outcome_set{"00", "01", "10", "11", "21"}); // 1 may be the increment alone
}

TEST_CASE("a plain store in between does not keep it") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) { WRITE_ONCE(m.y, 2); },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == outcome_set{"00", "01", "11", "20", "21"});
}

// --- Z6.0, and store buffering in a ring of three
// -----------------------------------------------------

TEST_CASE("Z6.0: release, acquire and one smp_mb() do not forbid the cycle, three smp_mb() do") {
    // The cycle: P1 has got the message, P2's store to x comes after P1's, and yet P2 misses w.
    const thread last = [](shared& m) {
        WRITE_ONCE(m.x, 2);
        smp_mb();
        m.r[1] = READ_ONCE(m.w);
    };
    const outcome_set without{"00x1", "00x2", "01x1", "01x2", "10x1", "11x1", "11x2"};
    outcome_set with = without;
    with.insert("10x2");
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.w, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    smp_store_release(m.x, 1);
                },
                last},
               finals::x) == with);
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.w, 1);
                    smp_mb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_mb();
                    WRITE_ONCE(m.x, 1);
                },
                last},
               finals::x) == without);
}

TEST_CASE("3.SB: smp_mb() in two of three threads is not enough, in all three it is") {
    const thread unfenced = [](shared& m) {
        WRITE_ONCE(m.z, 1);
        m.r[2] = READ_ONCE(m.x);
    };
    const thread fenced = [](shared& m) {
        WRITE_ONCE(m.z, 1);
        smp_mb();
        m.r[2] = READ_ONCE(m.x);
    };
    const thread first = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        smp_mb();
        m.r[0] = READ_ONCE(m.y);
    };
    const thread second = [](shared& m) {
        WRITE_ONCE(m.y, 1);
        smp_mb();
        m.r[1] = READ_ONCE(m.z);
    };
    CHECK(weak({first, second, unfenced}) == all(3));
    CHECK(weak({first, second, fenced}) == all_but(3, {"000"}));
}
