// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace bench::peers {

/// Runs the programs of table.hpp, each for as long as WBSYNC_MAX_SECONDS says, by default two
/// minutes, which is what the peers had; `quick`: five seconds. Prints them as a Markdown table
/// with what other checkers needed: the published numbers, or those of the installed peers
/// (installed.hpp), which get the same time. Returns an exit status: 1 if something fails or takes
/// more executions than it used to.
int print_table(bool quick);

} // namespace bench::peers
