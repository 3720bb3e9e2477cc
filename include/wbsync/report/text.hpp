// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/folding.hpp>
#include <wbsync/report/limit.hpp>
#include <wbsync/report/step.hpp>
#include <wbsync/report/table.hpp>
#include <wbsync/result.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace wbsync::report {

/// What there is to show of an execution, before any layout.
struct story {
    table shown;           ///< a column for each thread that takes part, a line for each step
    std::string not_shown; ///< "4 steps that no other thread depends on"; empty: all is shown
};

namespace detail {

/// What lies between two accesses that nothing orders.
inline std::string gap_text(const trace& t, const finding& f, const colliding_steps& two) {
    std::string text = fmt::format("-- nothing orders {} (A) before {} (B)", *two.earlier + 1,
                                   later_number(t, f, two));
    if (const auto m = missing_order_of(t, f, two)) {
        text += ": ";
        if (m->release)
            text += fmt::format("a release at {}", m->store + 1);
        if (m->release && m->acquire)
            text += " and ";
        if (m->acquire)
            text += fmt::format("an acquire at {}", m->load + 1);
        text += " would";
    }
    return text + " --";
}

/// The operation that failed, which is no step: "READ_ONCE(inode) after kfree". The message of the
/// finding begins with it.
inline std::string later_access(const finding& f) {
    const std::size_t end = f.message.find(" of " + f.with.object);
    return end == std::string::npos
               ? f.property
               : fmt::format("{}({})", f.message.substr(0, end), f.with.object);
}

/// Turns a trace into the lines of a table.
class storyboard {
public:
    /// `passes`: no property failed, and the finding is none.
    storyboard(const trace& shown, const finding& failed, const style& how, bool passes = false)
        : trace_(shown), finding_(failed), style_(how), passes_(passes),
          two_(colliding_steps_of(shown, failed)), failing_(failing_step(shown, failed)) {
        const folding needed(trace_, finding_);
        std::set<int> seen;
        for (std::size_t i = 0; i != trace_.steps.size(); ++i) {
            const trace_step& s = trace_.steps[i];
            const bool fold = !style_.full && s.thread >= 0 && !needed.needs(i);
            folds_.push_back(fold || (!style_.barriers && is_barrier(s)));
            folded_ += folds_.back() ? 1 : 0;
            if (s.thread >= 0 && !folds_.back())
                seen.insert(s.thread);
        }
        if (finding_.thread >= 0)
            seen.insert(finding_.thread);
        for (const int thread : seen) {
            column_[thread] = static_cast<int>(table_.columns.size());
            table_.columns.push_back(printable(thread_name(trace_, thread)));
        }
    }

    [[nodiscard]] story told() && {
        for (std::size_t i = add_set_up(); i != trace_.steps.size(); ++i) {
            if (folds_[i]) {
                fold(i);
                continue;
            }
            add_fold();
            if (two_.later == i)
                add_gap();
            if (failing_ == i)
                add_failure();
            else
                add_step(i);
        }
        add_fold();
        if (!failing_)
            add_failure();
        return {std::move(table_), left_out()};
    }

private:
    static constexpr int long_message = 48;

    /// What was there before the threads began, in one line. Returns the first step of a thread.
    std::size_t add_set_up() {
        std::size_t end = 0;
        while (end != trace_.steps.size() && trace_.steps[end].thread < 0)
            ++end;
        if (style_.full || end == trace_.steps.size())
            return 0;
        std::string text;
        for (std::size_t i = 0; i != end; ++i) {
            const std::string words = words_of(trace_.steps[i], trace_);
            const std::string more = fmt::format("{} and {} more", text, end - i);
            if (i != 0 && width_of(text + words) > style_.width - room_for_set_up) {
                text = more;
                break;
            }
            text += (i == 0 ? "" : ", ") + words;
        }
        if (end != 0)
            push({.number = 1, .text = "(set-up) " + text});
        return end;
    }

    /// Counts steps of one thread, one after the other, that are not shown.
    void fold(std::size_t i) {
        const int thread = trace_.steps[i].thread;
        if (thread != fold_of_)
            add_fold();
        fold_of_ = thread;
        ++fold_;
    }

    void add_fold() {
        constexpr int few = 3; // that may be missing without a word: the numbers say it
        if (fold_ >= few && column_.count(fold_of_) != 0)
            push({.column = column_.at(fold_of_), .text = fmt::format("\u2026 {} steps", fold_)});
        fold_ = 0;
    }

    void add_step(std::size_t i) {
        const trace_step& s = trace_.steps[i];
        const step_mark mark = !two_.earlier       ? step_mark::none
                               : two_.earlier == i ? step_mark::earlier
                               : two_.later == i   ? step_mark::later
                                                   : step_mark::none;
        std::string words = words_of(s, trace_);
        if (two_.earlier == i && s.verb != finding_.with.verb)
            words += fmt::format(", {}({})", finding_.with.verb, finding_.with.object);
        add(s.thread, s.where, phase_of(trace_, i),
            {.number = static_cast<int>(i) + 1,
             .text = words,
             .remark = printable(remark_of(s)),
             .mark = mark});
    }

    /// Between the two accesses: what is missing.
    void add_gap() {
        if (two_.earlier && finding_.with.what != collision::pair::use_after_end)
            push({.text = gap_text(trace_, finding_, two_), .mark = step_mark::gap});
    }

    /// The property that failed, if one did. Where both accesses have a step, these are marked
    /// instead.
    void add_failure() {
        if ((two_.earlier && two_.later) || passes_)
            return;
        const char* const phase = failing_ ? phase_of(trace_, *failing_) : "(end)";
        table_line l{.number = failing_ ? static_cast<int>(*failing_) + 1 : 0,
                     .text = failing_ ? failure() : finding_.property,
                     .mark = step_mark::failed};
        if (two_.earlier) {
            add_gap();
            l.number = static_cast<int>(later_number(trace_, finding_, two_));
            l.text = later_access(finding_);
            l.mark = step_mark::later;
        }
        add(finding_.thread, finding_.where, phase, std::move(l));
    }

    /// What is hidden from the reader, if anything.
    [[nodiscard]] std::string left_out() const {
        const char* const s = folded_ == 1 ? "" : "s";
        return folded_ == 0  ? ""
               : style_.full ? fmt::format("{} barrier{}", folded_, s)
                             : fmt::format("{} step{} that no other thread depends on", folded_, s);
    }

    [[nodiscard]] std::string failure() const {
        const bool macro = finding_.property == "BUG_ON" || finding_.property == "WARN_ON";
        if (macro)
            return fmt::format("{}({})", finding_.property, finding_.message);
        const std::string text = fmt::format("{}: {}", finding_.property, finding_.message);
        return width_of(text) > long_message ? finding_.property : text;
    }

    /// A step, below the heading of its function if that has none so far.
    void add(int thread, const site& where, const char* phase, table_line l) {
        l.place = style_.places && *where.file != '\0' ? where.str() : "";
        if (thread < 0) {
            l.text = fmt::format("{} {}", phase, l.text);
            return push(std::move(l));
        }
        l.column = column_.at(thread);
        const std::string function = function_of(where);
        if (function != function_[thread] && !function.empty() &&
            (named_.insert({thread, function}).second || style_.full))
            push({.column = l.column, .text = function + "():", .heading = true});
        function_[thread] = function;
        l.indent = function.empty() ? 0 : 2;
        push(std::move(l));
    }

    void push(table_line l) {
        l.text = printable(l.text);
        table_.lines.push_back(std::move(l));
    }

    static constexpr int room_for_set_up = 32; ///< for the number, the heading and what is cut

    const trace& trace_;
    const finding& finding_;
    const style& style_;
    bool passes_;
    table table_;
    colliding_steps two_;
    std::optional<std::size_t> failing_;
    std::vector<bool> folds_;             ///< of each step
    int fold_ = 0;                        ///< steps of a thread that are hidden, and not told yet
    int fold_of_ = -1;                    ///< which thread
    int folded_ = 0;                      ///< how many are hidden
    std::map<int, int> column_;           ///< of each thread that is shown
    std::map<int, std::string> function_; ///< that each thread is in
    std::set<std::pair<int, std::string>> named_; ///< functions of a thread that have a heading
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

/// Where something about the finding happened.
struct named_place {
    std::string_view name; ///< "at", or the name of one of the two accesses
    std::string text;      ///< "step 12, umount.hpp:42 in evict_inodes(), by umount"
};

/// Where the property failed; of a finding about two accesses, where both are. None: it is not
/// known.
inline std::vector<named_place> failed_places(const trace& t, const finding& f) {
    std::vector<named_place> all;
    const auto add = [&](std::string_view name, std::string text, const site& where, int thread) {
        const std::string who = thread_name(t, thread);
        for (const std::string& more : {place_of(where), who.empty() ? who : "by " + who})
            if (!more.empty())
                text += (text.empty() ? "" : ", ") + more;
        if (!text.empty())
            all.push_back({name, std::move(text)});
    };
    const colliding_steps two = colliding_steps_of(t, f);
    if (!two.earlier) {
        add("at", {}, f.where, f.thread);
        return all;
    }
    add("A", fmt::format("step {}", *two.earlier + 1), f.with.where, f.with.thread);
    add("B", fmt::format("step {}", later_number(t, f, two)), f.where, f.thread);
    return all;
}

/// Which property failed, and where.
inline std::string failure(const trace& t, const finding& f, const style& how = {}) {
    std::string out = detail::entry("failed: ", failed_text(f), how.width);
    if (how.colour)
        out = painted(out, ink::red);
    for (const named_place& p : failed_places(t, f))
        out += detail::entry(fmt::format("{:>6}: ", p.name), p.text, how.width);
    return out;
}

namespace detail {

/// The table, and what it does not show.
inline std::string laid_out(story told, const style& how) {
    for (table_line& l : told.shown.lines)
        l.text += text_of(l.mark);
    std::string out = told.shown.str(how) + "\n";
    if (!told.not_shown.empty())
        out += fmt::format("not shown: {}\n", told.not_shown);
    return out;
}

} // namespace detail

/// The execution that led to the finding: a column for each thread that takes part, a line for each
/// step, in the order in which they happened; then the property that failed, and where. Line
/// numbers are those of the trace: some are missing where steps are not shown.
inline std::string counterexample(const trace& t, const finding& f, const style& how = {}) {
    if (t.steps.empty() && t.threads.empty())
        return failure(t, f, how); // not recorded
    return detail::laid_out(story_of(t, f, how), how) + failure(t, f, how);
}

/// An execution in which no property failed, told in the same way.
inline std::string execution(const trace& t, const style& how = {}) {
    return detail::laid_out(detail::storyboard(t, {}, how, true).told(), how) +
           "no property fails in this execution\n";
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
