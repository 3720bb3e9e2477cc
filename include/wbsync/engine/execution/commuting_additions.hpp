// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>

#include <utility>
#include <vector>

namespace wbsync::engine {

/// Starting over: the additions to an object commute until a load turns up that could have looked
/// in between. Then their order can be observed, they are writes like others from then on, and what
/// was explored so far was explored under a wrong assumption.
///
/// For example, two threads do atomic_inc(&n), a third one reads n and sees 0 or 2 in the
/// executions so far. Once it may read 1, which of the two increments it saw matters. The state is
/// that of the whole exploration, not of one execution.
class commuting_additions {
public:
    /// Whatever was learnt so far: all additions commute again.
    void forget();

    /// The order of the additions to `x` can be observed: the exploration has to start over.
    void is_observed(object_id x);

    /// O(objects whose additions are ordered).
    [[nodiscard]] bool commute(object_id x) const;

    /// Those whose additions do not commute.
    [[nodiscard]] const std::vector<object_id>& ordered() const noexcept { return ordered_; }
    void order(std::vector<object_id> objects) { ordered_ = std::move(objects); }

    [[nodiscard]] bool has_to_start_over() const noexcept { return start_over_; }
    void starts_over() noexcept { start_over_ = false; }

private:
    std::vector<object_id> ordered_;
    bool start_over_ = false;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/commuting_additions_inl.hpp>
#endif
