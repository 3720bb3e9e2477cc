// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/vector_clock.hpp>

namespace wbsync::engine {

/// A set of full fences of one execution that contains, with each fence, all earlier ones of its
/// thread, because what happens before something is such a set. So it is a number for each thread.
///
/// insert_first() and count() are O(1), join() and empty() O(threads).
class fence_set {
public:
    /// Adds the first `n` fences of thread `t`.
    void insert_first(thread_id t, timestamp n) noexcept;
    /// Removes the fences of thread `t` after its first `n`.
    void keep_first(thread_id t, timestamp n) noexcept { count_[t] = n; }

    void clear() noexcept { count_.fill(0); }

    /// How many fences of the thread are in it.
    [[nodiscard]] timestamp count(thread_id t) const noexcept { return count_[t]; }

    void join(const fence_set& other) noexcept { count_.join(other.count_); }

    [[nodiscard]] bool empty(thread_set threads) const noexcept;

private:
    vector_clock count_;
};

/// What happens-before a point of an execution: events, as a clock, and full fences, as a set.
struct view {
    vector_clock clock;
    fence_set fences;
    /// Stores up to these times are known, too. Loads up to these times are performed, but not
    /// known.
    vector_clock stores;

    void join(const view& other) noexcept;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/fence_set_inl.hpp>
#endif
