// SPDX-License-Identifier: BSD-3-Clause
// Litmus tests of RCU. The expected outcomes are those of the Linux memory model
// (tools/memory-model/Documentation/explanation.txt, "RCU relations"): a cycle is forbidden iff it
// has at least as many grace periods as read-side critical sections.

#include "checks/memory/litmus.hpp"

using namespace litmus;

// --- one grace period against one section
// -----------------------------------------------------------

TEST_CASE("MP+sync+rcu: a section that sees what follows a grace period sees what precedes it") {
    const thread writer = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        synchronize_rcu();
        WRITE_ONCE(m.y, 1);
    };
    CHECK(weak({writer, [](shared& m) {
                    rcu_read_lock();
                    m.r[0] = READ_ONCE(m.y);
                    m.r[1] = READ_ONCE(m.x);
                    rcu_read_unlock();
                }}) == all_but(2, {"10"}));
    CHECK(weak({writer, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("a section that misses what precedes a grace period misses what follows it") {
    const thread writer = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        synchronize_rcu();
        WRITE_ONCE(m.y, 1);
    };
    CHECK(weak({writer, [](shared& m) {
                    rcu_read_lock();
                    m.r[0] = READ_ONCE(m.x);
                    m.r[1] = READ_ONCE(m.y);
                    rcu_read_unlock();
                }}) == all_but(2, {"01"}));
    CHECK(weak({writer, [](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    m.r[1] = READ_ONCE(m.y);
                }}) == all(2));
}

TEST_CASE("a section without a grace period orders nothing") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    rcu_read_lock();
                    m.r[0] = READ_ONCE(m.y);
                    m.r[1] = READ_ONCE(m.x);
                    rcu_read_unlock();
                }}) == all(2));
    const thread left = [](shared& m) {
        rcu_read_lock();
        WRITE_ONCE(m.x, 1);
        m.r[0] = READ_ONCE(m.y);
        rcu_read_unlock();
    };
    const thread right = [](shared& m) {
        rcu_read_lock();
        WRITE_ONCE(m.y, 1);
        m.r[1] = READ_ONCE(m.x);
        rcu_read_unlock();
    };
    CHECK(weak({left, right}) == all(2));
}

TEST_CASE(
    "SB+sync+rcu: a grace period on one side and a section on the other forbid store buffering") {
    const thread section = [](shared& m) {
        rcu_read_lock();
        WRITE_ONCE(m.y, 1);
        m.r[1] = READ_ONCE(m.x);
        rcu_read_unlock();
    };
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    synchronize_rcu();
                    m.r[0] = READ_ONCE(m.y);
                },
                section}) == all_but(2, {"00"}));
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_mb();
                    m.r[0] = READ_ONCE(m.y);
                },
                section}) == all(2));
}

TEST_CASE("SB+sync+rcu: a section after the store, or an empty one in between, will do") {
    const thread gp = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        synchronize_rcu();
        m.r[0] = READ_ONCE(m.y);
    };
    CHECK(weak({gp, [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    rcu_read_lock();
                    m.r[1] = READ_ONCE(m.x);
                    rcu_read_unlock();
                }}) == all_but(2, {"00"}));
    CHECK(weak({gp, [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    rcu_read_lock();
                    rcu_read_unlock();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"00"}));
    CHECK(weak({gp, [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

TEST_CASE("SB+sync+rcu: a nested section ends with its outermost unlock") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    synchronize_rcu();
                    m.r[0] = READ_ONCE(m.y);
                },
                [](shared& m) {
                    rcu_read_lock();
                    rcu_read_lock();
                    WRITE_ONCE(m.y, 1);
                    rcu_read_unlock();
                    m.r[1] = READ_ONCE(m.x);
                    rcu_read_unlock();
                }}) == all_but(2, {"00"}));
}

TEST_CASE("LB+sync+rcu: what a section does after a read that the updater's store feeds is not "
          "seen before") {
    CHECK(weak({[](shared& m) {
                    m.r[0] = READ_ONCE(m.x);
                    synchronize_rcu();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    rcu_read_lock();
                    m.r[1] = READ_ONCE(m.y);
                    WRITE_ONCE(m.x, 1);
                    rcu_read_unlock();
                }}) == all_but(2, {"11"}));
}

// --- grace periods among themselves and with barriers
// -------------------------------------------------

TEST_CASE("synchronize_rcu() is a full barrier") {
    const thread fence = [](shared& m) {
        WRITE_ONCE(m.y, 1);
        smp_mb();
        m.r[1] = READ_ONCE(m.x);
    };
    const thread gp = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        synchronize_rcu();
        m.r[0] = READ_ONCE(m.y);
    };
    const thread other = [](shared& m) {
        WRITE_ONCE(m.y, 1);
        synchronize_rcu();
        m.r[1] = READ_ONCE(m.x);
    };
    CHECK(weak({gp, fence}) == all_but(2, {"00"}));
    CHECK(weak({gp, other}) == all_but(2, {"00"}));
}

TEST_CASE("what a section did is visible after the grace period that waited for it") {
    CHECK(weak({[](shared& m) {
                    rcu_read_lock();
                    m.r[0] = READ_ONCE(m.x);
                    WRITE_ONCE(m.y, 1);
                    rcu_read_unlock();
                },
                [](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    synchronize_rcu();
                    m.r[1] = READ_ONCE(m.y);
                }}) == all_but(2, {"00"}));
}

// --- two sections
// --------------------------------------------------------------------------------------

namespace {

// A ring of store buffering: each thread stores its variable and loads the next one's.

const thread section_wx = [](shared& m) {
    rcu_read_lock();
    WRITE_ONCE(m.w, 1);
    m.r[0] = READ_ONCE(m.x);
    rcu_read_unlock();
};
const thread section_xy = [](shared& m) {
    rcu_read_lock();
    WRITE_ONCE(m.x, 1);
    m.r[1] = READ_ONCE(m.y);
    rcu_read_unlock();
};
const thread section_yz = [](shared& m) {
    rcu_read_lock();
    WRITE_ONCE(m.y, 1);
    m.r[2] = READ_ONCE(m.z);
    rcu_read_unlock();
};
const thread period_xy = [](shared& m) {
    WRITE_ONCE(m.x, 1);
    synchronize_rcu();
    m.r[1] = READ_ONCE(m.y);
};
const thread period_yw = [](shared& m) {
    WRITE_ONCE(m.y, 1);
    synchronize_rcu();
    m.r[2] = READ_ONCE(m.w);
};
const thread period_zw = [](shared& m) {
    WRITE_ONCE(m.z, 1);
    synchronize_rcu();
    m.r[3] = READ_ONCE(m.w);
};
const thread period_yz = [](shared& m) {
    WRITE_ONCE(m.y, 1);
    synchronize_rcu();
    m.r[2] = READ_ONCE(m.z);
};
const thread fence_zw = [](shared& m) {
    WRITE_ONCE(m.z, 1);
    smp_mb();
    m.r[3] = READ_ONCE(m.w);
};
const thread fence_yw = [](shared& m) {
    WRITE_ONCE(m.y, 1);
    smp_mb();
    m.r[2] = READ_ONCE(m.w);
};

} // namespace

TEST_CASE("two sections against one grace period: the cycle is allowed") {
    CHECK(weak({section_wx, section_xy, period_yw}) == all(3));
}

TEST_CASE("two sections against two grace periods: the cycle is forbidden") {
    CHECK(weak({section_wx, section_xy, period_yz, period_zw}) == all_but(4, {"0000"}));
    CHECK(weak({section_wx, period_xy, section_yz, period_zw}) == all_but(4, {"0000"}));
}

TEST_CASE("two sections against a grace period and a full barrier: the cycle is allowed") {
    CHECK(weak({section_wx, section_xy, period_yz, fence_zw}) == all(4));
    CHECK(weak({section_wx, period_xy, section_yz, fence_zw}) == all(4));
}

TEST_CASE(
    "one section against two grace periods, or one and a full barrier: the cycle is forbidden") {
    CHECK(weak({section_wx, period_xy, period_yw}) == all_but(3, {"000"}));
    CHECK(weak({section_wx, period_xy, fence_yw}) == all_but(3, {"000"}));
}

TEST_CASE("two grace periods of one thread count twice") {
    CHECK(weak({section_wx, section_xy, [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    synchronize_rcu();
                    synchronize_rcu();
                    m.r[2] = READ_ONCE(m.w);
                }}) == all_but(3, {"000"}));
}

// --- publishing and freeing
// -------------------------------------------------------------------------------

TEST_CASE("a reader that finds a published object sees it initialised") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_store_release(m.y, 1);
                },
                [](shared& m) {
                    rcu_read_lock();
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                    rcu_read_unlock();
                }}) == all_but(2, {"10"}));
}

namespace {

/// Unlinks an object, waits for a grace period, or not, and spoils it.
struct removal {
    bool waits;
    atomic_t linked{"linked", 1}, spoilt{"spoilt"};

    explicit removal(bool with_grace_period) : waits(with_grace_period) {}

    void threads(scenario& s) {
        s.thread("updater", [this] {
            WRITE_ONCE(linked, 0);
            if (waits)
                synchronize_rcu();
            WRITE_ONCE(spoilt, 1);
        });
        s.threads("reader", 2, [this](int) {
            rcu_read_lock();
            if (READ_ONCE(linked) != 0)
                BUG_ON(READ_ONCE(spoilt) != 0);
            rcu_read_unlock();
        });
    }
};

/// Waits inside of a section for what comes after the grace period.
struct inside_out {
    atomic_t done{"done"};

    void threads(scenario& s) {
        s.thread("updater", [this] {
            synchronize_rcu();
            WRITE_ONCE(done, 1);
        });
        s.thread("reader", [this] {
            rcu_read_lock();
            await(done, [](auto v) { return v == 1; });
            rcu_read_unlock();
        });
    }
};

} // namespace

TEST_CASE("an object is spoilt only after its readers have left, thanks to the grace period") {
    CHECK(check<removal>({}, true).verified());
    CHECK(check<removal>({}, false).found("BUG_ON"));
}

TEST_CASE("a section that waits for the end of a grace period is a deadlock") {
    CHECK(check<inside_out>().found("deadlock"));
}
