// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/coverage.hpp>
#include <wbsync/engine/execution/state.hpp>

#include <cstddef>

namespace wbsync::engine {

/// Notes what the executions exercise, to tell a vacuous check from one that holds.
class exercise {
public:
    explicit exercise(const execution_state& state) : state_(state) {}

    void forget() { covered_ = {}; }

    /// The coverage of all executions since forget().
    [[nodiscard]] const coverage& covered() const noexcept { return covered_; }

    void starts_threads();

    /// A step that may block can end in a deadlock. An object without a name is RCU's own: two
    /// threads that use RCU do not share anything by that.
    void announces(const operation& op);

    /// A property is evaluated that could fail.
    void evaluates_property() noexcept { covered_.could_fail = true; }

    /// The current thread frees the block of memory with that index.
    void frees(std::size_t block);

    /// The current thread touches something that is not the object of an operation. `user` is the
    /// thread that touched it first in this execution, or -1.
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
