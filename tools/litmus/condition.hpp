// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "cursor.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wbsync::litmus {

/// Parses what follows the threads: `locations`, `filter`, and `exists`, `~exists` or `forall`.
void parse_condition(cursor& at, litmus_test& test);

/// The values of litmus_test::shown at the end of an execution.
using final_state = std::vector<std::int64_t>;

/// Is the formula true of the state?
bool holds(const formula& f, const final_state& state);

/// A number, or the location if the number is its address.
std::string describe_value(const litmus_test& test, std::int64_t value);

/// "0:r0=1; x=2;"
std::string describe(const litmus_test& test, const final_state& state);

} // namespace wbsync::litmus
