// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include <fmt/core.h>

namespace wbsync {

/// A value that may be chosen: used like a plain T, it remembers whether one was assigned. A chosen
/// value stays; otherwise() replaces only a value that was not chosen.
template <class T>
class setting {
public:
    constexpr setting(T value) : value_(std::move(value)), is_chosen_(true) {} // NOLINT: like a T

    /// A value that nobody has chosen yet.
    [[nodiscard]] static constexpr setting by_default(T value) {
        setting s(std::move(value));
        s.is_chosen_ = false;
        return s;
    }

    constexpr operator const T&() const noexcept { return value_; } // NOLINT: like a T

    [[nodiscard]] constexpr bool is_chosen() const noexcept { return is_chosen_; }

    /// Sets the value if nobody has chosen one; it still counts as not chosen.
    constexpr void otherwise(T value) {
        if (!is_chosen_)
            value_ = std::move(value);
    }

private:
    T value_;
    bool is_chosen_;
};

} // namespace wbsync

/// A file that formats one includes <fmt/format.h>, which is too expensive to include here.
template <class T>
struct fmt::formatter<wbsync::setting<T>> : fmt::formatter<T> {
    template <class Context>
    auto format(const wbsync::setting<T>& s, Context& to) const {
        return fmt::formatter<T>::format(s, to);
    }
};
