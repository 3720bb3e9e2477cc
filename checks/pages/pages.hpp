// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// Pages of docs/ with parts that a program writes. Such a part stands between two lines:
///
///     <!-- output of: wbsync check isw/v6 -->      as it is printed, as a block of code
///     <!-- written by: wbsync matrix --markdown --> as Markdown
///     <!-- end -->
namespace pages {

/// What a command printed, and with which status it ended.
struct output {
    std::string text;
    int status = 0;
};
using runner = std::function<output(const std::string& command)>;

/// A page that cannot be read as one, or whose command does not work any more.
struct error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The page as it is now, and as its programs would write it.
struct page {
    std::string is;
    std::string should_be;
    int parts = 0;
};

namespace detail {

inline constexpr std::string_view end_line = "<!-- end -->";

/// A block of code without the times, which differ from run to run.
inline std::string timeless(const std::string& text) {
    static const std::regex time(R"( +[0-9]+\.[0-9][0-9]?( s)?(?=[ \n]))");
    return text.starts_with("```") ? std::regex_replace(text, time, " (time)") : text;
}

struct marker {
    std::string command;
    bool as_code = false;
};

/// Empty command: the line is none.
inline marker marker_of(std::string_view line) {
    for (const bool as_code : {true, false}) {
        const std::string_view begin = as_code ? "<!-- output of: " : "<!-- written by: ";
        const std::string_view end = " -->";
        if (line.starts_with(begin) && line.ends_with(end) &&
            line.size() > begin.size() + end.size())
            return {std::string{line.substr(begin.size(), line.size() - begin.size() - end.size())},
                    as_code};
    }
    return {};
}

inline std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

inline std::string part_text(const marker& m, const runner& run) {
    const output out = run(m.command);
    if (out.status != 0)
        throw error(fmt::format("'{}' ended with status {}", m.command, out.status));
    std::string text = out.text;
    text.erase(text.find_last_not_of('\n') + 1);
    return m.as_code ? "```text\n" + text + "\n```\n" : "\n" + text + "\n\n";
}

} // namespace detail

/// Runs the commands of the page. A part of which only the times differ stays as it is.
inline page renew(const std::string& text, const runner& run) {
    page p{text, "", 0};
    const auto lines = detail::lines_of(text);
    for (std::size_t i = 0; i != lines.size(); ++i) {
        p.should_be += fmt::format("{}\n", lines[i]);
        const detail::marker m = detail::marker_of(lines[i]);
        if (m.command.empty())
            continue;
        std::string old;
        for (++i; i != lines.size() && lines[i] != detail::end_line; ++i) {
            if (!detail::marker_of(lines[i]).command.empty())
                break;
            old += fmt::format("{}\n", lines[i]);
        }
        if (i == lines.size() || lines[i] != detail::end_line)
            throw error(
                fmt::format("the part of '{}' has no line {}", m.command, detail::end_line));
        const std::string now = detail::part_text(m, run);
        p.should_be += detail::timeless(now) == detail::timeless(old) ? old : now;
        p.should_be += fmt::format("{}\n", detail::end_line);
        ++p.parts;
    }
    return p;
}

/// The first line that is different: "12: - as it is", "12: + as it should be".
inline std::string first_difference(const page& p) {
    const auto is = detail::lines_of(p.is), should_be = detail::lines_of(p.should_be);
    for (std::size_t i = 0; i != std::max(is.size(), should_be.size()); ++i) {
        const auto line = [i](const auto& lines) {
            return i < lines.size() ? lines[i] : std::string_view{"(the end)"};
        };
        if (line(is) != line(should_be))
            return fmt::format("{0}: - {1}\n{0}: + {2}\n", i + 1, line(is), line(should_be));
    }
    return "";
}

} // namespace pages
