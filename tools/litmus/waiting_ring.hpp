// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "conflicts.hpp"

#include <cstddef>
#include <limits>
#include <vector>

namespace wbsync::litmus {

// Threads that are stuck form a ring: each of them waits for something that only the next one does,
// later. Some of these waits hold in every execution that meets the goal, such as the wait for a
// value that only one store gives. The others hold because of an order, of a section that started
// before a grace period. The ring is as good as these orders: an execution that has all of them
// is stuck as well. A goal of r == 1 gives one of length 1:
//
//     P0: rcu_read_lock(); r = READ_ONCE(y); rcu_read_unlock();
//     P1: synchronize_rcu(); WRITE_ONCE(y, 1);
//
//         P1 ------ the section of P0 started before the grace period ------> P0
//          ^                                                                  |
//          '-- y must be 1 for the goal, and that is a store of P1 alone -----'
//
// Only P1 waits for an order, so only P1 is a node here. Its edge goes to whoever P0 waits for in
// the end, which is P1 itself; the edge carries the order that is learnt: no execution with r == 1
// has the section before the grace period. The next one to be tried has them the other way round.
//
// The fewer orders that could be otherwise a ring has, the more executions does what is learnt from
// it exclude. So the shortest ring is looked for: an edge has length 1, and 64 more if its order is
// not one that all executions which meet the goal have.
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

    /// The orders of the shortest ring; none if there is no ring. To be called once, after all were
    /// added. O(threads^3).
    [[nodiscard]] std::vector<ordered_events> shortest();

private:
    static constexpr std::size_t infinite = std::numeric_limits<std::size_t>::max() / 4;
    static constexpr std::size_t could_be_otherwise = 64; ///< more than threads in any ring

    /// The shortest way between two threads that is known.
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
