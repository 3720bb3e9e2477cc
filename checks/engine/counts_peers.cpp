// SPDX-License-Identifier: BSD-3-Clause
// Executions of the programs of bench/peers, next to what other checkers need.

#include "bench/peers/table.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace wbsync;
using bench::peers::row;

namespace {

/// Runs the quick programs; returns how many there are.
int check(const std::vector<row>& rows) {
    int quick = 0;
    for (const row& r : rows) {
        if (!r.quick())
            continue;
        ++quick;
        CAPTURE(std::string{r.program});
        CAPTURE(r.size);
        const result seen = r.check(bench::peers::to_count(r.memory), r.size);
        CHECK(seen.verified());
        CHECK(seen.executions == r.executions);
        CHECK(seen.sleep_set_blocked == 0);
    }
    return quick;
}

} // namespace

TEST_CASE("counts: compare-and-exchanges that fail cost what they cost other checkers") {
    CHECK(check(bench::peers::failed_exchanges()) == 4);
    for (const row& r : bench::peers::failed_exchanges()) {
        CAPTURE(std::string{r.program});
        CHECK(r.executions == r.genmc.total());
        CHECK(r.executions == r.nidhugg.total());
    }
}

TEST_CASE("counts: smaller programs of GenMC's tests run as often as those expect") {
    CHECK(check(bench::peers::smaller()) == 8);
    for (const row& r : bench::peers::smaller())
        CHECK(r.executions == r.genmc.complete);
}

TEST_CASE("counts: programs of other checkers whose loops try again or wait") {
    CHECK(check(bench::peers::loops()) == 16);
}

TEST_CASE("counts: what GenMC says is read") {
    const auto seen = bench::peers::read_genmc("*** Verification complete.\n"
                                               "No errors were detected.\n"
                                               "Number of complete executions explored: 666\n"
                                               "Number of blocked executions seen: 120\n"
                                               "Total wall-clock time: 0.02s\n");
    REQUIRE(seen);
    CHECK(seen->complete == 666);
    CHECK(seen->blocked == 120);
    CHECK(seen->here);
    const auto none_blocked =
        bench::peers::read_genmc("Number of complete executions explored: 8\n");
    REQUIRE(none_blocked);
    CHECK(none_blocked->total() == 8);
    CHECK(!bench::peers::read_genmc("Number of complete executions explored: many"));
    CHECK(!bench::peers::read_genmc(""));
}

TEST_CASE("counts: what Nidhugg says is read, of old and of new") {
    const auto now = bench::peers::read_nidhugg("Trace count: 330\n"
                                                "Await-blocked trace count: 4\n"
                                                "Assume-blocked trace count: 400\n"
                                                "Sleepset-blocked trace count: 40\n"
                                                "No errors were detected.\n");
    REQUIRE(now);
    CHECK(now->complete == 330);
    CHECK(now->blocked == 444);
    const auto before = bench::peers::read_nidhugg("Trace count: 16 (also 3 sleepset blocked)\n");
    REQUIRE(before);
    CHECK(before->complete == 16);
    CHECK(before->blocked == 3);
    CHECK(!bench::peers::read_nidhugg("Nidhuggc Error: no such file"));
}
