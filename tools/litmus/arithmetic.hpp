// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "builtin.hpp"

#include <cstdint>
#include <string_view>

namespace wbsync::litmus {

/// The value of a binary operator of C. What C leaves undefined is 0.
std::int64_t apply(std::string_view op, std::int64_t a, std::int64_t b);

/// The value of a unary operator.
std::int64_t apply(std::string_view op, std::int64_t a);

/// What a read-modify-write makes of a value.
std::int64_t combine(arithmetic how, std::int64_t a, std::int64_t n);

} // namespace wbsync::litmus
