// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "condition.hpp"
#include "deadline.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace wbsync::litmus {

/// The result of a test under the kernel's memory model.
struct kernel_answer {
    std::string result;           ///< Never, Sometimes or Always; empty: unknown
    std::set<final_state> states; ///< found states that pass the filter
    bool all_states = false;      ///< there are no others
    std::string race;             ///< a pair of accesses
    bool race_known = false;      ///< if no race was found, then no execution has one
    std::string error;            ///< the test's error
    std::string incomplete;       ///< why the result is unknown
    std::uint64_t candidates = 0; ///< executions that the model was asked about
};

/// Limits of the search, in steps of some nanoseconds. A question to the model about n events
/// counts as n³ / 8 steps, and at least 8 n². All limits together take less than the ten seconds of
/// a test.
struct kernel_limits {
    std::uint64_t for_states = 100'000'000; ///< to find all final states
    /// The same, if it has found no more than `few` by then.
    std::uint64_t for_few_states = 1'000'000'000;
    std::size_t few = 1'000;
    std::uint64_t for_result = 1'000'000'000; ///< to find the result, if there are too many states
};

/// Searches the executions of the test that the model allows. A test without many accesses is
/// decided exactly.
kernel_answer ask_kernel_model(const litmus_test& test, const deadline& until,
                               const kernel_limits& limits = {});

/// For a test with the result Never: why the model forbids one of the executions for which the
/// proposition would hold, see describe_cycle(). If there are several, it is one of those that get
/// furthest in the model's list of axioms. Empty: there is none, whatever the model says.
std::string why_never(const litmus_test& test, const deadline& until,
                      const kernel_limits& limits = {});

} // namespace wbsync::litmus
