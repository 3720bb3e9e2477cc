// SPDX-License-Identifier: BSD-3-Clause
// The verdict matrix: its cells, its marks for unexpected results, and the next larger sizes.

#include "checks/support/contains.hpp"
#include "models/all.hpp"
#include <wbsync/program/matrix_table.hpp>

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wbsync;
using catalogue::parameter_values;

namespace {

/// Two writers of the same variable; under `broken` it matters who was last.
struct two_writers {
    explicit two_writers(bool is_broken) : broken(is_broken) {}
    bool broken;
    atomic_t x{"x"};

    void threads(scenario& s) {
        s.thread("P0", [this] { WRITE_ONCE(x, 1); });
        s.thread("P1", [this] { WRITE_ONCE(x, 2); });
    }
    void finally() { ensure(!broken || READ_ONCE(x) == 2, "last", "P1 was not the last one"); }
};

/// `broken` and `expected` under both memory models.
catalogue::model writers(const std::string& version, const std::string& question, bool broken,
                         const catalogue::failures& expected) {
    return {.version = version,
            .question = question,
            .commit = "0123456789ab",
            .release = "1.0",
            .summary = "two writers",
            .asks = {"last"},
            .parameters = {{"size", "of nothing", 1, 1, 2}},
            .expected = catalogue::sc_and_weak(expected),
            .check =
                [broken](const options& o, const catalogue::parameter_values&) {
                    return check<two_writers>(o, broken);
                },
            .folder = "small"};
}

using catalogue::holds;
const catalogue::failures fails = catalogue::fails({"other", "last"});

program::matrix_cell run(const catalogue::model& m, options with = {}) {
    return program::cell_of(m, with.memory,
                            program::run_isolated({m, catalogue::default_size(m), with}).seen);
}

} // namespace

TEST_CASE(
    "the matrix has a row for a version, a column for a question, and the property that fails") {
    const catalogue::model good = writers("w/v1", "", false, holds);
    const catalogue::model bad = writers("w/v1", "late", true, fails);
    program::matrix m({run(good), run(bad)});
    CHECK(m.seen().status() == program::all_as_expected);
    CHECK(m.text() == "models/small  commit        memory  last        late: last\n"
                      "w/v1          0123456789ab  lkmm    verified 2  last\n\n");
    CHECK(m.markdown() == "### models/small\n\n"
                          "| version | commit | release | last | late: last |\n"
                          "|---|---|---|---|---|\n"
                          "| `w/v1` | 0123456789ab | 1.0 | verified 2 | last |\n\n");
}

TEST_CASE("the matrix shows sc before weak where they differ") {
    const catalogue::model good = writers("w/v1", "", false, holds);
    const catalogue::model bad = writers("w/v2", "", true, fails);
    const std::string text =
        program::matrix({{good, memory_kind::sc, verdict::verified, "", 7},
                         {good, memory_kind::weak, verdict::verified, "", 9},
                         {bad, memory_kind::sc, verdict::verified, "", 3},
                         {bad, memory_kind::weak, verdict::finding, "last", 1}})
            .markdown();
    CHECK(contains(text, "| verified 7 / 9 |"));
    CHECK(contains(text, "| ! verified 3 / last |"));
}

TEST_CASE("the matrix marks what is not as expected, and says so by its status") {
    for (const bool broken : {false, true}) {
        const catalogue::model wrong = writers("w/v1", "", broken, broken ? holds : fails);
        program::matrix m({run(wrong)});
        CHECK(m.seen().status() == program::not_as_expected);
        CHECK(contains(m.text(), broken ? "! last" : "! verified 2"));
        CHECK(contains(m.text(), "NOT as expected"));
        CHECK(m.json()["tables"][0]["rows"][0]["cells"][0]["as_expected"] == false);
    }
}

TEST_CASE("the matrix never shows an incomplete check as verified") {
    const catalogue::model good = writers("w/v1", "", false, holds);
    options with;
    with.max_executions = 1;
    program::matrix m({run(good, with)});
    CHECK(m.seen().status() == program::something_incomplete);
    CHECK(contains(m.text(), "incomplete 1"));
    CHECK(contains(m.text(), "max_executions of 1 reached"));
    CHECK_FALSE(contains(m.text(), "verified"));
    CHECK_FALSE(contains(m.markdown(), "verified"));
}

TEST_CASE("every folder has its own table in the matrix") {
    const catalogue::model here = writers("w/v1", "", false, holds);
    catalogue::model there = writers("u/v1", "", false, holds);
    there.folder = "other";
    const auto tables = program::matrix({run(here), run(there)}).json()["tables"];
    REQUIRE(tables.size() == 2);
    CHECK(tables[0]["folder"] == "small");
    CHECK(tables[1]["folder"] == "other");
}

TEST_CASE("the next larger size is what a model says, or one more of its first parameter") {
    catalogue::model m = writers("w/v1", "", false, holds);
    m.parameters = {
        {"most", "cannot grow", 2, 1, 2}, {"some", "can", 1, 1, 8}, {"more", "", 1, 1, 8}};
    CHECK(catalogue::larger_size(m) == parameter_values{{"most", 2}, {"some", 2}, {"more", 1}});
    m.larger = {{"more", 4}};
    CHECK(catalogue::larger_size(m) == parameter_values{{"most", 2}, {"some", 1}, {"more", 4}});
    m.larger = {};
    m.parameters.resize(1);
    CHECK(catalogue::larger_size(m) == catalogue::default_size(m));
}

TEST_CASE("the next larger size of every model is within its bounds") {
    REQUIRE_FALSE(models::all().empty());
    for (const catalogue::model& m : models::all()) {
        CAPTURE(m.name());
        const parameter_values larger = catalogue::larger_size(m);
        for (const catalogue::parameter& p : m.parameters) {
            CHECK(larger.at(p.name) >= p.least);
            CHECK(larger.at(p.name) <= p.most);
        }
    }
}
