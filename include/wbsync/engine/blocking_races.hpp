// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/addition_sums.hpp>
#include <wbsync/engine/conflict_set.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace wbsync::engine {

/// The races of an operation that blocks. It may need several conflicting steps out of its way
/// before it can run: an unlock together with its lock, or two of three additions. So sets of
/// conflicting steps are tried, each step with all that depends on it: first the future of one
/// step, oldest first, then that of one more. The sets without which the operation can run are its
/// races, unless they contain one that was found before.
///
///     thread 0: lock; unlock        thread 1: lock; unlock        thread 2: lock
///
/// They ran in this order, l0 u0 l1 u1 l2. The races of l2:
///
///     { }
///     |-- { l0 u0 l1 u1 }   enabled: a race. Thread 2 may come first
///     |-- { u0 l1 u1 }      thread 0 has the lock: more has to go
///     |       `-- with l0: contains a race
///     |-- { l1 u1 }         enabled: a race. Thread 2 may come before thread 1
///     `-- { u1 }            thread 1 has the lock: more has to go
///             `-- with l1, u0 or l0: contains a race
///
/// Its scratch memory is kept. Not re-entrant: a guard must not lead back here.
class blocking_races {
public:
    static constexpr std::size_t max_sets = 4096; ///< tried for one wait

    void reset() noexcept { cut_ = false; }

    /// Has a wait needed more sets of steps, or more conflicts, than there is room for?
    [[nodiscard]] bool cut() const noexcept { return cut_; }

    /// Calls `visit` with the steps to remove for each race of `op`, oldest step first. `op` must
    /// one call of guard::enabled_without() each, or O(n) for n conflicts if only sums matter.
    template <class F>
    void find(const causal_order& order, thread_id t, const operation& op, F visit) {
        if (!conflicts_.collect(order, t, op))
            cut_ = true;
        if (conflicts_.empty())
            return;
        std::optional<addition_sums> sums;
        if (addition_sums::decide(order, op, conflicts_))
            sums.emplace(order, op, conflicts_);
        tried_.clear();
        found_.clear();
        pending_.assign(1, 0);
        const auto try_set = [&](conflict_set set) {
            if (look_at(order, op, sums, set) == answer::race)
                visit_race(set, visit);
        };
        for (std::size_t next = 0; next != pending_.size(); ++next) {
            const conflict_set set = pending_[next];
            if (sums && !sums->may_lead_to_enabled(
                            set, [&](conflict_set more) { return contains_race(more); }))
                continue;
            for (std::size_t c = 0; c != conflicts_.size(); ++c)
                if ((set & only_conflict(c)) == 0)
                    try_set(set | conflicts_.future(c));
        }
        if (sums && found_.empty() && !mutated(mutant::sums_see_no_old_store)) {
            sums.reset(); // without any addition it may read an old store
            try_set(conflicts_.all());
        }
    }

private:
    /// What a set turns out to be.
    enum class answer : std::uint8_t {
        race,       ///< the operation is enabled without it
        not_yet,    ///< the operation is not enabled without it: more has to go
        not_needed, ///< the set was tried, contains a race, or there is no room to try it
    };

    answer look_at(const causal_order& order, const operation& op,
                   const std::optional<addition_sums>& sums, conflict_set set) {
        if (contains_race(set) || std::find(tried_.begin(), tried_.end(), set) != tried_.end())
            return answer::not_needed;
        if (sums && set == conflicts_.all())
            return answer::not_needed;
        if (tried_.size() == max_sets) {
            cut_ = true;
            return answer::not_needed;
        }
        tried_.push_back(set);
        const bool enabled =
            sums ? sums->is_enabled_without(set)
                 : op.when->enabled_without(without_conflicts(order, conflicts_.steps(), set));
        if (enabled) {
            found_.push_back(set);
            return answer::race;
        }
        if (!mutated(mutant::blocking_races_of_one_step))
            pending_.push_back(set);
        return answer::not_yet;
    }

    template <class F>
    void visit_race(conflict_set set, F visit) {
        removed_.clear();
        for (std::size_t c = 0; c != conflicts_.size(); ++c)
            if ((set & only_conflict(c)) != 0)
                removed_.push_back(conflicts_.step(c));
        visit(removed_);
    }

    [[nodiscard]] bool contains_race(conflict_set set) const {
        return std::any_of(found_.begin(), found_.end(),
                           [&](conflict_set f) { return (set & f) == f; });
    }

    bool cut_ = false;
    wait_conflicts conflicts_;
    std::vector<conflict_set> tried_;
    std::vector<conflict_set> found_;   ///< the sets that are races
    std::vector<conflict_set> pending_; ///< the sets that are no races yet
    std::vector<step_index> removed_;
};

} // namespace wbsync::engine
