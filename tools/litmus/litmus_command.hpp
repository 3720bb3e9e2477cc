// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace wbsync::litmus {

/// The request to `wbsync litmus`.
struct request {
    std::vector<std::string> paths; ///< files, and folders of files
    bool json = false;
    bool states = false;
    bool only_disagreeing = false;
    std::string generate;     ///< "rcu", or empty
    std::string edges = "wr"; ///< wr, rw or mixed
    std::uint64_t seed = 1;
    int count = 100;
    std::string write_to;                            ///< a folder for generated tests
    setting<int> jobs = setting<int>::by_default(0); ///< 0: as many as there are cores
    settings with;
};

/// Adds the subcommand.
CLI::App* add_command(CLI::App& app, request& asked);

/// Runs the tests and prints the results; returns an exit_code. Throws bad_usage.
int run_command(const request& asked);

} // namespace wbsync::litmus
