// SPDX-License-Identifier: BSD-3-Clause
// --format mermaid: a finding as a sequence diagram.
#include "checks/report/exhibits.hpp"
#include "checks/support/contains.hpp"
#include "checks/support/golden.hpp"

#include <wbsync/report/mermaid.hpp>

#include <doctest/doctest.h>

#include <regex>
#include <string>

using namespace wbsync;

namespace {

/// Is each line a statement, with no mark in its text but numbers of characters?
std::string wrong_line(const std::string& text) {
    static const std::regex statement(
        R"(sequenceDiagram| *(title .*|participant t\d+ as [^:;,>-]*|Note over t\d+(,t\d+)?: .*|)"
        R"(t\d+-->>t\d+: \d+ is read by \d+|rect rgba\(255, 0, 0, 0.2\)|end))");
    static const std::regex number(R"(#\d+;)");
    for (const std::string& line : exhibits::lines_of(text)) {
        const std::string rest = std::regex_replace(line, number, "");
        std::string words = rest;
        if (const auto at = words.find("<br/>"); at != std::string::npos)
            words.erase(at, 5);
        if (!std::regex_match(rest, statement) || words.find_first_of("#;<&\"`%") != words.npos)
            return line;
    }
    return {};
}

} // namespace

TEST_CASE("mermaid: a finding is a sequence diagram" * doctest::test_suite(golden::suite)) {
    CHECK(expected("report/finding.mermaid.txt", report::mermaid(exhibits::real())));
}

TEST_CASE("mermaid: an arrow goes from a store to a read of another thread") {
    const std::string text = report::mermaid(exhibits::real());
    CHECK(contains(text, "t0-->>t1: 1 is read by 2\n"));
    result own = exhibits::real_result();
    for (trace_step& s : own.counterexample.steps)
        if (s.thread == 1)
            s.thread = 0;
    CHECK_FALSE(contains(report::mermaid({.seen = own}), "-->>"));
}

TEST_CASE("mermaid: hostile names are the text of their statements") {
    exhibits::each_hostile(report::mermaid, [](const std::string& text, const std::string&) {
        CHECK(exhibits::is_calm(text));
        CHECK(wrong_line(text) == "");
        CHECK(exhibits::lines_of(text).size() == 12);
    });
    CHECK(report::detail::mermaid::text("a;b#c\"") == "a#59;b#35;c#34;");
}
