// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/matrix_command.hpp>

#include <wbsync/program/check_report.hpp>
#include <wbsync/program/errors.hpp>
#include <wbsync/program/matrix_table.hpp>
#include <wbsync/program/output.hpp>
#include <wbsync/program/runner.hpp>
#include <wbsync/program/selection.hpp>
#include <wbsync/program/series.hpp>

#include <wbsync/program/manifest.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace wbsync::program {

namespace detail::matrix_command {

inline std::vector<check_request> plan(const std::vector<const catalogue::model*>& selected,
                                       const request& asked) {
    std::vector<check_request> checks;
    for (const catalogue::model* m : selected)
        for (const memory_kind memory : asked.memories) {
            options with = asked.with;
            with.memory = memory;
            with.trace = false;
            checks.push_back({*m, catalogue::default_size(*m), with});
        }
    return checks;
}

inline std::vector<matrix_cell> run_all(const std::vector<check_request>& checks, series& all) {
    std::vector<matrix_cell> cells;
    all.run(checks, [&](const check_request& c, const check_outcome& out) {
        cells.push_back(cell_of(c.of, c.with.memory, out.seen));
        cells.back().resume = out.resume_command;
    });
    return cells;
}

/// The results in the manifests below a folder.
class recorded {
public:
    explicit recorded(std::string folder) : folder_(std::move(folder)) {}

    [[nodiscard]] matrix_cell cell(const catalogue::model& m, memory_kind memory) {
        for (const manifest::row& r : rows_of(m.folder))
            if (r.model == m.name() && r.memory == wbsync::name_of(memory) &&
                r.parameters == catalogue::default_size(m))
                return cell_of(m, memory, r);
        throw bad_usage(fmt::format("{} has no row for {} under {} at its default size: ./run "
                                    "promote writes one",
                                    path_of(m.folder), m.name(), wbsync::name_of(memory)));
    }

private:
    /// "finding P1"
    [[nodiscard]] matrix_cell cell_of(const catalogue::model& m, memory_kind memory,
                                      const manifest::row& r) const {
        const auto space = std::min(r.verdict.find(' '), r.verdict.size());
        const auto outcome = report::parse_verdict(r.verdict.substr(0, space));
        if (!outcome)
            throw bad_usage(fmt::format("{} has a row with the verdict '{}', which is none",
                                        path_of(m.folder), r.verdict));
        return {m, memory, *outcome, r.verdict.substr(std::min(space + 1, r.verdict.size())),
                r.executions};
    }

    [[nodiscard]] std::string path_of(const std::string& family) const {
        return fmt::format("{}/{}/counts.json", folder_, family);
    }

    const std::vector<manifest::row>& rows_of(const std::string& family) {
        const auto known = rows_.find(family);
        if (known != rows_.end())
            return known->second;
        try {
            return rows_[family] = manifest::read(path_of(family));
        } catch (const std::runtime_error& e) {
            throw bad_usage(fmt::format("{} {}", path_of(family), e.what()));
        }
    }

    std::string folder_;
    std::map<std::string, std::vector<manifest::row>> rows_;
};

inline std::vector<matrix_cell> read_all(const std::vector<const catalogue::model*>& selected,
                                         const request& asked) {
    std::vector<matrix_cell> cells;
    recorded from(asked.recorded);
    for (const catalogue::model* m : selected)
        for (const memory_kind memory : asked.memories)
            cells.push_back(from.cell(*m, memory));
    return cells;
}

} // namespace detail::matrix_command

WBSYNC_INLINE int print_matrix(const std::vector<catalogue::model>& all, const request& asked) {
    using namespace detail::matrix_command;
    const auto selected = select(all, asked.globs);
    const bool is_recorded = !asked.recorded.empty();
    const std::vector<check_request> checks =
        is_recorded ? std::vector<check_request>{} : plan(selected, asked);
    series running(asked.json);
    matrix seen(is_recorded ? read_all(selected, asked) : run_all(checks, running));
    seen.seen().not_started = running.seen.not_started;
    if (asked.json) {
        report::json document = heading_of(asked);
        document.update(seen.json());
        document["not_started"] = running.not_started();
        print(report::dump(document, 2) + "\n");
    } else if (asked.markdown) {
        print(seen.markdown() + running.not_started_text("* "));
    } else {
        print(seen.text() + running.not_started_text() + seen.seen().str() + "\n");
    }
    return seen.seen().status();
}

} // namespace wbsync::program
