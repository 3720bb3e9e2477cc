// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/errors.hpp>
#include <wbsync/program/resume_command.hpp>
#include <wbsync/program/runner.hpp>
#include <wbsync/program/verdict_counts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wbsync::program {

/// "switchers=1 inodes=2", in the model's order; with those that have their default values, or
/// without.
inline std::string parameters_text(const check_request& c, bool defaults = true) {
    std::vector<std::string> texts;
    for (const auto& p : c.of.parameters)
        if (const int value = c.values.at(p.name); defaults || value != p.value)
            texts.push_back(fmt::format("{}={}", p.name, value));
    return fmt::format("{}", fmt::join(texts, " "));
}

/// Checks that run side by side, as many at once as there are cores, or as -j says. They run until
/// all are done or the program is asked to end: then nothing more is started, and the report ends
/// with the checks that were not. If there are more cores than checks, the others divide the
/// searches.
class series {
public:
    /// `json`: standard output is for a parser, so it does not say how to continue a check.
    explicit series(bool json) : json_(json) { interrupt::listen(); }

    /// `done` gets each check with its outcome, which includes the command that continues it, in
    /// the order of `checks`, which must outlive this object. Throws bad_usage if one of the checks
    /// cannot be run as the user asked.
    template <class Done>
    void run(const std::vector<check_request>& checks, Done done) {
        if (checks.empty())
            return;
        const std::size_t processes = processes_for(checks.front());
        const std::size_t at_once = std::min(processes, checks.size());
        const std::vector<std::string> files = free_resume_files(at_once);
        const auto not_started = run_isolated(
            checks, at_once,
            [&](std::size_t i, std::size_t slot) {
                check_request asked = checks[i];
                asked.with.jobs = static_cast<int>(processes / at_once);
                if (asked.with.resume.empty())
                    asked.with.save_interrupted = files[slot];
                return asked;
            },
            [&](std::size_t i, check_outcome out) { done(checks[i], finished(checks[i], out)); });
        for (const std::size_t i : not_started)
            not_started_.push_back(&checks[i]);
        seen.not_started += static_cast<int>(not_started.size());
    }

    /// Counts an outcome.
    void count(const check_summary& outcome) { seen.add(outcome.outcome, outcome.as_expected); }

    /// [{"model": …, "memory": …, "parameters": …}]
    [[nodiscard]] report::json not_started() const {
        report::json all = report::json::array();
        for (const check_request* c : not_started_)
            all.push_back({{"model", c->of.name()},
                           {"memory", name_of(c->with.memory)},
                           {"parameters", c->values}});
        return all;
    }

    /// Checks that were not started.
    [[nodiscard]] const std::vector<const check_request*>& left() const noexcept {
        return not_started_;
    }

    /// A line for each check that was not started.
    [[nodiscard]] std::string not_started_text(std::string_view bullet = "") const {
        std::string text;
        for (const check_request* c : not_started_)
            text += fmt::format("{}not started: {} under {}{}{}\n", bullet, c->of.name(),
                                wbsync::name_of(c->with.memory), c->values.empty() ? "" : ", ",
                                parameters_text(*c));
        return text;
    }

    verdict_counts seen;

private:
    static std::size_t processes_for(const check_request& c) {
        const int jobs = c.with.with_environment().jobs;
        return jobs > 0 ? static_cast<std::size_t>(jobs) : cores();
    }

    [[nodiscard]] check_outcome& finished(const check_request& c, check_outcome& out) const {
        if (!out.refused.empty())
            throw bad_usage(out.refused);
        out.resume_command = resume_command(c, out.seen);
        const bool goes_on = !out.resume_command.empty();
        out.entry["resume_command"] =
            goes_on ? report::json(out.resume_command) : report::json(nullptr);
        if (json_ && goes_on)
            fmt::print(stderr, "resume: {}\n", out.resume_command);
        return out;
    }

    /// Files for interrupted checks, if the user names none: never an existing one.
    static std::vector<std::string> free_resume_files(std::size_t n) {
        std::vector<std::string> names;
        for (int i = 1; names.size() != n; ++i) {
            std::string name =
                i == 1 ? "wbsync-resume.json" : fmt::format("wbsync-resume-{}.json", i);
            if (!std::filesystem::exists(name))
                names.push_back(std::move(name));
        }
        return names;
    }

    bool json_;
    std::vector<const check_request*> not_started_; ///< must outlive this object
};

} // namespace wbsync::program
