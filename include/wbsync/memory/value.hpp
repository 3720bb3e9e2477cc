// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/value.hpp>
#else

#include <wbsync/engine/execution.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <type_traits>

#include <fmt/core.h>

namespace wbsync {

namespace detail {

using engine::dependency;

/// Whom to tell of dependencies; nullptr: the memory model does not ask.
[[gnu::always_inline]] inline engine::dependencies* followed() {
    engine::execution* const run = engine::execution::current();
    return run != nullptr && run->running() ? run->memory().followed() : nullptr;
}

/// The name of the newest read of the current thread. `decides`: the value decides about all that
/// comes, whatever becomes of it.
[[gnu::always_inline]] inline dependency newest_read(const site& at, bool decides = false) {
    engine::dependencies* const by = followed();
    return by == nullptr ? 0 : by->newest_read(engine::execution::current()->self(), at, decides);
}

dependency join(dependency a, dependency b);
void decide(dependency of);
void begin_branch(dependency of);
void end_branch();
void depend_next_store(dependency of, bool replaces);
/// Of the whole block if it is one of kmalloc().
void depend_address(dependency of, const void* object, std::size_t size);
/// The same by what is found at `from`.
void lead_address(const void* from, const void* object, std::size_t size);

template <class T>
concept plain_number = std::is_arithmetic_v<T> ||
    (std::is_enum_v<T>&& std::is_convertible_v<T, std::int64_t>);

} // namespace detail

/// What was read of a variable, or was computed of such values: a `T`, and what that depends on.
/// READ_ONCE() and its like return it, and a model may go on with `auto`. Under a memory model that
/// knows dependencies (lkmm) those are of the program:
///
/// * data: arithmetic and comparisons depend on the reads that both sides depend on, and so does
///   the store that such a value is passed to.
/// * address: `->` and `*` of a value<T*>, and its conversion to T*: from then on what the thread
///   accesses in that object depends on the read that the pointer comes from. The object is the
///   whole block that kmalloc() returned, or the `T`.
/// * control: conversion to bool or to a plain `T`, as in `if`, decides about all later stores of
///   the thread. Stronger than the kernel's, in which it is only those in the arms: see branch.
///
/// Under other memory models it is a `T`. On real threads it is an alias of `T`.
/// tools/memory-model/Documentation/explanation.txt, "DEPENDENCY RELATIONS".
template <class T>
class value {
    static_assert(std::is_arithmetic_v<T> || std::is_pointer_v<T>);

public:
    constexpr value() noexcept = default;
    constexpr explicit value(T number, detail::dependency from = 0) noexcept
        : number_(static_cast<storage>(number)), from_(from) {}

    [[gnu::always_inline]] operator T() const { // NOLINT: models take it for a T
        if (from_ != 0) {
            point();
            detail::decide(from_);
        }
        return peek();
    }

    /// Another value, which depends on nothing.
    [[gnu::always_inline]] value& operator=(T number) noexcept { return *this = value(number); }

    [[gnu::always_inline]] T operator->() const requires std::is_pointer_v<T> {
        point();
        return peek();
    }
    template <class P = T>
    [[gnu::always_inline]] std::add_lvalue_reference_t<std::remove_pointer_t<P>>
    operator*() const requires std::is_pointer_v<P> {
        point();
        return *peek();
    }
    [[gnu::always_inline]] explicit operator bool() const requires std::is_pointer_v<T> {
        if (from_ != 0)
            detail::decide(from_);
        return peek() != nullptr;
    }

    /// It, for checks about an execution rather than in it: nothing depends on it then.
    [[nodiscard]] constexpr T peek() const noexcept { return static_cast<T>(number_); }
    /// What it depends on.
    [[nodiscard]] constexpr detail::dependency from() const noexcept { return from_; }

private:
    // Without padding: loops compare what is on the stack.
    using storage = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;

    [[gnu::always_inline]] void point() const {
        if constexpr (std::is_pointer_v<T>)
            if (from_ != 0)
                detail::depend_address(from_, number_, size());
    }
    static constexpr std::size_t size() noexcept {
        if constexpr (requires { sizeof(std::remove_pointer_t<T>); })
            return sizeof(std::remove_pointer_t<T>);
        else
            return 1;
    }

    storage number_{};
    detail::dependency from_ = 0;
};

namespace detail {

[[gnu::always_inline]] inline dependency join_some(dependency a, dependency b) {
    return a == b || b == 0 ? a : a == 0 ? b : join(a, b);
}

} // namespace detail

// Unary and binary operators.

#define WBSYNC_VALUE_UNARY(op)                                                                     \
    template <class T>                                                                             \
    [[gnu::always_inline]] inline auto operator op(const value<T>& a) {                            \
        return value<decltype(op a.peek())>(op a.peek(), a.from());                                \
    }
WBSYNC_VALUE_UNARY(+)
WBSYNC_VALUE_UNARY(-)
WBSYNC_VALUE_UNARY(~)
WBSYNC_VALUE_UNARY(!)
#undef WBSYNC_VALUE_UNARY

#define WBSYNC_VALUE_BINARY(op)                                                                    \
    template <class T, class U>                                                                    \
    [[gnu::always_inline]] inline auto operator op(const value<T>& a,                              \
                                                   const value<U>& b) requires requires {          \
        a.peek() op b.peek();                                                                      \
    }                                                                                              \
    {                                                                                              \
        return value<decltype(a.peek() op b.peek())>(a.peek() op b.peek(),                         \
                                                     detail::join_some(a.from(), b.from()));       \
    }                                                                                              \
    template <class T, detail::plain_number U>                                                     \
    [[gnu::always_inline]] inline auto operator op(const value<T>& a, U b) requires requires {     \
        a.peek() op b;                                                                             \
    }                                                                                              \
    { return value<decltype(a.peek() op b)>(a.peek() op b, a.from()); }                            \
    template <class T, detail::plain_number U>                                                     \
    [[gnu::always_inline]] inline auto operator op(U a, const value<T>& b) requires requires {     \
        a op b.peek();                                                                             \
    }                                                                                              \
    { return value<decltype(a op b.peek())>(a op b.peek(), b.from()); }
WBSYNC_VALUE_BINARY(+)
WBSYNC_VALUE_BINARY(-)
WBSYNC_VALUE_BINARY(*)
WBSYNC_VALUE_BINARY(/)
WBSYNC_VALUE_BINARY(%)
WBSYNC_VALUE_BINARY(&)
WBSYNC_VALUE_BINARY(|)
WBSYNC_VALUE_BINARY(^)
WBSYNC_VALUE_BINARY(<<)
WBSYNC_VALUE_BINARY(>>)
WBSYNC_VALUE_BINARY(==)
WBSYNC_VALUE_BINARY(!=)
WBSYNC_VALUE_BINARY(<)
WBSYNC_VALUE_BINARY(>)
WBSYNC_VALUE_BINARY(<=)
WBSYNC_VALUE_BINARY(>=)
#undef WBSYNC_VALUE_BINARY

#define WBSYNC_VALUE_POINTER(op)                                                                   \
    template <class T, class U>                                                                    \
    [[gnu::always_inline]] inline value<bool> operator op(const value<T*>& a, U* b) {              \
        return value<bool>(a.peek() op b, a.from());                                               \
    }                                                                                              \
    template <class T, class U>                                                                    \
    [[gnu::always_inline]] inline value<bool> operator op(U* a, const value<T*>& b) {              \
        return value<bool>(a op b.peek(), b.from());                                               \
    }                                                                                              \
    template <class T>                                                                             \
    [[gnu::always_inline]] inline value<bool> operator op(const value<T*>& a, std::nullptr_t) {    \
        return value<bool>(a.peek() op nullptr, a.from());                                         \
    }                                                                                              \
    template <class T>                                                                             \
    [[gnu::always_inline]] inline value<bool> operator op(std::nullptr_t, const value<T*>& b) {    \
        return value<bool>(b.peek() op nullptr, b.from());                                         \
    }
WBSYNC_VALUE_POINTER(==)
WBSYNC_VALUE_POINTER(!=)
#undef WBSYNC_VALUE_POINTER

#define WBSYNC_VALUE_ASSIGNMENT(op)                                                                \
    template <class T, class U>                                                                    \
    [[gnu::always_inline]] inline value<T>& operator op##=(value<T>& a, const U& b) {              \
        const auto result = a op b;                                                                \
        return a = value<T>(static_cast<T>(result.peek()), result.from());                         \
    }
WBSYNC_VALUE_ASSIGNMENT(+)
WBSYNC_VALUE_ASSIGNMENT(-)
WBSYNC_VALUE_ASSIGNMENT(*)
WBSYNC_VALUE_ASSIGNMENT(/)
WBSYNC_VALUE_ASSIGNMENT(%)
WBSYNC_VALUE_ASSIGNMENT(&)
WBSYNC_VALUE_ASSIGNMENT(|)
WBSYNC_VALUE_ASSIGNMENT(^)
WBSYNC_VALUE_ASSIGNMENT(<<)
WBSYNC_VALUE_ASSIGNMENT(>>)
#undef WBSYNC_VALUE_ASSIGNMENT

template <class T>
[[gnu::always_inline]] inline value<T>& operator++(value<T>& a) {
    return a += 1;
}
template <class T>
[[gnu::always_inline]] inline value<T>& operator--(value<T>& a) {
    return a -= 1;
}
template <class T>
[[gnu::always_inline]] inline value<T> operator++(value<T>& a, int) {
    const value<T> before = a;
    a += 1;
    return before;
}
template <class T>
[[gnu::always_inline]] inline value<T> operator--(value<T>& a, int) {
    const value<T> before = a;
    a -= 1;
    return before;
}

template <class Char, class Traits, class T>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& to,
                                             const value<T>& v) {
    return to << v.peek();
}

/// The condition of an `if`, whose arms alone depend on it, as in the kernel's memory model:
///
///     if (branch taken{READ_ONCE(x) == 1})
///         WRITE_ONCE(y, 1); // comes after the load
///     WRITE_ONCE(z, 1);     // need not
class branch {
public:
    template <class T>
    explicit branch(const value<T>& condition)
        : from_(condition.from()), taken_(static_cast<bool>(condition.peek())) {
        if (from_ != 0)
            detail::begin_branch(from_);
    }
    explicit branch(bool condition) noexcept : taken_(condition) {}
    ~branch() {
        if (from_ != 0)
            detail::end_branch();
    }
    branch(const branch&) = delete;
    branch& operator=(const branch&) = delete;

    explicit operator bool() const noexcept { return taken_ != 0; }

private:
    detail::dependency from_ = 0;
    std::int64_t taken_; ///< without padding, as in value
};

namespace detail {

/// What is stored, or changes what is there: a `T` or a value of one.
template <class T>
class operand {
public:
    constexpr operand(T plain) noexcept : number_(plain) {} // NOLINT: either is one
    template <std::convertible_to<T> U>
    constexpr operand(const value<U>& v) noexcept // NOLINT: either is one
        : number_(static_cast<T>(v.peek())), from_(v.from()) {}

    [[nodiscard]] constexpr T peek() const noexcept { return number_; }
    [[nodiscard]] constexpr dependency from() const noexcept { return from_; }

private:
    T number_;
    dependency from_ = 0;
};

using number_operand = operand<std::int64_t>;

/// The number, which the next store of the thread depends on.
template <class T>
[[gnu::always_inline]] inline T given(const operand<T>& n) {
    if (n.from() != 0)
        depend_next_store(n.from(), false);
    return n.peek();
}
/// The same of a read-modify-write that does not compute it from what is there.
template <class T>
[[gnu::always_inline]] inline T replacing(const operand<T>& n) {
    if (followed() != nullptr)
        depend_next_store(n.from(), true);
    return n.peek();
}

/// What the newest operation of the thread has read.
template <class T>
[[gnu::always_inline]] inline value<T> seen(T number, const site& at) {
    return value<T>(number, newest_read(at));
}
/// The same of what depends on an operand as well.
template <class T, class U>
[[gnu::always_inline]] inline value<T> seen(T number, const operand<U>& n, const site& at) {
    return value<T>(number, join_some(newest_read(at), n.from()));
}
/// Nobody looks at what the next read-modify-write of the thread reads.
[[gnu::always_inline]] inline void drop_next_result() {
    if (engine::dependencies* const to = followed())
        to->next_has_no_result(engine::execution::current()->self());
}
/// And of what was waited for, on which all depends that comes.
template <class T>
[[gnu::always_inline]] inline value<T> awaited(T number, const site& at) {
    return value<T>(number, newest_read(at, true));
}

/// Of a load whose address dependency is all that is asked for: the models that do not know it
/// order more.
[[gnu::always_inline]] inline engine::memory_order order_of_dependency() {
    return followed() != nullptr ? engine::memory_order::relaxed : engine::memory_order::acquire;
}

/// The pointer that has just been read leads to what it points to.
template <class T>
[[gnu::always_inline]] inline void point_newest_to(const T* object, const site& at) {
    if (const dependency from = newest_read(at, true); from != 0 && object != nullptr)
        depend_address(from, object, sizeof(T));
}
/// A part of an object, reached by a pointer, leads to the object.
template <class T>
[[gnu::always_inline]] inline T* whole(const void* part, T* object) {
    if (followed() != nullptr)
        lead_address(part, object, sizeof(T));
    return object;
}

} // namespace detail

} // namespace wbsync

/// As the number, with its format specification, as long as that has no braces of its own.
template <wbsync::detail::plain_number T>
struct fmt::formatter<wbsync::value<T>> {
    constexpr auto parse(fmt::format_parse_context& of) {
        begin_ = of.begin();
        end_ = begin_;
        while (end_ != of.end() && *end_ != '}')
            ++end_;
        return end_;
    }
    template <class Context>
    auto format(const wbsync::value<T>& v, Context& to) const {
        const T number = v.peek();
        const std::string how = "{:" + std::string(begin_, end_) + "}";
        const std::string text = fmt::vformat(how, fmt::make_format_args(number));
        return std::copy(text.begin(), text.end(), to.out());
    }

private:
    fmt::format_parse_context::iterator begin_{};
    fmt::format_parse_context::iterator end_{};
};

#ifndef WBSYNC_COMPILED
#include <wbsync/memory/value_inl.hpp>
#endif

#endif
