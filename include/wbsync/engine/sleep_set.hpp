// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/search_node.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace wbsync::engine {

// Sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996):
// threads whose next step was explored already, and that sleep until somebody takes a step that
// does not commute with it. With p: x = 1, q: y = 1, and s: r = x:
//
//     node 0      p explored: p falls asleep
//       |  q      commutes with p: p sleeps on. `q p` is equivalent to `p q`, which was explored
//     node 1      sleep = { p }
//       |  s      reads what p writes: p wakes up. `q s p` is another trace than `p q s`
//     node 2      sleep = { }
//
// If at a node all threads that can run are asleep, the execution is sleep-set blocked, and given
// up. Each function is O(threads + sleeping choices), plus what it drops from the node's tree. A
// node keeps its sleep set as long as it is on the path; `run` must be at that node.

/// Does `q`, asleep before the step, stay asleep after it?
inline bool stays_asleep(const execution& run, thread_id q, const wakeup_step& s) {
    const operation* op = run.pending(q);
    return q != s.thread && op != nullptr &&
           (mutated(mutant::sleepers_never_wake) ||
            !dependent(op->object, op->access_now(), s.object, s.access));
}

/// Threads asleep before a step stay asleep after it if their next steps commute with it.
inline void inherit_sleep(const execution& run, const search_node& before, search_node& n) {
    for (thread_set left = before.sleep; left != 0; left &= left - 1) {
        const thread_id q = std::countr_zero(left);
        if (stays_asleep(run, q, before.step))
            n.sleep |= only(q);
    }
    n.sleep_as_reads = before.sleep_as_reads & n.sleep;
    for (const explored_choice& c : before.sleeping_choices)
        if (stays_asleep(run, c.thread, before.step))
            n.sleeping_choices.push_back(c);
}

/// Will anybody be asleep after the step of the node?
inline bool anybody_stays_asleep(const execution& run, const search_node& n) {
    for (thread_set left = n.sleep; left != 0; left &= left - 1)
        if (stays_asleep(run, std::countr_zero(left), n.step))
            return true;
    return std::any_of(
        n.sleeping_choices.begin(), n.sleeping_choices.end(),
        [&](const explored_choice& c) { return stays_asleep(run, c.thread, n.step); });
}

/// The step of the node is explored, and so are those of the threads symmetric to its own.
inline void put_to_sleep(search_node& n, wakeup_forest& forest) {
    for (thread_set left = n.symmetric & ~n.sleep; left != 0; left &= left - 1) {
        const thread_id q = std::countr_zero(left);
        wakeup_step next = n.step;
        next.thread = q;
        next.object = object_numbers::exchanged(next.object, n.step.thread, q);
        forest.drop_covered(n.tree, next);
    }
    const thread_set all = only(n.step.thread) | n.symmetric;
    if (n.step.conditional && n.step.access == access_class::read)
        n.sleep_as_reads |= all & ~n.sleep;
    n.sleep |= all;
}

/// What follows the step of the node is explored, or left to another task.
inline void leave(search_node& n, wakeup_forest& forest) {
    if (std::exchange(n.closed, true))
        return;
    ++n.ended;
    if (n.unexplored != 0)
        return;
    if (n.restricted)
        n.sleeping_choices.push_back({n.step.thread, n.step.choice});
    else
        put_to_sleep(n, forest);
}

} // namespace wbsync::engine
