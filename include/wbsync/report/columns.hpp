// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/wrap.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wbsync::report {

/// A table of texts: a heading for each column, then rows with one cell for each column.
class columns {
public:
    enum class side { left, right };

    struct heading {
        std::string text;
        side at = side::left;  ///< the side that its cells and its heading are aligned to
        std::size_t width = 0; ///< at least
        bool hidden = false;   ///< the column is left out
    };
    using row = std::vector<std::string>;

    explicit columns(std::vector<heading> headings) : headings_(std::move(headings)) {
        fit(titles());
    }

    /// Widens the columns for a row, which line() is to show later.
    void fit(const row& cells) {
        for (std::size_t i = 0; i != cells.size(); ++i)
            headings_[i].width =
                std::max(headings_[i].width, static_cast<std::size_t>(width_of(cells[i])));
    }
    /// Leaves a column out of line(), and of all lines to come.
    void hide(std::size_t column) { headings_[column].hidden = true; }
    /// Of a line without its remark.
    [[nodiscard]] int width() const {
        return width_of(fmt::format("{}", fmt::join(padded(titles()), "  ")));
    }
    /// Does it have no rows?
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    void add(row cells) {
        fit(cells);
        rows_.push_back(std::move(cells));
    }

    /// The headings, or one row: columns two blanks apart, and a remark after the last column.
    [[nodiscard]] std::string line(const row& cells, std::string_view remark = {}) const {
        std::string out = fmt::format("{}  {}", fmt::join(padded(cells), "  "), remark);
        out.erase(out.find_last_not_of(' ') + 1);
        return out + "\n";
    }
    [[nodiscard]] std::string title_line() const { return line(titles()); }

    /// The whole table, to be read as it is.
    [[nodiscard]] std::string text() const {
        std::string out = title_line();
        for (const row& r : rows_)
            out += line(r);
        return out;
    }

    /// The whole table in Markdown.
    [[nodiscard]] std::string markdown() const {
        std::string out = markdown_head();
        for (const row& r : rows_)
            out += markdown_row(r);
        return out;
    }
    /// The first two lines of the Markdown table, and any other line.
    [[nodiscard]] std::string markdown_head() const {
        std::string rule = "|";
        for (const heading& h : headings_)
            rule += h.at == side::left ? "---|" : "--:|";
        return markdown_row(titles()) + rule + "\n";
    }
    [[nodiscard]] static std::string markdown_row(const row& cells) {
        std::string out = "|";
        for (const std::string& cell : cells)
            out += cell.empty() ? " |" : fmt::format(" {} |", cell);
        return out + "\n";
    }

    /// The Markdown table with aligned columns, which can be read as it is, too.
    [[nodiscard]] std::string aligned_markdown() const {
        constexpr std::size_t least = 3; // the fewest dashes that Markdown accepts
        columns wide = *this;
        std::string rule = "|";
        for (heading& h : wide.headings_) {
            h.width = std::max(h.width, least);
            rule += std::string(h.width + 1, '-') + (h.at == side::left ? "-|" : ":|");
        }
        std::string out = markdown_row(wide.padded(titles())) + rule + "\n";
        for (const row& r : rows_)
            out += markdown_row(wide.padded(r));
        return out;
    }

private:
    [[nodiscard]] row titles() const {
        row all;
        for (const heading& h : headings_)
            all.push_back(h.text);
        return all;
    }
    [[nodiscard]] row padded(const row& cells) const {
        row all;
        for (std::size_t i = 0; i != cells.size(); ++i) {
            const auto& [text, at, width, hidden] = headings_[i];
            if (!hidden)
                all.push_back(at == side::left ? fmt::format("{:<{}}", cells[i], width)
                                               : fmt::format("{:>{}}", cells[i], width));
        }
        return all;
    }

    std::vector<heading> headings_;
    std::vector<row> rows_;
};

} // namespace wbsync::report
