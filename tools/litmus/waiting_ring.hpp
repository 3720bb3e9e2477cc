// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "conflicts.hpp"

#include <cstddef>
#include <limits>
#include <vector>

namespace wbsync::litmus {

// Stuck threads form a ring: each of them waits for something that only the next one does later.
// Some of these waits exist in every execution that meets the goal, such as the wait for a value
// that only one store writes. The others exist because of an order: a section started before a
// grace period. Any execution with the same orders is stuck as well. The goal r == 1 gives a ring
// of length 1:
//
//     P0: rcu_read_lock(); r = READ_ONCE(y); rcu_read_unlock();
//     P1: synchronize_rcu(); WRITE_ONCE(y, 1);
//
//         P1 ------ the section of P0 started before the grace period ------> P0
//          ^                                                                  |
//          '-- y must be 1 for the goal, and that is a store of P1 alone -----'
//
// Only P1 waits for an order, so only P1 is a node here. Its edge leads to the thread that P0
// finally waits for, which is P1 itself. The edge carries the order that is learnt: no execution
// with r == 1 has the section before the grace period. The next attempt has them the other way
// round.
//
// The fewer avoidable orders a ring has, the more executions are excluded by what is learnt from
// it. So the shortest ring is searched for: an edge has length 1, and 64 more if its order is not
// one that all executions which meet the goal have.
//
//         A --1--> B --1--> A            two orders that always hold: length 2
//         A --65--> A                    one that could be otherwise: length 65

/// Rings of threads that wait for each other because of orders.
class waiting_ring {
public:
    /// Threads are numbered from 0 to `threads` - 1.
    explicit waiting_ring(std::size_t threads);

    /// Thread `from` cannot go on before thread `to` does. `always`: all executions that meet the
    /// goal have this order. O(1).
    void add(std::size_t from, std::size_t to, const ordered_events& because, bool always);

    /// The orders of the shortest ring; empty if there is no ring. To be called once, after all
    /// add() calls. O(threads^3).
    [[nodiscard]] std::vector<ordered_events> shortest();

private:
    static constexpr std::size_t infinite = std::numeric_limits<std::size_t>::max() / 4;
    static constexpr std::size_t could_be_otherwise = 64; ///< more than threads in any ring

    /// The shortest known path between two threads.
    struct way {
        std::size_t length;
        std::size_t next; ///< the thread after the first one
        ordered_events because = {};
    };

    [[nodiscard]] way& between(std::size_t from, std::size_t to) {
        return ways_[from * threads_ + to];
    }
    void find_shortest_ways();

    std::size_t threads_;
    std::vector<way> ways_;
};

} // namespace wbsync::litmus
