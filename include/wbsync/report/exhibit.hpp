// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>
#include <wbsync/report/subject.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/result.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace wbsync::report {

/// A finding, with all that its forms show. `seen` must outlive it.
struct exhibit {
    const result& seen;
    subject about = {};
    std::vector<std::string> notes = {}; ///< other lines that a reader needs, such as weakenings
    std::string replay = {};             ///< the command that runs it again; empty: there is none
    style how = {};
};

/// A step of a story, with the function that begins with it.
struct told_step {
    int number = 0;       ///< of the trace, from 1; 0: it is not in the trace
    int column = -1;      ///< -1: outside of the threads
    std::string function; ///< "evict_inodes():"; empty: the one of the step before
    std::string text;
    std::string place; ///< "umount.hpp:42", if the style has places
    step_mark mark = step_mark::none;
    bool unusual = false; ///< a stale read, or a late one
};

/// What stands before a step where it cannot stand behind it.
inline const char* prefix_of(const told_step& s) noexcept {
    switch (s.mark) {
    case step_mark::failed: return "FAILS ";
    case step_mark::earlier: return "A: ";
    case step_mark::later: return "B: ";
    case step_mark::none:
    case step_mark::gap: break;
    }
    return "";
}
/// What fails is marked, in whichever way.
inline bool is_marked(const told_step& s) noexcept {
    return s.mark != step_mark::none;
}

/// A step that reads what another one has stored: indices into the steps.
struct told_reading {
    std::size_t store = 0;
    std::size_t read = 0;
};

/// A story as its steps, for layouts that are no table of text.
struct told_steps {
    std::vector<std::string> threads;
    std::vector<told_step> steps;
    std::vector<told_reading> readings; ///< those whose two steps are shown
    std::string not_shown;
};

namespace detail {

inline void add_readings(told_steps& all, const trace& t) {
    const auto index_of = [&](int number) {
        return static_cast<std::size_t>(
            std::find_if(all.steps.begin(), all.steps.end(),
                         [&](const told_step& s) { return s.number == number; }) -
            all.steps.begin());
    };
    for (std::size_t read = 0; read != all.steps.size(); ++read) {
        const int number = all.steps[read].number;
        if (number <= 0)
            continue;
        const int source = t.steps[static_cast<std::size_t>(number) - 1].reads_from;
        const std::size_t store = source < 0 ? all.steps.size() : index_of(source + 1);
        if (store != all.steps.size())
            all.readings.push_back({store, read});
    }
}

} // namespace detail

/// The steps that a reader needs.
inline told_steps steps_of(const exhibit& e) {
    const trace& t = e.seen.counterexample;
    if (t.steps.empty() && t.threads.empty())
        return {}; // not recorded
    story told = story_of(t, e.seen.what, e.how);
    told_steps all{std::move(told.shown.columns), {}, {}, std::move(told.not_shown)};
    std::vector<std::string> functions(all.threads.size());
    for (table_line& l : told.shown.lines) {
        const auto column = static_cast<std::size_t>(std::max(l.column, 0));
        if (l.heading) {
            functions[column] = std::move(l.text);
            continue;
        }
        std::string function = l.column < 0 ? "" : std::exchange(functions[column], "");
        all.steps.push_back({l.number, l.column, std::move(function), std::move(l.text),
                             std::move(l.place), l.mark, !l.remark.empty()});
    }
    detail::add_readings(all, t);
    return all;
}

/// "isw/v6, commit 6689f01d6740, inodes=1 switchers=1"
inline std::string subject_text(const subject& about) {
    std::string text = about.model;
    if (!about.commit.empty())
        text += ", commit " + about.commit;
    const char* separator = ", ";
    for (const auto& [key, value] : about.parameters)
        text += fmt::format("{}{}={}", std::exchange(separator, " "), key, value);
    return text;
}

/// "isw/v6: finding P1 under sc"
inline std::string title_of(const exhibit& e) {
    return fmt::format("{}: {} under {}", e.about.model, verdict_text(e.seen),
                       wbsync::name_of(e.seen.memory));
}

/// A number for the finding that stays the same when lines move in a file: it is made of the model,
/// the memory model, the property, the thread, the file and the function. A message may name a
/// line, and a check has one finding.
inline std::string fingerprint_of(const exhibit& e) {
    const finding& f = e.seen.what;
    std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    const auto add = [&](std::string_view text) {
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        hash = (hash ^ 0xffU) * 0x100000001b3; // "ab", "c" differs from "a", "bc"
    };
    for (const std::string& part :
         {e.about.model, std::string{wbsync::name_of(e.seen.memory)}, f.property,
          thread_name(e.seen.counterexample, f.thread),
          detail::relative_path(f.where.file, e.about.source_root), function_of(f.where)})
        add(part);
    return fmt::format("{:016x}", hash);
}

} // namespace wbsync::report
