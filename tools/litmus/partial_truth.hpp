// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace wbsync::litmus {

/// The values of a final state, as far as they are known.
using partial_state = std::vector<std::optional<std::int64_t>>;

enum class truth : std::uint8_t { no, yes, unknown };

/// Is the formula true of all states that these values may belong to, or of none?
truth truth_of(const formula& f, const partial_state& state);

} // namespace wbsync::litmus
