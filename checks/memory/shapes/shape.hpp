// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <string>
#include <vector>

/// The shapes of the literature on memory models, with what orders the accesses of each thread: as
/// models in C++, and as litmus tests.
namespace shapes {

/// What stands between, or is part of, the two accesses of a thread.
enum class ordering : std::uint8_t {
    po, ///< nothing
    rmb,
    wmb,
    mb,
    acquire,         ///< the first access is a smp_load_acquire()
    release,         ///< the second one is a smp_store_release()
    data,            ///< the value of the second one is that of the first
    addr,            ///< the first one fetches a pointer, by which the second one is reached
    ctrl,            ///< the second one is in an arm of an `if`
    after_branch,    ///< the second one comes after an `if` whose arm does something else
    fully_ordered,   ///< the first one is a read-modify-write that returns a value
    inc,             ///< the first one is an atomic_inc()
    inc_after,       ///< and smp_mb__after_atomic() follows it
    before_inc,      ///< smp_mb__before_atomic(), and atomic_inc() of something else
    unlock_lock,     ///< the first one is in a section of a spinlock, the second one in the next
    synchronize_rcu, ///< a grace period
    section,         ///< both are in a read-side section of RCU
};
std::string name_of(ordering o);

enum class kind : std::uint8_t { load, store };

/// Of x, y or z: 0, 1 or 2. A load's value is what the outcome asks for.
struct access {
    kind what;
    int variable;
    int value;
};

/// One or two accesses.
struct thread {
    std::vector<access> accesses;
    ordering between = ordering::po;
};

struct shape {
    std::string name; ///< of the literature: "MP"
    std::vector<thread> threads;
    int coherence = -1; ///< the variable whose last value is asked for as well; -1: none
    int last = 0;
    int coherence2 = -1; ///< another one
    int last2 = 0;

    /// "MP+wmb+rmb"
    [[nodiscard]] std::string full_name() const;
    /// y holds a pointer to x, once it is stored to.
    [[nodiscard]] bool has_pointer() const;
};

/// In the order of the page.
std::vector<shape> all();

/// Does a search find the outcome? Throws std::runtime_error if the check comes to something else.
bool happens(const shape& s, wbsync::memory_kind memory);

/// The same program for `wbsync litmus`, with the outcome as its condition.
std::string litmus(const shape& s);

} // namespace shapes
