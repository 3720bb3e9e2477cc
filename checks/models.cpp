// SPDX-License-Identifier: BSD-3-Clause
// The protocols of models/: every model, under both memory models, comes out as it says it does.

#include "models/all.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

using namespace wbsync;
using models::parameter_values;

namespace {

const models::model& model_named(const std::string& name) {
    const auto& all = models::all();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.name == name; });
    if (at == all.end())
        FAIL("no model is called " << name);
    return *at;
}

/// The model's defaults, but for those given.
parameter_values with_defaults(const models::model& m, const parameter_values& given) {
    parameter_values values;
    for (const auto& p : m.parameters)
        values[p.name] = p.value;
    for (const auto& [name, value] : given) {
        if (values.count(name) == 0)
            FAIL("model " << m.name << " has no parameter " << name);
        values[name] = value;
    }
    return values;
}

std::string text_of(const parameter_values& values) {
    std::string text;
    for (const auto& [name, value] : values)
        text += fmt::format(" {}={}", name, value);
    return text;
}

result check_model(const std::string& name, memory_kind memory, const parameter_values& given) {
    const models::model& m = model_named(name);
    options with;
    with.memory = memory;
    return m.check(with, with_defaults(m, given));
}

/// The verdict that the catalogue announces, for a range of bounds.
void check_as_expected(const std::string& name, memory_kind memory) {
    const models::model& m = model_named(name);
    const parameter_values bounds[] = {{},
                                       {{"switchers", 2}},
                                       {{"switchers", 2}, {"inodes", 2}},
                                       {{"cleaner", 1}},
                                       {{"cleaner", 1}, {"inodes", 2}},
                                       {{"cleaner", 1}, {"inodes", 2}, {"superblocks", 2}},
                                       {{"superblocks", 2}, {"inodes", 2}},
                                       {{"superblocks", 2}, {"inodes", 2}, {"switchers", 2}}};
    for (const parameter_values& given : bounds) {
        const result r = check_model(name, memory, given);
        const models::expectation expected = m.expected(memory, with_defaults(m, given));
        CAPTURE(name);
        CAPTURE(text_of(given));
        CAPTURE(expected.str());
        CAPTURE(r);
        CHECK(expected.matches(r));
        CHECK(r.redundant == 0);
    }
}

/// The verdict of one check; the catalogue is not asked.
result sc(const std::string& name, const parameter_values& given) {
    return check_model(name, memory_kind::sc, given);
}
result weak(const std::string& name, const parameter_values& given) {
    return check_model(name, memory_kind::weak, given);
}

bool is_p1_or_p2(const result& r) {
    return r.outcome == verdict::finding && (r.what.property == "P1" || r.what.property == "P2");
}

} // namespace

// --- every model, as expected -------------------------------------------------------------------

TEST_CASE("isw/v6 comes out as expected under sc") {
    check_as_expected("isw/v6", memory_kind::sc);
}
TEST_CASE("isw/v6 comes out as expected under weak") {
    check_as_expected("isw/v6", memory_kind::weak);
}
TEST_CASE("isw/v7 comes out as expected under sc") {
    check_as_expected("isw/v7", memory_kind::sc);
}
TEST_CASE("isw/v7 comes out as expected under weak") {
    check_as_expected("isw/v7", memory_kind::weak);
}
TEST_CASE("isw/v7+acqrel comes out as expected under sc") {
    check_as_expected("isw/v7+acqrel", memory_kind::sc);
}
TEST_CASE("isw/v7+acqrel comes out as expected under weak") {
    check_as_expected("isw/v7+acqrel", memory_kind::weak);
}
TEST_CASE("isw/v9 comes out as expected under sc") {
    check_as_expected("isw/v9", memory_kind::sc);
}
TEST_CASE("isw/v9 comes out as expected under weak") {
    check_as_expected("isw/v9", memory_kind::weak);
}
TEST_CASE("isw/v9+acquire comes out as expected under sc") {
    check_as_expected("isw/v9+acquire", memory_kind::sc);
}
TEST_CASE("isw/v9+acquire comes out as expected under weak") {
    check_as_expected("isw/v9+acquire", memory_kind::weak);
}

// --- what the project says about them -----------------------------------------------------------

TEST_CASE("isw/v6 under sc: P1 or P2 is found with 1 and with 2 switchers") {
    CHECK(is_p1_or_p2(sc("isw/v6", {{"switchers", 1}})));
    CHECK(is_p1_or_p2(sc("isw/v6", {{"switchers", 2}})));
}

TEST_CASE("isw/v7 under sc: verified with 1 and with 2 switchers") {
    CHECK(verified(sc("isw/v7", {{"switchers", 1}})));
    CHECK(verified(sc("isw/v7", {{"switchers", 2}})));
    CHECK(verified(sc("isw/v7", {{"switchers", 2}, {"inodes", 2}})));
}

TEST_CASE("isw/v9 under sc: verified with 1 and with 2 switchers") {
    CHECK(verified(sc("isw/v9", {{"switchers", 1}})));
    CHECK(verified(sc("isw/v9", {{"switchers", 2}})));
    CHECK(verified(sc("isw/v9", {{"switchers", 2}, {"inodes", 2}})));
}

TEST_CASE("isw/v7 under weak: the relaxed count lets umount miss the worker, release and acquire "
          "repair it") {
    CHECK(is_p1_or_p2(weak("isw/v7", {})));
    CHECK(verified(weak("isw/v7+acqrel", {})));
    CHECK(verified(weak("isw/v7+acqrel", {{"switchers", 2}})));
}

TEST_CASE("isw/v9+acquire under weak: verified with 1 and with 2 switchers") {
    CHECK(verified(weak("isw/v9+acquire", {{"switchers", 1}})));
    CHECK(verified(weak("isw/v9+acquire", {{"switchers", 2}})));
}

TEST_CASE("isw/v7 has a hole when two superblocks share the list: who finds it non-empty relies on "
          "a queue_work() that the grace period need not wait for") {
    const parameter_values two_superblocks{{"superblocks", 2}, {"inodes", 2}, {"switchers", 2}};
    CHECK(is_p1_or_p2(sc("isw/v7", two_superblocks)));
    CHECK(is_p1_or_p2(sc("isw/v7+acqrel", two_superblocks)));
    // The controls: one superblock, or a counter for each.
    CHECK(verified(sc("isw/v7", {{"superblocks", 1}, {"inodes", 2}, {"switchers", 2}})));
    CHECK(verified(sc("isw/v9", two_superblocks)));
}

TEST_CASE("a finding in a protocol ends with the thread and the place where it fails") {
    const result r = sc("isw/v6", {});
    REQUIRE(is_p1_or_p2(r));
    REQUIRE_FALSE(r.counterexample.steps.empty());
    const trace_step& last = r.counterexample.steps.back();
    CHECK(last.op == r.what.property);
    CHECK(last.thread == r.what.thread);
    CHECK(last.where == r.what.where);
    CHECK(*last.where.file != '\0');
    CHECK(std::find(r.counterexample.threads.begin(), r.counterexample.threads.end(), "umount") !=
          r.counterexample.threads.end());
}

TEST_CASE("a finding in a protocol has the same counterexample every time") {
    const result first = sc("isw/v6", {{"switchers", 2}});
    const result second = sc("isw/v6", {{"switchers", 2}});
    CHECK(first.executions == second.executions);
    CHECK(report::text(first) == report::text(second));
}

// --- the catalogue ------------------------------------------------------------------------------

TEST_CASE("every model of the catalogue has checks of its own here") {
    const std::vector<std::string> checked{"isw/v6", "isw/v7", "isw/v7+acqrel", "isw/v9",
                                           "isw/v9+acquire"};
    std::vector<std::string> known;
    for (const models::model& m : models::all())
        known.push_back(m.name);
    CHECK(known == checked);
}

TEST_CASE("every model of the catalogue has a name, a commit, and defaults within their bounds") {
    for (const models::model& m : models::all()) {
        CAPTURE(m.name);
        CHECK_FALSE(m.name.empty());
        CHECK_FALSE(m.release.empty());
        CHECK_FALSE(m.summary.empty());
        CHECK(m.commit.size() == 12);
        CHECK(m.commit.find_first_not_of("0123456789abcdef") == std::string::npos);
        for (const models::parameter& p : m.parameters) {
            CAPTURE(p.name);
            CHECK_FALSE(p.summary.empty());
            CHECK(p.least <= p.value);
            CHECK(p.value <= p.most);
        }
    }
}

// --- the result ---------------------------------------------------------------------------------

// A result is asked for a verdict by name: it does not convert to bool, so that "incomplete" never
// passes for success. That it cannot be dropped either is tested by a program that must not
// compile, checks/package/discards_result.cpp: no expression can tell.
static_assert(!std::is_convertible_v<result, bool>);
static_assert(!std::is_constructible_v<bool, result>);
