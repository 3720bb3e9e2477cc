// SPDX-License-Identifier: BSD-3-Clause
// Colours on a terminal, and texts that are no more than text.
#include "checks/report/exhibits.hpp"
#include "checks/support/contains.hpp"

#include <wbsync/report/characters.hpp>
#include <wbsync/report/ink.hpp>
#include <wbsync/report/text.hpp>

#include <doctest/doctest.h>

#include <regex>
#include <string>
#include <vector>

using namespace wbsync;

namespace {

std::string without_colour(const std::string& text) {
    static const std::regex code("\x1b\\[[0-9]*m");
    return std::regex_replace(text, code, "");
}

/// A stale read among the steps, and its counterexample.
std::string counterexample(report::style how, int threads = 2) {
    result r = exhibits::real_result();
    for (trace_step& s : r.counterexample.steps)
        if (s.kind == event_kind::load && s.reads_from < 0) {
            s.stale = true;
            s.newer = std::int64_t{7};
        }
    for (int i = 2; i < threads; ++i) {
        r.counterexample.threads.emplace_back(30, 'x');
        r.counterexample.steps.insert(r.counterexample.steps.begin(),
                                      {.kind = event_kind::note, .thread = i, .verb = "idle"});
    }
    return report::counterexample(r.counterexample, r.what, how);
}

} // namespace

TEST_CASE("colour: names are bold, the failing step is red, and a stale read has a yellow remark") {
    const std::string text = counterexample({.colour = true});
    CHECK(contains(text, "\x1b[1mwriter"));
    CHECK(contains(text, "\x1b[31mBUG_ON("));
    CHECK(contains(text, " <--\x1b[0m\n"));
    CHECK(contains(text, "= 0 \x1b[33m(stale: 7 is newer)\x1b[0m\n"));
    CHECK(contains(text, "\x1b[31mfailed: BUG_ON"));
    CHECK_FALSE(contains(counterexample({}), "\x1b"));
}

TEST_CASE("colour: the layout is the same as without") {
    for (const int threads : {2, 5})
        for (const int width : {60, 100})
            for (const bool places : {false, true}) {
                report::style how{.width = width, .places = places};
                const std::string plain = counterexample(how, threads);
                how.colour = true;
                const std::string colourful = counterexample(how, threads);
                CHECK(colourful != plain);
                CHECK(without_colour(colourful) == plain);
            }
}

TEST_CASE("colour: a remark that is broken over lines is painted on each of them") {
    std::vector<std::string> lines{"READ_ONCE(x) = 0 (stale: 7", "    is newer)"};
    report::paint_part(lines, 14, 16, report::ink::yellow);
    CHECK(lines == std::vector<std::string>{"READ_ONCE(x) = 0 \x1b[33m(stale: 7\x1b[0m",
                                            "    \x1b[33mis newer)\x1b[0m"});
    CHECK(report::painted("", report::ink::red).empty());
    CHECK(report::painted(" a \n", report::ink::red) == " \x1b[31ma\x1b[0m \n");
}

TEST_CASE("characters: a text is one line of UTF-8 that leaves what is around it") {
    CHECK(report::visible("a\nb\x1b[1m\x7f") == "a b [1m ");
    CHECK(report::visible("\xe2\x80\xaex\xe2\x81\xa9") == " x ");
    CHECK(report::visible("\xd7\xa9 \xf0\x9f\x90\x9e") == "\xd7\xa9 \xf0\x9f\x90\x9e");
    for (const char* wrong : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
        CHECK(report::visible(wrong).starts_with("\xef\xbf\xbd"));
    CHECK(report::in_ascii("\xd7\xa9") == "\\u{5e9}");
    CHECK(report::in_xml("<a b='\"&\">") == "&lt;a b=&#39;&quot;&amp;&quot;&gt;");
}

TEST_CASE("text: hostile names stay in their lines, and move no cursor") {
    exhibits::each_hostile(
        [](const report::exhibit& e) {
            return report::counterexample(e.seen.counterexample, e.seen.what, e.how);
        },
        [](const std::string& text, const std::string&) {
            CHECK(exhibits::is_calm(text));
            CHECK_FALSE(contains(text, "\x1b"));
        });
}
