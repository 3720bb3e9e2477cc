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

/// The results of all executions of a test.
struct exploration {
    std::map<final_state, std::uint64_t> states; ///< with the number of executions
    std::uint64_t executions = 0;
    std::uint64_t sleep_set_blocked = 0;
    bool found = false;      ///< a state for which the proposition is true
    bool explained = false;  ///< it is known why the last execution got stuck
    bool excluded = false;   ///< no execution meets the goal
    std::string incomplete;  ///< the bound that was hit
    std::string unsupported; ///< a construct whose meaning became clear only when it was run

    void add(const exploration& more);
};

class standstill;

enum class extent : std::uint8_t {
    all_states, ///< every execution that meets the goal
    first,      ///< up to the first one for which the proposition is true
};

/// Runs executions of the test as a model of wbsync: its locations are atomic64_t, its threads call
/// the primitives of the library. The accesses in `reordered` may be performed late. `stuck` is
/// told what the threads wait for.
exploration explore(const litmus_test& test, const options& with, const reordering& reordered,
                    const goal& towards = {}, extent how = extent::all_states,
                    standstill* stuck = nullptr);

/// Runs the test under the memory model that `with` names, like a model in C++: all accesses in
/// program order, and no dependencies.
exploration explore_as_model(const litmus_test& test, const options& with);

/// Runs single executions that are to meet the goal. After each one that gets stuck it learns why,
/// and the next one avoids that. In the end either no order is left, or an execution gets stuck for
/// other reasons, and then nothing is known.
exploration learn(const litmus_test& test, const options& with, const reordering& reordered,
                  const goal& towards);

} // namespace wbsync::litmus
