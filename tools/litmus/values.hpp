// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "deadline.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace wbsync::litmus {

/// Values of each location.
using value_sets = std::vector<std::set<std::int64_t>>;

/// Values that each thread may write, by thread and location.
using written_values = std::vector<value_sets>;

/// A superset of the values that executions of the test write: every arm of every branch is walked
/// with every value that may be read there. nullopt: there are too many, or the time ran out.
std::optional<written_values> values_of(const litmus_test& test, const deadline& until);

/// The values that the threads other than `process` write.
value_sets written_by_others(const written_values& all, std::size_t process);

} // namespace wbsync::litmus
