// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/races.hpp>
#include <wbsync/engine/search_node.hpp>

#include <algorithm>
#include <bit>
#include <vector>

namespace wbsync::engine {

/// The sequence that reverses a race: what does not depend on its first steps, and then the second
/// step. In the literature v = notdep(e, E).e', for a race of e and e' in E.
///
///     thread p: x = 1; y = 1        thread q: z = 1; r = x        run as  x=1  y=1  z=1  r=x
///
/// The race of x=1 and r=x: y=1 comes after x=1 in its thread, and is left out; z=1 does not depend
/// on it. So v is `z=1 r=x`, to be explored from the node before x=1.
///
/// Its initials I(v) are the threads whose first step in v depends on no earlier step of v, and so
/// could go first: { q }. Its weak initials WI(v) are these, and the threads that have no step in v
/// and whose next step commutes with all of v: they could be added. If a thread that sleeps at the
/// node is a weak initial of v, all that v leads to is explored.
///
/// v has at most n elements, the number of steps of the execution. Each question about a thread is
/// O(n), and has_initial() O(n) more. Not re-entrant.
class reversal {
public:
    /// One step of the sequence. The clock belongs to the creator of the sequence.
    struct element {
        wakeup_step step;
        timestamp seq;
        const vector_clock* clock;
    };

    /// Builds the sequence from the execution that `order` and `path` describe, in which the race
    /// was found. Both must outlive the sequence, since it refers to the clocks of `order`. O(n *
    /// t).
    void build(const causal_order& order, const search_path& path, const race& r) {
        elements_.clear();
        for (step_index i = r.first() + 1; i != order.done(); ++i) {
            if (i == r.second || race_finder::removes(order, r, i) ||
                mutated(mutant::second_step_only))
                continue;
            const event& e = order.at(i);
            elements_.push_back({as_run(path, i), e.seq, &e.clock});
        }
        if (r.seq > 1)
            last_ = order.step_of(r.step.thread, static_cast<timestamp>(r.seq - 1)).clock;
        else
            last_.fill(0);
        for (const element& e : elements_)
            if (dependent(e.step, r.step))
                last_.join(*e.clock);
        last_[r.step.thread] = r.seq;
        elements_.push_back({r.step, r.seq, &last_});
    }

    /// Step `i` with the choice that it made.
    [[nodiscard]] static wakeup_step as_run(const search_path& path, step_index i) {
        wakeup_step s = path[i].step;
        s.all_choices = false;
        return s;
    }

    [[nodiscard]] const std::vector<element>& elements() const noexcept { return elements_; }
    void assign(std::vector<element> elements) { elements_ = std::move(elements); }

    /// Could thread `t`, whose next step is `next`, go first? Then it is a weak initial.
    [[nodiscard]] bool has_weak_initial(thread_id t, const wakeup_step& next) const {
        const int k = first_of(t);
        return k >= 0 ? is_initial(k) : commutes_with(next);
    }

    /// Does the thread go first in some order of the sequence?
    [[nodiscard]] bool has_initial(thread_id t) const {
        const int k = first_of(t);
        return k >= 0 && is_initial(k);
    }

    /// The same question for a single choice of the thread.
    [[nodiscard]] bool has_initial(const explored_choice& c) const {
        const int k = first_of(c.thread);
        return k >= 0 && is_initial(k) &&
               elements_[static_cast<std::size_t>(k)].step.choice == c.choice;
    }

    /// Adds the sequence to a wakeup tree, unless the tree has a branch that leads to it:
    /// insert[E](v, B) in the literature. Returns whether it asks for anything new. Uses the
    /// sequence up. O(b * n) for a tree with b branches on the way.
    bool insert(wakeup_forest& forest, wakeup_forest::index& list) {
        bool asks = false;
        wakeup_forest::index parent = wakeup_forest::none;
        wakeup_forest::index branch = mutated(mutant::equal_branches) ? wakeup_forest::none : list;
        while (branch != wakeup_forest::none) {
            const wakeup_step& s = forest.step(branch);
            const int k = first_of(s.thread);
            if (!(k >= 0 ? is_initial(k) && same_choice(s, k) : commutes_with(s))) {
                branch = forest.sibling(branch);
                continue;
            }
            if (k >= 0) {
                if (elements_[static_cast<std::size_t>(k)].step.all_choices && !s.all_choices) {
                    forest.want_all_choices(branch);
                    asks = true;
                }
                elements_.erase(elements_.begin() + k);
            }
            if (elements_.empty() || forest.children(branch) == wakeup_forest::none)
                return asks;
            parent = branch;
            branch = forest.children(branch);
        }
        if (mutated(mutant::one_branch_a_node) && list != wakeup_forest::none)
            return false;
        for (const element& e : elements_)
            parent = parent == wakeup_forest::none ? forest.append(list, e.step)
                                                   : forest.append_child(parent, e.step);
        return true;
    }

private:
    /// Position of the first step of `t`, or -1.
    [[nodiscard]] int first_of(thread_id t) const {
        for (std::size_t k = 0; k != elements_.size(); ++k)
            if (elements_[k].step.thread == t)
                return static_cast<int>(k);
        return -1;
    }

    /// Can element `k` be run first?
    [[nodiscard]] bool is_initial(int k) const {
        const element& e = elements_[static_cast<std::size_t>(k)];
        for (int j = 0; j != k; ++j) {
            const element& before = elements_[static_cast<std::size_t>(j)];
            if (e.clock->covers(before.step.thread, before.seq))
                return false;
        }
        return true;
    }

    [[nodiscard]] bool same_choice(const wakeup_step& s, int k) const {
        const wakeup_step& mine = elements_[static_cast<std::size_t>(k)].step;
        return mine.choice == s.choice || mine.choice == any_choice || s.choice == any_choice;
    }

    [[nodiscard]] bool commutes_with(const wakeup_step& s) const {
        return std::none_of(elements_.begin(), elements_.end(),
                            [&](const element& e) { return dependent(e.step, s); });
    }

    std::vector<element> elements_;
    vector_clock last_; ///< of the last element
};

} // namespace wbsync::engine
