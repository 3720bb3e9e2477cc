// SPDX-License-Identifier: BSD-3-Clause
// --format svg: a finding as a picture.
#include "checks/report/exhibits.hpp"
#include "checks/support/contains.hpp"
#include "checks/support/golden.hpp"

#include <wbsync/report/svg.hpp>

#include <doctest/doctest.h>

#include <regex>
#include <string>
#include <vector>

using namespace wbsync;

namespace {

/// The first fault of a document of XML: a tag that does not close what is open, or a mark in a
/// text. Empty: there is none.
std::string fault_of(const std::string& document) {
    static const std::regex token(
        R"(<(/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<&]*")*)(/?)>|&(amp|lt|gt|quot|#39);|[^<&>])");
    std::vector<std::string> open;
    auto at = document.begin();
    for (std::smatch m; at != document.end(); at = m[0].second) {
        if (!std::regex_search(at, document.end(), m, token,
                               std::regex_constants::match_continuous))
            return {at, at + std::min<std::ptrdiff_t>(40, document.end() - at)};
        if (!m[2].matched || m[4].length() != 0)
            continue;
        if (m[1].length() == 0)
            open.push_back(m[2]);
        else if (open.empty() || open.back() != m[2])
            return m[0];
        else
            open.pop_back();
    }
    return open.empty() ? "" : open.back();
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at)
        ++n;
    return n;
}

} // namespace

TEST_CASE("svg: a finding is a picture that needs nothing else" *
          doctest::test_suite(golden::suite)) {
    const std::string picture = report::svg(exhibits::real());
    CHECK(fault_of(picture) == "");
    CHECK(count(picture, "http") == 1); // the name of the language
    CHECK(expected("report/finding.svg", picture));
}

TEST_CASE("svg: the reader of the tests knows a fault") {
    CHECK(fault_of("<a b=\"c\"><d/>&lt;</a>\n") == "");
    for (const char* wrong : {"<a>", "<a></b>", "<a>&</a>", "<a b=\"<\"/>", "</a>", "<a>]]></a>"})
        CHECK(fault_of(wrong) != "");
}

TEST_CASE("svg: the picture has words for those who do not see it, and two colour schemes") {
    const std::string picture = report::svg(exhibits::real());
    CHECK(contains(picture, "role=\"img\" aria-labelledby=\"wb-title-"));
    CHECK(contains(picture, ">trial/flag: finding BUG_ON under sc</title>"));
    CHECK(contains(picture, "1. writer: WRITE_ONCE(flag, 1);"));
    CHECK(contains(picture, "@media (prefers-color-scheme: dark)"));
    CHECK(count(picture, "class=\"wb-rf\"") == 1);
    CHECK(count(picture, "wb-box wb-fails") == 1);
}

TEST_CASE("svg: hostile names are text") {
    const result plain = exhibits::hostile_result("x");
    const std::size_t elements = count(report::svg(exhibits::hostile(plain, "x")), "<rect");
    exhibits::each_hostile(report::svg, [&](const std::string& text, const std::string&) {
        CHECK(exhibits::is_calm(text));
        CHECK(fault_of(text) == "");
        CHECK_FALSE(contains(text, "<script"));
        CHECK(count(text, "<rect") == elements);
    });
}
