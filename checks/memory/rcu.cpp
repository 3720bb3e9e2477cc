// SPDX-License-Identifier: BSD-3-Clause
// What grace periods are for. The litmus tests of RCU are in checks/litmus/rcu+*.

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

using namespace wbsync;

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
