// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "builtin.hpp"

#include <cstdint>
#include <string_view>

namespace wbsync::litmus {

/// The value of a binary operator of C. Where C leaves it undefined, it is 0.
std::int64_t apply(std::string_view op, std::int64_t a, std::int64_t b);

/// The value of a unary operator.
std::int64_t apply(std::string_view op, std::int64_t a);

/// The value after a read-modify-write.
std::int64_t combine(arithmetic how, std::int64_t a, std::int64_t n);

} // namespace wbsync::litmus
