// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "errors.hpp"

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

namespace wbsync::tools {

/// The whole text as a number between `least` and `most`: no signs, bases or trailing characters
/// that would make it mean something else.
template <class Number>
Number parse_number(std::string_view what, std::string_view text, Number least, Number most) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    const bool whole = error != std::errc::invalid_argument && stopped == end && !text.empty();
    bool finite = true;
    if constexpr (std::is_floating_point_v<Number>)
        finite = std::isfinite(value);
    if (!whole || !finite)
        throw bad_usage(fmt::format("{}: '{}' is not a {}number", what, text,
                                    std::is_integral_v<Number> ? "whole " : ""));
    if (error == std::errc{} && value >= least && value <= most)
        return value;
    throw bad_usage(fmt::format("{} must be between {} and {}, not {}", what, least, most, text));
}

} // namespace wbsync::tools
