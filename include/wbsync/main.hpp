// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/program.hpp>

/// The program's main(), for exactly one of its files: lists, checks and replays the models that
/// wbsync_program() names, with the command line of `wbsync`.
///
///     #include <wbsync/main.hpp>
///
///     wbsync::program::description wbsync_program() {
///         using namespace wbsync::catalogue;
///         return {.models = {{.version = "mine/v1",
///                             .summary = "the flag is set before the counter",
///                             .expected = sc_and_weak(holds),
///                             .check = [](const auto& with, const auto&) {
///                                 return wbsync::check<my_protocol>(with);
///                             }}}};
///     }
///
/// With wbsync::compiled nothing else is needed; header-only, the file needs CLI11.
wbsync::program::description wbsync_program();

int main(int argc, char** argv) {
    return wbsync::program::run(argc, argv, &wbsync_program);
}
