// SPDX-License-Identifier: BSD-3-Clause
// Pages with parts that a program writes: what is out of date, and what stays as it is.

#include "checks/pages/pages.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

const std::string text = "# A page\n"
                         "<!-- output of: wbsync one -->\n"
                         "```text\n"
                         "v1  verified  11  0.01\n"
                         "```\n"
                         "<!-- end -->\n"
                         "words\n"
                         "<!-- written by: wbsync two -->\n"
                         "\n"
                         "| a |\n"
                         "\n"
                         "<!-- end -->\n";

/// A program that says this about "one".
pages::runner says(const std::string& one, int status = 0) {
    return [one, status](const std::string& command) -> pages::output {
        if (command == "wbsync one")
            return {one, status};
        CHECK(command == "wbsync two");
        return {"| a |\n\n", 0};
    };
}

} // namespace

TEST_CASE("a page that says what the program says is up to date, whatever the times are") {
    for (const char* time : {"0.01", "12.34"}) {
        const pages::page p = pages::renew(text, says(fmt::format("v1  verified  11  {}\n", time)));
        CHECK(p.parts == 2);
        CHECK(p.should_be == text);
        CHECK(pages::first_difference(p).empty());
    }
}

TEST_CASE("times in the middle of a line differ as well, and those in Markdown are none") {
    const auto says_line = [](const std::string& line) {
        return [line](const std::string&) -> pages::output { return {line + "\n", 0}; };
    };
    const std::string code = "<!-- output of: wbsync one -->\n<!-- end -->\n";
    const std::string old = pages::renew(code, says_line("t  3  0.01  Never; 0.0 s")).should_be;
    CHECK(pages::renew(old, says_line("t  3  0.12  Never; 1.0 s")).should_be == old);
    CHECK(pages::renew(old, says_line("t  4  0.01  Never; 0.0 s")).should_be != old);
    const std::string table = "<!-- written by: wbsync one -->\n<!-- end -->\n";
    const std::string released = pages::renew(table, says_line("| 5.1 | 6.12 |")).should_be;
    CHECK(pages::renew(released, says_line("| 5.2 | 6.12 |")).should_be != released);
}

TEST_CASE("a page is out of date if the program says something else, and names the line") {
    const pages::page p = pages::renew(text, says("v1  finding P1  7  0.01\n"));
    CHECK(p.should_be != text);
    CHECK(pages::first_difference(p) ==
          "4: - v1  verified  11  0.01\n4: + v1  finding P1  7  0.01\n");
    CHECK(pages::renew(p.should_be, says("v1  finding P1  7  0.02\n")).should_be == p.should_be);
}

TEST_CASE("a page whose command fails, or whose part has no end, is an error") {
    CHECK_THROWS_AS(pages::renew(text, says("v1  verified  11  0.01\n", 1)), pages::error);
    CHECK_THROWS_AS(pages::renew("<!-- output of: wbsync one -->\n", says("")), pages::error);
    CHECK_THROWS_AS(pages::renew("<!-- output of: wbsync one -->\n" + text, says("")),
                    pages::error);
}
