// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/causality.hpp>
#include <wbsync/engine/wakeup_tree.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// A step that could have come before others that it conflicts with.
struct race {
    static constexpr step_index never_ran = -1;

    std::vector<step_index> removed; ///< those others, first one first; usually one
    step_index second;               ///< the step, or `never_ran`: what it was that waited
    wakeup_step step;
    timestamp seq;

    [[nodiscard]] step_index first() const noexcept { return removed.front(); }
};

/// Finds the races of an execution, step by step.
class race_finder {
public:
    void reset() noexcept {
        used_ = 0;
        cut_ = false;
    }

    /// Forgets the races that end in step `second` or later.
    void keep_before(step_index second) noexcept {
        while (used_ != 0 &&
               (races_[used_ - 1].second == race::never_ran || races_[used_ - 1].second >= second))
            --used_;
    }

    /// More sets of steps would have had to be tried for a wait than max_sets.
    [[nodiscard]] bool cut() const noexcept { return cut_; }

    template <class F>
    void for_each(F visit) const {
        for (std::size_t i = 0; i != used_; ++i)
            visit(races_[i]);
    }

    /// Races that end in the operation that `t` performs next, as step `second`.
    void find(causal_order& order, thread_id t, const operation& op, step_index second) {
        if (op.access == access_class::none)
            return;
        if (op.when == nullptr)
            find_direct(order, t, op, second);
        else if (!mutated(mutant::no_blocking_races))
            find_blocking(order, t, op, second);
    }

    /// Does step `i` depend on one that the race removes, or is it one?
    static bool removes(const causal_order& order, const race& r, step_index i) {
        for (const step_index s : r.removed)
            if (order.depends_on(i, s))
                return true;
        return false;
    }

private:
    static constexpr std::size_t max_sets = 4096;

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
    void find_direct(causal_order& order, thread_id t, const operation& op, step_index second) {
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

    /// Without the other one it may change what it did not, or the other way round.
    void add_direct(const causal_order& order, thread_id t, const operation& op, step_index second,
                    step_index first) {
        race& r = add(order, t, op, second);
        r.removed.push_back(first);
        if (op.changes == nullptr)
            return;
        r.step.conditional = true;
        if (mutated(mutant::reversed_step_keeps_class))
            return;
        r.step.access = op.access_without(without(order, r.removed, 1));
    }

    /// A blocking operation may need several conflicting steps out of its way before it can run:
    /// the unlock before which it could not, and then the lock; two of three additions. So sets of
    /// them are tried, each with all that depends on it, and the smallest ones without which it can
    /// run are its races. Smaller rests are found from the executions that these lead to.
    void find_blocking(causal_order& order, thread_id t, const operation& op, step_index second) {
        collect_conflicts(order, t, op);
        if (conflicts_.empty())
            return;
        sums_ = are_additions(order, op) ? op.when->newest_value() : nullptr;
        tried_.clear();
        found_.clear();
        pending_.assign(1, 0);
        for (std::size_t next = 0; next != pending_.size(); ++next) {
            const std::uint64_t set = pending_[next];
            if (sums_ != nullptr && !may_lead_to_enabled(order, op, set))
                continue;
            for (std::size_t c = 0; c != conflicts_.size(); ++c) {
                if (((set >> c) & 1) == 0)
                    try_set(order, t, op, second, set | future_[c]);
            }
        }
        const bool see_old_store = !mutated(mutant::sums_see_no_old_store);
        if (sums_ != nullptr && found_.empty() && see_old_store) { // possible without all of them
            sums_ = nullptr;
            try_set(order, t, op, second, all_conflicts());
        }
    }

    void try_set(causal_order& order, thread_id t, const operation& op, step_index second,
                 std::uint64_t set) {
        if (contains_found(set) || std::find(tried_.begin(), tried_.end(), set) != tried_.end())
            return;
        if (sums_ != nullptr && set == all_conflicts())
            return;
        if (tried_.size() == max_sets) {
            cut_ = true;
            return;
        }
        tried_.push_back(set);
        if (!is_enabled_without(order, op, set)) {
            if (!mutated(mutant::blocking_races_of_one_step))
                pending_.push_back(set);
            return;
        }
        found_.push_back(set);
        race& r = add(order, t, op, second);
        for (std::size_t c = 0; c != conflicts_.size(); ++c)
            if (((set >> c) & 1) != 0)
                r.removed.push_back(conflicts_[c]);
    }

    [[nodiscard]] bool contains_found(std::uint64_t set) const {
        return std::any_of(found_.begin(), found_.end(),
                           [&](std::uint64_t f) { return (set & f) == f; });
    }

    [[nodiscard]] std::uint64_t all_conflicts() const {
        return ~std::uint64_t{0} >> (64 - conflicts_.size());
    }

    [[nodiscard]] bool is_enabled_without(const causal_order& order, const operation& op,
                                          std::uint64_t set) const {
        if (sums_ != nullptr)
            return op.when->accepts(*sums_ - sum_of(order, set));
        return op.when->enabled_without(without(order, conflicts_, set));
    }

    // If it waits for the value of a variable, and the conflicts are additions to it of which some
    // stay, there is nothing but a sum to be looked at: what is not in the past of the thread's
    // previous step cannot be passed over (visible_stores::list_options).

    [[nodiscard]] bool are_additions(const causal_order& order, const operation& op) const {
        const event& newest = order.at(order.last(op.object));
        return newest.access == access_class::add && conflicts_.front() > newest.phase_before;
    }

    [[nodiscard]] std::int64_t sum_of(const causal_order& order, std::uint64_t set) const {
        std::int64_t sum = 0;
        for (std::uint64_t left = set; left != 0; left &= left - 1)
            sum += order.at(conflicts_[static_cast<std::size_t>(std::countr_zero(left))]).delta;
        return sum;
    }

    /// Could it run without the set and some more, as far as one can tell from the least and the
    /// greatest sum?
    [[nodiscard]] bool may_lead_to_enabled(const causal_order& order, const operation& op,
                                           std::uint64_t set) const {
        const std::int64_t now = *sums_ - sum_of(order, set);
        const std::int64_t least = now - most_removable(order, set, 1);
        const std::int64_t greatest = now + most_removable(order, set, -1);
        constexpr std::int64_t too_many = 1024;
        if (greatest - least > too_many)
            return true;
        for (std::int64_t value = least; value <= greatest; ++value)
            if (op.when->accepts(value))
                return true;
        return false;
    }

    /// At least as much as the sum, times `sign`, of what can be removed besides the set. Who goes
    /// takes along an addition of the other sign, if one depends on it that nobody else takes
    /// along.
    [[nodiscard]] std::int64_t most_removable(const causal_order& order, std::uint64_t set,
                                              std::int64_t sign) const {
        const auto signed_delta = [&](int c) {
            return sign * order.at(conflicts_[static_cast<std::size_t>(c)]).delta;
        };
        std::int64_t most = 0;
        std::uint64_t taken = set;
        for (std::size_t c = 0; c != conflicts_.size(); ++c) {
            std::int64_t sum = signed_delta(static_cast<int>(c));
            if (((set >> c) & 1) != 0 || sum <= 0 || contains_found(set | future_[c]))
                continue;
            for (std::uint64_t left = future_[c] & ~taken; left != 0; left &= left - 1) {
                const int d = std::countr_zero(left);
                if (signed_delta(d) >= 0)
                    continue;
                taken |= std::uint64_t{1} << d;
                sum += signed_delta(d);
                break;
            }
            most += std::max<std::int64_t>(sum, 0);
        }
        return most;
    }

    /// conflicts_: the steps that conflict with the operation and are not in its thread's past,
    /// oldest first. future_[c]: those that depend on number c, itself included.
    void collect_conflicts(causal_order& order, thread_id t, const operation& op) {
        conflicts_.clear();
        const vector_clock& past = order.past(t);
        for (step_index i = order.last(op.object); i >= 0; i = order.at(i).previous) {
            const event& e = order.at(i);
            if (e.thread != t && !past.covers(e.thread, e.seq) &&
                dependent(e.object, e.access, op.object, op.access))
                conflicts_.push_back(i);
        }
        if (conflicts_.size() > 64) {
            cut_ = true;
            conflicts_.resize(64);
        }
        std::reverse(conflicts_.begin(), conflicts_.end());
        future_.assign(conflicts_.size(), 0);
        for (std::size_t c = 0; c != conflicts_.size(); ++c)
            for (std::size_t d = c; d != conflicts_.size(); ++d)
                if (d == c || order.depends_on(conflicts_[d], conflicts_[c]))
                    future_[c] |= std::uint64_t{1} << d;
    }

    /// A set of conflicts and all that depends on them.
    class without final : public removed_steps {
    public:
        without(const causal_order& order, const std::vector<step_index>& steps,
                std::uint64_t removed)
            : order_(order), steps_(steps), removed_(removed) {}

        bool operator()(step_index s) const override {
            for (std::uint64_t left = removed_; left != 0; left &= left - 1)
                if (order_.depends_on(s, steps_[static_cast<std::size_t>(std::countr_zero(left))]))
                    return true;
            return false;
        }

    private:
        const causal_order& order_;
        const std::vector<step_index>& steps_;
        std::uint64_t removed_;
    };

    std::vector<race> races_; ///< the first `used_` ones; the rest is kept for its memory
    std::size_t used_ = 0;
    bool cut_ = false;
    std::vector<step_index> conflicts_;
    std::vector<std::uint64_t> future_;
    std::vector<std::uint64_t> tried_;
    std::vector<std::uint64_t> found_;
    std::vector<std::uint64_t> pending_;
    const std::int64_t* sums_ = nullptr; ///< the value that is waited for, if only sums matter
};

} // namespace wbsync::engine
