// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/limit.hpp>
#include <wbsync/report/step.hpp>
#include <wbsync/report/table.hpp>
#include <wbsync/result.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace wbsync::report {

/// What there is to show of an execution, before any layout.
struct story {
    table shown;           ///< a column for each thread that takes part, a line for each step
    std::string not_shown; ///< "1 barrier"; empty: nothing is left out
};

namespace detail {

/// Turns a trace into the lines of a table.
class storyboard {
public:
    storyboard(const trace& shown, const finding& failed, const style& how)
        : trace_(shown), finding_(failed), style_(how) {
        for (const trace_step& s : trace_.steps) {
            if (s.thread < 0)
                continue;
            column_[s.thread] = 0;
            const auto [user, first] = user_.emplace(shown_object(s), s.thread);
            if (!first && user->second != s.thread)
                user->second = several;
        }
        if (finding_.thread >= 0)
            column_[finding_.thread] = 0;
        for (auto& [thread, column] : column_) {
            column = static_cast<int>(table_.columns.size());
            table_.columns.push_back(printable(thread_name(trace_, thread)));
        }
    }

    [[nodiscard]] story told() && {
        const auto failing = failing_step(trace_, finding_);
        for (std::size_t i = 0; i != trace_.steps.size(); ++i) {
            const trace_step& s = trace_.steps[i];
            const bool failed = failing == i;
            if (!failed && folds(s))
                continue;
            add(static_cast<int>(i) + 1, s.thread, s.where,
                failed ? failure() : words_of(s, trace_), phase_of(trace_, i), failed,
                failed ? std::string{} : printable(remark_of(s)));
        }
        if (!failing)
            add(0, finding_.thread, finding_.where, finding_.property, "(end)", true);
        return {std::move(table_), folded()};
    }

private:
    static constexpr int several = -1;
    static constexpr int long_message = 48;

    bool folds(const trace_step& s) {
        if (!style_.barriers && is_barrier(s)) {
            ++barriers_;
            return true;
        }
        if (style_.unshared || s.thread < 0 || !is_quiet(s) || user_.at(s.object.name) == several ||
            finding_.message.find(s.object.name) != std::string::npos)
            return false;
        ++unshared_;
        return true;
    }

    /// Says what is hidden from the reader, if anything.
    [[nodiscard]] std::string folded() const {
        std::string text;
        if (barriers_ != 0)
            text = fmt::format("{} barrier{}", barriers_, barriers_ == 1 ? "" : "s");
        if (unshared_ != 0)
            text +=
                fmt::format("{}{} step{} on locks and plain variables that no other thread used",
                            text.empty() ? "" : ", ", unshared_, unshared_ == 1 ? "" : "s");
        return text;
    }

    [[nodiscard]] std::string failure() const {
        const bool macro = finding_.property == "BUG_ON" || finding_.property == "WARN_ON";
        if (macro)
            return fmt::format("{}({})", finding_.property, finding_.message);
        const std::string text = fmt::format("{}: {}", finding_.property, finding_.message);
        return width_of(text) > long_message ? finding_.property : text;
    }

    void add(int number, int thread, const site& where, const std::string& text, const char* phase,
             bool failed, const std::string& remark = {}) {
        const std::string place = style_.places && *where.file != '\0' ? where.str() : "";
        if (thread < 0) {
            push({number, -1, 0, fmt::format("{} {}", phase, text), place, failed, remark});
            return;
        }
        const int column = column_.at(thread);
        const std::string function = function_of(where);
        std::string& current = function_[thread];
        if (function != current && !function.empty())
            push({0, column, 0, function + "():"});
        current = function;
        push({number, column, function.empty() ? 0 : 2, text, place, failed, remark});
    }

    void push(table_line l) {
        l.text = printable(l.text);
        table_.lines.push_back(std::move(l));
    }

    const trace& trace_;
    const finding& finding_;
    const style& style_;
    table table_;
    int barriers_ = 0;                             ///< how many are hidden
    int unshared_ = 0;                             ///< how many are hidden
    std::map<std::string, int, std::less<>> user_; ///< for each object: its only thread, or several
    std::map<int, int> column_;                    ///< for each thread that takes part
    std::map<int, std::string> function_;          ///< the function that each thread is in
};

/// "name: text", with wrapped lines beside the name.
inline std::string entry(std::string_view name, std::string_view text, int width) {
    std::string out;
    const auto indent = static_cast<std::size_t>(width_of(name));
    for (const std::string& line : wrap(printable(text), width - width_of(name))) {
        out += out.empty() ? std::string{name} : std::string(indent, ' ');
        out += line + "\n";
    }
    return out;
}

} // namespace detail

/// The steps of the execution that a reader needs, as the style says; the lines are numbered like
/// the steps of the trace, from 1.
inline story story_of(const trace& t, const finding& f, const style& how = {}) {
    return detail::storyboard(t, f, how).told();
}

/// "P1: busy inodes"
inline std::string failed_text(const finding& f) {
    return fmt::format("{}: {}", f.property, f.message);
}

/// "umount.hpp:42 in evict_inodes(), by umount"; empty: it is not known.
inline std::string failed_place(const trace& t, const finding& f) {
    std::string place = place_of(f.where);
    const std::string thread = thread_name(t, f.thread);
    if (!thread.empty())
        place += fmt::format("{}by {}", place.empty() ? "" : ", ", thread);
    return place;
}

/// Which property failed, and where.
inline std::string failure(const trace& t, const finding& f, const style& how = {}) {
    std::string out = detail::entry("failed: ", failed_text(f), how.width);
    if (how.colour)
        out = painted(out, ink::red);
    const std::string place = failed_place(t, f);
    if (!place.empty())
        out += detail::entry("    at: ", place, how.width);
    return out;
}

/// The execution that led to the finding: a column for each thread that takes part, a line for each
/// step, in the order in which they happened; then the property that failed, and where. Line
/// numbers are those of the trace: some are missing where steps are not shown.
inline std::string counterexample(const trace& t, const finding& f, const style& how = {}) {
    if (t.steps.empty() && t.threads.empty())
        return failure(t, f, how); // not recorded
    story told = story_of(t, f, how);
    for (table_line& l : told.shown.lines)
        if (l.failed)
            l.text += failing_mark;
    std::string out = told.shown.str(how) + "\n";
    if (!told.not_shown.empty())
        out += fmt::format("not shown: {}\n", told.not_shown);
    return out + failure(t, f, how);
}

/// The style for a result: barriers mean nothing under sc.
inline style style_for(const result& r, int width = 100) {
    return {width, r.memory != engine::memory_kind::sc, false, false};
}

/// "12 %" for a number from 0 to 1. Only 1 itself is 100 %.
inline std::string share_text(double share) {
    const double percent = 100 * share;
    if (percent >= 100)
        return "100 %";
    if (percent < 0.1)
        return "less than 0.1 %";
    return percent < 10 ? fmt::format("{:.1f} %", percent)
                        : fmt::format("{} %", static_cast<int>(percent));
}

/// How far an incomplete check got: "explored about 12 %". Empty if it is not known. A limit to
/// what is kept of one execution does not end the search.
inline std::string explored_text(double explored) {
    if (explored < 0)
        return "";
    return explored < 1 ? fmt::format("explored about {}", share_text(explored))
                        : std::string{"explored all that this limit leaves"};
}

/// "finding P1"
inline std::string verdict_text(const result& r) {
    return r.outcome == verdict::finding ? fmt::format("finding {}", r.what.property)
                                         : std::string{name_of(r.outcome)};
}

/// "finding P1: sc memory, 3 threads, 12 executions, …"
inline std::string verdict_line(const result& r) {
    std::string out = verdict_text(r);
    if (!r.limit.empty()) {
        const std::string far = explored_text(r.explored);
        out += fmt::format(" ({}{}{})", printable(text_of(r.limit)), far.empty() ? "" : "; ", far);
    }
    if (r.vacuous())
        out += fmt::format(" ({})", r.vacuity);
    out += fmt::format(": {} memory, {} threads, {} executions, {} redundant, {} events",
                       name_of(r.memory), r.threads, r.executions, r.sleep_set_blocked, r.events);
    if (r.blocked != 0)
        out += fmt::format(", {} blocked", r.blocked);
    if (r.overlap != 0)
        out += fmt::format(", {} overlap", r.overlap);
    if (r.discarded != 0)
        out += fmt::format(", {} discarded", r.discarded);
    return out;
}

/// The verdict, its evidence, and the counterexample. The same for every run of a check.
inline std::string text(const result& r, const style& how) {
    std::string out = verdict_line(r) + "\n";
    if (r.outcome == verdict::finding)
        out += "\n" + counterexample(r.counterexample, r.what, how);
    if (r.outcome == verdict::finding && !r.schedule.empty())
        out += fmt::format("schedule: {}\n", r.schedule);
    if (!r.resume.empty())
        out += fmt::format("to go on: options::resume = \"{}\"\n", r.resume);
    return out;
}

inline std::string text(const result& r) {
    return text(r, style_for(r));
}

} // namespace wbsync::report
