// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "litmus/litmus_command.hpp"

#include <wbsync/options.hpp>

#include <string>
#include <vector>

namespace wbsync::tools {

/// What the command line asks for.
struct request {
    enum class command {
        list,
        check,
        replay,
        sweep,
        matrix,
        deep,
        litmus,
        print
    } what = command::print;
    std::string text; ///< for print: help, or the version
    bool json = false;
    bool markdown = false;
    std::string recorded; ///< for matrix: the folder with the manifests; empty: run the checks
    std::string record;   ///< for deep: the file that keeps what was done
    bool trace = false;
    bool no_symmetry = false;
    int beyond = 1; ///< for sweep: how far above its default a parameter goes
    std::vector<std::string> globs;
    std::vector<std::string> parameters; ///< "key=value"
    std::vector<memory_kind> memories;
    options with;
    litmus::request litmus;
};

/// Throws bad_usage.
request parse_command_line(int argc, const char* const* argv, const char* version);

} // namespace wbsync::tools
