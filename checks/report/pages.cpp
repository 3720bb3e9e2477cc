// SPDX-License-Identifier: BSD-3-Clause
// Pages with parts that programs write: what is out of date, and what stays as it is.

#include "checks/report/pages/pages.hpp"

#include <doctest/doctest.h>

#include <map>
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

/// Programs that say this about "one", and nothing else of interest.
pages::surroundings say(const std::string& one, int status = 0) {
    return {[one, status](const std::string& command) -> pages::output {
                if (command == "wbsync one")
                    return {one, status};
                CHECK(command == "wbsync two");
                return {"| a |\n\n", 0};
            },
            [](const std::string&, const std::string&) {}};
}

/// The page with what the programs say about "one" in it.
std::string renewed(const std::string& page, const std::string& one) {
    return pages::renew(page, say(one)).should_be;
}

const std::string code = "<!-- output of: wbsync one -->\n<!-- end -->\n";
const std::string markdown = "<!-- written by: wbsync one -->\n<!-- end -->\n";

} // namespace

TEST_CASE("a page that says what the programs say is up to date, whatever the times are") {
    for (const char* time : {"0.01", "12.34"}) {
        const pages::page p = pages::renew(text, say(fmt::format("v1  verified  11  {}\n", time)));
        CHECK(p.parts == 2);
        CHECK(p.should_be == text);
        CHECK(pages::first_difference(p).empty());
    }
}

TEST_CASE("times in the middle of a line differ as well, and in Markdown those behind executions") {
    const std::string old = renewed(code, "t  3  0.01  Never; 0.0 s\n");
    CHECK(renewed(old, "t  3  0.12  Never; 1.0 s\n") == old);
    CHECK(renewed(old, "t  4  0.01  Never; 0.0 s\n") != old);
    const std::string table = renewed(markdown, "| `v1` | 11 | 0.01 | verified |");
    CHECK(renewed(table, "| `v1` | 11 | 0.12 | verified |") == table);
    CHECK(renewed(table, "| `v1` | 12 | 0.01 | verified |") != table);
    const std::string released = renewed(markdown, "| 5.1 | 6.12 |");
    CHECK(renewed(released, "| 5.2 | 6.12 |") != released);
}

TEST_CASE("a page is out of date if a program says something else, and names the line") {
    const pages::page p = pages::renew(text, say("v1  finding P1  7  0.01\n"));
    CHECK(p.should_be != text);
    CHECK(pages::first_difference(p) ==
          "4: - v1  verified  11  0.01\n4: + v1  finding P1  7  0.01\n");
    CHECK(renewed(p.should_be, "v1  finding P1  7  0.02\n") == p.should_be);
}

TEST_CASE("a page whose command fails, or whose part has no end, is an error") {
    CHECK_THROWS_AS(pages::renew(text, say("v1  verified  11  0.01\n", 1)), pages::error);
    CHECK_THROWS_AS(pages::renew("<!-- output of: wbsync one -->\n", say("")), pages::error);
    CHECK_THROWS_AS(pages::renew("<!-- output of: wbsync one -->\n" + text, say("")), pages::error);
}

TEST_CASE("a block of code keeps the language that it has on the page") {
    CHECK(renewed("<!-- output of: wbsync one -->\n```cpp\nint x;\n```\n<!-- end -->\n",
                  "int y;\n") ==
          "<!-- output of: wbsync one -->\n```cpp\nint y;\n```\n<!-- end -->\n");
}

TEST_CASE("numbers in a line are written by programs, in groups of three") {
    const std::string line = "all <!-- number: wbsync one -->7<!-- end --> of <!-- number: wbsync "
                             "one -->7<!-- end --> models\n";
    CHECK(renewed(line, "7\n") == line);
    CHECK(renewed(line, "1234567\n") ==
          "all <!-- number: wbsync one -->1,234,567<!-- end --> of <!-- number: wbsync one "
          "-->1,234,567<!-- end --> models\n");
    CHECK(pages::renew(line, say("7\n")).parts == 2);
    CHECK_THROWS_AS(pages::renew(line, say("")), pages::error);
    CHECK_THROWS_AS(pages::renew(line, say("7\n8\n")), pages::error);
}

TEST_CASE("an output or a number that no program writes is an error") {
    for (const char* unwritten :
         {"```text\nv1 verified\n```\n", "it takes 12 executions\n", "all 1,234 tests agree\n",
          "944 of 948 tests\n", "| model | executions |\n", "| n | executions of `a` |\n"}) {
        CAPTURE(unwritten);
        CHECK_THROWS_AS(pages::renew(text + unwritten, say("")), pages::error);
    }
    const std::string allowed = "```sh\nwbsync check # 12 executions\n```\nLinux 6.12, `1 test`, "
                                "`max_executions`\n<!-- measured by: ./run bench -->\n| executions "
                                "|\n<!-- end -->\n";
    CHECK(renewed(allowed, "") == allowed);
}

TEST_CASE("blocks of code are files for the commands that follow") {
    std::map<std::string, std::string> files;
    std::string seen;
    const pages::surroundings around{
        [&](const std::string&) -> pages::output {
            seen = files["a.cpp"];
            return {"", 0};
        },
        [&](const std::string& file, const std::string& what) { files[file] = what; }};
    const std::string page = "<!-- file: a.cpp -->\n```cpp\nint x;\n```\nwords\n"
                             "<!-- added to: a.cpp -->\n```cpp\nint y;\n```\n" +
                             code;
    CHECK(pages::renew(page, around).should_be.starts_with(page.substr(0, page.size() - 13)));
    CHECK(seen == "int x;\nint y;\n");
    CHECK_THROWS_AS(pages::renew("<!-- file: a.cpp -->\nwords\n", around), pages::error);
    CHECK_THROWS_AS(pages::renew("<!-- file: a.cpp -->\n```cpp\nint x;\n", around), pages::error);
}

TEST_CASE("a part whose command cannot be run here stays as it is, and that is said") {
    const pages::surroundings around{
        [](const std::string&) -> pages::output { throw pages::not_here("no corpus"); },
        [](const std::string&, const std::string&) {}};
    const pages::page p = pages::renew(text, around);
    CHECK(p.should_be == text);
    CHECK(p.left_out == std::vector<std::string>{"no corpus", "no corpus"});
}
