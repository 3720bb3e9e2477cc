// SPDX-License-Identifier: BSD-3-Clause
// How many executions the explorer runs for the programs of count_table.hpp. Each number is known
// three times: as a formula there, by counting the distinct executions among all interleavings
// (trace_counter.hpp), and from the explorer, in several orders of the threads.

#include "checks/engine/count_table.hpp"
#include "checks/engine/differential.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <fmt/ranges.h>

using count_table::counted;
using fuzz::program;
using wbsync::memory_kind;

namespace {

void check(const counted& c, memory_kind memory, std::uint64_t expected) {
    CAPTURE(std::string{wbsync::name_of(memory)});
    const program p{c.what};
    REQUIRE(fuzz::well_formed(p));
    fuzz::record last;
    const auto orders = fuzz::orders(p);
    const counting::counted all =
        counting::traces<fuzz::program_model>(memory, &p, &orders.front(), &last);
    CHECK(all.complete);
    if (memory == memory_kind::sc || !p.has(fuzz::stores_in_vain)) // see fuzz::count_traces()
        CHECK(all.traces == expected);
    for (const auto& order : orders) {
        CAPTURE(fmt::format("{}", fmt::join(order, " ")));
        const auto seen = fuzz::explore(p, order, memory, wbsync::scheduler_kind::dpor, 100'000);
        CHECK(seen.limit == "");
        CHECK(seen.findings.empty());
        CHECK(seen.executions == expected);
        CHECK(seen.sleep_set_blocked == 0);
    }
}

void check(const std::vector<counted>& all) {
    std::set<std::string> names;
    for (const counted& c : all) {
        CAPTURE(c.name);
        CHECK(names.insert(c.name).second);
        check(c, memory_kind::sc, c.sc);
        check(c, memory_kind::weak, c.weak);
    }
}

} // namespace

TEST_CASE("counts: loads, stores and additions of one variable") {
    check(count_table::one_variable());
}

TEST_CASE("counts: read-modify-writes with results") {
    check(count_table::read_modify_writes());
}

TEST_CASE("counts: loops that try again") {
    check(count_table::loops());
}

TEST_CASE("counts: the litmus shapes") {
    check(count_table::litmus_shapes());
}

TEST_CASE("counts: fences are no steps") {
    check(count_table::fences());
}

TEST_CASE("counts: old values") {
    check(count_table::old_values());
}

TEST_CASE("counts: spinlocks") {
    check(count_table::spinlocks());
}

TEST_CASE("counts: barriers that belong to an operation, in its place and astray") {
    check(count_table::fences_of_operations());
}

TEST_CASE("counts: an unlock and the next lock") {
    check(count_table::unlock_then_lock());
}

TEST_CASE("counts: accesses in a section and after a grace period") {
    check(count_table::around_grace_periods());
}

TEST_CASE("counts: semaphores, mutexes and completions") {
    check(count_table::sleeping_locks());
}

TEST_CASE("counts: waits never fail, whoever waits comes after") {
    check(count_table::waits());
}

TEST_CASE("counts: sections and grace periods, each section starts before or after each period") {
    check(count_table::grace_periods());
}

TEST_CASE("counts: callbacks") {
    check(count_table::callbacks());
}

TEST_CASE("counts: work items") {
    check(count_table::work_items());
}

TEST_CASE("counts: wait_var_event and wake_up_var") {
    check(count_table::wait_var_event());
}

TEST_CASE("counts: kfree is no step, what leads to it is") {
    check(count_table::objects());
}
