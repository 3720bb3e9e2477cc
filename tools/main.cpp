// SPDX-License-Identifier: BSD-3-Clause
// The program `wbsync`: lists the models of the repository, and checks them.
#include "check_command.hpp"
#include "cli.hpp"
#include "deep_command.hpp"
#include "errors.hpp"
#include "list_command.hpp"
#include "matrix_command.hpp"
#include "output.hpp"

#include "models/all.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

namespace {

using namespace wbsync;

int run(int argc, char** argv) {
    tools::expect_standard_descriptors();
    std::signal(SIGPIPE, SIG_IGN); // print() tells what is wrong
    const tools::request asked = tools::parse_command_line(argc, argv, WBSYNC_VERSION);
    switch (asked.what) {
    case tools::request::command::check:
    case tools::request::command::replay: return tools::check_models(models::all(), asked);
    case tools::request::command::sweep: return tools::sweep_models(models::all(), asked);
    case tools::request::command::list:
        tools::print(asked.json ? tools::list_json(models::all())
                                : tools::list_text(models::all()));
        break;
    case tools::request::command::matrix: return tools::print_matrix(models::all(), asked);
    case tools::request::command::deep: return tools::check_deeper(models::all(), asked);
    case tools::request::command::litmus: return litmus::run_command(asked.litmus);
    case tools::request::command::print: tools::print(asked.text); break;
    }
    return tools::all_as_expected;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const tools::bad_usage& e) {
        std::fprintf(stderr, "wbsync: %s\n", e.what());
        return tools::bad_usage_status;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "wbsync: %s\n", e.what());
        return tools::program_failed;
    }
}
