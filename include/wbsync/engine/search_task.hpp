// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/reversal.hpp>

#include <bit>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// A part of the search tree that is still to be explored: what is left to do at the nodes of a
/// path from the floor on. The nodes above the floor lead there and belong to other tasks. Their
/// trees stay there: these would be most of what a task has to carry.
///
///     root o       above the floor: the steps lead to the task, and what is left there belongs to
///          |       another one. A race whose first step is here is told to that: distant_reversal
///          o
///          |
///     - - -o- - -  floor
///         /|\       below it: whatever is left
///        o o o     belongs to this task
struct search_task {
    search_path path;
    step_index floor = 0;
    bool begun = false; ///< false: it is the whole search
    int threads = 0;    ///< declared by the model so far; 0: not known
    double share = 1;   ///< of the whole search, as far as one can tell
};

/// A race whose first step is at a node above the floor of the task that found it.
struct distant_reversal {
    struct element {
        wakeup_step step;
        timestamp seq;
        vector_clock clock;
    };

    step_index node = 0;
    std::vector<element> elements;
    std::vector<wakeup_step> next; ///< what each thread does next at the node
};

/// A node at which nothing is left to do, while there still is below it.
struct finished_node {
    step_index node = 0;
    search_node state;
};

/// Is a sleeping thread's step explored, or may another task still be exploring it?
enum class sleep_reason : std::uint8_t { explored, perhaps_under_way };

/// Adds the sequence to the tree of the node, unless what it leads to is known from elsewhere: from
/// a thread that is asleep there, or from one symmetric to the one that is explored. `next` gives
/// the next step of a thread at the node. Returns whether the sequence asks for anything new.
///
/// A sequence need not be planned if a sleeping thread has no step in it but could be added to it:
/// if it leads to something that is not explored with that thread first, the exploration of that
/// thread will have planned it. This is not so if that exploration is still under way. (So the
/// sleep set is tested against WI(v), or against I(v) if the exploration is under way.)
///
/// Uses the sequence up. O((s + b) * n) for s sleeping threads, b branches of the tree on the way,
/// and a sequence of n steps.
template <class Next>
bool plan(search_node& n, wakeup_forest& forest, reversal& sequence, sleep_reason are, Next next) {
    for (thread_set left = n.sleep | (n.restricted ? 0 : n.symmetric); left != 0;
         left &= left - 1) {
        const thread_id q = std::countr_zero(left);
        const bool explored =
            are == sleep_reason::explored || mutated(mutant::all_sleepers_explored);
        if (explored && !mutated(mutant::no_weak_initials)
                ? sequence.has_weak_initial(q, n.as_here(next(q)))
                : sequence.has_initial(q))
            return false;
    }
    for (const explored_choice& c : n.sleeping_choices)
        if (sequence.has_initial(c))
            return false;
    // In a node's own task the race is with the node's step; but the task may have gone on
    // meanwhile.
    if (!n.closed && (n.restricted ? sequence.has_initial({n.step.thread, n.step.choice})
                                   : sequence.has_initial(n.step.thread)))
        return false;
    return sequence.insert(forest, n.tree);
}

} // namespace wbsync::engine
