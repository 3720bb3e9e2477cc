// SPDX-License-Identifier: BSD-3-Clause
// `wbsync litmus` on the collections that WBSYNC_LITMUS_CORPUS names, each with its index.tsv of
// what herd7 says. Every test of an index is compared, and there are no others.
#include <wbsync/report/json.hpp>

#include "checks/litmus/state_parts.hpp"
#include "checks/support/skip.hpp"
#include "tools/litmus/condition.hpp"
#include "tools/litmus/parser.hpp"
#include "tools/litmus/result.hpp"
#include "tools/program.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <fmt/format.h>

using namespace wbsync;
using report::json;

namespace {

const char* collections() {
    return std::getenv("WBSYNC_LITMUS_CORPUS");
}

struct row {
    std::string result;
    bool race = false;
};

/// For each file: the last column that is a result, and whether the third one mentions a data race.
std::map<std::string, row> read_index(const std::string& path) {
    std::map<std::string, row> rows;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#'))
            continue;
        std::istringstream columns(line);
        std::string file;
        std::getline(columns, file, '\t');
        row r;
        int column = 1;
        for (std::string word; std::getline(columns, word, '\t'); ++column) {
            if (word == "Never" || word == "Sometimes" || word == "Always")
                r.result = word;
            r.race = r.race || (column == 2 && word == "race");
        }
        rows[file] = r;
    }
    return rows;
}

/// Does not run the tests again if the pages have their results.
json results_of(const std::string& folder) {
    const std::string program = WBSYNC_TOOL;
    const tools::program_end end = tools::run_shell(
        fmt::format("PATH='{}':\"$PATH\" '{}/checks/report/pages/commands/collection' '{}'",
                    program.substr(0, program.rfind('/')), WBSYNC_SOURCE_DIR, folder),
        {.with_errors = false});
    return json::parse(end.output);
}

struct expectation {
    std::size_t tests;
    std::set<std::string> not_explored = {}; ///< expected to be unexplored, for a known reason
    bool races = false;                      ///< the index says which tests have one
};

void compare(const std::string& folder, const std::string& index, const expectation& expected) {
    const std::string root = collections();
    const std::map<std::string, row> rows = read_index(root + "/" + index);
    const json seen = results_of(folder);
    CHECK(rows.size() == expected.tests);
    CHECK(seen["results"].size() == expected.tests);
    std::set<std::string> not_explored;
    for (const json& r : seen["results"]) {
        const std::string path = r["file"].get<std::string>();
        const std::string file = path.substr(path.rfind('/') + 1);
        CAPTURE(file);
        CAPTURE(r["remark"]);
        REQUIRE(rows.count(file) == 1);
        if (!r["not_explored"].is_null())
            not_explored.insert(file);
        else
            CHECK(r["result"] == rows.at(file).result);
        if (expected.races) {
            CHECK(r["race_known"] == true);
            CHECK(r["race"].is_null() != rows.at(file).race);
        }
    }
    CHECK(not_explored == expected.not_explored);
}

} // namespace

// A test case without the collections is skipped, not passed.

TEST_CASE("litmus: the shared corpus agrees, all of it") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    compare("corpus", "index.tsv", {.tests = 948});
}

TEST_CASE("litmus: of the shared corpus, pairs of edges") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    compare("edges", "edges/index.tsv", {.tests = 532});
}

TEST_CASE("litmus: of the shared corpus, tests behind the findings of docs") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    compare("truth", "truth/index.tsv", {.tests = 25, .races = true});
}

TEST_CASE("litmus: of the shared corpus, tests that the library got wrong") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    compare("differences", "differences/index.tsv", {.tests = 52, .races = true});
}

TEST_CASE("litmus: of the shared corpus, tests that were written by hand") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    // Its values come out of thin air, if at all.
    compare("manual", "manual/index.tsv",
            {.tests = 158, .not_explored = {"manual__oota__C-JO-OOTA-1.litmus"}});
}

TEST_CASE("litmus: of the shared corpus, the kernel's own tests") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    compare("kernel", "kernel/index.tsv", {.tests = 42});
}

TEST_CASE("litmus: of the shared corpus, the protocol") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    compare("protocol", "protocol/index.tsv", {.tests = 32});
}

TEST_CASE("litmus: of the shared corpus, every final state and every data race") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    std::ifstream in(std::string{collections()} + "/states.jsonl");
    std::size_t tests = 0;
    for (std::string line; std::getline(in, line); ++tests) {
        const json expected = json::parse(line);
        const litmus::litmus_test test = litmus::parse(expected["source"].get<std::string>());
        const litmus::kernel_answer seen = litmus::ask_kernel_model(test, litmus::deadline());
        CAPTURE(expected["file"].get<std::string>());
        CHECK(seen.result == expected["result"].get<std::string>());
        CHECK(seen.race.empty() != expected["race"].get<bool>());
        CHECK(seen.all_states);
        CHECK((seen.race_known || !seen.race.empty()));
        std::set<std::set<std::string>> theirs;
        for (const json& s : expected["states"])
            theirs.insert(parts_of_state(s.get<std::string>()));
        std::set<std::set<std::string>> ours;
        for (const litmus::final_state& s : seen.states)
            ours.insert(parts_of_state(litmus::describe(test, s)));
        CHECK(ours == theirs);
    }
    CHECK(tests == 1352);
}
