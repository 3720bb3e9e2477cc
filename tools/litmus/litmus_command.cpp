// SPDX-License-Identifier: BSD-3-Clause
#include "litmus_command.hpp"

#include "expected.hpp"
#include "generate.hpp"
#include "mutant.hpp"
#include "summary.hpp"
#include <wbsync/program/children.hpp>
#include <wbsync/program/errors.hpp>
#include <wbsync/program/number.hpp>
#include <wbsync/program/output.hpp>

#include <wbsync/options.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

namespace wbsync::litmus {

namespace {

namespace fs = std::filesystem;

/// A test to be run.
struct job {
    std::string file; ///< as shown
    std::string text;
    expectation expected;
};

std::vector<fs::path> files_of(const std::vector<std::string>& paths) {
    std::vector<fs::path> files;
    for (const std::string& p : paths) {
        if (!fs::is_directory(p)) {
            files.emplace_back(p);
            continue;
        }
        std::vector<fs::path> inside;
        for (const auto& entry : fs::recursive_directory_iterator(p))
            if (entry.is_regular_file() && entry.path().extension() == ".litmus")
                inside.push_back(entry.path());
        if (inside.empty())
            throw program::bad_usage(fmt::format("no file *.litmus in '{}'", p));
        std::sort(inside.begin(), inside.end());
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

std::vector<job> generated(const request& asked) {
    std::vector<job> jobs;
    if (asked.generate.empty())
        return jobs;
    const edge_kind edges = asked.edges == "wr"   ? edge_kind::write_read
                            : asked.edges == "rw" ? edge_kind::read_write
                                                  : edge_kind::mixed;
    for (generated_test& t : generate_rcu(asked.seed, asked.count, edges)) {
        if (!asked.write_to.empty()) {
            fs::create_directories(asked.write_to);
            std::ofstream out(fs::path(asked.write_to) / (t.name + ".litmus"));
            if (!(out << t.text << std::flush))
                throw program::bad_usage(fmt::format("cannot write to '{}'", asked.write_to));
        }
        // In other models the rule holds only for some kinds of edges.
        const std::string expected = asked.with.memory ? std::string{} : t.expected;
        jobs.push_back({t.name, std::move(t.text), {expected}});
    }
    return jobs;
}

std::vector<job> jobs_of(const request& asked) {
    std::vector<job> jobs = generated(asked);
    expectations known;
    for (const fs::path& file : files_of(asked.paths)) {
        std::ifstream in(file, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        if (!in)
            throw program::bad_usage(fmt::format("cannot read '{}'", file.string()));
        const expectation expected = known.of(file, text, memory_name(asked.with));
        jobs.push_back({file.string(), std::move(text), expected});
    }
    return jobs;
}

/// The tests with most threads first: they take longest, and should not run alone at the end.
std::vector<std::size_t> in_order_of_size(const std::vector<job>& jobs) {
    const auto threads = [&](std::size_t i) {
        std::size_t n = 0;
        const std::string& text = jobs[i].text;
        for (std::size_t at = text.find("\nP"); at != text.npos; at = text.find("\nP", at + 1))
            ++n;
        return n;
    };
    std::vector<std::size_t> order(jobs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t j) { return threads(i) > threads(j); });
    return order;
}

/// Takes the bounds from the environment, unless an option sets them.
request with_environment(request asked) {
    options bounds;
    bounds.max_seconds = asked.with.max_seconds;
    bounds.max_executions = asked.with.max_executions;
    bounds.jobs = asked.jobs;
    bounds = bounds.with_environment();
    asked.with.max_seconds = bounds.max_seconds;
    asked.with.max_executions = bounds.max_executions;
    asked.jobs = bounds.jobs;
    return asked;
}

/// A test looks at the clock itself. If it does not for this long, its process is ended.
double patience(const settings& with) {
    const double tests = with.power ? 1 + static_cast<double>(mutants.size()) : 1;
    return with.max_seconds > 0 ? 2 + 1.5 * tests * with.max_seconds : 0;
}

/// nullopt: the kernel's model.
std::optional<memory_kind> memory_called(const std::string& name) {
    if (name == kernel_memory)
        return std::nullopt;
    const engine::registered_memory* const found = engine::find_memory(name);
    if (found == nullptr)
        throw program::bad_usage(fmt::format("--memory: {} is no memory model: there are {}", name,
                                             engine::memory_names()));
    return found->kind;
}

test_result result_of(const job& j, const program::child_end& end) {
    const report::json entry = report::json::parse(end.sent, nullptr, false);
    test_result r;
    if (entry.is_discarded() && end.late > 0) {
        r.not_explored = "max_seconds: the test did not look at the clock, and was ended";
        r.seconds = end.late;
    } else if (entry.is_discarded()) {
        r.remark = "the process of the test ended without a result";
    } else {
        r = from_json(entry);
    }
    r.file = j.file;
    r.expected = j.expected.result;
    r.expected_states = j.expected.states;
    return r;
}

} // namespace

CLI::App* add_command(CLI::App& app, request& asked) {
    CLI::App* litmus =
        app.add_subcommand("litmus", "Runs litmus tests of the kernel (the C format of herd7)");
    litmus->add_option("FILE", asked.paths, "Litmus tests, and folders with *.litmus files")
        ->type_name("");
    litmus
        ->add_option_function<std::string>(
            "--memory", [&](const std::string& name) { asked.with.memory = memory_called(name); },
            fmt::format(
                "{}; {}, the kernel's, is the default, the others run a test as a model in C++",
                engine::memory_names(), kernel_memory))
        ->type_name("NAME");
    litmus->add_flag("--states", asked.states, "Prints the final states of each test");
    litmus->add_flag("--json", asked.json, "One JSON document, when all is done");
    litmus->add_flag("--only-disagreeing", asked.only_disagreeing,
                     "Only tests whose result is not the expected one");
    litmus->add_flag("!--no-out-of-order", asked.with.out_of_order,
                     "The library performs every access in program order, and says if it misses "
                     "an outcome by that");
    litmus->add_flag("--power", asked.with.power,
                     "Whether a Never test would notice a broken library");
    litmus->add_flag("--why", asked.with.why,
                     "Why a Never test is one: an axiom of the kernel's model, and a cycle");
    litmus->add_option("--generate", asked.generate, "Cycles of grace periods and sections")
        ->type_name("rcu")
        ->check(CLI::IsMember({"rcu"}).description(""));
    const std::uint64_t least = 0;
    program::add_number(*litmus, "--seed", asked.seed, least, options::unlimited,
                        "Of what is generated")
        ->type_name("S");
    program::add_number(*litmus, "--count", asked.count, 1, 1'000'000, "How many are generated");
    litmus->add_option("--edges", asked.edges, "How the threads of a cycle communicate")
        ->type_name("wr|rw|mixed")
        ->check(CLI::IsMember({"wr", "rw", "mixed"}).description(""));
    litmus->add_option("--write", asked.write_to, "Writes what is generated to a folder as well")
        ->type_name("DIR");
    program::add_number(*litmus, "-j", asked.jobs, 0, options::most_jobs,
                        "Tests at a time; 0: one for each core");
    program::add_number(*litmus, "--max-executions", asked.with.max_executions, least,
                        options::unlimited, "For each test; 0: no limit");
    program::add_number(*litmus, "--max-seconds", asked.with.max_seconds, 0.0,
                        options::most_seconds,
                        "For each test, such as 0.5; 0: no limit; 10 if not given")
        ->type_name("S");
    return litmus;
}

int run_command(const request& given) {
    const request asked = with_environment(given);
    // An option selects the memory model, and the states of a test are collected in one process.
    for (const char* variable : {"WBSYNC_MEMORY", "WBSYNC_JOBS", "WBSYNC_REPLAY"})
        ::unsetenv(variable);
    if (asked.paths.empty() && asked.generate.empty())
        throw program::bad_usage("litmus needs files or folders, or --generate");
    if (asked.with.memory && (asked.with.power || asked.with.why || !asked.with.out_of_order))
        throw program::bad_usage(
            "--power, --why and --no-out-of-order need the kernel's model: leave out --memory");
    const std::vector<job> jobs = jobs_of(asked);
    summary all;
    report::json entries = report::json::array();
    std::size_t width = 4;
    for (const job& j : jobs)
        width = std::max(width, fs::path(j.file).filename().string().size());
    if (!asked.json)
        program::print(header(width));
    program::interrupt::listen();
    program::child_work work;
    work.order = in_order_of_size(jobs);
    work.at_once = asked.jobs > 0 ? static_cast<std::size_t>(asked.jobs) : program::cores();
    work.seconds = patience(asked.with);
    work.run = [&](std::size_t i, const program::child_side&) {
        return report::dump(to_json(run_test(jobs[i].text, asked.with)));
    };
    work.done = [&](std::size_t i, const program::child_end& end) {
        const test_result r = result_of(jobs[i], end);
        all.add(r);
        if (asked.only_disagreeing && r.agrees())
            return;
        if (asked.json)
            entries.push_back(to_json(r));
        else
            program::print(line_of(r, width, asked.states));
    };
    const std::vector<std::size_t> not_run = program::run_in_children(work);
    report::json files = report::json::array();
    std::string lines;
    for (const std::size_t i : not_run) {
        files.push_back(jobs[i].file);
        lines += fmt::format("not run: {}\n", jobs[i].file);
    }
    if (asked.json)
        program::print(
            report::dump({{"results", entries}, {"not_run", files}, {"summary", all.json()}}, 2) +
            "\n");
    else
        program::print(lines + all.str() + "\n" +
                       (not_run.empty() ? "" : fmt::format("{} not run\n", not_run.size())));
    return all.status() == program::all_as_expected && !not_run.empty()
               ? program::something_incomplete
               : all.status();
}

} // namespace wbsync::litmus
