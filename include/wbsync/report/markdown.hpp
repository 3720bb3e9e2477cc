// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>
#include <wbsync/report/columns.hpp>
#include <wbsync/report/exhibit.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace wbsync::report {

namespace detail::markdown {

/// Does a code span keep the text as it is, in a cell of a table, too?
inline bool is_easy(std::string_view text) {
    return text.find_first_of("`|\\") == std::string_view::npos;
}

/// The text as code. Code spans know no escapes, so a text with what ends a span or a cell is an
/// element of HTML, with a number for each mark.
inline std::string code(std::string_view text) {
    std::string line = visible(text);
    if (line.find_first_not_of(' ') == std::string::npos)
        return {}; // there is no empty code span
    if (is_easy(line))
        return "`" + line + "`";
    return "<code>" +
           spelled(line,
                   [](const character& c) {
                       const bool mark =
                           c.is_ascii() && c.code != ' ' && !(c.code >= '0' && c.code <= '9') &&
                           !(c.code >= 'A' && c.code <= 'Z') && !(c.code >= 'a' && c.code <= 'z');
                       return mark ? fmt::format("&#{};", static_cast<unsigned>(c.code))
                                   : std::string{c.bytes};
                   }) +
           "</code>";
}

/// A block of code. Its fence is longer than any in it.
inline std::string block(std::string_view language, const std::vector<std::string>& lines) {
    std::string body;
    std::string fence = "```";
    for (const std::string& line : lines) {
        body += visible(line) + "\n";
        while (body.find(fence) != std::string::npos)
            fence += '`';
    }
    return fmt::format("{}{}\n{}{}\n", fence, language, body, fence);
}

inline std::string cell_of(const told_step& s) {
    std::string text = code(s.text);
    if (s.mark == step_mark::failed)
        text = "**fails:** " + text;
    else if (*prefix_of(s) != '\0')
        text = fmt::format("**{}**{}", prefix_of(s), text);
    if (!s.place.empty())
        text += " " + code(s.place);
    return s.function.empty() ? text : code(s.function) + "<br>" + text;
}

inline std::string table_of(const told_steps& told) {
    std::vector<columns::heading> headings{{"", columns::side::right}};
    for (const std::string& name : told.threads)
        headings.push_back({code(name)});
    if (told.threads.empty())
        headings.push_back({""});
    const std::size_t width = headings.size();
    columns all(std::move(headings));
    for (const told_step& s : told.steps) {
        columns::row cells(width);
        if (s.number != 0)
            cells[0] = fmt::format("{}", s.number);
        cells[static_cast<std::size_t>(std::max(s.column, 0)) + 1] = cell_of(s);
        all.add(std::move(cells));
    }
    return all.markdown();
}

} // namespace detail::markdown

/// The finding in GitHub's Markdown, as a comment on a change has it: a table with a column for
/// each thread.
inline std::string markdown(const exhibit& e) {
    using namespace detail::markdown;
    const told_steps told = steps_of(e);
    const finding& f = e.seen.what;
    std::string out = fmt::format("### {}: finding {} under {}\n\n", code(e.about.model),
                                  code(f.property), wbsync::name_of(e.seen.memory));
    out += fmt::format("{}\n\n{}\n\n", code(subject_text(e.about)), code(verdict_line(e.seen)));
    if (!told.steps.empty())
        out += table_of(told) + "\n";
    if (!told.not_shown.empty())
        out += fmt::format("Not shown: {}.\n\n", told.not_shown);
    out += fmt::format("**Failed:** {}", code(failed_text(f)));
    for (const named_place& p : failed_places(e.seen.counterexample, f))
        out += fmt::format(", {} {}", p.name, code(p.text));
    out += "\n";
    for (const std::string& note : e.notes)
        out += fmt::format("\n{}\n", code(note));
    if (!e.replay.empty())
        out += "\nReplay:\n\n" + block("sh", {e.replay});
    return out;
}

} // namespace wbsync::report
