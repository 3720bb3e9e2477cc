// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/setting.hpp"
#include <wbsync/program/number.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace wbsync::bench {

using program::bad_usage;

/// "5ms" or "300us".
inline microseconds duration_of(const std::string& text) {
    int n = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, n);
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    if (error != std::errc{} || n < 1 || n > 1'000'000 || (unit != "us" && unit != "ms"))
        throw bad_usage(fmt::format(
            "--grace-period does not know '{}': say own, or how long readers hold RCU, as in 5ms "
            "or 300us",
            text));
    const microseconds hold{std::int64_t{n} * (unit == "ms" ? 1000 : 1)};
    if (hold > std::chrono::seconds(1))
        throw bad_usage(fmt::format(
            "--grace-period {} would take minutes an umount: say at most 1000ms", text));
    return hold;
}

inline grace_period grace_period_of(const std::string& text) {
    if (text == "own")
        return {};
    return {duration_of(text)};
}

inline target_kind target_of(const std::string& text) {
    if (text != "idle" && text != "busy")
        throw bad_usage(fmt::format("--target does not know '{}': say idle or busy", text));
    return text == "idle" ? target_kind::idle : target_kind::busy;
}

/// The options before they are checked.
struct arguments {
    std::vector<int> background{4};
    std::vector<std::string> targets{"idle"};
    std::vector<std::string> grace_periods{"own", "5ms"};
    setting same; ///< for the settings' common values
    plan how;
    bool no_pinning = false;
};

inline void at_least_one(const char* option, int n, const char* why) {
    if (n < 1)
        throw bad_usage(fmt::format("{} {}: {}; give 1 or more", option, n, why));
}

inline void expect_sensible(const setting& s) {
    at_least_one("--background", s.background, "without it nothing is in flight to be waited for");
    if (s.threads() > most_threads)
        throw bad_usage(fmt::format(
            "{} threads are more than the {} allowed ({} in the background, {} readers): lower "
            "--background or --readers",
            s.threads(), most_threads, s.background, s.grace.hold ? s.readers : 0));
}

inline void expect_sensible(const arguments& a) {
    at_least_one("--shutdowns", a.how.shutdowns, "nothing would be measured");
    at_least_one("--inodes", a.same.inodes, "nothing would be switched");
    if (a.same.readers < 2)
        throw bad_usage(fmt::format("--readers {}: they have to relieve each other; give 2 or more",
                                    a.same.readers));
    at_least_one("--turn", a.how.turn, "no version would have a turn");
    if (a.same.inodes > 1000)
        throw bad_usage(fmt::format("--inodes {}: give at most 1000", a.same.inodes));
    if (!a.how.json.empty() && a.how.json == a.how.svg)
        throw bad_usage(fmt::format("--json and --svg both name {}: give two files", a.how.json));
    if (a.how.shutdowns > 1'000'000)
        throw bad_usage(fmt::format("--shutdowns {}: give at most 1000000", a.how.shutdowns));
}

inline void expect_writable(const char* option, const std::string& file) {
    if (file.empty())
        return;
    const bool was_there = std::filesystem::exists(file);
    if (!std::ofstream(file, std::ios::app))
        throw bad_usage(fmt::format("{} {}: cannot be written; name a file in a folder that exists",
                                    option, file));
    if (!was_there)
        std::filesystem::remove(file);
}

/// Every combination of the options.
inline plan plan_of(const arguments& a) {
    expect_sensible(a);
    plan p = a.how;
    setting s = a.same;
    s.pinned = !a.no_pinning;
    for (const std::string& target : a.targets)
        for (const std::string& grace : a.grace_periods)
            for (const int background : a.background) {
                s.background = background;
                s.target = target_of(target);
                s.grace = grace_period_of(grace);
                expect_sensible(s);
                p.settings.push_back(s);
            }
    expect_writable("--json", p.json);
    expect_writable("--svg", p.svg);
    return p;
}

inline void declare(CLI::App& app, arguments& a) {
    app.add_option("--shutdowns", a.how.shutdowns, "Umounts of each version in each setting")
        ->capture_default_str();
    app.add_option("--background", a.background, "Superblocks that churn in the background; a list")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--target", a.targets, "What is unmounted is idle or busy; a list")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--grace-period", a.grace_periods,
                   "own: as long as liburcu needs; 5ms: readers hold RCU for so long; a list")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--readers", a.same.readers, "Readers that hold RCU, unless it is own")
        ->capture_default_str();
    app.add_option("--inodes", a.same.inodes, "Inodes of each superblock")->capture_default_str();
    app.add_option("--turn", a.how.turn, "Umounts until it is the next version's turn")
        ->capture_default_str();
    program::add_number(app, "--seed", a.how.seed, std::uint64_t{0},
                        std::numeric_limits<std::uint64_t>::max(), "Of the pauses between umounts");
    app.add_flag("--no-pinning", a.no_pinning, "Let the threads run on any CPU");
    app.add_option("--json", a.how.json, "File for all numbers, and every single umount");
    app.add_option("--svg", a.how.svg, "File for the picture");
    app.footer(
        "Exit status: 1 if v7, v8 or v9 violated something, 2 for bad usage, 4 if the output\n"
        "cannot be written.");
}

} // namespace wbsync::bench
