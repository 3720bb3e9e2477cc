// SPDX-License-Identifier: BSD-3-Clause
// --format md: a finding in GitHub's Markdown.
#include "checks/report/exhibits.hpp"
#include "checks/support/contains.hpp"
#include "checks/support/golden.hpp"

#include <wbsync/report/markdown.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace wbsync;

namespace {

/// The bars of a line that Markdown takes for the ends of cells.
std::ptrdiff_t bars_of(const std::string& line) {
    return std::count(line.begin(), line.end(), '|');
}

} // namespace

TEST_CASE("markdown: a finding has a table with a column for each thread" *
          doctest::test_suite(golden::suite)) {
    CHECK(expected("report/finding.md.txt", report::markdown(exhibits::real())));
}

TEST_CASE("markdown: what means something in Markdown is text in code") {
    using report::detail::markdown::code;
    CHECK(code("atomic_inc(x) <b> *y*") == "`atomic_inc(x) <b> *y*`");
    CHECK(code("a|b") == "<code>a&#124;b</code>");
    CHECK(code("`x`") == "<code>&#96;x&#96;</code>");
    CHECK(code("\\<b>") == "<code>&#92;&#60;b&#62;</code>");
    CHECK(code(" ").empty());
}

TEST_CASE("markdown: a fence is longer than those in its text") {
    using report::detail::markdown::block;
    CHECK(block("sh", {"true"}) == "```sh\ntrue\n```\n");
    CHECK(block("sh", {"echo ````"}) == "`````sh\necho ````\n`````\n");
}

TEST_CASE("markdown: hostile names stay in their cells") {
    exhibits::each_hostile(report::markdown, [](const std::string& text, const std::string&) {
        CHECK(exhibits::is_calm(text));
        int rows = 0;
        for (const std::string& line : exhibits::lines_of(text.substr(0, text.find("Replay:")))) {
            const bool row = line.starts_with('|');
            rows += row ? 1 : 0;
            CHECK(bars_of(line) == (row ? 4 : 0));
            CHECK(std::count(line.begin(), line.end(), '`') % 2 == 0);
        }
        CHECK(rows == 2 + 3);
    });
}

TEST_CASE("markdown: a finding without a trace has no table") {
    result r;
    r.outcome = verdict::finding;
    r.what = {"crash", "the process ended", {}, -1};
    const std::string text = report::markdown({.seen = r, .about = {.model = "m"}});
    CHECK_FALSE(contains(text, "|"));
    CHECK(contains(text, "**Failed:** `crash: the process ended`\n"));
    CHECK_FALSE(contains(text, "Replay"));
}
