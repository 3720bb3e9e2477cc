// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/resume_command.hpp>
#include <wbsync/program/runner.hpp>
#include <wbsync/program/series.hpp>
#include <wbsync/report/columns.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// The printed report of a check.
namespace wbsync::program {

/// The table of the results. Its widths are known before the first check is run, so that each line
/// can be printed as soon as its result is there.
class result_table {
public:
    explicit result_table(const std::vector<check_request>& checks) {
        for (const check_request& c : checks)
            columns_.fit(known_before(c));
    }

    [[nodiscard]] std::string header() const { return columns_.title_line(); }

    [[nodiscard]] std::string line(const check_request& c, const check_summary& seen,
                                   std::string_view remark) const {
        row cells = known_before(c);
        cells[3] = wbsync::name_of(c.with.memory);
        cells[4] = seen.verdict_text();
        cells[6] = fmt::format("{}", seen.executions);
        cells[7] = fmt::format("{}", seen.redundant);
        cells[8] = fmt::format("{:.2f}", seen.seconds);
        return columns_.line(cells, remark);
    }

private:
    using row = report::columns::row;

    /// A row whose verdict is as wide as the expected one.
    static row known_before(const check_request& c) {
        const std::string expected = c.of.expected(c.with.memory, c.values).str();
        return {c.of.name(),
                c.of.commit.substr(0, 12),
                parameters_text(c),
                "",
                expected,
                expected,
                "",
                "",
                ""};
    }

    static constexpr auto right = report::columns::side::right;
    static constexpr auto left = report::columns::side::left;

    report::columns columns_{{{"model"},
                              {"commit"},
                              {"parameters"},
                              {"memory"},
                              {"verdict", left, std::string_view{"finding deadlock"}.size()},
                              {"expected"},
                              {"executions", right},
                              {"redundant", right, 10},
                              {"seconds", right}}};
};

namespace detail {

/// The places where the model orders less than its code asks for. The trace does not say so at
/// accesses.
inline std::string weakened_text(const check_request& c) {
    std::string text;
    for (const weakening& w : c.of.weaken)
        text += fmt::format("weakened at {}\n", w.str());
    return text;
}

/// The command that runs the execution again; empty: there is none.
inline std::string replay_command(const check_request& c, const check_summary& seen) {
    if (seen.schedule.empty())
        return "";
    return fmt::format("{} replay {} --schedule \"{}\"", program_name(), arguments_text(c),
                       seen.schedule);
}

inline std::string replay_text(const check_request& c, const check_summary& seen) {
    const std::string command = replay_command(c, seen);
    return command.empty() ? "" : fmt::format("replay: {}\n", command);
}

} // namespace detail

/// The line of a check, and what else there is to say about it.
inline std::string text_of(const check_request& c, const check_outcome& out,
                           const result_table& layout) {
    const check_summary& seen = out.seen;
    std::string text = layout.line(c, seen, seen.is_surprise() ? "NOT as expected" : "");
    if (seen.outcome == verdict::incomplete)
        text += fmt::format("    incomplete: {}\n", seen.limit_text());
    if (seen.outcome == verdict::vacuous)
        text += fmt::format("    vacuous: {}\n", seen.message);
    if (!out.resume_command.empty())
        text += fmt::format("    resume: {}\n", out.resume_command);
    if (!out.counterexample.empty())
        text += "\n" + out.counterexample + detail::weakened_text(c) +
                detail::replay_text(c, seen) + "\n";
    return text;
}

} // namespace wbsync::program
