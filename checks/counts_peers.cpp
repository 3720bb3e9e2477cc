// SPDX-License-Identifier: BSD-3-Clause
// Executions of the programs of bench/peers, next to what other checkers need.

#include "bench/peers/table.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace wbsync;
using bench::peers::row;

namespace {

/// Runs those that are quick; returns how many there are.
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
        CHECK(seen.redundant == 0);
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

TEST_CASE("counts: programs of other checkers whose loops try again") {
    CHECK(check(bench::peers::loops()) == 13);
}
