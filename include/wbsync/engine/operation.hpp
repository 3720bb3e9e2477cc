// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/mutants.hpp>
#include <wbsync/engine/site.hpp>

#include <cstdint>
#include <string>

namespace wbsync::engine {

/// Number of an object within one execution. It depends on who creates the object and on how many
/// that thread created before, never on the interleaving.
using object_id = std::uint16_t;

/// Index of a step in the execution; -1: before the first step.
using step_index = int;

enum class memory_order : std::uint8_t { relaxed, acquire, release, acq_rel };

constexpr bool acquires(memory_order o) noexcept {
    return o == memory_order::acquire || o == memory_order::acq_rel;
}
constexpr bool releases(memory_order o) noexcept {
    return o == memory_order::release || o == memory_order::acq_rel;
}

/// How an operation touches its object. Two operations on one object commute iff both read, or
/// both add; see dependent().
enum class access_class : std::uint8_t {
    none,  ///< conflicts with nothing: it only waits, or only ends something
    read,  ///< a load; also: the start of a read-side critical section
    add,   ///< an addition whose result nobody uses; also: the start of a grace period
    write, ///< a store, or a read-modify-write whose result matters
};

/// Is this a dependence that a mutant of the engine ignores?
constexpr bool is_dropped(access_class a, access_class b) noexcept {
    using enum access_class;
    const auto both = [&](access_class x, access_class y) {
        return (a == x && b == y) || (a == y && b == x);
    };
    return (mutated(mutant::writes_commute) && both(write, write)) ||
           (mutated(mutant::reads_commute_with_writes) && both(read, write)) ||
           (mutated(mutant::reads_commute_with_additions) && both(read, add));
}

/// The dependence relation of the exploration: do the two steps (of different threads) have an
/// observable order?
constexpr bool dependent(object_id a, access_class ca, object_id b, access_class cb) noexcept {
    return a == b && ca != access_class::none && cb != access_class::none &&
           (ca != cb || ca == access_class::write) && !is_dropped(ca, cb);
}

class guard;
class possible_change;
class removed_steps;

/// What a thread is about to do. It is announced before the thread gives way, so that the scheduler
/// knows the next operation of every thread.
struct operation {
    object_id object = 0;
    access_class access = access_class::none;
    std::int64_t delta = 0;      ///< what an addition adds
    bool chooses = false;        ///< it may read more than one store
    bool idle = false;           ///< a daemon waits here for work: it may be told to quit
    const guard* when = nullptr; ///< nullptr: never blocks
    /// A read-modify-write that may change nothing; nullptr: any other operation.
    const possible_change* changes = nullptr;
    const char* verb = "";       ///< as the reader knows it: "atomic_inc"
    const label* name = nullptr; ///< of the object
    site where;

    /// The class that it would have if it ran now.
    [[nodiscard]] access_class access_now() const;
    /// The class that it would have if the steps `gone` had not happened.
    [[nodiscard]] access_class access_without(const removed_steps& gone) const;
};

/// Steps that are imagined away, with all that depends on them.
class removed_steps {
public:
    virtual bool operator()(step_index s) const = 0;

protected:
    ~removed_steps() = default;
};

/// No step is imagined away.
struct nothing_gone {
    constexpr bool operator()(step_index) const noexcept { return false; }
};

/// The condition under which a read-modify-write changes its object. If it is false, the operation
/// is a read: two that fail commute. The condition depends only on what the object holds, so it is
/// the same in all executions of a trace.
///
/// Lives as long as a guard, and must not change anything either.
class possible_change {
public:
    [[nodiscard]] virtual bool happens() const = 0;
    /// Would the change happen without the steps `gone`?
    [[nodiscard]] virtual bool happens_without(const removed_steps& gone) const = 0;

    possible_change() = default;
    possible_change(const possible_change&) = delete;
    possible_change& operator=(const possible_change&) = delete;

protected:
    ~possible_change() = default;
};

/// The condition under which a blocking operation can run. The thread is never scheduled while it
/// is false: no spinning.
///
/// A guard lives on the stack of its thread, from execution::announce() until that returns. It must
/// not change anything, nor announce an operation: the scheduler asks it in any order, and as often
/// as it likes.
class guard {
public:
    /// Can the operation run on the newest state?
    [[nodiscard]] virtual bool enabled() const = 0;

    /// Can the operation run, if need be by reading an old store? A thread that can only run so may
    /// also never do it: a processor that spins sees the newest value in the end.
    [[nodiscard]] virtual bool enabled_by_old_store() const { return false; }

    /// Could the operation run if the steps `gone` had not happened? A guard that stays true once
    /// it is true returns false: nothing that came later can have disabled it, so there is no race
    /// to reverse.
    [[nodiscard]] virtual bool enabled_without(const removed_steps& gone) const = 0;

    /// The current value, if the condition is on the value of a variable; otherwise nullptr.
    [[nodiscard]] virtual const std::int64_t* newest_value() const { return nullptr; }
    [[nodiscard]] virtual bool accepts(std::int64_t /*value*/) const { return false; }

    /// Is this a loop that waits for a change of what it looked at? And has it changed?
    [[nodiscard]] virtual bool gave_up() const { return false; }
    [[nodiscard]] virtual bool is_outdated() const { return false; }

    /// For deadlock reports: "spin_lock(inode[0].i_lock), held by switcher[1]".
    [[nodiscard]] virtual std::string waits_for() const = 0;

    guard() = default;
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

protected:
    ~guard() = default;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/operation_inl.hpp>
#endif
