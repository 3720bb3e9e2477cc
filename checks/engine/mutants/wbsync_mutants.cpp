// SPDX-License-Identifier: BSD-3-Clause
// Runs tests of the engine with each of its mutants (include/wbsync/engine/mutants.hpp), until a
// test notices. A mutant that no test notices is a hole in the tests.

#include "checks/engine/mutants/suite.hpp"

#include <wbsync/engine/mutants.hpp>

#include <CLI/CLI.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using wbsync::engine::mutant;
using wbsync::engine::mutant_description;
using wbsync::engine::mutant_descriptions;

/// The test that caught a mutant.
struct catch_of {
    std::string group; ///< empty: nothing
    std::string test;
    std::string difference;
};

int programs = 60; ///< random ones of each mix

catch_of run(mutant which) {
    wbsync::engine::chosen_mutant = which;
    for (const suite::test& t : suite::tests(programs))
        if (const suite::difference d = t.run())
            return {t.group, t.name, *d};
    return {};
}

/// The mutant's line of the table in docs/engine.md.
std::string row(const mutant_description& m, const catch_of& by) {
    return fmt::format("| `{}` | {} | {} |", m.name, m.flaw, by.group);
}

bool is_documented(const std::string& file, const std::string& row) {
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return ("\n" + text).find("\n" + row + "\n") != std::string::npos;
}

/// Returns whether everything is as expected.
bool try_mutant(const mutant_description& m, const std::string& documentation) {
    const catch_of by = run(m.which);
    if (by.group.empty()) {
        fmt::print("{}: NOT CAUGHT: {}\n", m.name, m.flaw);
        return false;
    }
    fmt::print("{}: {}\n  caught by {}: {}\n  {}\n", m.name, m.flaw, by.group, by.test,
               by.difference);
    if (documentation.empty() || is_documented(documentation, row(m, by)))
        return true;
    fmt::print("{} lacks this line:\n{}\n", documentation, row(m, by));
    return false;
}

bool try_unchanged_engine() {
    const catch_of by = run(mutant::none);
    if (by.group.empty())
        fmt::print("no mutant: no difference in {} tests\n", suite::tests(programs).size());
    else
        fmt::print("no mutant: {}: {}: {}\n", by.group, by.test, by.difference);
    return by.group.empty();
}

void print_table() {
    fmt::print("| mutant | its flaw | what catches it |\n|---|---|---|\n");
    for (const mutant_description& m : mutant_descriptions)
        fmt::print("{}\n", row(m, run(m.which)));
}

std::vector<std::string> names() {
    std::vector<std::string> all{"none"};
    for (const mutant_description& m : mutant_descriptions)
        all.emplace_back(m.name);
    return all;
}

bool try_all(const std::vector<std::string>& wanted, const std::string& documentation) {
    bool good = true;
    for (const std::string& name : wanted) {
        if (name == "none")
            good = try_unchanged_engine() && good;
        for (const mutant_description& m : mutant_descriptions)
            if (m.name == name)
                good = try_mutant(m, documentation) && good;
    }
    return good;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Breaks the engine on purpose, in one way at a time, and runs its tests until one\n"
        "of them notices."};
    std::vector<std::string> wanted;
    std::string documentation;
    bool table = false;
    app.add_option("MUTANT", wanted, "Which ones (default: all, and the engine as it is: none)")
        ->check(CLI::IsMember(names()));
    app.add_option("--documented", documentation, "A file that is to have the table's line of each")
        ->check(CLI::ExistingFile);
    app.add_option("--programs", programs, "Random programs of each kind")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_flag("--list", table, "Print the table of all mutants and what catches them");
    app.footer("Exit status: 0 all are caught, and the engine as it is is not; 1 otherwise;\n"
               "2 bad usage.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    if (table) {
        print_table();
        return 0;
    }
    return try_all(wanted.empty() ? names() : wanted, documentation) ? 0 : 1;
}
