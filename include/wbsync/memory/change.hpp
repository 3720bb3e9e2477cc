// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace wbsync::detail {

// Changes of a value that processors have an instruction for.

/// An addition.
struct plus {
    explicit constexpr plus(std::int64_t by) noexcept : n(by) {}
    constexpr std::int64_t operator()(std::int64_t v) const noexcept { return v + n; }
    std::int64_t n;
};

/// Another value in its place.
struct put {
    explicit constexpr put(std::int64_t v) noexcept : value(v) {}
    constexpr std::int64_t operator()(std::int64_t /*before*/) const noexcept { return value; }
    std::int64_t value;
};

} // namespace wbsync::detail
