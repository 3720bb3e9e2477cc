// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wbsync::litmus {

/// How a thread's last access communicates with the first one of the next thread.
enum class edge_kind : std::uint8_t {
    write_read, ///< store buffering: a load misses the next thread's store
    read_write, ///< load buffering: a store is read by the next thread
    mixed,      ///< each edge one or the other
};

struct generated_test {
    std::string name;
    std::string text;
    std::string expected;
};

/// `count` cycles of two to five threads. Each thread has two accesses, around a grace period or
/// inside of one read-side section. The outcome in which every edge of the cycle is seen is
/// forbidden iff there are grace periods, and at least as many as sections (LKMM's rcu axiom;
/// McKenney et al., "Linux-Kernel Memory Ordering: Help Arrives At Last!", 2016). The same seed
/// gives the same tests.
std::vector<generated_test> generate_rcu(std::uint64_t seed, int count, edge_kind edges);

} // namespace wbsync::litmus
