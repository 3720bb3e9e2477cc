// SPDX-License-Identifier: BSD-3-Clause
#include "bench/stress/command_line.hpp"

#include <wbsync/program/number.hpp>
#include <wbsync/program/output.hpp>

#include <limits>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wbsync::bench {
namespace {

using program::add_number;

constexpr double a_day = 86400;
constexpr std::uint64_t most_seeds = std::numeric_limits<std::uint32_t>::max();

format read_format(const std::string& name) {
    const std::map<std::string, format> known{
        {"text", format::text}, {"markdown", format::markdown}, {"json", format::json}};
    const auto found = known.find(name);
    if (found == known.end())
        throw program::bad_usage(
            fmt::format("--format must be text, markdown or json, not '{}'", name));
    return found->second;
}

void add_options(CLI::App& app, stress_settings& s) {
    app.add_option("MODEL", s.models,
                   "Names or patterns such as 'isw/v9*'. Without: all in which the model checker "
                   "finds P1 or P2, and isw/v9");
    add_number(app, "--seconds", s.seconds, 0.01, a_day,
               "For each model, without delays and again with them (2)");
    add_number<std::uint64_t>(app, "--umounts", s.umounts, 1, most_seeds,
                              "At most so many, likewise (as many as the time allows)");
    add_number<std::uint64_t>(app, "--seed", s.seed, 0, most_seeds,
                              "Of the first run; each has one more (1)");
    add_number(app, "--delay-probability", s.delay_probability, 0.0001, 1.0,
               fmt::format("Of a delay before an operation ({})", s.delay_probability));
    add_number<unsigned>(app, "--longest-delay", s.longest_delay, 1, 1'000'000,
                         fmt::format("Of a delay, in microseconds ({})", s.longest_delay));
    app.add_option("--manifest", s.manifest, "What the model checker needed")->type_name("FILE");
    app.add_option_function<std::string>(
           "--format", [&s](const std::string& name) { s.as = read_format(name); },
           "text, markdown or json (text)")
        ->type_name("FORMAT");
}

} // namespace

std::optional<stress_settings> read_command_line(int argc, char** argv) {
    stress_settings s;
    s.manifest = WBSYNC_SOURCE_DIR "/models/writeback/counts.json";
    CLI::App app{"Runs umounts on real threads until a property fails, without and with random\n"
                 "delays, beside what the model checker needs for that.\n\n"
                 "Exit status: 0, also if nothing shows; 1: something shows that the model checker "
                 "does\nnot find; 2: wrong usage; 4: the program failed."};
    add_options(app, s);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        program::print(app.help());
        return std::nullopt;
    } catch (const CLI::ParseError& e) {
        throw program::bad_usage(fmt::format("{}: see --help", e.what()));
    }
    return s;
}

} // namespace wbsync::bench
