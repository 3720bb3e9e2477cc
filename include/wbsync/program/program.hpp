// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

/// The command line program: list, check, replay, sweep, matrix and deep, for any models.
namespace wbsync::program {

/// A command that a program has besides those.
struct command {
    /// Adds a subcommand of the command line parser CLI11, and returns it.
    std::function<CLI::App*(CLI::App&)> add;
    /// Runs the command, if it was asked for; returns the exit status. May throw bad_usage.
    std::function<int()> run;
};

/// The description of a program.
struct description {
    /// The name that users call it by: in the commands that it prints, and in front of its
    /// messages. Empty: the name that it was called by, without the folders.
    std::string name = {};
    std::string version = {}; ///< "0.1.0"; empty: no --version
    std::string summary = {}; ///< a sentence for --help
    /// Folder that file names in documents are relative to; empty: names are as the compiler got
    /// them.
    std::string source_root = {};
    std::vector<catalogue::model> models = {};
    std::vector<command> more = {};
};

/// Does what the command line says, and returns the exit status of the process, as `wbsync --help`
/// explains it. Errors are reported on standard error; nothing is thrown.
[[nodiscard]] int run(int argc, const char* const* argv, description (*of)());

} // namespace wbsync::program

#ifndef WBSYNC_COMPILED
#include <wbsync/program/program_inl.hpp>
#endif
