// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/cli.hpp>

#include <wbsync/catalogue.hpp>

#include <vector>

namespace wbsync::program {

/// Runs `wbsync check`, prints its results and returns the exit code. Throws bad_usage before
/// anything is run.
int check_models(const std::vector<catalogue::model>& all, const request& asked);

/// Runs `wbsync sweep`, check_models() for each model at each of its small sizes
/// (catalogue::small_sizes). A counterexample is shown if it was not expected.
int sweep_models(const std::vector<catalogue::model>& all, const request& asked);

} // namespace wbsync::program
