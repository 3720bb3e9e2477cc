// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/deep_command.hpp>

#include <wbsync/program/check_report.hpp>
#include <wbsync/program/errors.hpp>
#include <wbsync/program/output.hpp>
#include <wbsync/program/runner.hpp>
#include <wbsync/program/selection.hpp>
#include <wbsync/program/series.hpp>

#include <wbsync/report/columns.hpp>

#include <wbsync/search/whole_file.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wbsync::program {

namespace detail::deep_command {

inline std::vector<check_request> plan(const std::vector<catalogue::model>& all,
                                       const request& asked) {
    std::vector<check_request> checks;
    for (const catalogue::model* m : select(all, asked.globs)) {
        const auto size = catalogue::default_size(*m);
        const auto larger = catalogue::larger_size(*m);
        for (const memory_kind memory : asked.memories) {
            if (m->expected(memory, size).outcome() != verdict::verified || larger == size)
                continue;
            options with = asked.with;
            with.memory = memory;
            with.trace = false;
            checks.push_back({*m, larger, with}); // without counterexamples
        }
    }
    return checks;
}

/// The checks that are done, kept in a file so that an interrupted run can go on.
class record {
public:
    /// `heading`: the beginning of the file.
    record(std::string path, report::json heading)
        : file_(std::move(path)), heading_(std::move(heading)) {
        if (!wanted())
            return;
        if (std::filesystem::exists(file_.path()))
            read();
        try {
            save(); // fails before all the work
        } catch (const std::system_error& e) {
            throw bad_usage(e.what());
        }
    }

    /// nullptr: nothing is known about it.
    [[nodiscard]] const report::json* find(const check_request& c) const {
        for (const report::json& e : results_)
            if (e["model"] == c.of.name() && e["commit"] == c.of.commit &&
                e["memory"] == wbsync::name_of(c.with.memory) &&
                e["parameters"] == report::json(c.values))
                return &e;
        return nullptr;
    }

    void add(const report::json& entry) {
        results_.push_back(entry);
        if (wanted())
            save();
    }

private:
    [[nodiscard]] bool wanted() const { return !file_.path().empty(); }

    void read() {
        std::ifstream file(file_.path());
        const report::json known = report::json::parse(file, nullptr, false);
        if (!known.is_object() || !known.contains("results") || !known["results"].is_array())
            throw bad_usage(fmt::format("{} is no record of this command", file_.path()));
        if (!known.contains("schema") || known["schema"] != report::schema_version)
            throw bad_usage(fmt::format(
                "{} was written by another version of wbsync, whose results have another form "
                "(this one reads \"schema\": {}): remove it, and start anew",
                file_.path(), report::schema_version));
        for (const report::json& e : known["results"])
            expect_result(e);
        results_ = known["results"];
    }

    void expect_result(const report::json& e) const {
        try {
            (void)summary_of(e);
            (void)e.at("model");
            (void)e.at("commit");
            (void)e.at("memory");
            (void)e.at("parameters");
        } catch (const std::exception& what) {
            throw bad_usage(
                fmt::format("{} is no record of this command: {}", file_.path(), what.what()));
        }
    }

    void save() const {
        report::json document = heading_;
        document["results"] = results_;
        file_.write(report::dump(document, 1));
    }

    search::whole_file file_;
    report::json heading_;
    report::json results_ = report::json::array();
};

/// "switchers=2 inodes=2 superblocks=1", what has grown first.
inline std::string size_text(const check_request& c) {
    std::vector<std::string> texts;
    for (const auto& p : c.of.parameters) {
        const int value = c.values.at(p.name);
        texts.push_back(value == p.value ? fmt::format("{}={}", p.name, value)
                                         : fmt::format("{}={}->{}", p.name, p.value, value));
    }
    return fmt::format("{}", fmt::join(texts, " "));
}

inline std::string verdict_text(const check_summary& seen) {
    if (seen.outcome == verdict::incomplete)
        return fmt::format("incomplete: {}", seen.limit_text());
    const std::string text = seen.verdict_text();
    return seen.as_expected ? text : "! " + text + ", NOT as expected";
}

/// A check and its outcome.
struct finished {
    const check_request& check;
    check_summary seen;
    report::json entry;
    std::string resume_command = {};
};

inline report::columns table_of(const std::vector<check_request>& checks) {
    using enum report::columns::side;
    report::columns table{
        {{"model"}, {"size"}, {"memory"}, {"executions", right}, {"seconds", right}, {"verdict"}}};
    for (const check_request& c : checks)
        table.fit({c.of.name(), size_text(c)});
    return table;
}

inline report::columns::row row_of(const finished& f) {
    return {f.check.of.name(),
            size_text(f.check),
            wbsync::name_of(f.check.with.memory),
            fmt::format("{}", f.seen.executions),
            fmt::format("{:.2f}", f.seen.seconds),
            verdict_text(f.seen)};
}

inline std::string markdown_of(const std::vector<finished>& results, const series& all) {
    report::columns table = table_of({});
    for (const finished& f : results) {
        report::columns::row cells = row_of(f);
        cells.front() = fmt::format("`{}`", cells.front());
        table.add(std::move(cells));
    }
    return table.markdown() + "\n" + all.not_started_text("* ") + all.seen.str() + ".\n";
}

inline std::string json_of(const request& asked, const std::vector<finished>& results,
                           const series& all) {
    report::json document = heading_of(asked);
    document["results"] = report::json::array();
    for (const finished& f : results)
        document["results"].push_back(f.entry);
    document["not_started"] = all.not_started();
    return report::dump(document, 2) + "\n";
}

inline std::string text_of(const finished& f, const report::columns& table) {
    std::string text = table.line(row_of(f));
    if (!f.resume_command.empty())
        text += fmt::format("    resume: {}\n", f.resume_command);
    return text;
}

/// The work that is left, and the recorded results between which it goes.
struct order_of_work {
    std::vector<check_request> to_run;
    std::vector<std::vector<finished>> known_before; ///< each of them; the last: after all
};

inline order_of_work divide(const std::vector<check_request>& checks, const record& known) {
    order_of_work work;
    work.known_before.emplace_back();
    for (const check_request& c : checks)
        if (const report::json* before = known.find(c)) {
            work.known_before.back().push_back({c, summary_of(*before), *before});
        } else {
            work.to_run.push_back(c);
            work.known_before.emplace_back();
        }
    return work;
}

} // namespace detail::deep_command

WBSYNC_INLINE int check_deeper(const std::vector<catalogue::model>& all, const request& asked) {
    using namespace detail::deep_command;
    const std::vector<check_request> checks = plan(all, asked);
    record known(asked.record, report::heading_of(asked.origin, name_of(asked.what)));
    const order_of_work work = divide(checks, known);
    std::string not_recorded; // why the file could not be written; the results are worth more
    std::vector<finished> results;
    series running(asked.json);
    const bool as_text = !asked.json && !asked.markdown;
    const report::columns table = table_of(checks);
    const auto add = [&](finished f) {
        running.count(f.seen);
        if (as_text)
            print((results.empty() ? table.title_line() : "") + text_of(f, table));
        results.push_back(std::move(f));
    };
    auto before = work.known_before.begin();
    const auto add_known = [&] {
        for (const finished& f : *before)
            add(f);
        ++before;
    };
    running.run(work.to_run, [&](const check_request& c, const check_outcome& out) {
        add_known();
        if (out.seen.resume.empty()) // otherwise another run continues it
            try {
                known.add(out.entry);
            } catch (const std::system_error& e) {
                not_recorded = e.what();
            }
        add({c, out.seen, out.entry, out.resume_command});
    });
    while (before != work.known_before.end())
        add_known();
    print(asked.json       ? json_of(asked, results, running)
          : asked.markdown ? markdown_of(results, running)
                           : running.not_started_text() + running.seen.str() + "\n");
    if (!not_recorded.empty())
        throw std::runtime_error(not_recorded);
    return running.seen.status();
}

} // namespace wbsync::program
