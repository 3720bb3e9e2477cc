// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/coverage.hpp>
#include <wbsync/engine/execution/state.hpp>

#include <algorithm>
#include <cstddef>

namespace wbsync::engine {

/// Notes what the executions exercise, so that a vacuous check is told from one that holds.
class exercise {
public:
    explicit exercise(const execution_state& state) : state_(state) {}

    void forget() { covered_ = {}; }

    /// Of all executions since forget().
    [[nodiscard]] const coverage& covered() const noexcept { return covered_; }

    void starts_threads() {
        covered_.threads = std::max(covered_.threads, state_.threads.without_servers());
    }

    /// A step that may block can end in a deadlock. What has no name is RCU's own: that two threads
    /// use RCU does not mean that they share anything.
    void announces(const operation& op) {
        if (op.when != nullptr && !op.idle)
            covered_.could_fail = true;
        if (!covered_.shared && op.name != nullptr)
            covered_.shared = users_.shares(op.object, state_.self, state_.stamp);
    }

    /// Something is evaluated that could fail.
    void evaluates_property() noexcept { covered_.could_fail = true; }

    /// The current thread frees a block of memory, the one with that index.
    void frees(std::size_t block) {
        if (state_.running() && !covered_.could_fail)
            covered_.frees(block, state_.self);
    }

    /// The current thread touches something that is no object of an operation. `user`: the thread
    /// that touched it first in this execution, -1 before that.
    void touches(thread_id& user) noexcept {
        if (covered_.shared || !state_.running())
            return;
        if (user < 0)
            user = state_.self;
        covered_.shared = user != state_.self;
    }

private:
    const execution_state& state_;
    coverage covered_;
    object_users users_;
};

} // namespace wbsync::engine
