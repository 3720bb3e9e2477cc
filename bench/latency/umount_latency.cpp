// SPDX-License-Identifier: BSD-3-Clause
// Measures how long umount takes on real threads, for the versions v4 to v9 of the protocol, while
// inodes of other superblocks are switched. Exit status 1: a correct version violated something; 2:
// cannot measure; 4: cannot write the output.

#include "bench/latency/command_line.hpp"
#include "bench/latency/json.hpp"
#include "bench/latency/measure.hpp"
#include "bench/latency/svg.hpp"
#include "bench/latency/text.hpp"
#include <wbsync/program/errors.hpp>
#include <wbsync/program/output.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace {

using namespace wbsync::bench;
namespace program = wbsync::program;

constexpr const char* description =
    "Measures umount on real threads: versions v4 to v9 of the protocol of cgroup writeback, with\n"
    "other superblocks churning in the background. Lists are separated by commas, and everything\n"
    "is measured with each combination of them.";

report measure_all(const plan& p) {
    report r{p, {}, {}};
    for (const setting& s : p.settings) {
        r.tables.push_back(measure(s, p));
        fmt::print(stderr, "measured: {}\n", str(s));
    }
    return r;
}

void write_file(const std::string& name, const std::string& text) {
    if (name.empty())
        return;
    std::ofstream file(name);
    if (!(file << text << std::flush))
        throw std::runtime_error(name + " could not be written: is the disk full?");
}

int run(const plan& p) {
    const report r = measure_all(p);
    program::print(text_of(r));
    write_file(p.json, json_text(r));
    write_file(p.svg, svg_text(r));
    return r.surprises() ? 1 : 0;
}

int fail(int status, const std::string& why) {
    fmt::print(stderr, "umount_latency: {}\n", why);
    return status;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(description, "umount_latency");
    arguments asked;
    declare(app, asked);
    std::signal(SIGPIPE, SIG_IGN); // print() reports the error
    try {
        program::expect_standard_descriptors();
        app.parse(argc, argv);
        return run(plan_of(asked));
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        return fail(program::bad_usage_status,
                    std::string(e.what()) + "; --help lists the options");
    } catch (const bad_usage& e) {
        return fail(program::bad_usage_status, e.what());
    } catch (const std::exception& e) {
        return fail(program::program_failed, e.what());
    }
}
