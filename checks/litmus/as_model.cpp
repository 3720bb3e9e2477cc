// SPDX-License-Identifier: BSD-3-Clause
// Litmus tests run by the engine as a model in C++ is, under lkmm, beside what herd7 says in the
// collections that WBSYNC_LITMUS_CORPUS names: no final state that herd7 does not have, and none
// missing that sequential consistency has.
#include <wbsync/report/json.hpp>

#include "checks/litmus/state_parts.hpp"
#include "checks/support/skip.hpp"
#include "tools/litmus/result.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

using namespace wbsync::litmus;
using wbsync::memory_kind;
using wbsync::report::json;

namespace {

using states = std::set<std::set<std::string>>;

test_result run(const std::string& source, memory_kind memory) {
    settings with;
    with.memory = memory;
    return run_test(source, with);
}

states states_of(const test_result& r) {
    states all;
    for (const std::string& s : r.state_texts)
        all.insert(parts_of_state(s));
    return all;
}

bool includes(const states& all, const states& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

} // namespace

TEST_CASE("as models under lkmm, litmus tests have no state that the kernel's model does not have, "
          "and all of sc") {
    const char* const root = std::getenv("WBSYNC_LITMUS_CORPUS");
    if (root == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    std::ifstream in(std::string{root} + "/states.jsonl");
    int compared = 0;
    int equal = 0;
    for (std::string line; std::getline(in, line);) {
        const json expected = json::parse(line);
        CAPTURE(expected["file"].get<std::string>());
        const auto source = expected["source"].get<std::string>();
        const test_result seen = run(source, memory_kind::lkmm);
        if (expected["race"].get<bool>() || seen.result == "Unsupported")
            continue; // in a C++ model no variable is both plain and atomic
        ++compared;
        REQUIRE(seen.all_states);
        CHECK(seen.sleep_set_blocked == 0);
        states theirs;
        for (const json& s : expected["states"])
            theirs.insert(parts_of_state(s.get<std::string>()));
        const states ours = states_of(seen);
        CHECK(includes(theirs, ours));
        CHECK(includes(ours, states_of(run(source, memory_kind::sc))));
        equal += ours == theirs ? 1 : 0;
    }
    CHECK(compared > 1000);
    // The others need a load that is performed late.
    CHECK(equal >= compared * 9 / 10);
}

TEST_CASE("as models under lkmm, a store may go before one that was executed earlier") {
    const std::string two_stores = "C 2+2W\n{}\n"
                                   "P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 2); }\n"
                                   "P1(int *x, int *y) { WRITE_ONCE(*y, 1); WRITE_ONCE(*x, 2); }\n"
                                   "exists (x=1 /\\ y=1)\n";
    CHECK(run(two_stores, memory_kind::lkmm).result == "Sometimes");
    CHECK(run(two_stores, memory_kind::rc11).result == "Never");
}
