// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>
#include <wbsync/reserved_object.hpp>

#include <array>

namespace wbsync::engine {

/// Numbers for the objects of one execution. The number of an object tells who created it and how
/// many objects that thread had created before; it does not depend on what other threads do.
///
/// All functions are O(1). Call used_up() before next().
class object_numbers {
public:
    void reset() noexcept { created_.fill(0); }

    /// Has thread `creator`, or the set-up if that is -1, no number left?
    [[nodiscard]] bool used_up(thread_id creator) const noexcept;

    /// A fresh number.
    object_id next(thread_id creator) noexcept;

    /// The number of an object that exists exactly once in each execution, whoever uses it first.
    /// `i`: which one of several.
    static constexpr object_id reserved(reserved_object what, unsigned i = 0) noexcept {
        return static_cast<object_id>(setup_objects - 1 - reserved_number(what, i));
    }

    /// The number of a second object that belongs to `x`.
    static constexpr object_id companion(object_id x) noexcept {
        return static_cast<object_id>(x + all_objects);
    }

    /// The number that object `x` would have if threads `p` and `q` were exchanged.
    static object_id exchanged(object_id x, thread_id p, thread_id q) noexcept;

private:
    static constexpr unsigned setup_objects = 4096;
    static constexpr unsigned thread_objects = 128;
    static constexpr unsigned all_objects = setup_objects + max_threads * thread_objects;

    static constexpr std::size_t index(thread_id creator) noexcept {
        return static_cast<std::size_t>(creator) + 1;
    }
    static constexpr unsigned first_of(thread_id creator) noexcept {
        return setup_objects + static_cast<unsigned>(creator) * thread_objects;
    }

    std::array<unsigned, max_threads + 1> created_{};
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/object_numbers_inl.hpp>
#endif
