// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/conflict_set.hpp>
#include <wbsync/wrapping.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace wbsync::engine {

/// The sums that a wait for the value of a variable may see, if it conflicts only with additions to
/// that variable. Removing some of them from the execution subtracts what they added, so only sums
/// have to be looked at, as long as one addition stays; and a set of removed additions is given up
/// as soon as no superset can reach a value that is waited for.
///
/// Two threads add 1 and subtract it again, and a third one waits for 0. They ran as a+ b+ a- b-,
/// and then came the wait. Removing a step removes its future, here the rest of its thread:
///
///     removed              value left     can still be reached by removing more
///
///     { }                       0
///     |-- { a+ a- }             0  race   (a superset would be none: it is not minimal)
///     |-- { b+ b- }             0  race
///     |-- { a- }                1         1 to 2: a+ and b+ lead to a superset of a race, b-
///     |                                   subtracts -1. No 0 among them: given up
///     `-- { b- }                1         1 to 2: given up
///
/// Four sets are tried. With n such threads there are 3^n - 1 sets, and 2n are tried.
///
/// Made for one operation; all arguments of the constructor must outlive it. The operation's guard
/// must have a newest value (guard::newest_value()).
class addition_sums {
public:
    addition_sums(const causal_order& order, const operation& op, const wait_conflicts& conflicts)
        : order_(order), op_(op), conflicts_(conflicts), newest_(*op.when->newest_value()) {}

    /// Does the wait see nothing but sums? It cannot pass over what is not in the past of its
    /// thread's previous step, so there is no old store for it to read while an addition stays
    /// (visible_stores::list_options()). There must be a conflict. O(1).
    [[nodiscard]] static bool decide(const causal_order& order, const operation& op,
                                     const wait_conflicts& conflicts) {
        const event& newest = order.at(order.last(op.object));
        return newest.access == access_class::add && conflicts.step(0) > newest.phase_before &&
               op.when->newest_value() != nullptr;
    }

    /// Could the wait go on without these additions? At least one must be left. O(size of the set).
    [[nodiscard]] bool is_enabled_without(conflict_set removed) const {
        return op_.when->accepts(value_without(removed));
    }

    /// Could the wait go on without these additions and some more, judged by the least and the
    /// greatest sum alone? `is_known` says which sets contain a race that was found: they need not
    /// be looked at. O(n) calls of it for n conflicts, and at most `most_values` of
    /// guard::accepts().
    template <class IsKnown>
    [[nodiscard]] bool may_lead_to_enabled(conflict_set removed, IsKnown is_known) const {
        const std::int64_t now = value_without(removed);
        const std::int64_t less = most_removable(removed, 1, is_known);
        const std::int64_t more = most_removable(removed, -1, is_known);
        if (less + more > most_values)
            return true;
        for (std::int64_t change = -less; change <= more; ++change)
            if (op_.when->accepts(wrapping_sum(now, change)))
                return true;
        return false;
    }

private:
    static constexpr std::int64_t most_values = 1024;

    [[nodiscard]] std::int64_t delta(int c) const {
        return order_.at(conflicts_.step(static_cast<std::size_t>(c))).delta;
    }

    [[nodiscard]] std::int64_t value_without(conflict_set removed) const {
        std::int64_t sum = 0;
        for (conflict_set left = removed; left != 0; left &= left - 1)
            sum += delta(std::countr_zero(left));
        return wrapping_sum(newest_, -sum);
    }

    /// An upper bound on the sum, times `sign`, of what can be removed besides the set. Removing an
    /// addition also removes an addition of the other sign that depends on it; each such one is
    /// counted once.
    template <class IsKnown>
    [[nodiscard]] std::int64_t most_removable(conflict_set removed, std::int64_t sign,
                                              IsKnown is_known) const {
        std::int64_t most = 0;
        conflict_set taken = removed;
        for (std::size_t c = 0; c != conflicts_.size(); ++c) {
            std::int64_t sum = sign * delta(static_cast<int>(c));
            if ((removed & only_conflict(c)) != 0 || sum <= 0 ||
                is_known(removed | conflicts_.future(c)))
                continue;
            for (conflict_set left = conflicts_.future(c) & ~taken; left != 0; left &= left - 1) {
                const int d = std::countr_zero(left);
                if (sign * delta(d) >= 0)
                    continue;
                taken |= conflict_set{1} << d;
                sum += sign * delta(d);
                break;
            }
            most += std::max<std::int64_t>(sum, 0);
        }
        return most;
    }

    const causal_order& order_;
    const operation& op_;
    const wait_conflicts& conflicts_;
    std::int64_t newest_;
};

} // namespace wbsync::engine
