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
    int width = 100;      ///< columns of text
    bool barriers = true; ///< show smp_mb() and the like, which mean nothing under sc
    bool full = false;    ///< show steps that no other thread depends on
    bool places = false;  ///< show file and line of each step
    bool colour = false;  ///< of text on a terminal
};

/// What a line has to do with the finding.
enum class step_mark : std::uint8_t {
    none,
    failed,  ///< it is the failing step
    earlier, ///< it is one of the two accesses that the finding is about
    later,
    gap, ///< it says what is missing between them
};

/// Stands behind the text of the line. `arrow`: of the two accesses.
inline std::string text_of(step_mark m, std::string_view arrow = "\u25c4") {
    switch (m) {
    case step_mark::failed: return " <--";
    case step_mark::earlier: return fmt::format(" {} A", arrow);
    case step_mark::later: return fmt::format(" {} B", arrow);
    case step_mark::none:
    case step_mark::gap: break;
    }
    return {};
}

/// One line of a table before layout.
struct table_line {
    int number = 0;  ///< 0: a heading, or something else that is not a step
    int column = -1; ///< -1: across all columns
    int indent = 0;
    std::string text = {};
    std::string place = {};
    std::string remark = {}; ///< a part of the text that is unusual: a stale read, or a late one
    step_mark mark = step_mark::none;
    bool heading = false; ///< it is the name of a function

    /// It wraps well, so the column need not be as wide.
    [[nodiscard]] bool is_marked() const noexcept { return mark != step_mark::none; }
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
    static constexpr int least_column = 10; ///< with narrower columns it is no table any more
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
            w = std::max(w, l.is_marked() ? std::min(wish, most_failed) : wish);
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
        if (l.is_marked())
            paint_part(parts, 0, solid.size(), ink::red);
        else if (const auto at = solid.rfind(remark); !remark.empty() && at != solid.npos)
            paint_part(parts, at, remark.size(), ink::yellow);
        if (!l.is_marked()) // the last one: codes before a part would be counted
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
