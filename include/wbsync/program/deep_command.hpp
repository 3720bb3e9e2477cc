// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/cli.hpp>

#include <wbsync/catalogue.hpp>

#include <vector>

namespace wbsync::program {

/// Runs `wbsync deep`: checks each model that is expected to be verified at its default size at the
/// next larger one, prints the results and returns the exit code. Throws bad_usage before anything
/// is run.
int check_deeper(const std::vector<catalogue::model>& all, const request& asked);

} // namespace wbsync::program
