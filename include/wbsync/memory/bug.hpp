// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/bug.hpp>
#else

#include <wbsync/engine/execution.hpp>

#include <utility>

namespace wbsync {

/// Reports that `property` does not hold, and ends the execution. Not a step.
[[noreturn]] void violated(const char* property, std::string message,
                           const site& at = site::here());

namespace detail {

void evaluates_property() noexcept;

/// The execution under way has seen something wrong, and continues.
void note_warning(const char* text, const site& at);

} // namespace detail

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/memory/bug_inl.hpp>
#endif

#endif

#include <string>
#include <utility>

namespace wbsync {

/// States a property that must hold, by name: `ensure(list_empty(…), "P1", "VFS: Busy inodes …")`.
inline void ensure(bool holds, const char* property, std::string message,
                   const site& at = site::here()) {
    detail::evaluates_property();
    if (!holds)
        violated(property, std::move(message), at);
}

namespace detail {

inline void bug_on(bool condition, const char* text, const site& at) {
    evaluates_property();
    if (condition)
        violated("BUG_ON", text, at);
}

/// Notes a warning if the condition is true; the execution continues.
inline bool warn_on(bool condition, const char* text, const site& at) {
    evaluates_property();
    if (condition)
        note_warning(text, at);
    return condition;
}

} // namespace detail
} // namespace wbsync

// Macros, as in the kernel, because the finding quotes the condition.

/// The model is wrong if `condition` is true: finding "BUG_ON", which ends the execution.
#define BUG_ON(condition)                                                                          \
    ::wbsync::detail::bug_on(static_cast<bool>(condition), #condition, ::wbsync::site::here())

/// Like BUG_ON, but the execution continues to its end. Returns the condition.
#define WARN_ON(condition)                                                                         \
    ::wbsync::detail::warn_on(static_cast<bool>(condition), #condition, ::wbsync::site::here())
#define WARN_ON_ONCE(condition) WARN_ON(condition)
