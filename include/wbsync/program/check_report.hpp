// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/resume_command.hpp>
#include <wbsync/program/runner.hpp>
#include <wbsync/program/series.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// What is printed about a check.
namespace wbsync::program {

/// The columns of the results. Their widths are known before the first check is run, so that each
/// line can be printed as soon as it is there.
class row_layout {
public:
    explicit row_layout(const std::vector<check_request>& checks) {
        for (std::size_t i = 0; i != headers.size(); ++i)
            widths_[i] = headers[i].size();
        widths_[verdict_column] = std::string_view{"finding deadlock"}.size();
        widths_[6] = widths_[7] = 10;
        for (const check_request& c : checks) {
            const auto expected = c.of.expected(c.with.memory, c.values).str();
            widen(0, c.of.name().size());
            widen(1, std::min<std::size_t>(c.of.commit.size(), 12));
            widen(2, parameters_text(c).size());
            widen(verdict_column, expected.size());
            widen(verdict_column + 1, expected.size());
        }
    }

    [[nodiscard]] std::string header() const {
        row titles;
        for (std::size_t i = 0; i != titles.size(); ++i)
            titles[i] = headers[i];
        return line(titles, "");
    }

    [[nodiscard]] std::string line(const check_request& c, const check_summary& seen,
                                   std::string_view remark) const {
        return line(row_of(c, seen), remark);
    }

private:
    using row = std::array<std::string, 9>;

    static constexpr std::array<std::string_view, 9> headers{
        "model",    "commit",     "parameters", "memory", "verdict",
        "expected", "executions", "redundant",  "seconds"};
    static constexpr std::size_t verdict_column = 4;
    static constexpr std::size_t first_number = 6;

    static row row_of(const check_request& c, const check_summary& seen) {
        return {c.of.name(),
                c.of.commit.substr(0, 12),
                parameters_text(c),
                wbsync::name_of(c.with.memory),
                seen.verdict_text(),
                c.of.expected(c.with.memory, c.values).str(),
                fmt::format("{}", seen.executions),
                fmt::format("{}", seen.redundant),
                fmt::format("{:.2f}", seen.seconds)};
    }

    [[nodiscard]] std::string line(const row& cells, std::string_view remark) const {
        std::string out;
        for (std::size_t i = 0; i != cells.size(); ++i)
            out += fmt::format(fmt::runtime(i < first_number ? "{:<{}}  " : "{:>{}}  "), cells[i],
                               widths_[i]);
        out += remark;
        out.erase(out.find_last_not_of(' ') + 1);
        return out + "\n";
    }

    void widen(std::size_t column, std::size_t to) {
        widths_[column] = std::max(widths_[column], to);
    }

    std::array<std::size_t, 9> widths_{};
};

namespace detail {

/// Where the model orders less than its code asks for, which the trace does not say of accesses.
inline std::string weakened_text(const check_request& c) {
    std::string text;
    for (const weakening& w : c.of.weaken)
        text += fmt::format("weakened at {}\n", w.str());
    return text;
}

/// The command that runs the execution again.
inline std::string replay_text(const check_request& c, const check_summary& seen) {
    if (seen.schedule.empty())
        return "";
    return fmt::format("replay: {} replay {} --schedule \"{}\"\n", program_name(),
                       arguments_text(c), seen.schedule);
}

} // namespace detail

/// The line of a check, and what there is to say about it.
inline std::string text_of(const check_request& c, const check_outcome& out,
                           const row_layout& layout) {
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
