// SPDX-License-Identifier: BSD-3-Clause
// --format mail: a finding as plain text for commit messages.
#include "checks/report/exhibits.hpp"
#include "checks/support/contains.hpp"
#include "checks/support/golden.hpp"

#include <wbsync/report/mail.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace wbsync;

namespace {

/// A line that is too long, or not ASCII; empty if there is none.
std::string unfit_line(const std::string& text) {
    for (const std::string& line : exhibits::lines_of(text))
        if (line.size() > 75 ||
            std::any_of(line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }))
            return line.empty() ? "(empty)" : line;
    return {};
}

/// The command as a shell reads it: without the ends of lines that a backslash hides.
std::string joined(std::string text) {
    for (std::size_t at = 0; (at = text.find("\\\n", at)) != std::string::npos;)
        text.erase(at, 2);
    return text;
}

} // namespace

TEST_CASE("mail: steps of two threads stand in two columns" * doctest::test_suite(golden::suite)) {
    CHECK(expected("report/finding.mail.txt", report::mail(exhibits::real())));
}

TEST_CASE("mail: steps of three threads, or with long names, are a list") {
    result r = exhibits::real_result();
    r.counterexample.threads.emplace_back("third");
    trace_step idle = r.counterexample.steps.front();
    idle.thread = 2;
    r.counterexample.steps.insert(r.counterexample.steps.begin(), idle);
    report::exhibit three = exhibits::real();
    const std::string text = report::mail({.seen = r, .about = three.about});
    CHECK(contains(text, "\n    1  third: WRITE_ONCE(flag, 1)\n"));
    CHECK_FALSE(contains(text, "------"));

    r = exhibits::real_result();
    for (trace_step& s : r.counterexample.steps)
        if (!s.object.name.empty())
            s.object.name = std::string(60, 'x');
    const std::string wide = report::mail({.seen = r, .about = three.about});
    CHECK(contains(wide, "  reader: "));
    CHECK(unfit_line(wide).empty());
}

TEST_CASE("mail: a long command goes on behind a backslash, and stays the same command") {
    using report::detail::mail::command;
    const std::string words = "wbsync replay a/model -p first=1 -p second=2 -p third=3 --schedule "
                              "\"l:a1b2\"";
    CHECK(command("wbsync replay m") == "wbsync replay m\n");
    CHECK(contains(command(words), " \\\n"));
    CHECK(joined(command(words)) == words + "\n");
    const std::string one_word = "x" + std::string(300, 'y');
    CHECK(joined(command(one_word)) == one_word + "\n");
    CHECK(unfit_line(command(one_word)).empty());
}

TEST_CASE("mail: hostile names are ASCII of at most 75 columns") {
    exhibits::each_hostile(report::mail, [](const std::string& text, const std::string& name) {
        CHECK(unfit_line(text) == "");
        if (name.find("\xf0\x9f\x90\x9e") != std::string::npos)
            CHECK(contains(text, "\\u{1f41e} bug"));
    });
}
