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

/// The places where the model orders less than its code asks for. The trace does not say so at
/// accesses.
inline std::vector<std::string> weakened_text(const check_request& c) {
    std::vector<std::string> lines;
    for (const weakening& w : c.of.weaken)
        lines.push_back(fmt::format("weakened at {}", w.str()));
    return lines;
}

/// The command that runs the execution again; empty: there is none.
inline std::string replay_command(const check_request& c, const std::string& schedule) {
    if (schedule.empty())
        return "";
    return fmt::format("{} replay {} --schedule \"{}\"", program_name(), arguments_text(c),
                       schedule);
}

/// The line of a check, and what else there is to say about it but its finding.
inline std::string line_of(const check_request& c, const check_outcome& out,
                           const result_table& layout, bool colour = false) {
    const check_summary& seen = out.seen;
    std::string text = layout.line(
        c, seen,
        seen.is_surprise()
            ? report::painted("NOT as expected", colour ? report::ink::red : report::ink::plain)
            : "");
    if (seen.outcome == verdict::incomplete)
        text += fmt::format("    incomplete: {}\n", seen.limit_text());
    if (seen.outcome == verdict::vacuous)
        text += fmt::format("    vacuous: {}\n", seen.message);
    if (!out.resume_command.empty())
        text += fmt::format("    resume: {}\n", out.resume_command);
    return text;
}

} // namespace wbsync::program
