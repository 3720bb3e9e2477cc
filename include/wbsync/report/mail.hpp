// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>
#include <wbsync/report/exhibit.hpp>
#include <wbsync/report/table.hpp>
#include <wbsync/report/wrap.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace wbsync::report {

namespace detail::mail {

inline constexpr int width = 75; ///< of the kernel's commit messages
inline constexpr int margin = 2;
inline constexpr int hanging = 4;

inline std::string indented(const std::string& text, int by) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        if (text[at] != '\n')
            out.append(static_cast<std::size_t>(by), ' ');
        out += text.substr(at, end - at);
        at = end;
    }
    return out;
}

/// "name: text" on lines of ASCII that are not too long.
inline std::string entry(std::string_view name, std::string_view text) {
    return detail::entry(name, in_ascii(text), width);
}

/// The table with texts of ASCII, whose length is their width.
inline table in_ascii(table shown) {
    for (std::string& name : shown.columns)
        name = report::in_ascii(name);
    for (table_line& l : shown.lines) {
        l.text = report::in_ascii(l.text);
        l.text += text_of(l.mark, "<--");
        l.place = report::in_ascii(l.place);
    }
    return shown;
}

/// Do columns have room for the steps of so many threads? The last one gets all that it needs,
/// since its steps cannot extend over the next.
inline bool fits(const table& shown) {
    constexpr int least = 24; // for the first column and the numbers
    if (shown.columns.size() > 2)
        return false;
    int last = 0;
    for (const table_line& l : shown.lines)
        if (l.column + 1 == static_cast<int>(shown.columns.size()))
            last = std::max(last, l.indent + width_of(l.text) + width_of(l.place));
    return least + last + margin <= width;
}

/// "  umount: atomic_read(…) = 0", a line for each step.
inline std::string list_of(const table& shown) {
    std::string out;
    for (const table_line& l : shown.lines) {
        const std::string who =
            l.column < 0 ? "" : shown.columns[static_cast<std::size_t>(l.column)] + ": ";
        const std::string number = l.number == 0 ? "" : fmt::format("{}", l.number);
        const std::string place = l.place.empty() ? "" : fmt::format(" ({})", l.place);
        const std::string head = fmt::format("{:>3}  ", number);
        const std::string text = fmt::format("{}{}{}", who, l.text, place);
        std::string line = head;
        for (const std::string& part : wrap(text, width - margin - width_of(head), hanging)) {
            out += line + part + "\n";
            line.assign(head.size(), ' ');
        }
    }
    return out;
}

/// The command on lines that a shell reads as one: a backslash ends each but the last.
inline std::string command(std::string_view text) {
    constexpr std::size_t most = width - margin - 2;
    std::string out;
    for (std::string rest = report::in_ascii(text); !rest.empty();) {
        std::size_t end = rest.size();
        if (end > most) {
            const std::size_t blank = rest.rfind(' ', most);
            end = blank == std::string::npos || blank == 0 ? most : blank + 1;
        }
        out += rest.substr(0, end) + (end == rest.size() ? "\n" : "\\\n");
        rest.erase(0, end);
    }
    return out;
}

} // namespace detail::mail

/// The finding as plain text for a mail or a commit message: ASCII, at most 75 columns. Steps of
/// two threads stand in two columns if there is room, as kernel changelogs show races; otherwise
/// they are a list.
inline std::string mail(const exhibit& e) {
    using namespace detail::mail;
    const trace& t = e.seen.counterexample;
    std::string out = entry("", title_of(e)) + entry("", subject_text(e.about)) + "\n";
    if (!t.steps.empty() || !t.threads.empty()) {
        const story told = story_of(t, e.seen.what, e.how);
        const table shown = in_ascii(told.shown);
        style narrow = e.how;
        narrow.width = width - margin;
        narrow.colour = false;
        out += indented(fits(shown) ? shown.str(narrow) : list_of(shown), margin) + "\n";
        if (!told.not_shown.empty())
            out += entry("not shown: ", told.not_shown);
    }
    out += entry("failed: ", failed_text(e.seen.what));
    for (const named_place& p : failed_places(t, e.seen.what))
        out += entry(fmt::format("{:>6}: ", p.name), p.text);
    for (const std::string& note : e.notes)
        out += entry("", note);
    if (!e.replay.empty())
        out += "\nreplay:\n\n" + indented(command(e.replay), margin);
    return out;
}

} // namespace wbsync::report
