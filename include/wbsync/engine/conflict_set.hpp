// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/causality.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// A set of steps that conflict with one operation: bit c stands for conflict number c.
using conflict_set = std::uint64_t;

constexpr conflict_set only_conflict(std::size_t c) noexcept {
    return conflict_set{1} << c;
}

/// The steps of an execution without a set of conflicts and all that depends on them. Asking for a
/// step costs O(size of the set).
class without_conflicts final : public removed_steps {
public:
    /// Both must outlive this object.
    without_conflicts(const causal_order& order, const std::vector<step_index>& conflicts,
                      conflict_set removed)
        : order_(order), conflicts_(conflicts), removed_(removed) {}

    bool operator()(step_index s) const override {
        for (conflict_set left = removed_; left != 0; left &= left - 1)
            if (order_.depends_on(s, conflicts_[static_cast<std::size_t>(std::countr_zero(left))]))
                return true;
        return false;
    }

private:
    const causal_order& order_;
    const std::vector<step_index>& conflicts_;
    conflict_set removed_;
};

/// The steps that conflict with an operation that blocks and are not in its thread's past, oldest
/// first. The future of each is the set of those that depend on it, itself included.
class wait_conflicts {
public:
    static constexpr std::size_t most = 64; ///< bits of a conflict_set

    /// False: there are more than `most`, and only the newest ones are kept. O(s + n^2) for s steps
    /// on the object, n of which conflict.
    bool collect(const causal_order& order, thread_id t, const operation& op) {
        steps_.clear();
        const vector_clock& past = order.past(t);
        for (step_index i = order.last(op.object); i >= 0; i = order.at(i).previous) {
            const event& e = order.at(i);
            if (e.thread != t && !past.covers(e.thread, e.seq) &&
                dependent(e.object, e.access, op.object, op.access))
                steps_.push_back(i);
        }
        const bool all_here = steps_.size() <= most;
        if (!all_here)
            steps_.resize(most);
        std::reverse(steps_.begin(), steps_.end());
        futures_.assign(steps_.size(), 0);
        for (std::size_t c = 0; c != steps_.size(); ++c)
            for (std::size_t d = c; d != steps_.size(); ++d)
                if (d == c || order.depends_on(steps_[d], steps_[c]))
                    futures_[c] |= only_conflict(d);
        return all_here;
    }

    [[nodiscard]] bool empty() const noexcept { return steps_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return steps_.size(); }
    [[nodiscard]] const std::vector<step_index>& steps() const noexcept { return steps_; }
    [[nodiscard]] step_index step(std::size_t c) const { return steps_[c]; }
    [[nodiscard]] conflict_set future(std::size_t c) const { return futures_[c]; }

    /// There must be one at least.
    [[nodiscard]] conflict_set all() const noexcept {
        return ~conflict_set{0} >> (most - steps_.size());
    }

private:
    std::vector<step_index> steps_;
    std::vector<conflict_set> futures_;
};

} // namespace wbsync::engine
