// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace wbsync {

/// A sum as processors compute it: the smallest number comes after the largest.
constexpr std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// The number with the other sign; the smallest number is its own negation.
constexpr std::int64_t wrapping_negation(std::int64_t a) noexcept {
    return static_cast<std::int64_t>(-static_cast<std::uint64_t>(a));
}

} // namespace wbsync
