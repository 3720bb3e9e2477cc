// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "goal.hpp"
#include "values.hpp"

#include <bitset>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wbsync::litmus {

/// Threads with more events are rejected, and so are tests with more than `max_test_events`.
constexpr std::size_t max_trace_events = 256;
constexpr std::size_t max_test_events = 1024;
constexpr std::size_t max_parts = 1024; ///< of a state; threads; locations; branches of a thread

/// Events of one thread, by their numbers.
using event_mask = std::bitset<max_trace_events>;

/// An event of a thread: one access, half of a read-modify-write, a fence, the end of a section.
struct trace_event {
    enum class kind : std::uint8_t {
        read,
        write,
        lock_read,  ///< spin_lock() sees that the lock is free
        lock_write, ///< and takes it
        lock_fail,  ///< spin_trylock() or spin_is_locked() sees that it is not
        lock_free,  ///< spin_is_locked() sees that it is free
        unlock,
        // These are no accesses. Those of SRCU have a location.
        barrier, ///< smp_mb() and the like: `fence` says which
        rcu_lock,
        rcu_unlock,
        synchronize,
    } what = kind::barrier;
    position at;
    int location = -1;
    std::int64_t value = 0; ///< what is read, or written
    bool plain = false;
    bool updates = false;  ///< part of a read-modify-write, even of one that failed
    bool acquires = false; ///< only if it orders: not if the read-modify-write failed
    bool releases = false;
    bool full = false;      ///< part of a read-modify-write that is a full barrier
    bool no_result = false; ///< the read of atomic_inc() and the like
    bool section = false;   ///< srcu_read_lock() is a read, srcu_read_unlock() a write
    fence_kind fence = fence_kind::full;
    int partner = -1;   ///< the other half of a read-modify-write
    int step = 0;       ///< only dependencies order events of one expression
    event_mask address; ///< reads on which the location depends
    event_mask data;    ///< reads on which the written value depends
    event_mask control; ///< reads that decide whether it is executed

    [[nodiscard]] bool reads() const noexcept {
        return what == kind::read || what == kind::lock_read || what == kind::lock_fail ||
               what == kind::lock_free;
    }
    [[nodiscard]] bool writes() const noexcept {
        return what == kind::write || what == kind::lock_write || what == kind::unlock;
    }
    /// Is it an access to a variable or a lock?
    [[nodiscard]] bool accesses() const noexcept { return reads() || writes(); }
};

/// One way through a thread, given the values of its reads.
struct trace {
    std::vector<trace_event> events;
    std::vector<std::int64_t> registers; ///< at the end
    std::string error;                   ///< its error; nothing follows it
};

/// Why the test is rejected; empty: it is small enough.
std::string too_large(const litmus_test& test);

/// Every way through a thread. A read returns what the thread itself wrote last, the initial value
/// if it wrote nothing, or a value that another thread writes.
struct trace_list {
    std::vector<trace> traces;
    std::string incomplete; ///< why some are missing; empty: all are there
};
/// `wanted`: registers that are of interest with only one value. `stop` is called now and then.
trace_list traces_of(const litmus_test& test, int process, const value_sets& others,
                     const goal& wanted, std::size_t at_most, const std::function<bool()>& stop);

} // namespace wbsync::litmus
