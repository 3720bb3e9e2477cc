// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/catalogue.hpp"

#include <wbsync/report/json.hpp>
#include <wbsync/report/table.hpp>

#include <string>

namespace wbsync::tools {

/// A check to be run.
struct check_request {
    const models::model& of;
    models::parameter_values values;
    options with;
    report::style style; ///< of the counterexample
    bool fences = false; ///< show barriers in it also where they mean nothing
};

/// A check that was run.
struct check_outcome {
    report::json entry;         ///< as in {"results": […]}
    std::string counterexample; ///< laid out; empty if there is none
};

/// Runs the check in a process of its own: whatever happens there, the other checks still run, and
/// the memory is given back. A process that ends without a result is a finding "crash" if its own
/// doing ended it, otherwise the check is incomplete.
check_outcome run_isolated(const check_request& asked);

/// "finding P1"
std::string expectation_text(const models::expectation& e);

} // namespace wbsync::tools
