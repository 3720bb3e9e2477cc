// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/relation.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine::lkmm {

/// The kind of an event. The names in brackets are those of lock.cat and linux-kernel.bell.
enum class event_kind : std::uint8_t {
    read,
    write,
    fence,      ///< `barrier` says which one
    lock_read,  ///< spin_lock() and a spin_trylock() that succeeds: it sees the lock free (LKR)
    lock_write, ///< takes the lock (LKW); the next event of the thread
    unlock,     ///< spin_unlock() (UL)
    lock_fail,  ///< spin_trylock() that fails (LF)
    lock_held,  ///< spin_is_locked() that says yes (RL)
    lock_free,  ///< spin_is_locked() that says no (RU)
    rcu_lock,   ///< rcu_read_lock()
    rcu_unlock, ///< rcu_read_unlock()
    sync_rcu,   ///< synchronize_rcu()
    srcu_lock,  ///< srcu_read_lock(), srcu_down_read(): a read of its domain, the value is a cookie
    srcu_unlock, ///< srcu_read_unlock(), srcu_up_read(): a write of its domain, with the cookie
    sync_srcu,   ///< synchronize_srcu(), of a domain
};

/// The order that an access asks for in the program. The model ignores what is impossible for the
/// kind of access or for a read-modify-write that failed.
enum class access_order : std::uint8_t {
    plain,
    once,     ///< READ_ONCE(), WRITE_ONCE() and all that are marked and order nothing
    acquire,  ///< on both halves of a read-modify-write
    release,  ///< on both halves of a read-modify-write
    mb,       ///< a read-modify-write that is a full barrier
    noreturn, ///< the read of atomic_inc() and similar functions
};

/// Which fence.
enum class barrier_kind : std::uint8_t {
    mb,
    rmb,
    wmb,
    before_atomic,
    after_atomic,
    after_spinlock,
    after_unlock_lock,
    after_srcu_read_unlock,
    barrier, ///< barrier(): only for the compiler
};

/// One event of a candidate execution.
struct event {
    static constexpr int no_thread = -1;   ///< of an initial write
    static constexpr int no_location = -1; ///< of fences, and of RCU

    event_kind kind = event_kind::fence;
    int thread = no_thread;
    int location = no_location; ///< a variable, a lock, an SRCU domain
    std::int64_t value = 0;     ///< that is read or written
    access_order order = access_order::once;
    barrier_kind barrier = barrier_kind::mb;
    bool rmw = false; ///< part of a read-modify-write, even of one that failed

    [[nodiscard]] bool initial() const noexcept { return thread == no_thread; }
    [[nodiscard]] bool reads() const noexcept {
        using enum event_kind;
        return kind == read || kind == lock_read || kind == lock_fail || kind == lock_held ||
               kind == lock_free || kind == srcu_lock;
    }
    [[nodiscard]] bool writes() const noexcept {
        using enum event_kind;
        return kind == write || kind == lock_write || kind == unlock || kind == srcu_unlock;
    }
    [[nodiscard]] bool accesses() const noexcept { return reads() || writes(); }
    [[nodiscard]] bool plain() const noexcept {
        return (kind == event_kind::read || kind == event_kind::write) &&
               order == access_order::plain && !rmw && !initial();
    }
};

/// One candidate execution, or a part of it: events and their relations. Later additions never take
/// back a member of a relation, so a part that the model forbids stays forbidden.
///
/// Every location that is read before it is written has an initial write. A lock's initial write
/// says that it is free.
struct event_graph {
    std::vector<event> events;

    // Of the program. All of these are within a thread.
    relation po;   ///< program order, transitive; two accesses of one expression may have no order
    relation addr; ///< from a read to an access whose location depends on its value
    relation data; ///< from a read to a write whose value depends on its value
    relation ctrl; ///< from a read to an event that exists because of its value
    relation rmw;  ///< from the read to the write of a read-modify-write that did not fail

    // Of the execution.
    relation rf; ///< from a write to the reads that return its value
    relation co; ///< between writes of one location: transitive, and the initial write is first.
                 ///< Of a lock: no section begins within another one

    event_graph() = default;
    /// Without any relations yet.
    explicit event_graph(std::vector<event> all)
        : events(std::move(all)), po(events.size()), addr(events.size()), data(events.size()),
          ctrl(events.size()), rmw(events.size()), rf(events.size()), co(events.size()) {}

    [[nodiscard]] std::size_t size() const noexcept { return events.size(); }
};

} // namespace wbsync::engine::lkmm
