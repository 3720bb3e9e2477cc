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
/// can be printed as soon as its result is there. A table that is wider than `most_width` leaves
/// out the expected verdicts, then the commits, then parameters that have their default values.
class result_table {
public:
    static constexpr int most_width = 120;

    explicit result_table(const std::vector<check_request>& checks) {
        lay_out(checks);
        if (columns_.width() <= most_width)
            return;
        for (const std::size_t column : {expected_column, commit_column})
            if (columns_.width() > most_width)
                columns_.hide(column);
        if (columns_.width() <= most_width)
            return;
        defaults_ = false;
        lay_out(checks);
        columns_.hide(expected_column);
        columns_.hide(commit_column);
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

    static constexpr std::size_t commit_column = 1;
    static constexpr std::size_t parameters_column = 2;
    static constexpr std::size_t expected_column = 5;

    void lay_out(const std::vector<check_request>& checks) {
        columns_ = report::columns(headings());
        bool has_parameters = defaults_;
        for (const check_request& c : checks) {
            const row cells = known_before(c);
            has_parameters = has_parameters || !cells[parameters_column].empty();
            columns_.fit(cells);
        }
        if (!has_parameters)
            columns_.hide(parameters_column);
    }

    /// A row whose verdict is as wide as the expected one.
    [[nodiscard]] row known_before(const check_request& c) const {
        const std::string expected = c.of.expected(c.with.memory, c.values).str();
        return {c.of.name(),
                c.of.commit.substr(0, 12),
                parameters_text(c, defaults_),
                "",
                expected,
                expected,
                "",
                "",
                ""};
    }

    static constexpr auto right = report::columns::side::right;
    static constexpr auto left = report::columns::side::left;

    static std::vector<report::columns::heading> headings() {
        return {{"model"},
                {"commit"},
                {"parameters"},
                {"memory"},
                {"verdict", left, std::string_view{"finding deadlock"}.size()},
                {"expected"},
                {"executions", right},
                {"redundant", right, 10},
                {"seconds", right}};
    }

    bool defaults_ = true; ///< shows parameters that have their default values
    report::columns columns_{headings()};
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
    const std::string surprise =
        fmt::format("NOT as expected: {}", c.of.expected(c.with.memory, c.values).str());
    std::string text =
        layout.line(c, seen,
                    seen.is_surprise()
                        ? report::painted(surprise, colour ? report::ink::red : report::ink::plain)
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
