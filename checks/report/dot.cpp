// SPDX-License-Identifier: BSD-3-Clause
// --format dot: a finding as a graph.
#include "checks/report/exhibits.hpp"
#include "checks/support/contains.hpp"
#include "checks/support/golden.hpp"

#include <wbsync/report/dot.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace wbsync;

namespace {

/// The graph with every string as "". What a string holds does not matter to Graphviz, as long as
/// it ends where it should.
std::string without_strings(const std::string& graph) {
    std::string out;
    bool inside = false;
    for (std::size_t i = 0; i != graph.size(); ++i) {
        if (graph[i] == '"')
            inside = !inside;
        if (!inside || graph[i] == '"')
            out += graph[i];
        else if (graph[i] == '\\')
            ++i;
    }
    return out;
}

} // namespace

TEST_CASE("dot: a finding has a cluster for each thread, and the stores that were read" *
          doctest::test_suite(golden::suite)) {
    CHECK(expected("report/finding.dot.txt", report::dot(exhibits::real())));
}

TEST_CASE("dot: the failing step is marked, also if it never happened") {
    CHECK(contains(report::dot(exhibits::real()), "color=\"red\""));
    result r = exhibits::real_result();
    r.counterexample.steps.pop_back();
    CHECK(contains(report::dot({.seen = r}), "failure [label="));
}

TEST_CASE("dot: hostile names change nothing but the texts of labels") {
    const result plain = exhibits::hostile_result("x");
    const std::string graph = without_strings(report::dot(exhibits::hostile(plain, "x")));
    CHECK(contains(graph, "s1 -> s2 [label=\"\""));
    exhibits::each_hostile(report::dot, [&](const std::string& text, const std::string&) {
        CHECK(exhibits::is_calm(text));
        CHECK(without_strings(text) == graph);
    });
    CHECK(report::detail::dot::text("a\\N\"&lt;") == "a\\\\N\\\"&amp;lt;");
}
