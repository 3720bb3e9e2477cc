// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "errors.hpp"
#include "resume_command.hpp"
#include "runner.hpp"
#include "tally.hpp"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wbsync::tools {

/// "switchers=1 inodes=2", in the order of the model.
inline std::string parameters_text(const check_request& c) {
    std::vector<std::string> texts;
    texts.reserve(c.of.parameters.size());
    for (const auto& p : c.of.parameters)
        texts.push_back(fmt::format("{}={}", p.name, c.values.at(p.name)));
    return fmt::format("{}", fmt::join(texts, " "));
}

/// Checks that are run one after the other, until all are done or the program is asked to end: then
/// nothing more is started, and what was not is told at the end.
class series {
public:
    /// `json`: nobody reads on standard output how to go on with a check, before it is parsed.
    explicit series(bool json) : json_(json) { interrupt::listen(); }

    /// The outcome, with the command that goes on with it; nothing if the program was asked to end
    /// before. Throws bad_usage if the check cannot be run as the user asked.
    [[nodiscard]] std::optional<check_outcome> run(const check_request& c) {
        if (interrupt::seen != 0) {
            not_started_.push_back(&c);
            ++seen.not_started;
            return std::nullopt;
        }
        check_request asked = c;
        if (asked.with.resume.empty())
            asked.with.save_interrupted = free_resume_file();
        check_outcome out = run_isolated(asked);
        if (!out.refused.empty())
            throw bad_usage(out.refused);
        out.entry["resume_command"] = resume_command(c, out.entry);
        if (json_ && !out.entry["resume"].is_null())
            fmt::print(stderr, "resume: {}\n", out.entry["resume_command"].get<std::string>());
        return out;
    }

    /// Counts an outcome.
    void count(const report::json& entry) {
        seen.add(entry["verdict"].get<std::string>(), entry["as_expected"] == true);
    }

    /// [{"model": …, "memory": …, "parameters": …}]
    [[nodiscard]] report::json not_started() const {
        report::json all = report::json::array();
        for (const check_request* c : not_started_)
            all.push_back({{"model", c->of.name},
                           {"memory", name_of(c->with.memory)},
                           {"parameters", c->values}});
        return all;
    }

    /// A line for each of them.
    [[nodiscard]] std::string not_started_text(std::string_view bullet = "") const {
        std::string text;
        for (const check_request* c : not_started_)
            text += fmt::format("{}not started: {} under {}{}{}\n", bullet, c->of.name,
                                wbsync::name_of(c->with.memory), c->values.empty() ? "" : ", ",
                                parameters_text(*c));
        return text;
    }

    tally seen;

private:
    /// Where a check goes that is interrupted, if the user does not say it: never over another one.
    static std::string free_resume_file() {
        std::string name = "wbsync-resume.json";
        for (int i = 2; std::filesystem::exists(name); ++i)
            name = fmt::format("wbsync-resume-{}.json", i);
        return name;
    }

    bool json_;
    std::vector<const check_request*> not_started_; ///< they outlive this
};

} // namespace wbsync::tools
