// SPDX-License-Identifier: BSD-3-Clause
// The program of `./run demo`: `wbsync` with the models of one protocol.
#include "models/all.hpp"

#include <wbsync/main.hpp>

wbsync::program::description wbsync_program() {
    return {.name = "wbsync",
            .version = WBSYNC_VERSION,
            .summary = "Checks the umount protocol; the program wbsync has all the models.",
            .source_root = WBSYNC_SOURCE_ROOT,
            .models = wbsync::models::all()};
}
