// SPDX-License-Identifier: BSD-3-Clause
// The page of a finding: what is in it, and that text of the trace is data. The page itself is
// tested in page/test.
#include "checks/support/contains.hpp"
#include "checks/support/scratch.hpp"

#include <wbsync/report/page.hpp>
#include <wbsync/report/page_template.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

using namespace wbsync;
using report::json;

namespace {

/// The text around the data.
std::string frame(bool before) {
    std::string text;
    for (const std::string_view piece : report::page_template::before_data)
        if (before)
            text += piece;
    for (const std::string_view piece : report::page_template::after_data)
        if (!before)
            text += piece;
    return text;
}

/// The data, as it stands in the page.
std::string data_of(const std::string& page) {
    const std::string before = frame(true), after = frame(false);
    REQUIRE(page.starts_with(before));
    REQUIRE(page.ends_with(after));
    return page.substr(before.size(), page.size() - before.size() - after.size());
}

trace_step step(std::string object, const char* file, unsigned line) {
    trace_step s;
    s.kind = event_kind::store;
    s.thread = 0;
    s.verb = "WRITE_ONCE";
    s.object.name = std::move(object);
    s.after = event_value{1};
    s.where = site{file, "writer", line};
    return s;
}

result finding_of(trace shown) {
    result r;
    r.outcome = verdict::finding;
    r.what.property = "P1";
    r.what.message = "it is open";
    r.schedule = "s:abc";
    r.counterexample = std::move(shown);
    return r;
}

std::string page_of(const trace& shown, const std::string& root = {},
                    std::string_view replay = {}) {
    const report::subject about{"trial/door", "0123456789ab", {}, "finding P1", true, root};
    return report::page(report::to_json(finding_of(shown), about), {"wbsync", "1.2", root}, replay);
}

json parsed(const std::string& page) {
    return json::parse(data_of(page));
}

} // namespace

TEST_CASE("page: the data has the check, the threads and the steps with their words") {
    const json data = parsed(page_of({{"writer", "idle"}, {step("x", "", 0)}}, {},
                                     "wbsync replay trial/door --schedule \"s:abc\""));
    CHECK(data["page"] == 1);
    CHECK(data["program"] == "wbsync");
    CHECK(data["version"] == "1.2");
    CHECK(data["check"]["model"] == "trial/door");
    CHECK(data["check"]["property"] == "P1");
    CHECK(data["check"]["replay"] == "wbsync replay trial/door --schedule \"s:abc\"");
    CHECK_FALSE(data["check"].contains("counterexample"));
    CHECK(data["threads"] == json{"writer", "idle"});
    CHECK(data["not_started"] == json::array({"idle"}));
    CHECK(data["total_steps"] == 1);
    CHECK(data["steps"][0]["text"] == "WRITE_ONCE(x, 1)");
    CHECK(parsed(page_of({{"a"}, {}}))["check"]["replay"].is_null());
}

TEST_CASE("page: hostile names are text, and neither markup nor the end of the data") {
    for (const char* const name :
         {"</script><script>alert(1)</script>", "<!--", "\"'&amp;", "\xf0\x9f\x98\x80 \xd7\xa9",
          "a\xe2\x80\xaeg\xe2\x80\xa8\xe2\x80\xa9", "{{data}}", "\\u003c", "\n\t"}) {
        CAPTURE(name);
        const std::string page = page_of({{name}, {step(name, "", 0)}});
        const std::string data = data_of(page);
        for (const char c : data)
            CHECK((c >= ' ' && c <= '~' && c != '<' && c != '>' && c != '&'));
        CHECK(json::parse(data)["threads"][0] == name);
        CHECK(json::parse(data)["steps"][0]["object"] == name);
    }
    CHECK(contains(data_of(page_of({{"\xff"}, {}})), "\\ufffd"));
}

TEST_CASE("page: the frame has one place for the data, and loads nothing") {
    const std::string before = frame(true), after = frame(false);
    CHECK(before.starts_with("<!doctype html>"));
    CHECK(before.ends_with("<script type=\"application/json\" id=\"wbsync-data\">"));
    CHECK(after.starts_with("</script>"));
    CHECK(after.ends_with("</html>\n"));
    CHECK(contains(before, "default-src 'none'"));
    for (const std::string& part : {before, after}) {
        CHECK_FALSE(contains(part, "{{"));
        CHECK_FALSE(contains(part, "@import"));
        CHECK_FALSE(contains(part, "url("));
    }
}

TEST_CASE("page: a trace of more than 10,000 steps is cut, and says how many there are") {
    trace shown{{"writer"}, {}};
    for (std::size_t i = 0; i != report::most_page_steps + 2345; ++i)
        shown.steps.push_back(step("x", "", 0));
    const json data = parsed(page_of(shown));
    CHECK(data["steps"].size() == report::most_page_steps);
    CHECK(data["total_steps"] == 12345);
}

TEST_CASE("page: lines around each step are there once, as far as they can be read") {
    const scratch_folder folder;
    std::ofstream(folder.file("a.hpp")) << "one\ntwo\nthree\nfour\nfive\nsix\n"
                                        << std::string(1000, 'x') << "\n";
    const std::string file = folder.file("a.hpp"), missing = folder.file("b.hpp");
    const json data = parsed(page_of({{"writer"},
                                      {step("x", file.c_str(), 2), step("x", file.c_str(), 3),
                                       step("y", missing.c_str(), 1), step("z", "", 0)}},
                                     folder.path()));
    CHECK(data["steps"][0]["file"] == "a.hpp");
    CHECK(data["sources"] ==
          json{{"a.hpp",
                {{"1", "one"}, {"2", "two"}, {"3", "three"}, {"4", "four"}, {"5", "five"}}}});
    const json end = parsed(page_of({{"writer"}, {step("x", file.c_str(), 7)}}, folder.path()));
    CHECK(end["sources"]["a.hpp"].size() == 3);
    CHECK(end["sources"]["a.hpp"]["7"].get<std::string>().size() == 300);
    const json folder_itself = parsed(page_of({{"writer"}, {step("x", folder.path().c_str(), 1)}}));
    CHECK(folder_itself["sources"].empty());
}
