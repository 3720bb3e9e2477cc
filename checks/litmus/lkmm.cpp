// SPDX-License-Identifier: BSD-3-Clause
// engine::lkmm::model on all candidate executions of the tests in the collections that
// WBSYNC_LITMUS_CORPUS names, compared with what herd7 says: final states, results, data races.
// Some three seconds of CPU in all, with optimisation.
#include <wbsync/report/json.hpp>

#include "checks/litmus/lkmm_reference.hpp"
#include "checks/litmus/state_parts.hpp"
#include "checks/support/skip.hpp"
#include "tools/litmus/parser.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

using namespace wbsync::litmus;
using lkmm_reference::aim;
using wbsync::report::json;

namespace {

/// Questions to the model for one test. The largest test of the collections needs a tenth of this.
constexpr std::uint64_t max_asked = 200'000;

const char* collections() {
    return std::getenv("WBSYNC_LITMUS_CORPUS");
}

struct row {
    std::string file;
    std::string result;
    bool race = false;
};

/// The last column that is a result, and whether the third one mentions a data race.
std::vector<row> read_index(const std::string& path) {
    std::vector<row> rows;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#'))
            continue;
        std::istringstream columns(line);
        row r;
        std::getline(columns, r.file, '\t');
        int column = 1;
        for (std::string word; std::getline(columns, word, '\t'); ++column) {
            if (word == "Never" || word == "Sometimes" || word == "Always")
                r.result = word;
            r.race = r.race || (column == 2 && word == "race");
        }
        rows.push_back(r);
    }
    return rows;
}

litmus_test read_test(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return parse(text.str());
}

/// Returns the number of tests.
std::size_t compare(const std::string& folder, const std::string& index, bool with_races) {
    const std::string root = collections();
    const std::vector<row> rows = read_index(fmt::format("{}/{}", root, index));
    for (const row& expected : rows) {
        CAPTURE(expected.file);
        const litmus_test test = read_test(fmt::format("{}/{}/{}", root, folder, expected.file));
        CHECK(lkmm_reference::result(test, max_asked) == expected.result);
        if (!with_races)
            continue;
        const lkmm_reference::answer all = lkmm_reference::enumerate(test, aim::all, max_asked);
        CHECK(all.complete);
        CHECK(all.race == expected.race);
    }
    return rows.size();
}

} // namespace

TEST_CASE("lkmm: of the shared corpus, every final state and every data race") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    std::ifstream in(std::string{collections()} + "/states.jsonl");
    std::size_t tests = 0;
    for (std::string line; std::getline(in, line); ++tests) {
        const json expected = json::parse(line);
        CAPTURE(expected["file"].get<std::string>());
        const litmus_test test = parse(expected["source"].get<std::string>());
        const lkmm_reference::answer seen = lkmm_reference::enumerate(test, aim::all, max_asked);
        CHECK(seen.complete);
        CHECK(seen.error.empty());
        CHECK(seen.race == expected["race"].get<bool>());
        std::set<std::set<std::string>> theirs;
        for (const json& s : expected["states"])
            theirs.insert(parts_of_state(s.get<std::string>()));
        std::set<std::set<std::string>> ours;
        for (const final_state& s : seen.states)
            ours.insert(parts_of_state(describe(test, s)));
        CHECK(ours == theirs);
    }
    CHECK(tests == 1352);
}

TEST_CASE("lkmm: of the shared corpus, every result") {
    if (collections() == nullptr)
        SKIP_TEST("WBSYNC_LITMUS_CORPUS is not set");
    CHECK(compare("truth", "truth/index.tsv", true) == 25);
    CHECK(compare("differences", "differences/index.tsv", true) == 52);
    CHECK(compare("manual", "manual/index.tsv", false) == 158);
    CHECK(compare("kernel", "kernel/index.tsv", false) == 42);
    CHECK(compare("protocol", "protocol/index.tsv", false) == 32);
    CHECK(compare("edges", "edges/index.tsv", false) == 532);
    CHECK(compare("corpus", "index.tsv", false) == 948);
}

TEST_CASE("lkmm: an enumeration that asks too often says so") {
    const litmus_test test =
        parse("C sb\n{}\n"
              "P0(int *x, int *y) { WRITE_ONCE(*x, 1); int r = READ_ONCE(*y); }\n"
              "P1(int *x, int *y) { WRITE_ONCE(*y, 1); int r = READ_ONCE(*x); }\n"
              "exists (0:r=0 /\\ 1:r=0)\n");
    const lkmm_reference::answer all = lkmm_reference::enumerate(test, aim::all, 1000);
    CHECK(all.complete);
    CHECK(all.states.size() == 4);
    CHECK(lkmm_reference::result(test, 1000) == "Sometimes");
    CHECK_FALSE(lkmm_reference::enumerate(test, aim::all, all.asked - 1).complete);
    CHECK(lkmm_reference::result(test, 0).empty());
}
