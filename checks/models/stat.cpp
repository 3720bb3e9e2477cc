// SPDX-License-Identifier: BSD-3-Clause
// models/stat: what holds at larger sizes than the default, and the story of each failure.

#include "checks/models/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

namespace {
const parameter_values one{{"readers", 1}, {"switches", 1}};
}

TEST_CASE("stat/transaction and stat/fences hold for two readers and two switches") {
    for (const char* name : {"stat/transaction", "stat/fences", "stat/transaction+free_at_once"}) {
        CAPTURE(name);
        CHECK(verified(sc(name)));
        CHECK(verified(weak(name)));
    }
}

TEST_CASE("stat: without a grace period the count moves while a reader is at it") {
    CHECK(tells(sc("stat/transaction-gp", one),
                {"reader[0]: smp_load_acquire(i_state) 0", "reader[0]: READ_ONCE(i_wb) &wb[0]",
                 "switcher: atomic_dec(wb[0].stat) 1 -> 0", "switcher: WRITE_ONCE(i_wb) &wb[1]",
                 "reader[0]: atomic_dec(wb[0].stat) 0 -> -1", "rcu_callbacks: P7"}));
}

TEST_CASE("stat: without the lock a reader that sees the switch counts on the old wb") {
    CHECK(
        tells(sc("stat/transaction-lock", one),
              {"switcher: atomic_dec(wb[0].stat) 1 -> 0", "reader[0]: smp_load_acquire(i_state) 1",
               "reader[0]: atomic_dec(wb[0].stat) 0 -> -1", "rcu_callbacks: P7"}));
}

TEST_CASE("stat: without the order of flag and wb the flag is clear and the wb an old one") {
    struct {
        const char* name;
        const char* cleared;
        const char* seen;
    } const cases[] = {
        {"stat/transaction-acquire", "smp_store_release", "smp_load_acquire"},
        {"stat/transaction-release", "smp_store_release", "smp_load_acquire"},
        {"stat/fences-rmb", "WRITE_ONCE", "READ_ONCE"},
        {"stat/fences-wmb", "WRITE_ONCE", "READ_ONCE"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.name);
        CHECK(verified(sc(c.name)));
        CHECK(tells(weak(c.name, one),
                    {"switcher: WRITE_ONCE(i_wb) &wb[1]",
                     fmt::format("switcher: {}(i_state) 0", c.cleared),
                     fmt::format("reader[0]: {}(i_state) 0", c.seen),
                     "reader[0]: READ_ONCE(i_wb) &wb[0] (stale",
                     "reader[0]: atomic_dec(wb[0].stat) 0 -> -1", "rcu_callbacks: P7"}));
    }
}

TEST_CASE("stat: nothing keeps the wb after the transaction") {
    CHECK(tells(sc("stat/transaction-section", one),
                {"reader[0]: rcu_read_unlock", "reader[0]: READ_ONCE(wb[0].stat)",
                 "rcu_callbacks: kfree(wb[0])", "rcu_callbacks: P3"}));
}
