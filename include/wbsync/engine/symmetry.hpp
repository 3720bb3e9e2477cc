// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/causality.hpp>
#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/search_node.hpp>

#include <algorithm>
#include <bit>

namespace wbsync::engine {

/// Threads that run the same code: what one of them does after some steps, another one could do in
/// its place, if exchanging the two threads turns those steps into an equivalent execution. So only
/// one of them is explored there. (Kokologiannakis, Marmanis, Vafeiadis, "SPORE: combining symmetry
/// and partial order reduction", PLDI 2024, do so on execution graphs.)
///
///     p and q: r = x; x = r + 1          nobody has run: p and q can be exchanged. To explore p
///                                        first is to explore q first, up to names
///     after `p: r = x`                   they cannot: p has read, q has not
///     after `p: r = x`, `q: r = x`       they can again: both have, and neither saw the other
///
/// It looks at the explorer's order and path, which must outlive it. Functions are O(1) unless they
/// say otherwise.
class symmetry {
public:
    symmetry(const causal_order& order, const search_path& path) : order_(order), path_(path) {}

    void begin(const execution& run, bool wanted) {
        any_ = false;
        for (thread_id t = 0; t != run.thread_count(); ++t) {
            symmetric_[t] = wanted ? run.symmetric_threads(t) : 0;
            any_ = any_ || symmetric_[t] != 0;
        }
        threads_ = run.thread_count();
    }

    /// Are there symmetric threads at all?
    [[nodiscard]] bool any() const noexcept { return any_; }

    /// The threads with which `p` can be exchanged in the first `steps` steps. O(a * steps * t) for
    /// a symmetric threads out of t.
    [[nodiscard]] thread_set exchangeable_with(thread_id p, step_index steps) const {
        thread_set same = 0;
        for (thread_set left = symmetric_[p] & ~only(p); left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            if (exchangeable(p, q, steps))
                same |= only(q);
        }
        return same;
    }

private:
    [[nodiscard]] bool exchangeable(thread_id p, thread_id q, step_index steps) const {
        const auto& of_p = order_.steps_of(p);
        const auto& of_q = order_.steps_of(q);
        const auto taken = [&](const auto& own) {
            return std::lower_bound(own.begin(), own.end(), steps) - own.begin();
        };
        if (mutated(mutant::all_symmetric_exchangeable))
            return true;
        if (taken(of_p) != taken(of_q))
            return false;
        for (std::size_t k = 0; k != static_cast<std::size_t>(taken(of_p)); ++k)
            if (!mirrored(of_p[k], of_q[k]))
                return false;
        for (step_index i = 0; i != steps; ++i)
            if (order_.at(i).thread != p && order_.at(i).thread != q && !indifferent(i, p, q))
                return false;
        return true;
    }

    /// Is step `i` to its thread what step `j` is to its own? Steps that read an old store are
    /// taken not to be: the name of the store would have to be translated.
    [[nodiscard]] bool mirrored(step_index i, step_index j) const {
        const event& a = order_.at(i);
        const event& b = order_.at(j);
        if (a.access != b.access || path_[i].step.choice != 0 || path_[j].step.choice != 0 ||
            object_numbers::exchanged(a.object, a.thread, b.thread) != b.object)
            return false;
        for (thread_id r = 0; r != threads_; ++r) {
            const thread_id s = r == a.thread ? b.thread : r == b.thread ? a.thread : r;
            if (a.clock[r] != b.clock[s])
                return false;
        }
        return true;
    }

    /// Does step `i`, of another thread, relate to `p` and `q` in the same way?
    [[nodiscard]] bool indifferent(step_index i, thread_id p, thread_id q) const {
        const event& e = order_.at(i);
        return e.clock[p] == e.clock[q] && (e.clock[p] == 0 || path_[i].step.choice == 0) &&
               object_numbers::exchanged(e.object, p, q) == e.object;
    }

    const causal_order& order_;
    const search_path& path_;
    per_thread<thread_set> symmetric_;
    int threads_ = 0;
    bool any_ = false;
};

} // namespace wbsync::engine
