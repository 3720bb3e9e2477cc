// SPDX-License-Identifier: BSD-3-Clause
// The documents of the program are valid under docs/result.schema.json, which rejects invalid ones.
#include "checks/support/json_schema.hpp"
#include "checks/support/scratch.hpp"
#include "checks/tools/tool_program.hpp"

#include <wbsync/report/json.hpp>
#include <wbsync/report/names.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#if defined(WBSYNC_TOOL)

using namespace wbsync;
using report::json;
using namespace tool_program;

namespace {

std::string text_of_schema() {
    return slurp(WBSYNC_SOURCE_DIR "/docs/result.schema.json");
}

const json_schema& schema() {
    static const json_schema known(text_of_schema());
    return known;
}

/// The error in the document, or an empty text.
std::string complaint(const json& document) {
    return schema().complaint(report::dump(document)).value_or("");
}

/// What the program prints.
json document(const std::string& arguments) {
    const ran r = wbsync_program(arguments + " --json");
    CAPTURE(arguments);
    CAPTURE(r.err);
    CHECK(r.status != 2);
    CHECK(r.status != 4);
    return json::parse(r.out);
}

/// One finding and one check that holds.
const json& sample() {
    static const json known = document("check isw/v3 isw/v9 --memory weak");
    return known;
}

void check_valid(const std::string& arguments, const std::string& verdict) {
    const json d = document(arguments);
    CAPTURE(arguments);
    CHECK(complaint(d) == "");
    REQUIRE_FALSE(d["results"].empty());
    CHECK(std::any_of(d["results"].begin(), d["results"].end(),
                      [&](const json& r) { return r["verdict"] == verdict; }));
}

/// The sample with a change is refused.
void refused(const char* why, const std::function<void(json&)>& spoil) {
    json d = sample();
    spoil(d);
    CAPTURE(why);
    CHECK(d != sample());
    CHECK_FALSE(complaint(d).empty());
}

json& finding_of(json& document) {
    return document["results"][0];
}
json& step_of(json& document, std::size_t i = 0) {
    return finding_of(document)["counterexample"]["steps"][i];
}

/// Refuses the object without each of its members, and with one more.
void no_other_members(const char* what, const std::function<json&(json&)>& object) {
    CAPTURE(what);
    json whole = sample();
    for (const auto& member : object(whole).items()) {
        CAPTURE(member.key());
        json d = sample();
        object(d).erase(member.key());
        CHECK_FALSE(complaint(d).empty());
    }
    json d = sample();
    object(d)["surplus"] = 1;
    CHECK_FALSE(complaint(d).empty());
}

/// The words that the schema allows for a member of a definition.
std::set<std::string> words(const char* definition, const char* member) {
    std::set<std::string> all;
    const json text = json::parse(text_of_schema());
    for (const json& word : text["definitions"][definition]["properties"][member]["enum"])
        if (!word.is_null())
            all.insert(word.get<std::string>());
    return all;
}

} // namespace

TEST_CASE("results keep to their schema, whatever the verdict") {
    CHECK(complaint(sample()) == "");
    check_valid("check isw/v6", "finding");
    check_valid("check isw/v9 --memory sc", "verified");
    check_valid("check isw/v9 --memory weak --max-executions 1", "incomplete");
    check_valid("check isw/v9 --memory weak --max-depth 3", "incomplete");
    check_valid("check 'cgwb/*' 'dontcache/*' 'xfs/*'", "finding");
    check_valid("sweep isw/v6 --memory sc -p inodes=1 -p superblocks=1", "finding");
    check_valid("deep isw/v9 --memory sc", "verified");
}

TEST_CASE("a replayed finding keeps to the schema") {
    const std::string schedule = sample()["results"][0]["schedule"].get<std::string>();
    check_valid(fmt::format("replay isw/v3 --schedule \"{}\"", schedule), "finding");
}

TEST_CASE("the schema refuses what is no document of results") {
    CHECK_FALSE(complaint(json::object()).empty());
    CHECK_FALSE(complaint({{"results", json::array()}, {"not_started", json::array()}}).empty());
    refused("the old form", [](json& d) { d["schema"] = 1; });
    refused("a number as text", [](json& d) { d["schema"] = "2"; });
    refused("another command", [](json& d) { d["command"] = "matrix"; });
    refused("no list of results", [](json& d) { d["results"] = json::object(); });
    refused("a memory model that there is not", [](json& d) { d["options"]["memory"][0] = "tso"; });
    refused("a negative bound", [](json& d) { d["options"]["max_executions"] = -1; });
}

TEST_CASE("the schema refuses a check that contradicts itself") {
    refused("no verdict", [](json& d) { finding_of(d)["verdict"] = "refuted"; });
    refused("a finding of nothing", [](json& d) { finding_of(d)["property"] = nullptr; });
    refused("it holds, and a property fails",
            [](json& d) { finding_of(d)["verdict"] = "verified"; });
    refused("incomplete without a limit", [](json& d) {
        finding_of(d) = d["results"][1];
        finding_of(d)["verdict"] = "incomplete";
        finding_of(d)["message"] = "why";
    });
    refused("a limit that there is not", [](json& d) { finding_of(d)["limit"] = "patience"; });
    refused("more than all explored", [](json& d) { finding_of(d)["explored"] = 1.5; });
    refused("a count with a fraction", [](json& d) { finding_of(d)["events"] = 0.5; });
    refused("a parameter that is no number",
            [](json& d) { finding_of(d)["parameters"]["switchers"] = "1"; });
}

TEST_CASE("the schema refuses a step that is none") {
    refused("of no kind", [](json& d) { step_of(d)["kind"] = "jump"; });
    refused("in no order", [](json& d) { step_of(d)["order"] = "seq_cst"; });
    refused("from a step before the first", [](json& d) { step_of(d)["reads_from"] = 0; });
    refused("stale as a word", [](json& d) { step_of(d)["stale"] = "yes"; });
    refused("a value of parts", [](json& d) { step_of(d)["after"] = json::array(); });
    refused("a thread by number", [](json& d) { step_of(d)["thread"] = 1; });
    refused("no steps", [](json& d) { finding_of(d)["counterexample"]["steps"] = nullptr; });
}

TEST_CASE("the schema knows every member, and wants it") {
    no_other_members("the document", [](json& d) -> json& { return d; });
    no_other_members("the options", [](json& d) -> json& { return d["options"]; });
    no_other_members("a check", [](json& d) -> json& { return finding_of(d); });
    no_other_members("a counterexample",
                     [](json& d) -> json& { return finding_of(d)["counterexample"]; });
    no_other_members("a step", [](json& d) -> json& { return step_of(d); });
}

TEST_CASE("the schema has a word for every kind of event and every order") {
    std::set<std::string> kinds, orders;
    for (int k = 0; k <= static_cast<int>(event_kind::finding); ++k)
        kinds.insert(report::name_of(static_cast<event_kind>(k)));
    for (int o = 0; o <= static_cast<int>(event_order::full); ++o)
        if (const char* name = report::name_of(static_cast<event_order>(o)))
            orders.insert(name);
    CHECK(kinds == words("step", "kind"));
    CHECK(orders == words("step", "order"));
}

TEST_CASE("files are named relative to the sources, and threads that took no step are told") {
    json d = sample();
    const json& found = finding_of(d)["counterexample"];
    std::set<std::string> active;
    for (const json& s : found["steps"]) {
        if (s["file"].is_string())
            CHECK(std::filesystem::exists(WBSYNC_SOURCE_DIR "/" + s["file"].get<std::string>()));
        active.insert(s["thread"].get<std::string>());
    }
    for (const json& name : found["threads"]) {
        const bool idle =
            std::count(found["not_started"].begin(), found["not_started"].end(), name);
        CHECK(idle == (active.count(name.get<std::string>()) == 0));
    }
}

TEST_CASE("a read names the step that it reads from, and what it has passed over") {
    json d = sample();
    const json& steps = finding_of(d)["counterexample"]["steps"];
    int sources = 0;
    for (const json& s : steps) {
        if (s["reads_from"].is_null())
            continue;
        const json& source = steps[s["reads_from"].get<std::size_t>() - 1];
        CAPTURE(s.dump());
        CHECK(source["step"] == s["reads_from"]);
        CHECK(source["object"] == s["object"]);
        CHECK(source["after"] == s["before"]);
        ++sources;
    }
    CHECK(sources != 0);
    int stale = 0;
    for (const json& s : steps)
        if (s["stale"] == true) {
            CHECK(s["newer"] != s["before"]);
            ++stale;
        }
    CHECK(stale != 0);
}

#endif
