// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/ink.hpp>
#include <wbsync/report/wrap.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace wbsync::report {

/// The layout of a counterexample.
struct style {
    int width = 100;       ///< columns of text
    bool barriers = true;  ///< show smp_mb() and the like, which mean nothing under sc
    bool unshared = false; ///< show locks and plain variables that only one thread used
    bool places = false;   ///< show file and line of each step
    bool colour = false;   ///< of text on a terminal
};

/// Stands behind the failing step.
inline constexpr std::string_view failing_mark = " <--";

/// One line of a table before layout.
struct table_line {
    int number = 0;  ///< 0: a heading, or something else that is not a step
    int column = -1; ///< -1: across all columns
    int indent = 0;
    std::string text;
    std::string place = {};
    bool failed = false;     ///< the failing step; wraps well, so the column need not be as wide
    std::string remark = {}; ///< the part of the text that says what is unusual
};

/// A table as in commit messages: a column for each thread, time going down. A cell may extend
/// below the next columns, which are empty on that line, so that nearly every step is one line.
struct table {
    std::vector<std::string> columns;
    std::vector<table_line> lines;

    [[nodiscard]] std::string str(const style& how) const {
        const std::vector<int> widths = fit(how);
        return widths.empty() ? as_list(how) : as_columns(how, widths);
    }

private:
    static constexpr int gap = 2;           ///< between columns
    static constexpr int hanging = 4;       ///< indentation of continuation lines
    static constexpr int least_column = 16; ///< with narrower columns it is no table any more
    static constexpr int least_last = 32;   ///< the same for the last column, which has to wrap
    static constexpr int most_failed = 56;  ///< a failing step asks for no more
    static constexpr int list_indent = 2;   ///< of each thread, where columns do not fit

    [[nodiscard]] int gutter() const {
        int last = 0;
        for (const table_line& l : lines)
            last = std::max(last, l.number);
        return static_cast<int>(std::to_string(last).size()) + gap;
    }

    [[nodiscard]] int place_width() const {
        int most = 0;
        for (const table_line& l : lines)
            most = std::max(most, width_of(l.place));
        return most == 0 ? 0 : most + gap;
    }

    /// The widths of the columns: as wide as needed, if there is room. Otherwise the last column
    /// gets what it needs, since its cells cannot extend, and the others share the rest. Empty if
    /// that is too little.
    [[nodiscard]] std::vector<int> fit(const style& how) const {
        std::vector<int> widths;
        for (const std::string& name : columns)
            widths.push_back(width_of(name));
        for (const table_line& l : lines) {
            if (l.column < 0)
                continue;
            int& w = widths[static_cast<std::size_t>(l.column)];
            const int wish = l.indent + width_of(l.text);
            w = std::max(w, l.failed ? std::min(wish, most_failed) : wish);
        }
        const int others = static_cast<int>(columns.size()) - 1;
        int room = how.width - gutter() - place_width() - gap * others;
        if (others < 0 || std::accumulate(widths.begin(), widths.end(), 0) <= room)
            return widths;
        if (others > 0) {
            const int share = std::max((room - widths.back()) / others, least_column);
            for (auto w = widths.begin(); w != widths.end() - 1; ++w) {
                *w = std::min(*w, share);
                room -= *w;
            }
        }
        if (room < least_last)
            return {};
        widths.back() = room;
        return widths;
    }

    [[nodiscard]] std::string as_columns(const style& how, const std::vector<int>& widths) const {
        const std::string margin(static_cast<std::size_t>(gutter()), ' ');
        std::vector<std::size_t> starts;
        int at = gutter();
        for (const int w : widths) {
            starts.push_back(static_cast<std::size_t>(at));
            at += w + gap;
        }
        const int end = std::max(at - gap, how.width - place_width());
        const auto place_at = static_cast<std::size_t>(end) + std::size_t{gap};

        std::string out = header(starts, widths, how);
        for (const table_line& l : lines) {
            const auto column = static_cast<std::size_t>(std::max(l.column, 0));
            const int room = end - (l.column < 0 ? gutter() : static_cast<int>(starts[column]));
            const std::string indent(static_cast<std::size_t>(l.indent), ' ');
            const std::vector<std::string> parts = wrap(l.text, room - l.indent, hanging);
            const std::vector<std::string> shown = inked(parts, l, how);
            for (std::size_t i = 0; i != parts.size(); ++i) {
                std::string row = i == 0 ? numbered(l.number) : margin;
                if (l.column >= 0)
                    row.resize(starts[column], ' ');
                row += indent;
                const std::size_t start = row.size();
                row += parts[i];
                if (i == 0 && !l.place.empty()) {
                    pad_to(row, place_at);
                    row += l.place;
                }
                append(out, row.replace(start, parts[i].size(), shown[i]));
            }
        }
        return out;
    }

    /// Names and dashes. A name that is too long is wrapped like everything else.
    [[nodiscard]] std::string header(const std::vector<std::size_t>& starts,
                                     const std::vector<int>& widths, const style& how) const {
        std::vector<std::string> rows;
        std::string dashes;
        for (std::size_t c = 0; c != columns.size(); ++c) {
            const auto parts = wrap(columns[c], widths[c]);
            if (rows.size() < parts.size())
                rows.resize(parts.size());
            for (std::size_t i = 0; i != parts.size(); ++i) {
                pad_to(rows[i], starts[c]);
                rows[i] += parts[i];
            }
            pad_to(dashes, starts[c]);
            dashes.append(static_cast<std::size_t>(std::min(width_of(columns[c]), widths[c])), '-');
        }
        std::string out;
        for (const std::string& row : rows)
            append(out, painted(row, how.colour ? ink::bold : ink::plain));
        if (!columns.empty())
            append(out, dashes);
        return out;
    }

    /// "[umount] atomic_read(…)", with an indentation for each thread.
    [[nodiscard]] std::string as_list(const style& how) const {
        const int margin = gutter();
        std::string out;
        for (const table_line& l : lines) {
            const int start = margin + list_indent * std::max(l.column, 0);
            const std::string head =
                l.column < 0 ? ""
                             : fmt::format("[{}]", columns[static_cast<std::size_t>(l.column)]);
            std::string text = head.empty() ? l.text : head + " " + l.text;
            if (!l.place.empty())
                text += fmt::format(" ({})", l.place);
            std::string row = numbered(l.number);
            const auto parts = wrap(text, how.width - start, hanging);
            for (const std::string& part : inked(parts, l, how, head)) {
                row.resize(static_cast<std::size_t>(start), ' ');
                append(out, row + part);
                row.clear();
            }
        }
        return out;
    }

    /// The parts of a line in colour, if that is wanted. `head`: what they begin with in bold.
    [[nodiscard]] static std::vector<std::string> inked(std::vector<std::string> parts,
                                                        const table_line& l, const style& how,
                                                        std::string_view head = {}) {
        if (!how.colour)
            return parts;
        std::string solid;
        for (const std::string& part : parts)
            solid += without_blanks(part);
        const std::string remark = without_blanks(l.remark);
        if (l.failed)
            paint_part(parts, 0, solid.size(), ink::red);
        else if (const auto at = solid.rfind(remark); !remark.empty() && at != solid.npos)
            paint_part(parts, at, remark.size(), ink::yellow);
        if (!l.failed) // the last one: codes before a part would be counted
            paint_part(parts, 0, without_blanks(head).size(), ink::bold);
        return parts;
    }

    [[nodiscard]] std::string numbered(int number) const {
        const int digits = gutter() - gap;
        return number == 0 ? fmt::format("{:{}}", "", gutter())
                           : fmt::format("{:>{}}{:{}}", number, digits, "", gap);
    }

    static void pad_to(std::string& row, std::size_t column) {
        const auto used = static_cast<std::size_t>(width_of(row));
        if (used < column)
            row.append(column - used, ' ');
    }

    static void append(std::string& out, std::string_view row) {
        const std::size_t last = row.find_last_not_of(' ');
        out += row.substr(0, last == std::string_view::npos ? 0 : last + 1);
        out += '\n';
    }
};

} // namespace wbsync::report
