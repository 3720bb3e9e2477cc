// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <array>
#include <string_view>

namespace wbsync::litmus {

/// A way in which the library could be broken. It changes the function wherever a test calls it,
/// rather than what a place orders (options::weaken): the functions determine which accesses are
/// run out of order (reordering.hpp), before there is an execution.
struct mutant {
    std::string_view name;
    const builtin* (*instead)(const builtin&); ///< what the function does then; nullptr: unchanged
};

/// The fixed set that measures the power of tests.
extern const std::array<mutant, 6> mutants;

/// Makes the test call the broken functions. Returns whether it calls any.
bool apply(const mutant& m, litmus_test& test);

} // namespace wbsync::litmus
