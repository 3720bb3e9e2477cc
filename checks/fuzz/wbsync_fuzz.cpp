// SPDX-License-Identifier: BSD-3-Clause
// Compares the explorer with the reference scheduler on random programs.

#include "checks/differential.hpp"
#include "checks/program_source.hpp"
#include "checks/shrink.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include <fmt/format.h>

namespace {

struct settings {
    std::uint64_t seed = 1;
    std::uint64_t first = 0;
    std::uint64_t programs = 1000;
    fuzz::shape how;
    std::vector<std::string> kinds;
    std::string memory = "both";
    int show = 10;
};

struct totals {
    std::map<fuzz::flaw, std::uint64_t> flaws;
    std::uint64_t compared = 0;
    std::uint64_t reference = 0;
    std::uint64_t dpor = 0;
};

void one(const settings& with, totals& sum, std::uint64_t seed, wbsync::memory_kind memory) {
    const fuzz::program p = fuzz::draw(seed, with.how);
    const fuzz::comparison c = fuzz::compare(p, memory);
    const auto seen = ++sum.flaws[c.what];
    if (c.what == fuzz::flaw::too_large)
        return;
    ++sum.compared;
    sum.reference += c.reference.executions;
    sum.dpor += c.dpor.executions;
    if (c.what == fuzz::flaw::none || seen > static_cast<std::uint64_t>(with.show))
        return;
    const fuzz::program small = fuzz::shrinker(
        [&](const fuzz::program& q) { return fuzz::compare(q, memory).what == c.what; })(p);
    const fuzz::comparison again = fuzz::compare(small, memory);
    fmt::print("// program {} under {}:\n{}{}\n", seed, wbsync::name_of(memory),
               fuzz::str(again, small), fuzz::source(small, again.order));
    std::fflush(stdout);
}

int run(const settings& with) {
    totals sum;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i != with.programs; ++i) {
        const std::uint64_t seed = with.seed * 1'000'000'000 + with.first + i;
        if (with.memory != "sc")
            one(with, sum, seed, wbsync::memory_kind::weak);
        if (with.memory != "weak")
            one(with, sum, seed, wbsync::memory_kind::sc);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("seed {}: {} comparisons in {:.1f} s, executions: reference {}, dpor {}\n",
               with.seed, sum.compared, took.count(), sum.reference, sum.dpor);
    bool clean = true;
    for (const auto& [what, n] : sum.flaws) {
        fmt::print("  {}: {}\n", fuzz::name_of(what), n);
        clean = clean && (what == fuzz::flaw::none || what == fuzz::flaw::too_large);
    }
    return clean ? 0 : 1;
}

std::string group_names() {
    std::string names;
    for (const auto& g : fuzz::groups())
        names += (names.empty() ? "" : ",") + std::string{g.name};
    return names;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Compares wbsync's explorer with its reference scheduler on random programs."};
    settings with;
    int threads = 0;
    app.add_option("--seed", with.seed, "Start of the random numbers")->capture_default_str();
    app.add_option("--first", with.first, "Number of the first program")->capture_default_str();
    app.add_option("--programs", with.programs, "How many programs")->capture_default_str();
    app.add_option("--threads", threads, "Threads of each program (default: 2 to 4)")
        ->check(CLI::Range(1, fuzz::max_program_threads));
    app.add_option("--min-operations", with.how.min_operations)->capture_default_str();
    app.add_option("--max-operations", with.how.max_operations)
        ->check(CLI::Range(1, 12))
        ->capture_default_str();
    app.add_option("--kinds", with.kinds, "Only these: " + group_names())->delimiter(',');
    app.add_option("--memory", with.memory)
        ->check(CLI::IsMember({"sc", "weak", "both"}))
        ->capture_default_str();
    app.add_option("--show", with.show, "Programs to shrink and print for each flaw")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    if (threads != 0)
        with.how.min_threads = with.how.max_threads = threads;
    if (!with.kinds.empty()) {
        with.how.groups = 0;
        for (const std::string& name : with.kinds) {
            const std::uint32_t bit = fuzz::group_bit(name);
            if (bit == 0) {
                fmt::print(stderr, "wbsync-fuzz: no kind is called '{}', there are {}\n", name,
                           group_names());
                return 2;
            }
            with.how.groups |= bit;
        }
    }
    return run(with);
}
