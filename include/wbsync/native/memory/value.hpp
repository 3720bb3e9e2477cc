// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/variable.hpp>

#include <cstdint>

// As <wbsync/memory/value.hpp>. The processor knows its dependencies; a compiler may break them, so
// that loads which rely on one are acquires.

namespace wbsync {

template <class T>
using value = T;

class branch {
public:
    template <class T>
    explicit branch(T condition) : taken_(static_cast<bool>(condition)) {}
    explicit operator bool() const noexcept { return taken_; }

private:
    bool taken_;
};

namespace detail {

template <class T>
using operand = T;
using number_operand = std::int64_t;

template <class T>
[[gnu::always_inline]] inline T given(T n) {
    return n;
}
template <class T>
[[gnu::always_inline]] inline T replacing(T n) {
    return n;
}

template <class T>
[[gnu::always_inline]] inline T seen(T number, const site& /*at*/) {
    return number;
}
template <class T, class U>
[[gnu::always_inline]] inline T seen(T number, U /*operand*/, const site& /*at*/) {
    return number;
}
[[gnu::always_inline]] inline void drop_next_result() {}
template <class T>
[[gnu::always_inline]] inline T awaited(T number, const site& /*at*/) {
    return number;
}

[[gnu::always_inline]] inline native::memory_order order_of_dependency() {
    return native::memory_order::acquire;
}

template <class T>
[[gnu::always_inline]] inline void point_newest_to(const T* /*object*/, const site& /*at*/) {}
template <class T>
[[gnu::always_inline]] inline T* whole(const void* /*part*/, T* object) {
    return object;
}

} // namespace detail

} // namespace wbsync
