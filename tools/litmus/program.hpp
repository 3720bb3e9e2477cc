// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "condition.hpp"
#include "goal.hpp"
#include "reordering.hpp"

#include <cstdint>
#include <map>
#include <string>

#include <wbsync/options.hpp>
#include <wbsync/result.hpp>

namespace wbsync::litmus {

/// What came out of all executions of a test.
struct exploration {
    std::map<final_state, std::uint64_t> states; ///< with the number of executions
    std::uint64_t executions = 0;
    std::uint64_t redundant = 0;
    bool found = false;      ///< a state for which the proposition is true
    std::string race;        ///< the first pair of plain accesses that conflict
    std::string incomplete;  ///< the bound that was hit
    std::string unsupported; ///< a construct whose meaning showed only when it was run
};

/// Runs every execution of the test as a model of wbsync: its locations are atomic_t, its threads
/// call the primitives of the library. The accesses of `reordered` may be performed late. Of
/// executions only those that meet the goal `towards`; with `stop` up to the first one for which
/// the proposition is true.
exploration explore(const litmus_test& test, const options& with, const reordering& reordered,
                    const goal& towards = {}, bool stop = false);

} // namespace wbsync::litmus
