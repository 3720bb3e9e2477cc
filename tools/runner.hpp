// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "child_process.hpp"
#include "progress_line.hpp"

#include "models/catalogue.hpp"

#include <wbsync/report/json.hpp>
#include <wbsync/report/text.hpp>

#include <csignal>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace wbsync::tools {

/// A check to be run.
struct check_request {
    const models::model& of;
    models::parameter_values values;
    options with;
    int width = 100;    ///< of the counterexample
    bool trace = false; ///< with everything
};

/// A check that was run.
struct check_outcome {
    report::json entry;         ///< as in {"results": […]}
    std::string counterexample; ///< laid out; empty if there is none
    std::string refused;        ///< why it cannot be run as the user asked; empty if it was
};

/// Why a check is incomplete: "interrupted; explored about 12 %"
inline std::string limit_text(const report::json& entry) {
    std::string text = entry["message"].get<std::string>();
    if (!entry["explored"].is_null())
        text += "; " + report::explored_text(entry["explored"].get<double>());
    return text;
}

namespace detail {

inline check_outcome describe(const check_request& asked, const result& r) {
    const models::expectation expected = asked.of.expected(r.memory, asked.values);
    check_outcome out;
    out.entry = report::to_json(
        r, {asked.of.name, asked.of.commit, asked.values, expected.str(), expected.matches(r)});
    if (r.outcome != verdict::finding)
        return out;
    report::style style = report::style_for(r, asked.width);
    if (asked.trace)
        style = {asked.width, true, true, true};
    out.counterexample = report::counterexample(r.counterexample, r.what, style);
    return out;
}

/// "isw/v6, commit 6689f01d6740, cleaner=0 inodes=1": searches of different names cannot go on from
/// one another.
inline std::string name_of(const check_request& asked) {
    std::string name = fmt::format("{}, commit {}", asked.of.name, asked.of.commit);
    const char* separator = ", ";
    for (const auto& [key, value] : asked.values)
        name += fmt::format("{}{}={}", std::exchange(separator, " "), key, value);
    return name;
}

/// Ours: the exceptions of a model are findings. So nothing is known about it.
inline check_outcome failed(const check_request& asked, const std::exception& e) {
    result nothing;
    nothing.memory = asked.with.memory;
    nothing.limit = fmt::format("the check failed: {}", e.what());
    return describe(asked, nothing);
}

inline check_outcome run_here(const check_request& asked) {
    progress_line line(fmt::format("{} {}", asked.of.name, wbsync::name_of(asked.with.memory)));
    options with = asked.with;
    with.name = name_of(asked);
    with.interrupt = &interrupt::seen;
    if (line.wanted())
        with.on_progress = [&line](const progress& now) { line.show(now); };
    try {
        const result seen = asked.of.check(with, asked.values);
        line.clear();
        return describe(asked, seen);
    } catch (const std::invalid_argument& e) { // starts with "wbsync: "
        if (with.resume.empty() && with.replay.empty())
            return failed(asked, e); // nothing that the user asked of this check alone
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
    r.limit = fmt::format("the process of the check was ended by signal {} ({})", signal,
                          ::strsignal(signal));
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) {
        if (signal != own)
            continue;
        r.outcome = verdict::finding;
        r.what.message = std::exchange(r.limit, {});
    }
    if (signal == SIGKILL)
        r.limit += ": it may have run out of memory";
    return r;
}

} // namespace detail

/// Runs the check in a process of its own: whatever happens there, the other checks still run, and
/// the memory is given back. A process that ends without a result is a finding "crash" if its own
/// doing ended it; if it was ended from outside, the check is incomplete.
inline check_outcome run_isolated(const check_request& asked) {
    const child_end end = run_in_child([&asked] {
        const check_outcome out = detail::run_here(asked);
        return report::dump({{"entry", out.entry},
                             {"counterexample", out.counterexample},
                             {"refused", out.refused}});
    });
    report::json sent = report::json::parse(end.sent, nullptr, false);
    if (sent.is_discarded())
        return detail::describe(asked, detail::died(asked, end.status));
    return {std::move(sent["entry"]), sent["counterexample"].get<std::string>(),
            sent["refused"].get<std::string>()};
}

} // namespace wbsync::tools
