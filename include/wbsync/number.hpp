// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <fmt/core.h>

namespace wbsync {

/// Reads the whole text as a decimal number from `least`, which is not negative, to `most`: without
/// sign, blank, base or unit that would change its meaning. A fraction is allowed if Number is a
/// floating point type. Throws std::invalid_argument, whose message begins with `what`: the name of
/// the option or variable.
template <class Number>
[[nodiscard]] Number parse_number(std::string_view what, std::string_view text, Number least,
                                  Number most) {
    constexpr const char* kind = std::is_integral_v<Number> ? "whole number" : "number";
    if (text.empty())
        throw std::invalid_argument(
            fmt::format("{}: the value is empty, and a {} is needed", what, kind));
    const bool is_negative = text.front() == '-';
    const std::string_view digits = text.substr(is_negative ? 1 : 0);
    Number value{};
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value);
    bool is_number =
        error != std::errc::invalid_argument && stopped == end && !digits.starts_with('-');
    if constexpr (std::is_floating_point_v<Number>)
        is_number = is_number && std::isfinite(value);
    if (!is_number)
        throw std::invalid_argument(fmt::format("{}: '{}' is not a {}", what, text, kind));
    if (is_negative || error != std::errc{} || value < least || value > most)
        throw std::invalid_argument(
            fmt::format("{} must be between {} and {}, not {}", what, least, most, text));
    return value;
}

} // namespace wbsync
