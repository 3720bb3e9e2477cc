// SPDX-License-Identifier: BSD-3-Clause
// The verdicts that the pages of models/ state in their tables, against the manifests beside them.

#include <wbsync/program/manifest.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

/// The cells of a row of a Markdown table; empty: the line is not a row.
std::vector<std::string> cells_of(const std::string& line) {
    if (!line.starts_with("| ") || !line.ends_with(" |"))
        return {};
    std::vector<std::string> cells;
    std::size_t at = 2;
    for (std::size_t end = 0; (end = line.find(" |", at)) != std::string::npos; at = end + 3)
        cells.push_back(line.substr(at, end - at));
    return cells;
}

/// The first name is the model's. Another one such as "-mb" replaces its end.
std::vector<std::string> models_of(const std::string& cell) {
    static const std::regex name("`([^`]+)`");
    std::vector<std::string> names;
    for (std::sregex_iterator m(cell.begin(), cell.end(), name), end; m != end; ++m) {
        std::string next = m->str(1);
        if (!names.empty() && (next[0] == '-' || next[0] == '+'))
            next.insert(0, names.front(), 0, names.front().rfind(next[0]));
        names.push_back(next);
    }
    return names;
}

/// "holds, **P1**/P2: why" is {"holds", "P1/P2"}: under sc, weak and lkmm. The last one stands for
/// those that are not there.
std::vector<std::string> verdicts_of(const std::string& cell) {
    static const std::regex markup("[*`]"), rest("[:;(].*"), verdict("[A-Za-z0-9/_-]+");
    std::string text = std::regex_replace(std::regex_replace(cell, markup, ""), rest, "");
    std::vector<std::string> verdicts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(", ", at), text.size());
        std::string one = text.substr(at, end - at);
        one.erase(one.find_last_not_of(' ') + 1);
        if (std::regex_match(one, verdict)) // not a remark
            verdicts.push_back(one);
        at = end + 2;
    }
    return verdicts;
}

/// Does the page agree with the manifest? "P1/P2": either may be found first.
bool agree(const std::string& page, const std::string& recorded) {
    if (page == "holds")
        return recorded == "verified";
    const std::string finding = "finding ";
    return recorded.starts_with(finding) &&
           ("/" + page + "/").find("/" + recorded.substr(finding.size()) + "/") !=
               std::string::npos;
}

/// The rows of the tables whose last column is "verdict".
std::vector<std::vector<std::string>> verdict_rows(const std::filesystem::path& page) {
    std::ifstream file(page);
    std::vector<std::vector<std::string>> rows;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        const std::vector<std::string> cells = cells_of(line);
        if (!cells.empty() && cells.back() == "verdict")
            inside = true;
        else if (cells.empty() && !line.starts_with("|-"))
            inside = false;
        else if (inside && cells.size() > 1 && cells.front().starts_with("`"))
            rows.push_back(cells);
    }
    return rows;
}

} // namespace

TEST_CASE("a verdict on a page is read as it is written there") {
    using texts = std::vector<std::string>;
    CHECK(cells_of("| `a` | b c | holds |") == texts{"`a`", "b c", "holds"});
    CHECK(models_of("`m/a+1-x`, `-y`") == texts{"m/a+1-x", "m/a+1-y"});
    CHECK(verdicts_of("holds, **P1**/P2: why") == texts{"holds", "P1/P2"});
    CHECK(verdicts_of("**forgotten**, one thread is enough") == texts{"forgotten"});
    CHECK(agree("holds", "verified"));
    CHECK(agree("P1/P2", "finding P2"));
    CHECK_FALSE(agree("holds", "finding P2"));
    CHECK_FALSE(agree("P1", "finding P2"));
    CHECK_FALSE(agree("P1", "verified"));
}

TEST_CASE("every verdict in the tables of models/ is that of the manifest") {
    int tables = 0;
    for (const auto& folder : std::filesystem::directory_iterator(WBSYNC_SOURCE_DIR "/models")) {
        const auto file = folder.path() / "counts.json";
        if (!std::filesystem::exists(file))
            continue; // models/vfs has no manifest: it is shared code
        const std::vector<manifest::row> recorded = manifest::read(file.string());
        const auto rows = verdict_rows(folder.path() / "README.md");
        tables += rows.empty() ? 0 : 1;
        for (const auto& cells : rows)
            for (const std::string& name : models_of(cells.front()))
                for (const std::size_t column : {0U, 1U, 2U}) {
                    const std::string memory = std::array{"sc", "weak", "lkmm"}[column];
                    CAPTURE(name);
                    CAPTURE(memory);
                    CAPTURE(cells.back());
                    const auto seen =
                        std::find_if(recorded.begin(), recorded.end(), [&](const auto& r) {
                            return r.model == name && r.memory == memory;
                        });
                    REQUIRE(seen != recorded.end());
                    const auto verdicts = verdicts_of(cells.back());
                    REQUIRE_FALSE(verdicts.empty());
                    CHECK(agree(verdicts[std::min(column, verdicts.size() - 1)], seen->verdict));
                }
    }
    CHECK(tables == 12); // all but models/writeback, whose verdicts are in docs/protocols.md
}
