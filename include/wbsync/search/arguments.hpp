// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

/// The arguments of a model as text. Only equal arguments have equal texts: a saved search belongs
/// to its arguments.
namespace wbsync::search {

namespace detail {

template <class T>
inline constexpr bool is_product = false; ///< has a fixed number of parts, each of its own type
template <class... T>
inline constexpr bool is_product<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool is_product<std::pair<A, B>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
concept hashed = requires {
    typename T::hasher;
};

/// Can a range-for loop iterate over it?
template <class T>
concept range = requires(const T& t) {
    std::begin(t) != std::end(t);
    *std::begin(t);
};

template <range T>
using part_of_range = std::iter_value_t<decltype(std::begin(std::declval<const T&>()))>;

template <class T>
concept text = std::convertible_to<const T&, std::string_view>;

template <class T>
constexpr bool can_tell();

/// Excludes a range whose elements are of its own type, such as a path.
template <class Range, class Part>
constexpr bool can_tell_parts() {
    if constexpr (std::is_same_v<Range, Part>)
        return false;
    else
        return can_tell<Part>();
}

/// Can a `T` be written as text? This excludes pointers, and classes whose parts only their author
/// knows.
template <class T>
constexpr bool can_tell() {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_empty_v<T> || text<T>)
        return true;
    else if constexpr (is_optional<T>)
        return can_tell<typename T::value_type>();
    else if constexpr (is_product<T>)
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (can_tell<std::remove_cv_t<std::tuple_element_t<I, T>>>() && ...);
        }
    (std::make_index_sequence<std::tuple_size_v<T>>{});
    else if constexpr (range<T> && !hashed<T>) return can_tell_parts<T, part_of_range<T>>();
    else return false;
}

/// With all significant digits.
std::string tell_fraction(long double value);
/// With its length, since it may contain quotes.
std::string tell_text(std::string_view letters);

template <class T>
std::string tell(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
        return value ? "true" : "false";
    else if constexpr (std::is_enum_v<T>)
        return tell(static_cast<std::underlying_type_t<T>>(value));
    else if constexpr (std::is_floating_point_v<T>)
        return tell_fraction(value);
    else if constexpr (std::is_signed_v<T>)
        return std::to_string(static_cast<std::intmax_t>(value)); // also of a character
    else if constexpr (std::is_unsigned_v<T>)
        return std::to_string(static_cast<std::uintmax_t>(value));
    else if constexpr (text<T>) {
        if constexpr (std::is_pointer_v<T>)
            if (value == nullptr)
                return "nullptr";
        return tell_text(value);
    } else if constexpr (std::is_empty_v<T>)
        return "{}";
    else if constexpr (is_optional<T>)
        return value ? "{" + tell(*value) + "}" : "{}";
    else if constexpr (is_product<T>)
        return std::apply(
            [](const auto&... part) { return "{" + ((tell(part) + ";") + ... + "}"); }, value);
    else {
        std::string all = "{";
        for (const auto& part : value)
            all += tell(static_cast<const part_of_range<T>&>(part)) + ";";
        return all + "}";
    }
}

} // namespace detail

/// Arguments as text, as far as possible.
struct told_arguments {
    std::string text;
    std::string types;
    int unknown = 0; ///< the first one that cannot be written, from 1; 0: none
    const std::type_info* unknown_type = &typeid(void);
};

template <class... Args>
told_arguments tell_arguments(const Args&... args) {
    told_arguments all;
    int n = 0;
    [[maybe_unused]] const auto add = [&]<class T>(const T& value) {
        ++n;
        all.types.append(typeid(T).name()).append(" ");
        if constexpr (detail::can_tell<T>()) {
            all.text += (n == 1 ? "" : ", ") + detail::tell(value);
        } else if (all.unknown == 0) {
            all.unknown = n;
            all.unknown_type = &typeid(T);
        }
    };
    (add(args), ...);
    return all;
}

} // namespace wbsync::search

#ifndef WBSYNC_COMPILED
#include <wbsync/search/arguments_inl.hpp>
#endif
