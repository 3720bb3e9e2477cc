// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>
#include <wbsync/program/runner.hpp>
#include <wbsync/program/verdict_counts.hpp>
#include <wbsync/report/columns.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace wbsync::program {

/// One check of one model.
struct matrix_cell {
    const catalogue::model& of;
    memory_kind memory;
    verdict outcome;
    std::string property; ///< the one that failed
    std::uint64_t executions = 0;
    std::string remark = {}; ///< why it is incomplete, and how far it got
    std::string resume = {}; ///< the command that goes on, if it was interrupted

    /// The expectation of the catalogue, for the default size.
    [[nodiscard]] catalogue::expectation expected() const {
        return of.expected(memory, catalogue::default_size(of));
    }
    [[nodiscard]] bool as_expected() const {
        const catalogue::expectation e = expected();
        return e.outcome() == outcome &&
               (outcome != verdict::finding || e.properties.contains(property));
    }
    [[nodiscard]] std::string name() const {
        return fmt::format("{} under {}", of.name(), wbsync::name_of(memory));
    }
    /// "finding P1"
    [[nodiscard]] std::string result() const {
        const std::string text = wbsync::name_of(outcome);
        return property.empty() ? text : text + " " + property;
    }
};

inline matrix_cell cell_of(const catalogue::model& m, memory_kind memory,
                           const check_summary& seen) {
    matrix_cell cell{m, memory, seen.outcome, seen.property, seen.executions};
    if (cell.outcome == verdict::incomplete)
        cell.remark = seen.limit_text();
    return cell;
}

/// The verdicts of all models as tables: one for each folder, with a row for each version and a
/// column for each question.
class matrix {
public:
    explicit matrix(std::vector<matrix_cell> cells) : cells_(std::move(cells)) {
        for (const matrix_cell& c : cells_) {
            seen_.add(c.outcome, c.as_expected());
            place(c);
        }
    }

    matrix(const matrix&) = delete;
    matrix& operator=(const matrix&) = delete;

    verdict_counts& seen() { return seen_; }

    /// A line for each version and memory model.
    [[nodiscard]] std::string text() const {
        std::string out;
        for (const table& t : tables_)
            out += text_of(t) + "\n";
        return out + remarks("");
    }

    /// A row for each version. Where memory models differ, their results are in the registry's
    /// order.
    [[nodiscard]] std::string markdown() const {
        std::string out;
        for (const table& t : tables_)
            out += markdown_of(t) + "\n";
        return out + remarks("* ");
    }

    [[nodiscard]] report::json json() const {
        report::json tables = report::json::array();
        for (const table& t : tables_)
            tables.push_back(json_of(t));
        return {{"tables", tables}};
    }

private:
    struct column {
        std::string question; ///< "P3"; empty for the main one
        std::string asks;

        [[nodiscard]] std::string heading() const {
            if (question.empty())
                return asks.empty() ? "verdict" : asks;
            return asks.empty() || asks == question ? question : question + ": " + asks;
        }
    };
    struct row {
        std::string version;
        const catalogue::model& first;
        std::vector<const matrix_cell*> cells;
    };
    struct table {
        std::string folder;
        std::vector<column> columns;
        std::vector<row> rows;

        [[nodiscard]] std::string title() const {
            return folder.empty() ? "models" : "models/" + folder;
        }
    };

    void place(const matrix_cell& c) {
        table& t = one_with(tables_, &table::folder, c.of.folder, {c.of.folder, {}, {}});
        one_with(t.columns, &column::question, c.of.question,
                 {c.of.question, c.of.asks.joined(" ")});
        one_with(t.rows, &row::version, c.of.version, {c.of.version, c.of, {}}).cells.push_back(&c);
    }

    /// The element whose `key` is `value`, appended if there is none.
    template <class T>
    static T& one_with(std::vector<T>& in, std::string T::*key, const std::string& value,
                       T otherwise) {
        for (T& element : in)
            if (element.*key == value)
                return element;
        in.push_back(std::move(otherwise));
        return in.back();
    }

    static const matrix_cell* find(const row& r, const column& c, memory_kind memory) {
        for (const matrix_cell* cell : r.cells)
            if (cell->memory == memory && cell->of.question == c.question)
                return cell;
        return nullptr;
    }

    /// "verified 22", "P1"; with a mark if that was not expected.
    static std::string short_text(const matrix_cell& c) {
        std::string text = c.outcome == verdict::finding
                               ? c.property
                               : fmt::format("{} {}", wbsync::name_of(c.outcome), c.executions);
        return c.as_expected() ? text : "! " + text;
    }

    /// The results under all memory models: "verified 20", "verified 20 / 22", "verified 20 / P1".
    static std::string all_texts(const row& r, const column& c) {
        constexpr std::string_view shared = "verified ";
        std::vector<std::string> texts;
        for (const engine::registered_memory& m : engine::registered_memories)
            if (const matrix_cell* cell = find(r, c, m.kind); cell != nullptr)
                texts.push_back(short_text(*cell));
        std::string out;
        for (std::size_t i = 0; i != texts.size(); ++i) {
            if (i != 0 && texts == std::vector(texts.size(), texts.front()))
                break;
            const bool holds =
                i != 0 && texts[i].starts_with(shared) && texts[i - 1].starts_with(shared);
            out += (i == 0 ? "" : " / ") + (holds ? texts[i].substr(shared.size()) : texts[i]);
        }
        return out;
    }

    static std::string text_of(const table& t) {
        std::vector<report::columns::heading> headings{{t.title()}, {"commit"}, {"memory"}};
        for (const column& c : t.columns)
            headings.push_back({c.heading()});
        report::columns lines(std::move(headings));
        for (const row& r : t.rows)
            for (const engine::registered_memory& m : engine::registered_memories)
                add_line(lines, t, r, m.kind);
        return lines.text();
    }

    static void add_line(report::columns& to, const table& t, const row& r, memory_kind memory) {
        const bool asked = std::any_of(r.cells.begin(), r.cells.end(),
                                       [&](const matrix_cell* c) { return c->memory == memory; });
        if (!asked)
            return;
        const bool again = !to.empty() && r.cells.front()->memory != memory;
        report::columns::row l{again ? "" : r.version, again ? "" : r.first.commit.substr(0, 12),
                               wbsync::name_of(memory)};
        for (const column& c : t.columns) {
            const matrix_cell* cell = find(r, c, memory);
            l.push_back(cell == nullptr ? "" : short_text(*cell));
        }
        to.add(std::move(l));
    }

    static std::string markdown_of(const table& t) {
        std::vector<report::columns::heading> headings{{"version"}, {"commit"}, {"release"}};
        for (const column& c : t.columns)
            headings.push_back({c.heading()});
        report::columns rows(std::move(headings));
        for (const row& r : t.rows) {
            report::columns::row cells{fmt::format("`{}`", r.version), r.first.commit,
                                       r.first.release};
            for (const column& c : t.columns)
                cells.push_back(all_texts(r, c));
            rows.add(std::move(cells));
        }
        return fmt::format("### {}\n\n{}", t.title(), rows.markdown());
    }

    static report::json text_or_null(const std::string& text) {
        return text.empty() ? report::json(nullptr) : report::json(text);
    }

    static report::json json_of(const table& t) {
        report::json columns = report::json::array(), rows = report::json::array();
        for (const column& c : t.columns)
            columns.push_back({{"question", c.question}, {"asks", c.asks}});
        for (const row& r : t.rows) {
            report::json cells = report::json::array();
            for (const matrix_cell* c : r.cells)
                cells.push_back({{"model", c->of.name()},
                                 {"question", c->of.question},
                                 {"memory", wbsync::name_of(c->memory)},
                                 {"parameters", catalogue::default_size(c->of)},
                                 {"verdict", wbsync::name_of(c->outcome)},
                                 {"property", text_or_null(c->property)},
                                 {"expected", c->expected().str()},
                                 {"as_expected", c->as_expected()},
                                 {"executions", c->executions},
                                 {"message", text_or_null(c->remark)},
                                 {"resume", text_or_null(c->resume)}});
            rows.push_back({{"version", r.version},
                            {"commit", r.first.commit},
                            {"release", r.first.release},
                            {"cells", cells}});
        }
        return {{"folder", t.folder}, {"columns", columns}, {"rows", rows}};
    }

    /// What the marks mean.
    [[nodiscard]] std::string remarks(std::string_view bullet) const {
        std::string out;
        for (const matrix_cell& c : cells_) {
            if (!c.remark.empty())
                out += fmt::format("{}{}: {} after {} executions: {}{}{}\n", bullet, c.name(),
                                   wbsync::name_of(c.outcome), c.executions, c.remark,
                                   c.resume.empty() ? "" : "; resume: ", c.resume);
            else if (!c.as_expected())
                out += fmt::format("{}{}: {}, NOT as expected: {}\n", bullet, c.name(), c.result(),
                                   c.expected().str());
        }
        return out;
    }

    std::vector<matrix_cell> cells_;
    std::vector<table> tables_;
    verdict_counts seen_;
};

} // namespace wbsync::program
