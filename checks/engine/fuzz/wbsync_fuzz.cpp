// SPDX-License-Identifier: BSD-3-Clause
// Compares the explorer with the reference scheduler on random programs.

#include "checks/engine/differential.hpp"
#include "checks/engine/program_source.hpp"
#include "checks/engine/shrink.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using wbsync::memory_kind;

struct settings {
    std::uint64_t seed = 1;
    std::uint64_t first = 0;
    std::uint64_t programs = 1000;
    int threads = 0;
    fuzz::shape how;
    std::vector<std::string> kinds;
    std::string memory = "both";
    std::uint64_t show = 10;
    bool print = false;

    [[nodiscard]] std::vector<memory_kind> memories() const {
        if (memory == "both")
            return {memory_kind::weak, memory_kind::sc};
        return {memory == "sc"     ? memory_kind::sc
                : memory == "lkmm" ? memory_kind::lkmm
                                   : memory_kind::weak};
    }

    /// The seed of program `i`.
    [[nodiscard]] std::uint64_t seed_of(std::uint64_t i) const {
        return seed * 1'000'000'000 + first + i;
    }
};

/// The counts of what was compared.
struct totals {
    std::map<fuzz::flaw, std::uint64_t> flaws;
    std::array<std::uint64_t, fuzz::kind_count> operations{};
    std::uint64_t compared = 0;
    std::uint64_t reference = 0;
    std::uint64_t dpor = 0;
    std::uint64_t traces = 0;
    std::uint64_t finals = 0;
    std::uint64_t findings = 0;  ///< comparisons with a finding other than a deadlock
    std::uint64_t deadlocks = 0; ///< comparisons with a deadlock

    void add(const fuzz::program& p) {
        for (const auto& thread : p.threads)
            for (const fuzz::operation& o : thread)
                ++operations[static_cast<std::size_t>(o.what)];
    }

    void add(const fuzz::comparison& c) {
        ++compared;
        reference += c.reference.executions;
        dpor += c.dpor.executions;
        traces += c.traces ? 1 : 0;
        finals += c.reference.finals.size();
        bool finding = false;
        bool deadlock = false;
        for (const std::string& f : c.reference.findings)
            (f.starts_with("deadlock") ? deadlock : finding) = true;
        findings += finding ? 1 : 0;
        deadlocks += deadlock ? 1 : 0;
    }

    [[nodiscard]] bool clean() const {
        for (const auto& [what, n] : flaws)
            if (what != fuzz::flaw::none && what != fuzz::flaw::too_large)
                return false;
        return true;
    }
};

/// The smallest program with the same flaw, as a test.
void explain(std::uint64_t seed, memory_kind memory, const fuzz::program& p, fuzz::flaw what) {
    const fuzz::program small = fuzz::shrinker(
        [&](const fuzz::program& q) { return fuzz::compare(q, memory).what == what; })(p);
    const fuzz::comparison again = fuzz::compare(small, memory);
    fmt::print("// program {} under {}:\n{}{}\n", seed, wbsync::name_of(memory),
               fuzz::str(again, small),
               fuzz::source_of_test(small, again.order, memory, fmt::format("program_{}", seed)));
    std::fflush(stdout);
}

void compare(const settings& with, totals& sum, std::uint64_t seed, memory_kind memory) {
    const fuzz::program p = fuzz::draw(seed, with.how);
    const fuzz::comparison c = fuzz::compare(p, memory);
    const auto seen = ++sum.flaws[c.what];
    if (c.what == fuzz::flaw::too_large)
        return;
    sum.add(p);
    sum.add(c);
    if (c.what != fuzz::flaw::none && seen <= with.show)
        explain(seed, memory, p, c.what);
}

void print(const totals& sum, const settings& with, double seconds) {
    fmt::print("{} programs, {} comparisons in {:.1f} s\n", with.programs, sum.compared, seconds);
    fmt::print("executions: {} of the explorer, {} of the reference\n", sum.dpor, sum.reference);
    fmt::print(
        "compared: {} final states, {} comparisons with findings, {} with deadlocks, {} with "
        "a known number of traces\n",
        sum.finals, sum.findings, sum.deadlocks, sum.traces);
    std::string list;
    for (int k = 0; k != fuzz::kind_count; ++k)
        if (const auto n = sum.operations[static_cast<std::size_t>(k)]; n != 0)
            list += fmt::format("{}{} {}", list.empty() ? "" : ", ",
                                fuzz::name_of(static_cast<fuzz::kind>(k)), n);
    fmt::print("operations: {}\n", list);
    for (const auto& [what, n] : sum.flaws)
        fmt::print("  {}: {}\n", fuzz::name_of(what), n);
}

int run(const settings& with) {
    totals sum;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i != with.programs; ++i)
        for (const memory_kind memory : with.memories())
            compare(with, sum, with.seed_of(i), memory);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    print(sum, with, took.count());
    return sum.clean() ? 0 : 1;
}

/// Prints the programs as tests, instead of running them.
int print_programs(const settings& with) {
    fmt::print("{}", fuzz::source_head());
    for (std::uint64_t i = 0; i != with.programs; ++i) {
        const std::uint64_t seed = with.seed_of(i);
        const fuzz::program p = fuzz::draw(seed, with.how);
        fmt::print("{}\n", fuzz::source_of_test(p, fuzz::orders(p).front(), with.memories().front(),
                                                fmt::format("program_{}", seed)));
    }
    return 0;
}

std::vector<std::string> group_names() {
    std::vector<std::string> names;
    for (const auto& g : fuzz::groups())
        names.emplace_back(g.name);
    return names;
}

void add_options(CLI::App& app, settings& with) {
    fuzz::shape& how = with.how;
    const auto number = CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000});
    app.add_option("--seed", with.seed, "Start of the random numbers")
        ->check(number)
        ->capture_default_str();
    app.add_option("--first", with.first, "Number of the first program")
        ->check(number)
        ->capture_default_str();
    app.add_option("--programs", with.programs, "How many programs")
        ->check(number)
        ->capture_default_str();
    app.add_option("--threads", with.threads, "Threads of each program (default: 2 to 4)")
        ->check(CLI::Range(1, fuzz::max_program_threads));
    app.add_option("--min-operations", how.min_operations, "Operations of a program, at least")
        ->check(CLI::Range(1, 12))
        ->capture_default_str();
    app.add_option("--max-operations", how.max_operations, "Operations of a program, at most")
        ->check(CLI::Range(1, 12))
        ->capture_default_str();
    app.add_option("--kinds", with.kinds, "Only operations of these groups, separated by commas")
        ->delimiter(',')
        ->check(CLI::IsMember(group_names()));
    app.add_flag("--symmetric", how.symmetric, "Some threads of each program are copies of others");
    app.add_option("--memory", with.memory, "sc, weak, lkmm, or both of the former")
        ->check(CLI::IsMember({"sc", "weak", "lkmm", "both"}))
        ->capture_default_str();
    app.add_option("--show", with.show, "Programs to shrink and print for each flaw")
        ->check(number)
        ->capture_default_str();
    app.add_flag("--print", with.print, "Print the programs as tests and run nothing");
    app.footer(
        "Exit status: 0 no difference, 1 a difference (printed as a test that can be pasted),\n"
        "2 bad usage.");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Compares wbsync's explorer with its reference scheduler on random programs: the\n"
                 "same final states, findings and deadlocks, one execution for each trace."};
    settings with;
    add_options(app, with);
    try {
        app.parse(argc, argv);
        if (with.threads != 0)
            with.how.min_threads = with.how.max_threads = with.threads;
        if (with.how.min_operations > with.how.max_operations)
            throw CLI::ValidationError("--min-operations", "is more than --max-operations");
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    if (!with.kinds.empty())
        with.how.groups = 0;
    for (const std::string& name : with.kinds)
        with.how.groups |= fuzz::group_bit(name);
    return with.print ? print_programs(with) : run(with);
}
