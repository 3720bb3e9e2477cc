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

/// What the kernel's memory model says about a test.
struct kernel_answer {
    std::string result;           ///< Never, Sometimes or Always; empty: not known
    std::set<final_state> states; ///< that were found, and pass the filter
    bool all_states = false;      ///< there are no others
    std::string race;             ///< a pair of accesses
    bool race_known = false;      ///< if there is no race, then in no execution
    std::string error;            ///< what the test does wrong
    std::string incomplete;       ///< why the result is not known
    std::uint64_t candidates = 0; ///< executions that the model was asked about
};

/// How far the search goes: steps, of some nanoseconds. A question to the model about n events
/// counts as n³ / 8, and at least 8 n². All together take less than the ten seconds of a test.
struct kernel_limits {
    std::uint64_t for_states = 100'000'000; ///< to find all final states
    /// The same, if it has not found more than `few` until then.
    std::uint64_t for_few_states = 1'000'000'000;
    std::size_t few = 1'000;
    std::uint64_t for_result = 1'000'000'000; ///< to find the result, if those are too many
};

/// Looks for the executions of the test that the model allows. A test without many accesses is
/// decided exactly.
kernel_answer ask_kernel_model(const litmus_test& test, const deadline& until,
                               const kernel_limits& limits = {});

/// Of a test with the result Never: why the model forbids one of the executions with which the
/// proposition would hold, see describe_cycle(). Of several, one of those that get furthest down
/// the model's list of axioms. Empty: there is none, whatever the model says.
std::string why_never(const litmus_test& test, const deadline& until,
                      const kernel_limits& limits = {});

} // namespace wbsync::litmus
