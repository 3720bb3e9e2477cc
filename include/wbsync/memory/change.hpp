// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wrapping.hpp>

#include <cstdint>

namespace wbsync::detail {

// Changes of a value for which processors have an instruction.

/// An addition.
struct plus {
    explicit constexpr plus(std::int64_t by) noexcept : n(by) {}
    constexpr std::int64_t operator()(std::int64_t v) const noexcept { return wrapping_sum(v, n); }
    std::int64_t n;
};

/// A subtraction.
constexpr plus minus(std::int64_t by) noexcept {
    return plus(wrapping_negation(by));
}

struct bit_and {
    explicit constexpr bit_and(std::int64_t mask) noexcept : n(mask) {}
    constexpr std::int64_t operator()(std::int64_t v) const noexcept { return v & n; }
    std::int64_t n;
};

/// andnot: clears the bits of the mask.
constexpr bit_and bit_clear(std::int64_t mask) noexcept {
    return bit_and(~mask);
}

struct bit_or {
    explicit constexpr bit_or(std::int64_t mask) noexcept : n(mask) {}
    constexpr std::int64_t operator()(std::int64_t v) const noexcept { return v | n; }
    std::int64_t n;
};

struct bit_xor {
    explicit constexpr bit_xor(std::int64_t mask) noexcept : n(mask) {}
    constexpr std::int64_t operator()(std::int64_t v) const noexcept { return v ^ n; }
    std::int64_t n;
};

/// Replaces the value.
struct put {
    explicit constexpr put(std::int64_t v) noexcept : value(v) {}
    constexpr std::int64_t operator()(std::int64_t /*before*/) const noexcept { return value; }
    std::int64_t value;
};

} // namespace wbsync::detail
