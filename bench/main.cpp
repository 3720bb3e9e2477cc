// SPDX-License-Identifier: BSD-3-Clause
// Measures the umount protocol of umount.hpp and the models of the repository: times, or numbers of
// executions, as Markdown tables; or everything as JSON. Fails if a check takes more executions
// than it used to, or if a mutant is not caught.

#include "bench/measure.hpp"
#include "bench/peers/print.hpp"
#include "bench/published.hpp"
#include "bench/umount.hpp"
#include "models/all.hpp"

#include <wbsync/report/columns.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bench;

constexpr memory_kind memories[] = {memory_kind::sc, memory_kind::weak, memory_kind::lkmm};

struct settings {
    bool json = false;
    bool quick = false;
    bool counts = false;
    bool peers = false;

    [[nodiscard]] int runs() const noexcept { return quick || counts ? 1 : 3; }
    [[nodiscard]] double seconds() const noexcept { return quick ? 0.1 : 1; }
};

using check_function = result (*)(const options&);

options with_memory(memory_kind memory) {
    options with;
    with.jobs = 1; // times are those of one core
    with.memory = memory;
    return with;
}

/// One size of the umount protocol.
struct cell {
    std::string_view what;
    int n;
    unsigned long long most_executions;
    check_function check;
};

template <fix Fix, int N>
result check_umount(const options& with) {
    return check<umount_protocol<Fix, N>>(with);
}

std::vector<cell> umount_cells() {
    std::vector<cell> cells;
    constexpr check_function per_sb[] = {
        &check_umount<fix::per_sb, 1>, &check_umount<fix::per_sb, 2>, &check_umount<fix::per_sb, 3>,
        &check_umount<fix::per_sb, 4>, &check_umount<fix::per_sb, 6>};
    constexpr check_function rcu[] = {&check_umount<fix::rcu, 1>, &check_umount<fix::rcu, 2>,
                                      &check_umount<fix::rcu, 3>, &check_umount<fix::rcu, 4>};
    for (std::size_t i = 0; i != per_sb_ceilings.size(); ++i)
        cells.push_back({"per-sb", per_sb_ceilings[i].n, per_sb_ceilings[i].executions, per_sb[i]});
    for (std::size_t i = 0; i != rcu_ceilings.size(); ++i)
        cells.push_back({"RCU", rcu_ceilings[i].n, rcu_ceilings[i].executions, rcu[i]});
    return cells;
}

/// The umount protocol with symmetric switchers, explored with and without symmetry.
struct symmetric_row {
    std::string_view what;
    int n;
    std::uint64_t without;
    std::uint64_t with;
};

template <fix Fix, int N>
symmetric_row measure_symmetric(std::string_view what) {
    options with = with_memory(memory_kind::weak);
    const result symmetric = check<umount_protocol<Fix, N, mutant::none, true>>(with);
    with.symmetry = false;
    const result plain = check<umount_protocol<Fix, N, mutant::none, true>>(with);
    return {what, N, plain.executions, symmetric.executions};
}

struct mutant_row {
    std::string_view what;
    std::string_view broken;
    check_function check;
};

template <fix Fix, mutant Broken>
result check_mutant(const options& with) {
    return check<umount_protocol<Fix, 1, Broken>>(with);
}

template <fix Fix>
result check_without_mb_of_umounter(const options& as) {
    options with = as;
    with.weaken = {mb_in("umounter")};
    return check<umount_protocol<Fix, 1>>(with);
}
template <fix Fix>
result check_without_mb_of_switcher(const options& as) {
    options with = as;
    with.weaken = {mb_in("count")};
    return check<umount_protocol<Fix, 1>>(with);
}

std::vector<mutant_row> mutants() {
    using enum mutant;
    return {
        {"per-sb", "umounter without smp_mb()", &check_without_mb_of_umounter<fix::per_sb>},
        {"per-sb", "switcher without smp_mb()", &check_without_mb_of_switcher<fix::per_sb>},
        {"per-sb", "decrement before iput()", &check_mutant<fix::per_sb, decrement_before_iput>},
        {"per-sb", "increment after the check", &check_mutant<fix::per_sb, increment_after_check>},
        {"RCU", "umounter without smp_mb()", &check_without_mb_of_umounter<fix::rcu>},
        {"RCU", "switcher without smp_mb()", &check_without_mb_of_switcher<fix::rcu>},
        {"RCU", "decrement before iput()", &check_mutant<fix::rcu, decrement_before_iput>},
        {"RCU", "increment after the check", &check_mutant<fix::rcu, increment_after_check>},
        {"RCU", "flush before the grace period",
         &check_mutant<fix::rcu, flush_before_grace_period>},
        {"RCU", "section ends before queueing",
         &check_mutant<fix::rcu, section_ends_before_queueing>},
    };
}

/// Everything that was measured.
struct report_data {
    std::vector<measurement> umount;
    std::vector<throughput> speed;
    std::vector<symmetric_row> symmetric;
    std::vector<measurement> broken;
    std::vector<measurement> models;
    double megabytes = 0;
    std::vector<std::string> failures;
};

void measure_umount(const settings& how, report_data& data) {
    for (const cell& c : umount_cells())
        for (const memory_kind memory : memories) {
            const options with = with_memory(memory);
            const result r = best_of(how.runs(), [&] { return c.check(with); });
            const std::string name = fmt::format("{} n={} {}", c.what, c.n, name_of(memory));
            if (!r.verified())
                data.failures.push_back(name + " is not verified");
            if (r.executions > c.most_executions)
                data.failures.push_back(fmt::format("{}: {} executions, at most {} are expected",
                                                    name, r.executions, c.most_executions));
            if (r.sleep_set_blocked != 0)
                data.failures.push_back(
                    fmt::format("{}: {} redundant executions", name, r.sleep_set_blocked));
            data.umount.push_back({std::string{c.what}, c.n, memory, r});
        }
}

void measure_speed(const settings& how, report_data& data) {
    for (const cell& c : umount_cells()) {
        const bool wanted = c.what == "RCU" ? c.n == 4 : c.n == 3 || c.n == 6;
        for (const memory_kind memory : memories)
            if (wanted)
                data.speed.push_back(repeat_for(how.seconds(), std::string{c.what}, c.n, memory,
                                                [&] { return c.check(with_memory(memory)); }));
    }
}

void measure_symmetric(report_data& data) {
    data.symmetric = {measure_symmetric<fix::per_sb, 2>("per-sb"),
                      measure_symmetric<fix::per_sb, 3>("per-sb"),
                      measure_symmetric<fix::per_sb, 4>("per-sb"),
                      measure_symmetric<fix::rcu, 2>("RCU"), measure_symmetric<fix::rcu, 3>("RCU")};
}

void measure_mutants(report_data& data) {
    for (const mutant_row& m : mutants()) {
        const result r = m.check(with_memory(memory_kind::weak));
        if (!r.found("BUG_ON"))
            data.failures.push_back(fmt::format("{}, {}: not found", m.what, m.broken));
        data.broken.push_back({fmt::format("{}, {}", m.what, m.broken), 1, memory_kind::weak, r});
    }
}

/// The versions that docs/performance.md presents; models/*/counts.json has all.
bool is_measured(const catalogue::model& m) {
    const std::vector<std::string> names{"isw/v6", "isw/v7", "isw/v7+acqrel", "isw/v9",
                                         "isw/v9+acquire"};
    return std::find(names.begin(), names.end(), m.name()) != names.end();
}

void measure_models(const settings& how, report_data& data) {
    for (const catalogue::model& m : models::all()) {
        if (!is_measured(m))
            continue;
        for (const int switchers : {1, 2})
            for (const memory_kind memory : memories) {
                catalogue::parameter_values values;
                for (const catalogue::parameter& p : m.parameters)
                    values[p.name] = p.name == "switchers" ? switchers : p.value;
                const options with = with_memory(memory);
                const result r = best_of(how.runs(), [&] { return m.run(with, values); });
                if (!m.expected(memory, values).matches(r))
                    data.failures.push_back(fmt::format(
                        "{} switchers={} {}: {}, expected {}", m.name(), switchers, name_of(memory),
                        name_of(r.outcome), m.expected(memory, values).str()));
                data.models.push_back({m.name(), switchers, memory, r});
            }
    }
}

// --- output -------------------------------------------------------------------------------------

std::string rate(double per_second) {
    return grouped(static_cast<std::uint64_t>(per_second));
}

std::string verdict_of(const result& r) {
    return r.outcome == verdict::finding ? "finding " + r.what.property : name_of(r.outcome);
}

using report::columns;
using enum columns::side;

/// A heading for numbers.
columns::heading number(const char* text) {
    return {text, right};
}

std::string size_of(const measurement& m) {
    return fmt::format("{}", m.n);
}

std::string umount_table(const report_data& data) {
    columns table({{"fix"},
                   number("n"),
                   {"memory"},
                   number("executions"),
                   number("redundant"),
                   number("events")});
    for (const measurement& m : data.umount)
        table.add({m.what, size_of(m), name_of(m.memory), grouped(m.seen.executions),
                   grouped(m.seen.sleep_set_blocked), grouped(m.seen.events)});
    return table.markdown();
}

std::string published_table() {
    columns table({{"checker"}, {"memory"}, {"per-sb"}, {"RCU"}});
    for (const published& p : others)
        table.add({std::string{p.checker}, std::string{p.memory}, std::string{p.per_sb},
                   std::string{p.rcu}});
    return table.markdown();
}

std::string symmetric_table(const report_data& data) {
    columns table(
        {{"fix"}, number("n"), number("executions"), number("up to renaming"), number("ratio")});
    for (const symmetric_row& a : data.symmetric)
        table.add(
            {std::string{a.what}, fmt::format("{}", a.n), grouped(a.without), grouped(a.with),
             fmt::format("{:.1f}", static_cast<double>(a.without) / static_cast<double>(a.with))});
    return table.markdown();
}

std::string mutants_table(const report_data& data) {
    columns table({{"mutant"}, {"found"}, number("after executions")});
    for (const measurement& m : data.broken)
        table.add({m.what, m.seen.found("BUG_ON") ? "yes" : "no", grouped(m.seen.executions)});
    return table.markdown();
}

std::string models_table(const report_data& data) {
    columns table({{"model"},
                   number("switchers"),
                   {"memory"},
                   {"verdict"},
                   number("executions"),
                   number("redundant"),
                   number("events")});
    for (const measurement& m : data.models)
        table.add({m.what, size_of(m), name_of(m.memory), verdict_of(m.seen),
                   grouped(m.seen.executions), grouped(m.seen.sleep_set_blocked),
                   grouped(m.seen.events)});
    return table.markdown();
}

/// Prints what depends only on the engine, never on the machine.
void print_counts(const report_data& data) {
    fmt::print("{}"
               "\nThe same protocol, operation for operation, in other checkers; executions for "
               "n = 1, 2, …:\n\n{}"
               "\n### Symmetric switchers\n\nEach takes the next free item; weak memory.\n\n{}"
               "\n### Mutants\n\nOne promise broken, n = 1, weak memory.\n\n{}"
               "\n### Models\n\n{}",
               umount_table(data), published_table(), symmetric_table(data), mutants_table(data),
               models_table(data));
}

std::string speed_table(const report_data& data) {
    columns table({{"fix"},
                   number("n"),
                   {"memory"},
                   number("checks"),
                   number("seconds"),
                   number("CPU seconds"),
                   number("executions/s")});
    for (const throughput& t : data.speed)
        table.add({t.what, fmt::format("{}", t.n), name_of(t.memory), grouped(t.checks),
                   fmt::format("{:.2f}", t.seconds), fmt::format("{:.2f}", t.cpu_seconds),
                   rate(t.per_second())});
    return table.markdown();
}

std::string times_table(const report_data& data) {
    columns table({{"what"}, number("n"), {"memory"}, number("seconds"), number("executions/s")});
    for (const auto* all : {&data.umount, &data.models})
        for (const measurement& m : *all)
            table.add({m.what, size_of(m), name_of(m.memory), fmt::format("{:.4f}", m.seen.seconds),
                       rate(executions_per_second(m.seen))});
    return table.markdown();
}

void print_times(const report_data& data) {
    fmt::print("Checks repeated in one process:\n\n{}"
               "\nPeak memory of all of this: {:.1f} MB.\n"
               "\nSingle checks, the best of three:\n\n{}",
               speed_table(data), data.megabytes, times_table(data));
}

nlohmann::ordered_json to_json(const std::vector<measurement>& all) {
    auto rows = nlohmann::ordered_json::array();
    for (const measurement& m : all)
        rows.push_back({{"what", m.what},
                        {"n", m.n},
                        {"memory", name_of(m.memory)},
                        {"verdict", name_of(m.seen.outcome)},
                        {"property", m.seen.what.property},
                        {"executions", m.seen.executions},
                        {"redundant", m.seen.sleep_set_blocked},
                        {"events", m.seen.events},
                        {"seconds", m.seen.seconds}});
    return rows;
}

void print_json(const report_data& data) {
    nlohmann::ordered_json out;
    out["umount"] = to_json(data.umount);
    out["speed"] = nlohmann::ordered_json::array();
    for (const throughput& t : data.speed)
        out["speed"].push_back({{"what", t.what},
                                {"n", t.n},
                                {"memory", name_of(t.memory)},
                                {"checks", t.checks},
                                {"executions", t.executions},
                                {"seconds", t.seconds},
                                {"cpu_seconds", t.cpu_seconds},
                                {"executions_per_second", t.per_second()}});
    out["symmetric"] = nlohmann::ordered_json::array();
    for (const symmetric_row& a : data.symmetric)
        out["symmetric"].push_back(
            {{"what", a.what}, {"n", a.n}, {"executions", a.without}, {"up_to_renaming", a.with}});
    out["mutants"] = to_json(data.broken);
    out["models"] = to_json(data.models);
    out["peak_megabytes"] = data.megabytes;
    out["failures"] = data.failures;
    fmt::print("{}\n", out.dump(2));
}

int run(const settings& how) {
    report_data data;
    measure_umount(how, data);
    if (!how.counts)
        measure_speed(how, data);
    measure_symmetric(data);
    measure_mutants(data);
    measure_models(how, data);
    data.megabytes = peak_megabytes();
    if (how.json)
        print_json(data);
    else if (how.counts)
        print_counts(data);
    else
        print_times(data);
    std::fflush(stdout);
    for (const std::string& f : data.failures)
        fmt::print(stderr, "wbsync_bench: {}\n", f);
    return data.failures.empty() ? 0 : 1;
}

constexpr const char* usage = "usage: wbsync_bench [--quick] [--counts] [--json]\n"
                              "       wbsync_bench --peers [--quick]\n\n"
                              "  --quick   one run of each check instead of the best of three;\n"
                              "            of the peers' programs, five seconds of each\n"
                              "  --counts  how many executions, instead of how long\n"
                              "  --json    JSON with everything instead of Markdown\n"
                              "  --peers   instead, the programs of other checkers, beside the\n"
                              "            numbers of those; genmc and nidhuggc, if they are in\n"
                              "            the path, are run on the C sources that\n"
                              "            WBSYNC_GENMC_TESTS (tests/correct of GenMC) and\n"
                              "            WBSYNC_NIDHUGG_BENCHMARKS (Nidhugg's) name\n";

} // namespace

int main(int argc, char** argv) try {
    settings how;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument{argv[i]};
        if (argument == "--json") {
            how.json = true;
        } else if (argument == "--counts") {
            how.counts = true;
        } else if (argument == "--quick") {
            how.quick = true;
        } else if (argument == "--peers") {
            how.peers = true;
        } else if (argument == "--help" || argument == "-h") {
            fmt::print("{}", usage);
            return 0;
        } else {
            fmt::print(stderr, "wbsync_bench: unknown argument {}\n\n{}", argument, usage);
            return 2;
        }
    }
    if (how.peers && (how.json || how.counts)) {
        fmt::print(stderr, "wbsync_bench: --peers goes with --quick only\n\n{}", usage);
        return 2;
    }
    return how.peers ? peers::print_table(how.quick) : run(how);
} catch (const std::exception& e) {
    std::fprintf(stderr, "wbsync_bench: %s\n", e.what());
    return 2;
}
