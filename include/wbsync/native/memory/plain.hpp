// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/delay.hpp>

#include <type_traits>
#include <utility>

namespace wbsync {

/// An ordinary C++ variable that threads share: a race is undefined behaviour, which
/// ThreadSanitizer finds. As <wbsync/memory/plain.hpp>, but nothing else watches it.
template <class T>
class plain {
public:
    explicit plain(const label& /*name*/, T initial = T{}) : value_(std::move(initial)) {}
    plain(const plain&) = delete;
    plain& operator=(const plain&) = delete;

    [[nodiscard]] const T& read(const site& /*at*/ = site::here()) const {
        native::scheduling_point();
        if constexpr (std::is_scalar_v<T>) // also if the caller drops it: sanitizers see it then
            static_cast<void>(*static_cast<const volatile T*>(&value_));
        return value_;
    }
    void write(T value, const site& /*at*/ = site::here()) {
        native::scheduling_point();
        value_ = std::move(value);
    }
    /// The value, where no threads run.
    [[nodiscard]] const T& peek() const noexcept { return value_; }

private:
    T value_;
};

} // namespace wbsync
