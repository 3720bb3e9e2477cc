// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>
#include <wbsync/report/exhibit.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace wbsync::report {

namespace detail::mermaid {

/// The text with numbers for all marks, but for those that mean nothing there.
inline std::string numbered(std::string_view words, std::string_view harmless) {
    return spelled(words, [&](const character& c) {
        const bool mark = c.is_ascii() && !(c.code >= '0' && c.code <= '9') &&
                          !(c.code >= 'A' && c.code <= 'Z') && !(c.code >= 'a' && c.code <= 'z') &&
                          harmless.find(static_cast<char>(c.code)) == std::string_view::npos;
        return mark ? fmt::format("#{};", static_cast<unsigned>(c.code)) : std::string{c.bytes};
    });
}

/// The text of a note or an arrow, which goes on to the end of its line.
inline std::string text(std::string_view words) {
    return numbered(words, " _.,()[]=/*+'-:>");
}

/// The name of a participant, which is not empty.
inline std::string name(std::string_view words) {
    const std::string said = numbered(words, " _.()[]");
    return said.find_first_not_of(' ') == std::string::npos ? "(no name)" : said;
}

/// The participants that a step is noted over.
inline std::string over(const told_step& s, std::size_t threads) {
    if (s.column >= 0)
        return fmt::format("t{}", s.column);
    return threads < 2 ? "t0" : fmt::format("t0,t{}", threads - 1);
}

inline std::string note(const told_step& s, std::size_t threads) {
    std::string words = s.function.empty() ? "" : text(s.function) + "<br/>";
    if (s.number != 0)
        words += fmt::format("{}. ", s.number);
    words += prefix_of(s) + text(s.text);
    if (!s.place.empty())
        words += " (" + text(s.place) + ")";
    const std::string line = fmt::format("Note over {}: {}\n", over(s, threads), words);
    return is_marked(s) ? "    rect rgba(255, 0, 0, 0.2)\n        " + line + "    end\n"
                        : "    " + line;
}

/// The arrows to the threads that read. One stands behind the later of its two steps, which is the
/// store if the read is late.
inline std::string arrows_after(std::size_t step, const told_steps& told) {
    std::string out;
    for (const auto& [store, read] : told.readings) {
        const told_step &from = told.steps[store], &to = told.steps[read];
        if (std::max(store, read) != step || from.column == to.column || from.column < 0 ||
            to.column < 0)
            continue;
        out += fmt::format("    t{}-->>t{}: {} is read by {}\n", from.column, to.column,
                           from.number, to.number);
    }
    return out;
}

} // namespace detail::mermaid

/// The finding as a sequence diagram of Mermaid, which GitHub and GitLab draw: a participant for
/// each thread, a note for each step, and an arrow from each store to a read of another thread.
inline std::string mermaid(const exhibit& e) {
    using namespace detail::mermaid;
    const told_steps told = steps_of(e);
    const std::size_t threads = std::max<std::size_t>(told.threads.size(), 1);
    std::string out = fmt::format("sequenceDiagram\n    title {}\n", text(title_of(e)));
    for (std::size_t i = 0; i != told.threads.size(); ++i)
        out += fmt::format("    participant t{} as {}\n", i, name(told.threads[i]));
    if (told.threads.empty())
        out += "    participant t0 as the check\n";
    for (std::size_t i = 0; i != told.steps.size(); ++i)
        out += note(told.steps[i], threads) + arrows_after(i, told);
    const told_step whole; // over all threads
    for (const std::string& line : {"failed: " + failed_text(e.seen.what), e.replay})
        if (!line.empty())
            out += fmt::format("    Note over {}: {}\n", over(whole, threads), text(line));
    return out;
}

} // namespace wbsync::report
