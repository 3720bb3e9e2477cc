// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/report/page.hpp>

#include <wbsync/report/page_template.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace wbsync::report {

namespace detail {

/// The form of the data, for page/src/document.js.
inline constexpr int page_version = 1;

/// How many lines before and after that of a step are on the page.
inline constexpr int lines_around = 2;

/// A line of a source is cut there: nobody reads further beside the lanes.
inline constexpr std::size_t most_of_line = 300;

/// The lines of each file that the steps need.
inline std::map<std::string, std::set<int>> places_of(const json& steps) {
    std::map<std::string, std::set<int>> places;
    for (const json& step : steps) {
        if (!step.at("file").is_string())
            continue;
        std::set<int>& lines = places[step.at("file").get<std::string>()];
        const int line = step.at("line").get<int>();
        for (int n = std::max(1, line - lines_around); n <= line + lines_around; ++n)
            lines.insert(n);
    }
    return places;
}

/// {"42": "    kfree(isw);"}; null if the file cannot be read.
inline json lines_of(const std::filesystem::path& file, const std::set<int>& wanted) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))
        return nullptr;
    json lines;
    std::ifstream in(file);
    std::string line;
    for (int n = 1; n <= *wanted.rbegin() && std::getline(in, line); ++n)
        if (wanted.contains(n))
            lines[std::to_string(n)] = line.substr(0, most_of_line);
    return lines;
}

/// The sources around the steps: each line once, by its file and number.
inline json sources_of(const json& steps, const std::string& root) {
    json sources = json::object();
    for (const auto& [file, wanted] : places_of(steps))
        if (json lines = lines_of(std::filesystem::path(root) / file, wanted); !lines.is_null())
            sources[file] = std::move(lines);
    return sources;
}

inline json page_document(const json& entry, const origin& from, std::string_view replay) {
    json check = entry;
    check.erase("counterexample");
    check["replay"] = replay.empty() ? json(nullptr) : json(replay);
    const json& trace = entry.at("counterexample");
    const json& all = trace.at("steps");
    json steps = json::array();
    for (std::size_t i = 0; i != std::min(all.size(), most_page_steps); ++i)
        steps.push_back(all[i]);
    json sources = sources_of(steps, from.source_root);
    return {{"page", page_version},           {"program", from.program},
            {"version", from.version},        {"check", std::move(check)},
            {"threads", trace.at("threads")}, {"not_started", trace.at("not_started")},
            {"total_steps", all.size()},      {"steps", std::move(steps)},
            {"sources", std::move(sources)}};
}

/// The document for an element <script type="application/json">, which ends at the first "</script"
/// whatever stands around it. So neither brackets nor what is not ASCII stay as they are; in JSON
/// they only occur in strings.
inline std::string inert(const json& document) {
    std::string out;
    for (const char c : document.dump(-1, ' ', true, json::error_handler_t::replace))
        switch (c) {
        case '<': out += "\\u003c"; break;
        case '>': out += "\\u003e"; break;
        case '&': out += "\\u0026"; break;
        default: out += c;
        }
    return out;
}

} // namespace detail

WBSYNC_INLINE std::string page(const json& entry, const origin& from, std::string_view replay) {
    std::string out;
    for (const std::string_view piece : page_template::before_data)
        out += piece;
    out += detail::inert(detail::page_document(entry, from, replay));
    for (const std::string_view piece : page_template::after_data)
        out += piece;
    return out;
}

} // namespace wbsync::report
