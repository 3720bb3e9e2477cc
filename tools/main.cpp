// SPDX-License-Identifier: BSD-3-Clause
// The program `wbsync`: the library's program, for the models of the repository, and litmus tests.
#include "litmus/litmus_command.hpp"

#include "models/all.hpp"

#include <wbsync/main.hpp>

wbsync::program::description wbsync_program() {
    using namespace wbsync;
    static litmus::request litmus;
    return {.name = "wbsync",
            .version = WBSYNC_VERSION,
            .summary = "Checks protocols of the Linux kernel in every interleaving, and with every "
                       "outcome of weak memory.",
            .source_root = WBSYNC_SOURCE_ROOT,
            .models = models::all(),
            .more = {{[](CLI::App& app) { return litmus::add_command(app, litmus); },
                      [] { return litmus::run_command(litmus); }}}};
}
