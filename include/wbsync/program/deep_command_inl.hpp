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

#include <wbsync/search/whole_file.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
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
            checks.push_back({*m, larger, with});
        }
    }
    return checks;
}

/// What was done already, kept in a file so that an interrupted run can go on.
class record {
public:
    explicit record(std::string path) : file_(std::move(path)) {
        if (!wanted())
            return;
        if (std::filesystem::exists(file_.path()))
            read();
        try {
            save(); // before all the work
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
        if (!known.is_object() || !known.contains("results") || !known["results"].is_array() ||
            !std::all_of(known["results"].begin(), known["results"].end(), is_result))
            throw bad_usage(fmt::format("{} is no record of this command", file_.path()));
        results_ = known["results"];
    }

    static bool is_result(const report::json& e) {
        return e.is_object() && std::all_of(std::begin(keys), std::end(keys),
                                            [&](const char* key) { return e.contains(key); });
    }

    void save() const { file_.write(report::dump({{"results", results_}}, 1)); }

    static constexpr const char* keys[] = {"model",   "commit",     "memory",  "parameters",
                                           "verdict", "property",   "message", "as_expected",
                                           "seconds", "executions", "resume",  "explored"};

    search::whole_file file_;
    report::json results_ = report::json::array();
};

/// "switchers=2 inodes=2 superblocks=1", with what grew in the first place.
inline std::string size_text(const catalogue::model& m, const report::json& entry) {
    std::vector<std::string> texts;
    for (const auto& p : m.parameters) {
        const int value = entry["parameters"][p.name].get<int>();
        texts.push_back(value == p.value ? fmt::format("{}={}", p.name, value)
                                         : fmt::format("{}={}->{}", p.name, p.value, value));
    }
    return fmt::format("{}", fmt::join(texts, " "));
}

inline std::string verdict_text(const report::json& e) {
    std::string text = e["verdict"].get<std::string>();
    if (text == "finding")
        text += " " + e["property"].get<std::string>();
    if (text == "incomplete")
        return fmt::format("incomplete: {}", limit_text(e));
    return e["as_expected"] == true ? text : "! " + text + ", NOT as expected";
}

inline std::string line_text(const catalogue::model& m, const report::json& e, const char* layout) {
    return fmt::format(fmt::runtime(layout), m.name(), size_text(m, e),
                       e["memory"].get<std::string>(), e["executions"].get<std::uint64_t>(),
                       e["seconds"].get<double>(), verdict_text(e));
}

/// A check, and what it came to.
struct finished {
    const check_request& check;
    report::json entry;
};

inline std::string markdown_of(const std::vector<finished>& results, const series& all) {
    std::string text = "| model | size | memory | executions | seconds | verdict |\n"
                       "|---|---|---|---:|---:|---|\n";
    for (const finished& f : results)
        text += line_text(f.check.of, f.entry, "| `{}` | {} | {} | {} | {:.2f} | {} |\n");
    return text + "\n" + all.not_started_text("* ") + all.seen.str() + ".\n";
}

inline std::string json_of(const std::vector<finished>& results, const series& all) {
    report::json entries = report::json::array();
    for (const finished& f : results)
        entries.push_back(f.entry);
    return report::dump({{"results", entries}, {"not_started", all.not_started()}}, 2) + "\n";
}

inline std::string text_of(const finished& f) {
    std::string text =
        line_text(f.check.of, f.entry, "{:<24}  {:<58}  {:<4}  {:>9}  {:>7.2f}  {}\n");
    if (!f.entry["resume"].is_null())
        text += fmt::format("    resume: {}\n", f.entry["resume_command"].get<std::string>());
    return text;
}

/// What the record has of the checks in front, and what is to be run then.
struct order_of_work {
    std::vector<check_request> to_run;
    std::vector<std::vector<finished>> known_before; ///< each of them; the last: what follows
};

inline order_of_work divide(const std::vector<check_request>& checks, const record& known) {
    order_of_work work;
    work.known_before.emplace_back();
    for (const check_request& c : checks)
        if (const report::json* before = known.find(c)) {
            work.known_before.back().push_back({c, *before});
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
    record known(asked.record);
    const order_of_work work = divide(checks, known);
    std::string not_recorded; // and why; the results are worth more
    std::vector<finished> results;
    series running(asked.json);
    const auto add = [&](finished f) {
        running.count(f.entry);
        if (!asked.json && !asked.markdown)
            print(text_of(f));
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
        if (out.entry["resume"].is_null()) // else another run does it
            try {
                known.add(out.entry);
            } catch (const std::system_error& e) {
                not_recorded = e.what();
            }
        add({c, out.entry});
    });
    while (before != work.known_before.end())
        add_known();
    print(asked.json       ? json_of(results, running)
          : asked.markdown ? markdown_of(results, running)
                           : running.not_started_text() + running.seen.str() + "\n");
    if (!not_recorded.empty())
        throw std::runtime_error(not_recorded);
    return running.seen.status();
}

} // namespace wbsync::program
