// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/vector_clock.hpp>

namespace wbsync::engine {

/// A set of the full fences of one execution that has, with a fence, all earlier ones of its
/// thread: what happens before something does. So it is a number for each thread.
///
/// insert_first() and count() are O(1), join() and empty() O(threads).
class fence_set {
public:
    /// The first `n` fences of thread `t` are in it.
    void insert_first(thread_id t, timestamp n) noexcept;
    /// No more than that.
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
    /// The stores up to these times are known, too. Loads of then are performed, and not known.
    vector_clock stores;

    void join(const view& other) noexcept;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/fence_set_inl.hpp>
#endif
