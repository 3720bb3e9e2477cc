// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/cli.hpp>

#include <wbsync/catalogue.hpp>

#include <vector>

namespace wbsync::program {

/// Runs `wbsync matrix`: checks the models at their default sizes, or reads what the manifests say,
/// prints the tables and returns the exit code. Throws bad_usage before anything is run.
int print_matrix(const std::vector<catalogue::model>& all, const request& asked);

} // namespace wbsync::program
