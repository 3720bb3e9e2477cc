// SPDX-License-Identifier: BSD-3-Clause
// Tables of texts: as they are read on a terminal, and as pages have them.
#include <wbsync/report/columns.hpp>

#include <doctest/doctest.h>

using wbsync::report::columns;

namespace {

columns two_rows() {
    using enum columns::side;
    columns c({{"name"}, {"n", right}, {"remark"}});
    c.add({"a", "1,000", ""});
    c.add({"été", "7", "later"});
    return c;
}

} // namespace

TEST_CASE("columns: as text they stand two blanks apart, and no line ends with one") {
    CHECK(two_rows().text() == "name      n  remark\n"
                               "a     1,000\n"
                               "été       7  later\n");
}

TEST_CASE("columns: a line that is printed before all rows are known fits what was announced") {
    columns c({{"name", columns::side::left, 6}, {"n", columns::side::right}});
    CHECK(c.empty());
    c.fit({"", "12345"});
    CHECK(c.title_line() == "name        n\n");
    CHECK(c.line({"a", "1"}, "!") == "a           1  !\n");
    CHECK(c.empty());
}

TEST_CASE("columns: in Markdown numbers are on the right, and an empty cell is a blank") {
    CHECK(two_rows().markdown() == "| name | n | remark |\n"
                                   "|---|--:|---|\n"
                                   "| a | 1,000 | |\n"
                                   "| été | 7 | later |\n");
    CHECK(two_rows().aligned_markdown() == "| name |     n | remark |\n"
                                           "|------|------:|--------|\n"
                                           "| a    | 1,000 |        |\n"
                                           "| été  |     7 | later  |\n");
}
