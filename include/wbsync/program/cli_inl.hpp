// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/cli.hpp>

#include <wbsync/program/errors.hpp>
#include <wbsync/program/number.hpp>
#include <wbsync/program/program.hpp>
#include <wbsync/program/program_name.hpp>

#include <wbsync/engine/schedule.hpp>
#include <wbsync/report/formats.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wbsync::program {

namespace detail::cli {

inline constexpr const char* exit_codes = R"(Exit status:
  0  everything is as expected
  1  a result is not as expected, a vacuous one included
  2  bad usage
  3  a check is incomplete, all others are as expected
  4  the program itself failed, for example to write its output

SIGINT, SIGTERM and SIGHUP end what runs: the results so far are printed, and what was not started;
the status is 3 unless a result is not as expected. A second signal ends the program at once.

A bound that no option gives is that of the environment, if it is set there: WBSYNC_MEMORY,
WBSYNC_MAX_EXECUTIONS, WBSYNC_MAX_SECONDS, WBSYNC_MAX_DEPTH, WBSYNC_MAX_MEMORY, WBSYNC_JOBS.)";

/// Options as they were written.
struct words {
    std::string memory, scheduler = "dpor";
};

/// Omits the description, which would show the choices a second time in the help.
inline CLI::Validator one_of(const std::vector<std::string>& choices) {
    return CLI::IsMember(choices).description("");
}

inline void add_models(CLI::App& to, request& asked) {
    to.add_option("GLOB", asked.globs, "Models, such as 'isw/*'; without one, all of them")
        ->type_name("");
}

inline CLI::App* add_list(CLI::App& app, request& asked) {
    CLI::App* list = app.add_subcommand("list", "Lists the models and what is expected of them");
    add_models(*list, asked);
    list->add_flag("--json", asked.json, "One JSON document");
    return list;
}

inline void add_memory(CLI::App& to, words& said) {
    to.add_option("--memory", said.memory,
                  fmt::format("{}; {} if not given", engine::memory_names(),
                              engine::default_memory_names()))
        ->check(CLI::Validator(
            [](const std::string& name) {
                return engine::find_memory(name) != nullptr
                           ? std::string{}
                           : fmt::format("{} is no memory model: there are {}", name,
                                         engine::memory_names());
            },
            ""))
        ->type_name("NAME");
}

inline void add_limits(CLI::App& to, options& with) {
    const std::uint64_t least = 0;
    add_number(to, "--max-executions", with.max_executions, least, options::unlimited,
               "0: no limit");
    add_number(to, "--max-seconds", with.max_seconds, 0.0, options::most_seconds,
               "For each check, such as 0.5; 0: no limit")
        ->type_name("S");
    add_number(to, "--max-depth", with.max_depth, 1, options::most_depth, "Steps in one execution");
    add_number(to, "--max-memory", with.max_memory, least, options::most_memory,
               "Of each process; 0: no limit")
        ->type_name("MiB");
    add_number(
        to, "-j,--jobs", with.jobs, 1, options::most_jobs,
        "Processes that explore, each another check, or parts of one; one for each core if not "
        "given");
}

inline void add_parameters(CLI::App& to, request& asked, const char* what) {
    to.add_option("-p", asked.parameters, what)->allow_extra_args(false)->type_name("KEY=VALUE");
}

inline void add_junit(CLI::App& to, request& asked) {
    to.add_option("--junit", asked.junit,
                  "Writes the results into this file as well, in the XML format of JUnit")
        ->type_name("FILE");
}

inline void add_trace(CLI::App& to, request& asked, const char* what) {
    to.add_flag("--trace{full}", asked.trace, what)->check(one_of({"full", "short"}));
}

/// --json, and --format, which includes it.
inline void add_formats(CLI::App& to, request& asked, const char* json_summary) {
    CLI::Option* const json = to.add_flag("--json", asked.json, json_summary);
    to.add_option("--format", asked.format,
                  fmt::format("The form of findings: {}; {} if not given", report::format_names(),
                              asked.format))
        ->check(CLI::Validator(
            [](const std::string& name) {
                return report::find_format(name) != nullptr
                           ? std::string{}
                           : fmt::format("{} is no format: there are {}", name,
                                         report::format_names());
            },
            ""))
        ->type_name("NAME")
        ->excludes(json);
}

/// A line for each format, for the help.
inline std::string format_lines() {
    std::string text = "Formats:\n";
    for (const report::format& f : report::formats)
        text += fmt::format("  {:<8} {}\n", f.name, f.summary);
    return text + "\n";
}

inline void add_colour(CLI::App& to, request& asked) {
    to.add_option("--color", asked.colour,
                  "Colours of text; auto: on a terminal, unless NO_COLOR is set")
        ->check(one_of({"auto", "always", "never"}))
        ->type_name("auto|always|never");
}

inline void add_html(CLI::App& to, request& asked) {
    to.add_option("--html", asked.html,
                  "Writes the first finding into this file as well, as a page to step through")
        ->type_name("FILE");
}

inline CLI::App* add_check(CLI::App& app, request& asked, words& said) {
    CLI::App* check = app.add_subcommand("check", "Checks models");
    add_models(*check, asked);
    add_memory(*check, said);
    add_parameters(*check, asked, "Sets a parameter of every model that is checked");
    add_limits(*check, asked.with);
    check
        ->add_option(
            "--resume", asked.with.resume,
            "Goes on with the one check that was stopped into this file, and stops into it "
            "again; starts it if there is no such file")
        ->type_name("FILE");
    check->add_flag("--no-symmetry", asked.no_symmetry,
                    "Explores executions that differ in the names of symmetric threads as well");
    check->add_flag("--accept-vacuous", asked.with.accept_vacuous,
                    "A check that could not have failed is verified, not vacuous");
    check
        ->add_option("--scheduler", said.scheduler,
                     "dpor, or reference, which branches on everything")
        ->check(one_of({"dpor", "reference"}))
        ->type_name("dpor|reference");
    add_formats(*check, asked, "One JSON document, when all is done");
    add_colour(*check, asked);
    add_junit(*check, asked);
    add_html(*check, asked);
    add_trace(*check, asked, "Counterexamples with every step, and its file and line");
    check->add_flag_function(
        "--first", [&](std::int64_t) { asked.with.shortest = false; },
        "Shows a finding in the execution that it was found in, not in one with fewer thread "
        "switches");
    check->footer(format_lines() + exit_codes);
    return check;
}

inline CLI::App* add_sweep(CLI::App& app, request& asked, words& said) {
    CLI::App* sweep = app.add_subcommand(
        "sweep", "Checks models with every combination of their parameters, each from its least "
                 "value to one above its default");
    add_models(*sweep, asked);
    add_memory(*sweep, said);
    add_parameters(*sweep, asked, "Leaves a parameter of every model at this value");
    add_number(*sweep, "--beyond", asked.beyond, 0, 1000,
               "How far above its default a parameter goes");
    add_limits(*sweep, asked.with);
    sweep->add_flag("--json", asked.json, "One JSON document, when all is done");
    add_colour(*sweep, asked);
    add_junit(*sweep, asked);
    add_trace(*sweep, asked, "Counterexamples with everything, as for check");
    sweep->footer(exit_codes);
    return sweep;
}

/// The options that matrix and deep have in common.
inline void add_tables(CLI::App& to, request& asked, words& said) {
    add_models(to, asked);
    add_memory(to, said);
    add_limits(to, asked.with);
    CLI::Option* const json = to.add_flag("--json", asked.json, "One JSON document");
    to.add_flag("--markdown", asked.markdown, "Tables in Markdown")->excludes(json);
    to.footer(exit_codes);
}

inline CLI::App* add_matrix(CLI::App& app, request& asked, words& said) {
    CLI::App* matrix = app.add_subcommand(
        "matrix", "Checks models at their default sizes, and shows the verdicts as tables");
    add_tables(*matrix, asked, said);
    matrix
        ->add_option("--recorded", asked.recorded,
                     "Runs nothing: shows what the manifests FOLDER/*/counts.json say")
        ->type_name("FOLDER");
    return matrix;
}

inline CLI::App* add_deep(CLI::App& app, request& asked, words& said) {
    CLI::App* deep = app.add_subcommand(
        "deep", "Checks what is verified at its default size at the next larger one");
    add_tables(*deep, asked, said);
    deep->add_option("--record", asked.record,
                     "Keeps the results in this file, and does not run again what is in it")
        ->type_name("FILE");
    return deep;
}

inline CLI::App* add_replay(CLI::App& app, request& asked) {
    CLI::App* replay =
        app.add_subcommand("replay", "Runs the one execution that a finding's schedule leads to");
    replay->add_option("MODEL", asked.globs, "The model")->type_name("")->required()->expected(1);
    replay->add_option("--schedule", asked.with.replay, "The line that the finding came with")
        ->type_name("SCHEDULE")
        ->required();
    add_parameters(*replay, asked, "Sets a parameter of the model");
    add_formats(*replay, asked, "One JSON document");
    add_colour(*replay, asked);
    add_html(*replay, asked);
    add_trace(*replay, asked, "With everything, as for check");
    return replay;
}

/// Adds the program's own commands.
inline std::vector<CLI::App*> add_more(CLI::App& app, const description& of) {
    const std::string_view all = exit_codes;
    std::vector<CLI::App*> added;
    for (const command& c : of.more) {
        added.push_back(c.add(app));
        added.back()->footer(std::string{all.substr(0, all.find("\n\n"))});
    }
    return added;
}

inline void read_search(request& asked, const words& said) {
    options& with = asked.with;
    with.symmetry = !asked.no_symmetry;
    if (said.scheduler != "reference")
        return;
    with.scheduler = scheduler_kind::reference;
    if (!with.resume.empty())
        throw bad_usage("--resume needs the scheduler dpor: the reference cannot go on");
}

/// The default memory models, one after the other, unless the user or the environment chooses one.
inline std::vector<memory_kind> memories_of(const words& said) {
    if (!said.memory.empty())
        return {options::parse_memory(said.memory)};
    if (std::getenv("WBSYNC_MEMORY") != nullptr)
        return {options{}.with_environment().memory};
    std::vector<memory_kind> all;
    for (const engine::registered_memory& r : engine::registered_memories)
        if (r.by_default)
            all.push_back(r.kind);
    return all;
}

/// The memory models to check under. A variable of the environment that makes no sense is bad
/// usage, whatever the command.
inline std::vector<memory_kind> read_environment(const options& given, const words& said) {
    try {
        const options with = given.with_environment();
        if (!with.replay.empty()) // from the user or the environment
            return {engine::parse_schedule(with.replay).memory};
        return memories_of(said);
    } catch (const std::invalid_argument& e) { // the message starts with "wbsync: " already
        const std::string_view message{e.what()};
        throw bad_usage(std::string{message.substr(message.find(": ") + 2)});
    }
}

/// An option must have a value. CLI11 would take the next argument as the value of "--memory=", and
/// an empty argument as none.
inline void expect_values(CLI::App& app, int argc, const char* const* argv) {
    for (int i = 1; i < argc && std::string_view{argv[i]} != "--"; ++i)
        if (const std::string_view word = argv[i];
            word.starts_with("--") && word.find('=') == word.size() - 1)
            throw bad_usage(fmt::format("{}: the value is empty", word));
    CLI::Validator not_empty(
        [](const std::string& value) {
            return std::string{value.empty() ? "the value is empty" : ""};
        },
        "");
    for (CLI::App* command : app.get_subcommands({}))
        for (CLI::Option* option : command->get_options())
            if (option->get_items_expected_max() != 0)
                option->transform(not_empty); // before other validators
}

/// Rejects an unknown command. CLI11 would only say that a subcommand is missing.
inline void expect_known(const CLI::App& app, std::string_view first) {
    if (first.empty() || first[0] == '-')
        return;
    std::vector<std::string> known;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (command->get_name() == first)
            return;
        known.push_back(command->get_name());
    }
    throw bad_usage(
        fmt::format("unknown command '{}': the commands are {}", first, fmt::join(known, ", ")));
}

} // namespace detail::cli

WBSYNC_INLINE request parse_command_line(int argc, const char* const* argv, const description& of) {
    using namespace detail::cli;
    CLI::App app{of.summary, program_name()};
    if (!of.version.empty())
        app.set_version_flag("--version", program_name() + " " + of.version);
    app.require_subcommand(1);
    app.footer(exit_codes);

    request asked;
    asked.origin = {program_name(), of.version, of.source_root};
    words said;
    const CLI::App* const list = add_list(app, asked);
    add_check(app, asked, said);
    const CLI::App* const sweep = add_sweep(app, asked, said);
    const CLI::App* const matrix = add_matrix(app, asked, said);
    const CLI::App* const deep = add_deep(app, asked, said);
    const CLI::App* const replay = add_replay(app, asked);
    const std::vector<CLI::App*> more = add_more(app, of);
    expect_known(app, argc > 1 ? argv[1] : "");
    expect_values(app, argc, argv);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        asked.text = app.help();
        return asked;
    } catch (const CLI::CallForVersion& v) {
        asked.text = std::string{v.what()} + "\n";
        return asked;
    } catch (const CLI::ParseError& e) {
        throw bad_usage(std::string{e.what()} + "\nMore with --help.");
    }

    if (list->parsed()) {
        asked.what = request::command::list;
        return asked;
    }
    const auto other =
        std::find_if(more.begin(), more.end(), [](const CLI::App* m) { return m->parsed(); });
    if (other != more.end()) {
        asked.what = request::command::more;
        asked.number = static_cast<std::size_t>(other - more.begin());
        read_environment(options{}, said);
        return asked;
    }
    asked.what = replay->parsed()   ? request::command::replay
                 : sweep->parsed()  ? request::command::sweep
                 : matrix->parsed() ? request::command::matrix
                 : deep->parsed()   ? request::command::deep
                                    : request::command::check;
    asked.json = asked.json || asked.format == "json";
    read_search(asked, said);
    asked.memories = read_environment(asked.with, said);
    return asked;
}

} // namespace wbsync::program
