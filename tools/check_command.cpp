// SPDX-License-Identifier: BSD-3-Clause
#include "check_command.hpp"

#include "errors.hpp"
#include "output.hpp"
#include "runner.hpp"
#include "selection.hpp"
#include "tally.hpp"

#include <wbsync/report/table.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wbsync::tools {

namespace {

using row = std::array<std::string, 9>;

/// In the order of the model.
std::string parameters_text(const check_request& c) {
    std::vector<std::string> texts;
    texts.reserve(c.of.parameters.size());
    for (const auto& p : c.of.parameters)
        texts.push_back(fmt::format("{}={}", p.name, c.values.at(p.name)));
    return fmt::format("{}", fmt::join(texts, " "));
}

row row_of(const check_request& c, const check_outcome& out) {
    const report::json& e = out.entry;
    const auto text = [&](const char* key) { return e[key].get<std::string>(); };
    std::string verdict = text("verdict");
    if (verdict == "finding")
        verdict += " " + text("property");
    return {text("model"),
            text("commit").substr(0, 12),
            parameters_text(c),
            text("memory"),
            verdict,
            text("expected"),
            fmt::format("{}", e["executions"].get<std::uint64_t>()),
            fmt::format("{}", e["redundant"].get<std::uint64_t>()),
            fmt::format("{:.2f}", e["seconds"].get<double>())};
}

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
            widen(0, c.of.name.size());
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
        return line(titles);
    }

    [[nodiscard]] std::string line(const row& cells, std::string_view remark = "") const {
        std::string out;
        for (std::size_t i = 0; i != cells.size(); ++i)
            out += fmt::format(fmt::runtime(i < first_number ? "{:<{}}  " : "{:>{}}  "), cells[i],
                               widths_[i]);
        out += remark;
        out.erase(out.find_last_not_of(' ') + 1);
        return out + "\n";
    }

private:
    static constexpr std::array<std::string_view, 9> headers{
        "model",    "commit",     "parameters", "memory", "verdict",
        "expected", "executions", "redundant",  "seconds"};
    static constexpr std::size_t verdict_column = 4;
    static constexpr std::size_t first_number = 6;

    void widen(std::size_t column, std::size_t to) {
        widths_[column] = std::max(widths_[column], to);
    }

    std::array<std::size_t, 9> widths_{};
};

/// The model and its parameters, as they are given to the program.
std::string arguments_text(const check_request& c) {
    std::string text = c.of.name;
    for (const auto& p : c.of.parameters)
        if (c.values.at(p.name) != p.value)
            text += fmt::format(" -p {}={}", p.name, c.values.at(p.name));
    return text;
}

/// The command that runs the execution again.
std::string replay_text(const check_request& c, const report::json& entry) {
    if (entry["schedule"].is_null())
        return "";
    return fmt::format("replay: wbsync replay {} --schedule \"{}\"\n", arguments_text(c),
                       entry["schedule"].get<std::string>());
}

/// For a shell.
std::string quoted(const std::string& word) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789./_-+=:,";
    if (!word.empty() && word.find_first_not_of(plain) == word.npos)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return text + "'";
}

/// The command that goes on with a check that was stopped into a file. Limits to one run are left
/// out: it goes on to the end.
std::string resume_text(const check_request& c, const report::json& entry) {
    if (entry["resume"].is_null())
        return "";
    std::string text = fmt::format("wbsync check {} --memory {}", arguments_text(c),
                                   entry["memory"].get<std::string>());
    if (!c.with.symmetry)
        text += " --no-symmetry";
    if (c.with.max_depth != options{}.max_depth)
        text += fmt::format(" --max-depth {}", c.with.max_depth);
    if (c.with.jobs != 0)
        text += fmt::format(" -j {}", c.with.jobs);
    return fmt::format("    resume: {} --resume {}\n", text,
                       quoted(entry["resume"].get<std::string>()));
}

std::string text_of(const check_request& c, const check_outcome& out, const row_layout& layout) {
    const report::json& e = out.entry;
    const bool incomplete = e["verdict"] == "incomplete";
    const bool surprise = e["as_expected"] == false && !incomplete;
    std::string text = layout.line(row_of(c, out), surprise ? "NOT as expected" : "");
    if (incomplete)
        text += fmt::format("    incomplete: {}\n", limit_text(e)) + resume_text(c, e);
    if (e["verdict"] == "vacuous")
        text += fmt::format("    vacuous: {}\n", e["message"].get<std::string>());
    if (!out.counterexample.empty())
        text += "\n" + out.counterexample + replay_text(c, e) + "\n";
    return text;
}

/// Where a check goes that is interrupted, if the user does not say it: never over another one.
std::string free_resume_file() {
    std::string name = "wbsync-resume.json";
    for (int i = 2; std::filesystem::exists(name); ++i)
        name = fmt::format("wbsync-resume-{}.json", i);
    return name;
}

/// Everything that will be run; wrong parameters are found here, before the first check starts.
std::vector<check_request> plan(const std::vector<models::model>& all, const request& asked) {
    std::vector<check_request> checks;
    const int width = output_width(report::style{}.width);
    for (const models::model* m : select(all, asked.globs)) {
        const models::parameter_values values = values_of(*m, asked.parameters);
        for (const memory_kind memory : asked.memories) {
            options with = asked.with;
            with.memory = memory;
            if (asked.what == request::command::check && with.resume.empty())
                with.save_interrupted = free_resume_file();
            checks.push_back({*m, values, with, width, asked.trace});
        }
    }
    if (!asked.with.resume.empty() && checks.size() != 1)
        throw bad_usage(fmt::format("--resume goes on with one check, not with {}: name one model, "
                                    "and --memory sc or --memory weak",
                                    checks.size()));
    return checks;
}

} // namespace

int check_models(const std::vector<models::model>& all, const request& asked) {
    const std::vector<check_request> checks = plan(all, asked);
    if (asked.what == request::command::replay && checks.size() != 1)
        throw bad_usage("replay takes the name of one model");
    const row_layout layout(checks);
    report::json results = report::json::array();
    tally seen;
    interrupt::listen();
    for (const check_request& c : checks) {
        if (interrupt::seen != 0) {
            ++seen.not_started;
            continue;
        }
        const check_outcome out = run_isolated(c);
        if (!out.refused.empty())
            throw bad_usage(out.refused);
        if (asked.what == request::command::replay && out.entry["verdict"] == "incomplete")
            throw bad_usage(out.entry["message"].get<std::string>());
        seen.add(out.entry["verdict"].get<std::string>(), out.entry["as_expected"] == true);
        if (asked.json)
            results.push_back(out.entry);
        else
            print((&c == &checks.front() ? layout.header() : "") + text_of(c, out, layout));
    }
    print(asked.json ? report::dump({{"results", results}}, 2) + "\n" : seen.str() + "\n");
    return seen.status();
}

} // namespace wbsync::tools
