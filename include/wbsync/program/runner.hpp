// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/check_summary.hpp>
#include <wbsync/program/children.hpp>
#include <wbsync/program/progress_line.hpp>

#include <wbsync/catalogue.hpp>

#include <wbsync/report/json.hpp>
#include <wbsync/report/text.hpp>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <exception>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace wbsync::program {

/// A check to run.
struct check_request {
    const catalogue::model& of;
    catalogue::parameter_values values;
    options with;
    int width = 100;              ///< of the counterexample
    bool trace = false;           ///< the counterexample shows everything
    std::string source_root = {}; ///< see report::origin
    /// Shows a finding in the form that the user wants; empty: in none.
    std::function<std::string(const check_request&, const result&)> render = {};
};

/// A check that has run.
struct check_outcome {
    check_summary seen;
    report::json entry;              ///< the outcome as an entry of a document
    std::string counterexample;      ///< laid out; empty if there is none
    bool passes = false;             ///< it is a replay in which no property fails
    std::string rendered;            ///< the finding as check_request::render shows it
    std::string refused;             ///< why it cannot be run as the user asked; empty: it can
    std::string resume_command = {}; ///< the command that continues it; empty: it was not stopped
};

/// What a document says of the check besides its result.
inline report::subject subject_of(const check_request& asked, const result& r) {
    const catalogue::expectation expected = asked.of.expected(r.memory, asked.values);
    return {asked.of.name(), asked.of.commit,     asked.values,
            expected.str(),  expected.matches(r), asked.source_root};
}

/// How much of the counterexample is shown.
inline report::style style_of(const check_request& asked, const result& r) {
    report::style style = report::style_for(r, asked.width);
    if (asked.trace)
        style.barriers = style.full = style.places = true;
    return style;
}

namespace detail {

inline check_outcome describe(const check_request& asked, const result& r) {
    check_outcome out;
    out.entry = report::to_json(r, subject_of(asked, r));
    out.seen = summary_of(out.entry);
    const report::style style = style_of(asked, r);
    if (r.outcome != verdict::finding) {
        out.passes = r.limit.kind == limit_kind::schedule && r.what.property.empty();
        if (out.passes)
            out.counterexample = report::execution(r.counterexample, style);
        return out;
    }
    out.counterexample = report::counterexample(r.counterexample, r.what, style);
    if (asked.render)
        out.rendered = asked.render(asked, r);
    return out;
}

/// "isw/v6, commit 6689f01d6740, cleaner=0 inodes=1". Searches with different names cannot continue
/// each other.
inline std::string name_of(const check_request& asked) {
    std::string name = fmt::format("{}, commit {}", asked.of.name(), asked.of.commit);
    const char* separator = ", ";
    for (const auto& [key, value] : asked.values)
        name += fmt::format("{}{}={}", std::exchange(separator, " "), key, value);
    return name;
}

/// An exception of ours: those of a model are findings. So nothing is known about the model.
inline check_outcome failed(const check_request& asked, const std::exception& e) {
    result nothing;
    nothing.memory = asked.with.memory;
    nothing.limit = {.kind = limit_kind::failure,
                     .message = fmt::format("the check failed: {}", e.what())};
    return describe(asked, nothing);
}

inline check_outcome run_here(const check_request& asked, const child_side& here) {
    options with = asked.with;
    with.name = name_of(asked);
    with.interrupt = &interrupt::seen;
    progress_notes notes(fmt::format("{} {}", asked.of.name(), wbsync::name_of(asked.with.memory)));
    if (progress_line::wanted())
        with.on_progress = [&](const progress& now) {
            if (std::string text = notes.text(now); !text.empty())
                here.note(std::move(text));
        };
    try {
        return describe(asked, asked.of.run(with, asked.values));
    } catch (const std::invalid_argument& e) { // starts with "wbsync: "
        if (with.resume.empty() && with.replay.empty())
            return failed(asked, e); // the user asked nothing special of this check
        const std::string_view message{e.what()};
        check_outcome refused;
        refused.refused = message.substr(message.starts_with("wbsync: ") ? 8 : 0);
        return refused;
    } catch (const std::exception& e) {
        return failed(asked, e);
    }
}

/// The result of a check whose process ended without one.
inline result died(const check_request& asked, int status) {
    result r;
    r.memory = asked.with.memory;
    r.what.property = "crash";
    if (!WIFSIGNALED(status)) {
        r.outcome = verdict::finding;
        r.what.message =
            fmt::format("the model ended the process, with status {}", WEXITSTATUS(status));
        return r;
    }
    const int signal = WTERMSIG(status);
    std::string ended = fmt::format("the process of the check was ended by signal {} ({})", signal,
                                    ::strsignal(signal));
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) {
        if (signal != own)
            continue;
        r.outcome = verdict::finding;
        r.what.message = ended;
        return r;
    }
    if (signal == SIGKILL)
        ended += ": it may have run out of memory";
    r.limit = {.kind = limit_kind::process, .message = std::move(ended)};
    return r;
}

} // namespace detail

namespace detail {

/// The text that the process of a check sends.
inline std::string sent_by(const check_request& asked, const child_side& here) {
    const check_outcome out = run_here(asked, here);
    return report::dump({{"entry", out.entry},
                         {"counterexample", out.counterexample},
                         {"passes", out.passes},
                         {"rendered", out.rendered},
                         {"refused", out.refused}});
}

/// The outcome of a check whose process has ended.
inline check_outcome outcome_of(const check_request& asked, const child_end& end) {
    report::json sent = report::json::parse(end.sent, nullptr, false);
    if (sent.is_discarded())
        return describe(asked, died(asked, end.status));
    check_outcome out;
    out.refused = sent["refused"].get<std::string>();
    if (!out.refused.empty())
        return out;
    out.entry = std::move(sent["entry"]);
    out.seen = summary_of(out.entry);
    out.counterexample = sent["counterexample"].get<std::string>();
    out.passes = sent["passes"].get<bool>();
    out.rendered = sent["rendered"].get<std::string>();
    return out;
}

} // namespace detail

/// Runs each check in a process of its own, `at_once` at the same time: whatever happens there, the
/// other checks still run, and the memory is given back. `done` gets the number and the outcome of
/// each check, in order. `before` gets the number and the slot (child_side) of a check in its
/// process, and returns what to run. A process that ends without a result by its own doing is a
/// finding "crash"; if it was ended from outside, the check is incomplete. Returns the numbers of
/// the checks that were not started, because the program was asked to end.
inline std::vector<std::size_t>
run_isolated(const std::vector<check_request>& checks, std::size_t at_once,
             const std::function<check_request(std::size_t, std::size_t)>& before,
             const std::function<void(std::size_t, check_outcome)>& done) {
    progress_line line;
    child_work all;
    all.order.resize(checks.size());
    std::iota(all.order.begin(), all.order.end(), std::size_t{0});
    all.at_once = at_once;
    all.on_interrupt = SIGINT; // reports what it found so far
    all.run = [&](std::size_t i, const child_side& here) {
        return detail::sent_by(before(i, here.slot), here);
    };
    all.done = [&](std::size_t i, const child_end& end) {
        line.clear();
        done(i, detail::outcome_of(checks[i], end));
    };
    if (line.wanted())
        all.noted = [&](std::string_view note, std::size_t others) { line.show(note, others); };
    return run_in_children(all);
}

/// Runs a single check.
inline check_outcome run_isolated(const check_request& asked) {
    check_outcome seen;
    (void)run_isolated(
        {asked}, 1, [&](std::size_t, std::size_t) { return asked; },
        [&](std::size_t, check_outcome out) { seen = std::move(out); });
    return seen;
}

} // namespace wbsync::program
