// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/coverage.hpp>
#include <wbsync/engine/execution/state.hpp>

#include <cstddef>

namespace wbsync::engine {

/// Notes what the executions exercise, so that a vacuous check is told from one that holds.
class exercise {
public:
    explicit exercise(const execution_state& state) : state_(state) {}

    void forget() { covered_ = {}; }

    /// Of all executions since forget().
    [[nodiscard]] const coverage& covered() const noexcept { return covered_; }

    void starts_threads();

    /// A step that may block can end in a deadlock. What has no name is RCU's own: that two threads
    /// use RCU does not mean that they share anything.
    void announces(const operation& op);

    /// Something is evaluated that could fail.
    void evaluates_property() noexcept { covered_.could_fail = true; }

    /// The current thread frees a block of memory, the one with that index.
    void frees(std::size_t block);

    /// The current thread touches something that is no object of an operation. `user`: the thread
    /// that touched it first in this execution, -1 before that.
    void touches(thread_id& user) noexcept;

private:
    const execution_state& state_;
    coverage covered_;
    object_users users_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/exercise_inl.hpp>
#endif
