// SPDX-License-Identifier: BSD-3-Clause
#include "deep_command.hpp"

#include "errors.hpp"
#include "output.hpp"
#include "runner.hpp"
#include "selection.hpp"
#include "tally.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wbsync::tools {

namespace {

std::vector<check_request> plan(const std::vector<models::model>& all, const request& asked) {
    std::vector<check_request> checks;
    for (const models::model* m : select(all, asked.globs)) {
        const auto size = models::default_size(*m);
        const auto larger = models::larger_size(*m);
        for (const memory_kind memory : asked.memories) {
            if (m->expected(memory, size).outcome != verdict::verified || larger == size)
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
    explicit record(std::string path) : path_(std::move(path)) {
        if (path_.empty() || !std::filesystem::exists(path_))
            return;
        std::ifstream file(path_);
        const report::json known = report::json::parse(file, nullptr, false);
        if (!known.is_object() || !known.contains("results") || !known["results"].is_array())
            throw bad_usage(fmt::format("{} is no record of this command", path_));
        results_ = known["results"];
    }

    /// nullptr: nothing is known about it.
    [[nodiscard]] const report::json* find(const check_request& c) const {
        for (const report::json& e : results_)
            if (e["model"] == c.of.name && e["commit"] == c.of.commit &&
                e["memory"] == wbsync::name_of(c.with.memory) &&
                e["parameters"] == report::json(c.values))
                return &e;
        return nullptr;
    }

    void add(const report::json& entry) {
        results_.push_back(entry);
        if (path_.empty())
            return;
        const std::string next = path_ + ".new";
        std::ofstream file(next);
        if (!(file << report::dump({{"results", results_}}, 1) << std::flush))
            throw std::system_error(errno, std::generic_category(), "cannot write " + next);
        file.close();
        std::filesystem::rename(next, path_);
    }

private:
    std::string path_;
    report::json results_ = report::json::array();
};

/// "switchers=2 inodes=2 superblocks=1", with what grew in the first place.
std::string size_text(const models::model& m, const report::json& entry) {
    std::vector<std::string> texts;
    for (const auto& p : m.parameters) {
        const int value = entry["parameters"][p.name].get<int>();
        texts.push_back(value == p.value ? fmt::format("{}={}", p.name, value)
                                         : fmt::format("{}={}->{}", p.name, p.value, value));
    }
    return fmt::format("{}", fmt::join(texts, " "));
}

std::string verdict_text(const report::json& e) {
    std::string text = e["verdict"].get<std::string>();
    if (text == "finding")
        text += " " + e["property"].get<std::string>();
    if (text == "incomplete")
        return fmt::format("incomplete: {}", limit_text(e));
    return e["as_expected"] == true ? text : "! " + text + ", NOT as expected";
}

std::string line_text(const models::model& m, const report::json& e, const char* layout) {
    return fmt::format(fmt::runtime(layout), m.name, size_text(m, e),
                       e["memory"].get<std::string>(), e["executions"].get<std::uint64_t>(),
                       e["seconds"].get<double>(), verdict_text(e));
}

std::string markdown_of(const std::vector<check_request>& checks, const report::json& results,
                        const tally& seen) {
    std::string text = "| model | size | memory | executions | seconds | verdict |\n"
                       "|---|---|---|---:|---:|---|\n";
    for (std::size_t i = 0; i != results.size(); ++i)
        text += line_text(checks[i].of, results[i], "| `{}` | {} | {} | {} | {:.2f} | {} |\n");
    return text + "\n" + seen.str() + ".\n";
}

} // namespace

int check_deeper(const std::vector<models::model>& all, const request& asked) {
    const std::vector<check_request> checks = plan(all, asked);
    record known(asked.record);
    report::json results = report::json::array();
    tally seen;
    const bool as_text = !asked.json && !asked.markdown;
    interrupt::listen();
    for (const check_request& c : checks) {
        const report::json* before = known.find(c);
        report::json entry = before != nullptr ? *before : report::json{};
        if (before == nullptr) {
            if (interrupt::seen != 0)
                break;
            check_outcome out = run_isolated(c);
            if (!out.refused.empty())
                throw bad_usage(out.refused);
            if (interrupt::seen != 0)
                break;
            entry = std::move(out.entry);
            known.add(entry);
        }
        seen.add(entry["verdict"].get<std::string>(), entry["as_expected"] == true);
        if (as_text)
            print(line_text(c.of, entry, "{:<24}  {:<58}  {:<4}  {:>9}  {:>7.2f}  {}\n"));
        results.push_back(std::move(entry));
    }
    seen.not_started = static_cast<int>(checks.size() - results.size());
    print(asked.json       ? report::dump({{"results", results}}, 2) + "\n"
          : asked.markdown ? markdown_of(checks, results, seen)
                           : seen.str() + "\n");
    return seen.status();
}

} // namespace wbsync::tools
