// SPDX-License-Identifier: BSD-3-Clause
// --format, --color and COLUMNS, as users of the program have them.
#include "checks/support/contains.hpp"
#include "checks/support/json_schema.hpp"
#include "checks/support/scratch.hpp"
#include "checks/tools/tool_program.hpp"

#include <wbsync/report/formats.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include <fmt/format.h>

#if defined(WBSYNC_TOOL)

using namespace wbsync;
using report::json;
using namespace tool_program;

namespace {

const std::string found = "check patterns/last_use --memory sc";
const std::string holds = "check patterns/last_use+repaired --memory sc";

ran in_format(std::string_view name, const std::string& command = found) {
    return wbsync_program(fmt::format("{} --format {}", command, name));
}

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        longest = std::max(longest, line.size());
    return longest;
}

/// "replay patterns/last_use --schedule …"
std::string replay_command() {
    const json all = json::parse(wbsync_program(found + " --json").out);
    return "replay patterns/last_use --schedule " +
           all["results"][0]["schedule"].get<std::string>();
}

} // namespace

TEST_CASE("formats: each has a name of its own, a line of description and a function") {
    std::set<std::string_view> names;
    for (const report::format& f : report::formats) {
        CHECK(names.insert(f.name).second);
        CHECK_FALSE(f.summary.empty());
        const bool shows = f.of != nullptr; // doctest cannot print a function
        CHECK(shows);
        CHECK(report::find_format(f.name) == &f);
    }
    CHECK(report::find_format("xml") == nullptr);
}

TEST_CASE("formats: the page has a row for each, as the list says it") {
    const std::string page = slurp(WBSYNC_SOURCE_DIR "/docs/formats.md");
    for (const report::format& f : report::formats)
        CHECK(
            contains(page, fmt::format("| `{}` | {} | {} |", f.name, f.summary,
                                       f.scope == report::format_scope::each ? "one after the other"
                                       : f.scope == report::format_scope::one ? "one only"
                                                                              : "one document")));
}

TEST_CASE("formats: the program shows a finding in each of them, checked or replayed") {
    const std::string replay = replay_command();
    for (const report::format& f : report::formats) {
        CAPTURE(f.name);
        const ran checked = in_format(f.name);
        CHECK(checked.status == 0);
        CHECK(contains(checked.out, "use-after-end"));
        CHECK(checked.err.empty() == (f.name == "text" || f.name == "json"));
        const ran replayed = in_format(f.name, replay);
        CHECK(replayed.status == 0);
        CHECK(contains(replayed.out, "use-after-end"));
    }
}

TEST_CASE("formats: json is --json, and text is what there is without the option") {
    const json option = json::parse(in_format("json").out);
    json flag = json::parse(wbsync_program(found + " --json").out);
    CHECK(option["options"] == flag["options"]);
    CHECK(option["results"][0]["counterexample"] == flag["results"][0]["counterexample"]);
    const std::string text = in_format("text").out;
    CHECK(contains(text, "1 check: 1 as expected"));
    CHECK(contains(text, "\nreplay: wbsync replay patterns/last_use --schedule "));
}

TEST_CASE("formats: findings follow each other, and nothing else is on standard output") {
    const ran both = in_format("md", "check patterns/last_use patterns/last_use+repaired");
    CHECK(both.status == 0);
    CHECK(both.out.starts_with("### `patterns/last_use`"));
    CHECK(contains(both.out, "\n\n### `patterns/last_use`: finding `use-after-end` under lkmm"));
    CHECK_FALSE(contains(both.out, "repaired"));
    CHECK(contains(both.err, "patterns/last_use+repaired"));
    CHECK(contains(both.err, "4 checks: 4 as expected"));
    CHECK(in_format("md", holds).out.empty());
}

TEST_CASE("formats: a document of one finding refuses a second one, and is empty without one") {
    for (const char* name : {"svg", "dot"}) {
        const ran two = in_format(name, "check patterns/last_use");
        CHECK(two.status == 2);
        CHECK(two.out.empty());
        CHECK(contains(two.err, fmt::format("--format {} is a document with one finding", name)));
        CHECK(contains(two.err,
                       "patterns/last_use under sc and one of patterns/last_use under lkmm"));
        const ran none = in_format(name, holds);
        CHECK(none.status == 0);
        CHECK(none.out.empty());
    }
}

TEST_CASE("formats: sarif is one valid document, whatever the verdicts") {
    const json_schema essential(
        slurp(WBSYNC_SOURCE_DIR "/checks/report/sarif-essential.schema.json"));
    const auto run_of = [&](const std::string& command, int status) {
        const ran r = in_format("sarif", command);
        CHECK(r.status == status);
        CHECK(essential.complaint(r.out).value_or("") == "");
        return json::parse(r.out)["runs"][0];
    };
    const json two = run_of("check patterns/last_use patterns/last_use+repaired", 0);
    CHECK(two["results"].size() == 2);
    CHECK(two["tool"]["driver"]["rules"].size() == 1);
    CHECK(two["results"][0]["properties"]["asExpected"] == true);
    CHECK_FALSE(contains(two.dump(), WBSYNC_SOURCE_DIR));
    const json none = run_of(holds, 0);
    CHECK(none["results"].empty());
    CHECK(none["invocations"][0]["executionSuccessful"] == true);
    const json cut = run_of(holds + " --max-executions 1", 3);
    CHECK(cut["results"].empty());
    const json& notes = cut["invocations"][0]["toolExecutionNotifications"];
    REQUIRE(notes.size() == 1);
    CHECK(contains(notes[0]["message"]["text"].get<std::string>(), "max_executions of 1 reached"));
}

TEST_CASE("formats: an unknown one is refused with the list, and so is --json beside it") {
    refuses(found + " --format xml", {"--format", "xml is no format: there are text, md, mail"});
    refuses(found + " --format md --json", {"--json", "--format"});
    refuses(replay_command() + " --format xml", {"xml is no format"});
}

TEST_CASE("formats: a file of JUnit has the text, whatever the format and the colour") {
    const scratch_folder here;
    const std::string file = here.file("junit.xml");
    const ran r =
        wbsync_program(fmt::format("{} --format md --color always --junit {}", found, file));
    CHECK(r.status == 0);
    CHECK(contains(slurp(file), "tests=\"1\" failures=\"0\""));
    CHECK_FALSE(contains(r.out, "\x1b"));
}

TEST_CASE("colour: --color always is in colour where there is no terminal, and auto is not") {
    const ran always = wbsync_program(found + " --color always");
    CHECK(always.out.starts_with("\x1b[1mmodel "));
    CHECK(contains(always.out, "\x1b[31mfailed: use-after-end"));
    CHECK(contains(wbsync_program(found + " --color always", {}, "NO_COLOR=1").out, "\x1b"));
    for (const char* plain : {"", " --color auto", " --color never"})
        CHECK_FALSE(contains(wbsync_program(found + plain).out, "\x1b"));
    refuses(found + " --color sometimes", {"--color", "sometimes"});
}

TEST_CASE("colour: auto is in colour on a terminal, unless the environment refuses") {
    const auto on_terminal = [](const char* environment) {
        return tools::run_shell(fmt::format("script -qec \"env -u NO_COLOR -u COLUMNS {} '{}' {}\" "
                                            "/dev/null",
                                            environment, WBSYNC_TOOL, found))
            .output;
    };
    for (const char* colourful : {"TERM=xterm", "TERM=xterm NO_COLOR="})
        CHECK(contains(on_terminal(colourful), "\x1b[31mfailed: use-after-end"));
    for (const char* plain : {"TERM=dumb", "TERM=xterm NO_COLOR=1"}) {
        const std::string text = on_terminal(plain);
        CHECK(contains(text, "failed: use-after-end"));
        CHECK_FALSE(contains(text, "\x1b[31m"));
    }
}

TEST_CASE("COLUMNS is the width of a counterexample, within reason") {
    const std::string wide = "check isw/v6 --memory sc --trace";
    const auto width = [&](const char* environment) {
        const std::string out = wbsync_program(wide, {}, environment).out;
        return longest_line(out.substr(out.find("\n\n"))); // without the table of the results
    };
    CHECK(width("COLUMNS=70") <= 70);
    CHECK(width("COLUMNS=1") <= 60);
    CHECK(width("COLUMNS=1000") > 100);
    CHECK(width("COLUMNS=1000") <= 160);
    for (const char* senseless : {"COLUMNS=", "COLUMNS=-5", "COLUMNS=80x", "COLUMNS=0"})
        CHECK(width(senseless) == width("-u COLUMNS"));
}

#endif
