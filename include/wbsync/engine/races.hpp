// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/blocking_races.hpp>
#include <wbsync/engine/causality.hpp>
#include <wbsync/engine/wakeup_tree.hpp>

#include <algorithm>
#include <vector>

namespace wbsync::engine {

/// A step that could have come before others that it conflicts with. In the literature a race is a
/// pair of steps, so there is one step to remove; a step that blocks may need several steps out of
/// its way (blocking_races.hpp).
struct race {
    static constexpr step_index never_ran = -1;

    std::vector<step_index> removed; ///< the others, first one first; usually one
    step_index second;               ///< the step, or `never_ran`: `step` was left waiting
    wakeup_step step;
    timestamp seq;

    [[nodiscard]] step_index first() const noexcept { return removed.front(); }
};

/// Finds the races of an execution, step by step. Reversible races only: pairs of dependent steps
/// of different threads with nothing between them in the causal order.
///
///     thread 0: x = 1; y = 1        thread 1: r = y; s = x        run as  x=1  y=1  r=y  s=x
///
/// `y = 1` and `r = y` are a race. `x = 1` and `s = x` conflict, too, but `s = x` comes after `r =
/// y`, which comes after `y = 1`: it is in their causal future anyway, so the other order is found
/// after the first race is reversed.
///
/// The races of the steps that two executions have in common are kept from one to the next. Not
/// re-entrant.
class race_finder {
public:
    /// Forgets all races. O(1).
    void reset() noexcept {
        used_ = 0;
        blocking_.reset();
    }

    /// Forgets the races that end in step `second` or a later one.
    void keep_before(step_index second) noexcept {
        while (used_ != 0 &&
               (races_[used_ - 1].second == race::never_ran || races_[used_ - 1].second >= second))
            --used_;
    }

    /// Has a wait needed more sets of steps than blocking_races::max_sets?
    [[nodiscard]] bool cut() const noexcept { return blocking_.cut(); }

    template <class F>
    void for_each(F visit) const {
        for (std::size_t i = 0; i != used_; ++i)
            visit(races_[i]);
    }

    /// Finds the races that end in the operation that `t` performs next, as step `second`. To be
    /// called with ascending `second`, and with race::never_ran last. O(c^2) for c threads in
    /// conflict; for an operation that may block see blocking_races::find().
    void find(const causal_order& order, thread_id t, const operation& op, step_index second) {
        if (op.access == access_class::none)
            return;
        if (op.when == nullptr)
            find_direct(order, t, op, second);
        else if (!mutated(mutant::no_blocking_races))
            blocking_.find(order, t, op, [&](const std::vector<step_index>& removed) {
                add(order, t, op, second).removed = removed;
            });
    }

    /// Is step `i` one that the race removes, or does it depend on one?
    static bool removes(const causal_order& order, const race& r, step_index i) {
        for (const step_index s : r.removed)
            if (order.depends_on(i, s))
                return true;
        return false;
    }

private:
    race& add(const causal_order& order, thread_id t, const operation& op, step_index second) {
        if (used_ == races_.size())
            races_.emplace_back();
        race& r = races_[used_++];
        r.removed.clear();
        r.second = second;
        r.step = {t,          op.object, op.access_now(), op.chooses ? any_choice : 0,
                  op.chooses, op.chooses};
        r.seq = static_cast<timestamp>(order.steps_of(t).size() + 1);
        return r;
    }

    /// An operation that never blocks races with what it conflicts with directly.
    void find_direct(const causal_order& order, thread_id t, const operation& op,
                     step_index second) {
        const vector_clock& past = order.past(t);
        const access_class now = op.access_now();
        conflicts_.clear();
        order.for_each_conflict(op.object, now, [&](thread_id u, step_index i) {
            if (u != t && !past.covers(u, order.at(i).seq) && !is_dropped(order.at(i).access, now))
                conflicts_.push_back(i);
        });
        for (const step_index i : conflicts_)
            if (std::none_of(conflicts_.begin(), conflicts_.end(),
                             [&](step_index j) { return j != i && order.depends_on(j, i); }))
                add_direct(order, t, op, second, i);
    }

    /// Without the other step, `op` may turn from a change into a read, or from a read into a
    /// change.
    void add_direct(const causal_order& order, thread_id t, const operation& op, step_index second,
                    step_index first) {
        race& r = add(order, t, op, second);
        r.removed.push_back(first);
        if (op.changes == nullptr)
            return;
        r.step.conditional = true;
        if (mutated(mutant::reversed_step_keeps_class))
            return;
        r.step.access = op.access_without(without_conflicts(order, r.removed, only_conflict(0)));
    }

    std::vector<race> races_; ///< the first `used_` ones; the rest is kept for its memory
    std::size_t used_ = 0;
    std::vector<step_index> conflicts_; ///< scratch
    blocking_races blocking_;
};

} // namespace wbsync::engine
