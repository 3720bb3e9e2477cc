// SPDX-License-Identifier: BSD-3-Clause
// --format sarif: findings for CI systems.
#include "checks/report/exhibits.hpp"
#include "checks/support/contains.hpp"
#include "checks/support/golden.hpp"
#include "checks/support/json_schema.hpp"
#include "checks/support/scratch.hpp"

#include <wbsync/report/sarif.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace wbsync;
using report::json;

namespace {

/// What is wrong with the log, or an empty text.
std::string complaint(const std::string& log) {
    static const json_schema essential(
        slurp(WBSYNC_SOURCE_DIR "/checks/report/sarif-essential.schema.json"));
    return essential.complaint(log).value_or("");
}

report::sarif_log log() {
    return report::sarif_log({"wbsync", "0.1.0", {}});
}

std::string log_of(const report::exhibit& e) {
    report::sarif_log all = log();
    all.add(report::sarif_result(e));
    return all.str(0);
}

std::string fingerprint(const result& r) {
    report::exhibit e = exhibits::real();
    return report::sarif_result({.seen = r, .about = e.about})
        .at("partialFingerprints")
        .at("wbsyncFinding/v1");
}

} // namespace

TEST_CASE("sarif: a finding is a result, with its execution as a flow for each thread" *
          doctest::test_suite(golden::suite)) {
    const std::string text = log_of(exhibits::real());
    CHECK(complaint(text) == "");
    CHECK(expected("report/finding.sarif", text));
}

TEST_CASE("sarif: a log without a finding has no result, and is a log") {
    const std::string text = log().str(0);
    CHECK(complaint(text) == "");
    const json run = json::parse(text)["runs"][0];
    CHECK(run["results"] == json::array());
    CHECK(run["invocations"][0]["executionSuccessful"] == true);
}

TEST_CASE("sarif: a check without an answer is a notification, and the run was no success") {
    report::sarif_log all = log();
    all.add_unanswered("incomplete", "isw/v9", "isw/v9 under sc: max_seconds of 1 reached");
    const std::string text = all.str(3);
    CHECK(complaint(text) == "");
    const json run = json::parse(text)["runs"][0];
    CHECK(run["results"] == json::array());
    const json& ended = run["invocations"][0];
    CHECK(ended["executionSuccessful"] == false);
    CHECK(ended["exitCode"] == 3);
    CHECK(ended["toolExecutionNotifications"][0]["level"] == "warning");
    CHECK(ended["toolExecutionNotifications"][0]["descriptor"]["id"] == "incomplete");
}

TEST_CASE("sarif: results of one property have one rule") {
    report::sarif_log all = log();
    result r = exhibits::real_result();
    for (const char* property : {"P1", "P2", "P1"}) {
        r.what.property = property;
        all.add(report::sarif_result({.seen = r}));
    }
    const json run = json::parse(all.str(0))["runs"][0];
    CHECK(run["tool"]["driver"]["rules"].size() == 2);
    CHECK(run["results"][2]["ruleIndex"] == 0);
    CHECK(run["results"][1]["ruleIndex"] == 1);
}

TEST_CASE("sarif: a fingerprint stays when lines move, and differs for another finding") {
    result r = exhibits::real_result();
    const std::string first = fingerprint(r);
    r.what.where.line += 7;
    CHECK(fingerprint(r) == first);
    r.what.message += " at exhibits.hpp:39";
    CHECK(fingerprint(r) == first);
    r.what.property = "P1";
    CHECK(fingerprint(r) != first);
}

TEST_CASE("sarif: places are relative to the sources, and valid references") {
    using report::detail::sarif::place;
    const json inside = place({"/src/a b.hpp", "f", 3}, "/src");
    CHECK(inside["artifactLocation"] == json{{"uri", "a%20b.hpp"}, {"uriBaseId", "SRCROOT"}});
    CHECK(inside["region"]["startLine"] == 3);
    const json outside = place({"/usr/x.hpp", "f", 3}, "/src");
    CHECK(outside["artifactLocation"] == json{{"uri", "file:///usr/x.hpp"}});
    CHECK(place({}, "/src").is_null());
}

TEST_CASE("sarif: a finding without a place has that of the last step that has one") {
    result r = exhibits::real_result();
    r.what.where = {};
    const json found = report::sarif_result({.seen = r, .about = exhibits::real().about});
    CHECK(found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
          "checks/report/exhibits.hpp");
}

TEST_CASE("sarif: hostile names are texts of the document") {
    exhibits::each_hostile(log_of, [](const std::string& text, const std::string& name) {
        CHECK(complaint(text) == "");
        const json found = json::parse(text)["runs"][0]["results"][0];
        if (report::visible(name) == name) // it is UTF-8
            CHECK(found["codeFlows"][0]["threadFlows"][0]["id"] == name);
    });
}

TEST_CASE("sarif: the schema refuses a log that is none") {
    const json good = json::parse(log_of(exhibits::real()));
    const auto refuses = [&](const std::function<void(json&)>& damage) {
        json wrong = good;
        damage(wrong);
        return !complaint(wrong.dump()).empty();
    };
    CHECK_FALSE(refuses([](json&) {}));
    CHECK(refuses([](json& d) { d["version"] = "2.0.0"; }));
    CHECK(refuses([](json& d) { d.erase("runs"); }));
    CHECK(refuses([](json& d) { d["runs"][0]["tool"]["driver"].erase("name"); }));
    CHECK(refuses([](json& d) { d["runs"][0]["results"][0].erase("message"); }));
    CHECK(refuses([](json& d) { d["runs"][0]["results"][0]["level"] = "fatal"; }));
    CHECK(refuses([](json& d) {
        d["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"] = json::array();
    }));
    CHECK(refuses([](json& d) {
        d["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] =
            "/a b";
    }));
    CHECK(refuses([](json& d) { d["runs"][0]["invocations"][0].erase("executionSuccessful"); }));
}
