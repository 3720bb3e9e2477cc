// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/operation.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// Small programs over the operations of the library, and how many executions an optimal
/// exploration runs for them.
namespace count_table {

using fuzz::kind;
using fuzz::operation;

using thread = std::vector<operation>;
using threads = std::vector<thread>;

// --- words for operations -----------------------------------------------------------------------

constexpr operation on(kind what, int x, int value = 0) {
    return {what, static_cast<std::int8_t>(x), static_cast<std::int8_t>(value)};
}
constexpr operation load(int x) {
    return on(kind::load, x);
}
constexpr operation acquire(int x) {
    return on(kind::load_acquire, x);
}
constexpr operation store(int x, int value = 1) {
    return on(kind::store, x, value);
}
constexpr operation release(int x, int value = 1) {
    return on(kind::store_release, x, value);
}
/// Adds without a result.
constexpr operation add(int x, int value = 1) {
    return on(kind::add, x, value);
}
constexpr operation fetch_add(int x, int value = 1) {
    return on(kind::fetch_add, x, value);
}
constexpr operation await(int x, int value = 1) {
    return on(kind::await_equal, x, value);
}
constexpr operation cmpxchg(int x) {
    return on(kind::cmpxchg, x, 2); // from 0 to 2
}
constexpr operation if_not_zero(operation o) {
    o.conditional = true;
    return o;
}
constexpr operation mb{kind::mb};
constexpr operation rmb{kind::rmb};
constexpr operation wmb{kind::wmb};
constexpr operation lock{kind::lock};
constexpr operation unlock{kind::unlock};
constexpr operation other_lock{kind::other_lock};
constexpr operation other_unlock{kind::other_unlock};
constexpr operation before_atomic{kind::before_atomic};
constexpr operation after_atomic{kind::after_atomic};
constexpr operation after_spinlock{kind::after_spinlock};
constexpr operation after_unlock_lock{kind::after_unlock_lock};
constexpr operation trylock{kind::trylock, 0, 1};
constexpr operation read_lock{kind::read_lock};
constexpr operation read_unlock{kind::read_unlock};
constexpr operation synchronize{kind::synchronize};
constexpr operation call_rcu{kind::call_rcu, 0, 1}; // adds 1 to x0
constexpr operation call_rcu_free{kind::call_rcu_free};
constexpr operation rcu_barrier{kind::rcu_barrier};
constexpr operation queue_work{kind::queue_work}; // adds 8 to x0
constexpr operation flush_work{kind::flush_work};
constexpr operation wake{kind::wake_var, 0};
constexpr operation wait_for(int value) {
    return on(kind::wait_var, 0, value);
}
constexpr operation kfree{kind::free};
constexpr operation use{kind::use};
constexpr operation dereference{kind::dereference};
constexpr operation unpublish{kind::unpublish};

inline threads times(int n, const thread& t) {
    return threads(static_cast<std::size_t>(n), t);
}
inline threads operator+(threads a, const threads& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// --- formulas -----------------------------------------------------------------------------------

constexpr std::uint64_t factorial(std::uint64_t n) {
    return n < 2 ? 1 : n * factorial(n - 1);
}
constexpr std::uint64_t power_of_2(int n) {
    return std::uint64_t{1} << n;
}
/// The number of interleavings of two sequences of a and b steps.
constexpr std::uint64_t shuffles(std::uint64_t a, std::uint64_t b) {
    return factorial(a + b) / factorial(a) / factorial(b);
}

/// A program, its executions under sc and under weak, and where the number comes from.
struct counted {
    std::string name;
    threads what;
    std::uint64_t sc;
    std::uint64_t weak;
};

/// For programs in which old values make no difference.
inline counted same(std::string name, threads what, std::uint64_t executions) {
    return {std::move(name), std::move(what), executions, executions};
}

// --- the table ----------------------------------------------------------------------------------

inline std::vector<counted> one_variable() {
    std::vector<counted> all;
    for (const int n : {2, 3, 4}) {
        const auto u = static_cast<std::uint64_t>(n);
        all.push_back(
            same(fmt::format("{} writers: n! orders", n), times(n, {store(0)}), factorial(u)));
        all.push_back(same(fmt::format("{} writers and a reader: (n + 1)! orders", n),
                           times(n, {store(0)}) + threads{{load(0)}}, factorial(u + 1)));
        all.push_back(same(fmt::format("{} readers and a writer: 2^n", n),
                           times(n, {load(0)}) + threads{{store(0)}}, power_of_2(n)));
        all.push_back(
            same(fmt::format("{} additions: one, they commute", n), times(n, {add(0)}), 1));
        all.push_back(same(fmt::format("{} additions and a reader: 2^n", n),
                           times(n, {add(0)}) + threads{{load(0)}}, power_of_2(n)));
        all.push_back(same(fmt::format("{} additions and a store: 2^n", n),
                           times(n, {add(0)}) + threads{{store(0)}}, power_of_2(n)));
    }
    all.push_back(same("2 writers, one of which reads first, and a reader: 3 * 3",
                       {{load(0), store(0)}, {load(0)}, {store(0)}}, 9));
    return all;
}

inline std::vector<counted> read_modify_writes() {
    const thread twice{fetch_add(0), fetch_add(0)};
    return {
        same("2 threads of 2: shuffles", times(2, twice), shuffles(2, 2)),
        same("2 threads of 3 and 2: shuffles", {{fetch_add(0), fetch_add(0), fetch_add(0)}, twice},
             shuffles(3, 2)),
        same("3 threads of 2: 6! / 2!^3", times(3, twice), 90),
        same("4 threads of 1: 4!", times(4, {fetch_add(0)}), 24),
        same("exchange and fetch_add: shuffles",
             {{on(kind::xchg, 0, 3), on(kind::xchg, 0, 4)}, twice}, shuffles(2, 2)),
        same("release and acquire ones: 3!",
             {{on(kind::fetch_add_release, 0, 1)},
              {on(kind::fetch_add_acquire, 0, 2)},
              {on(kind::fetch_add_relaxed, 0, 3)}},
             6),
        same("compare-and-exchange of 3 threads, of which the first one decides",
             times(3, {cmpxchg(0)}), 3),
        // The last thread sleeps where it would add, and fails later, after another one has added.
        same("a sleeper that adds where it sleeps, and fails where it runs: counted only",
             {{on(kind::add_unless, 2, 3)},
              {load(0)},
              {on(kind::add_unless, 2, 4), if_not_zero(on(kind::add_unless, 0, 1))},
              {on(kind::add_unless, 0, 4)}},
             6),
        same("on variables of their own: one", {{fetch_add(0)}, {fetch_add(1)}, {fetch_add(2)}}, 1),
        same("on two variables: the counts multiply",
             times(2, {fetch_add(0)}) + times(2, {fetch_add(1)}), 4),
    };
}

/// For loops that try again, only executions without a round in vain are counted.
inline std::vector<counted> loops() {
    const operation add_1 = on(kind::retry_add, 0, 1);
    const operation look = on(kind::retry_look, 0, 1);
    const operation even = on(kind::retry_undo, 0, 2);
    const operation both_locks = on(kind::retry_dance, 0, 1);
    return {
        same("increments by compare-and-exchange of 3 threads: 3!", times(3, {add_1}), 6),
        same("the same of 2 threads, twice: shuffles", times(2, {add_1, add_1}), shuffles(2, 2)),
        same("3 threads that look for a value, and who stores it: one",
             times(3, {look}) + threads{{store(0, 1)}}, 1),
        same("a lock that 3 threads try to get: 3!", times(3, {on(kind::retry_trylock, 0, 1)}), 6),
        same("two locks, of which the second one is tried, by 2 threads: 2", times(2, {both_locks}),
             2),
        same("a reader and two writers of a seqlock: 2!, each with 3 places for the reader",
             {{on(kind::retry_seqlock, 0, 0)},
              {on(kind::write_seqlock, 0, 1)},
              {on(kind::write_seqlock, 0, 2)}},
             6),
        // It adds before both stores or after them; or it adds in between, and subtracts again from
        // the second store's value.
        same("one that adds to an even number only, and stores of an odd and an even one: 3",
             {{even}, {store(0, 1), store(0, 2)}}, 3),
        same("the same, and one that learns only whether it is negative: counted only",
             {{even}, {store(0, 1), store(0, 2)}, {on(kind::add_negative, 0, 5)}}, 14),
        {"the same, and somebody who may see what was added for a while: counted only",
         {{even}, {store(0, 1), store(0, 2)}, {load(0), store(1)}, {load(1), load(0)}},
         155,
         191},
    };
}

inline std::vector<counted> litmus_shapes() {
    const threads sb{{store(0), load(1)}, {store(1), load(0)}};
    const threads sb_mb{{store(0), mb, load(1)}, {store(1), mb, load(0)}};
    const threads mp{{store(0), store(1)}, {load(1), load(0)}};
    const threads mp_fences{{store(0), wmb, store(1)}, {load(1), rmb, load(0)}};
    const threads mp_release{{store(0), release(1)}, {acquire(1), load(0)}};
    const threads lb{{load(0), store(1)}, {load(1), store(0)}};
    const threads writes{{store(0, 1), store(1, 2)}, {store(1, 1), store(0, 2)}};
    const threads iriw{{store(0)}, {store(1)}, {load(0), load(1)}, {load(1), load(0)}};
    const threads iriw_mb{{store(0)}, {store(1)}, {load(0), mb, load(1)}, {load(1), mb, load(0)}};
    return {
        // Two conflicting pairs, each in either order: 4, minus the cycle, which is the outcome
        // that weak adds.
        {"SB: 2^2 - 1, and 2^2", sb, 3, 4},
        same("SB+mb: fences leave the 3 of sc", sb_mb, 3),
        {"MP: 2^2 - 1, and the old value behind the flag", mp, 3, 4},
        same("MP+wmb+rmb", mp_fences, 3),
        same("MP+release+acquire", mp_release, 3),
        // R is SB with a store in place of one load. The flag doubles the number of outcomes.
        {"R, and a flag at its end: (2^2 - 1) * 2, and an old value, twice",
         {{store(0), load(1)}, {store(1), store(0), store(2)}, {load(2)}},
         6,
         8},
        same("LB: 2^2 - 1", lb, 3),
        same("2+2W: 2^2 - 1", writes, 3),
        // Four pairs: 2^4, minus the one cycle through both readers, each of which sees only one
        // store. Under weak that outcome exists: one reader comes first, the other misses the store
        // before it.
        {"IRIW: 2^4 - 1, and 2^4", iriw, 15, 16},
        same("IRIW+mb", iriw_mb, 15),
        same("3.SB+mb: 2^3 - 1",
             {{store(0), mb, load(1)}, {store(1), mb, load(2)}, {store(2), mb, load(0)}}, 7),
        {"SB+mb, with more accesses between: counted only",
         {{store(0), store(2, 1), load(1), mb, store(2, 2), load(1), store(2, 3)},
          {store(1), mb, load(2), load(2), load(0)}},
         20,
         46},
        // The three steps on the flag in any order: 3!. If the load comes before the store, the
        // data's load and store can have either order: 3 * 2, and 3.
        same("MP+release+acquire, with a relaxed read-modify-write of the flag",
             {{store(0), release(1)}, {on(kind::fetch_add_relaxed, 1, 1)}, {acquire(1), load(0)}},
             9),
    };
}

inline std::vector<counted> fences() {
    return {
        same("4 threads of fences only: one", times(4, {mb, wmb, rmb}), 1),
        same("3 writers between fences: 3!", times(3, {mb, store(0), wmb}), 6),
        same("2 threads of 2 exchanges between fences",
             times(2, {mb, fetch_add(0), mb, fetch_add(0), mb}), shuffles(2, 2)),
    };
}

inline std::vector<counted> old_values() {
    return {
        // The reader can come anywhere between the k stores: k + 1; no old value is forced.
        same("a reader and 3 stores: 4", {{store(0, 1), store(0, 2), store(0, 3)}, {load(0)}}, 4),
        // Loads in program order are interleaved with the stores; coherence forbids going back.
        {"2 loads and 2 stores: shuffles",
         {{store(0, 1), store(0, 2)}, {load(0), load(0)}},
         shuffles(2, 2),
         shuffles(2, 2)},
        // The flag after j of 2 stores: 2 + 1 places for the data's load under sc. Under weak the
        // load may miss stores that the flag follows: 0 or 1 of 2, too.
        {"a flag after 2 stores", {{store(0, 1), store(0, 2), store(1)}, {load(1), load(0)}}, 4, 6},
        {"a flag after additions of different amounts: the same, they are ordered in the end",
         {{add(0, 1), add(0, 2), store(1)}, {load(1), acquire(0)}},
         4,
         6},
        same("a flag after 2 stores, released and acquired",
             {{store(0, 1), store(0, 2), release(1)}, {acquire(1), load(0)}}, 4),
        // The new value, and then two orders of the stores to 1 and of those to 0: 2 * 2. The old
        // value: the own store to 1 is first under sc, and either under weak.
        {"the old value behind a store that came later: 4 + 1",
         {{store(1), load(2), if_not_zero(store(0))}, {store(2), store(1), store(0)}},
         5,
         6},
    };
}

inline std::vector<counted> spinlocks() {
    const thread once{lock, store(0), unlock};
    const thread twice{lock, unlock, lock, unlock};
    return {
        same("2 threads: 2!", times(2, once), 2),
        same("3 threads: 3!", times(3, once), 6),
        same("4 threads: 4!", times(4, {lock, unlock}), 24),
        same("2 threads, twice each: shuffles", times(2, twice), shuffles(2, 2)),
        same("3 threads, twice each: 6! / 2!^3", times(3, twice), 90),
        same("a section of loads and stores is one block",
             times(3, {lock, load(0), store(0), load(1), store(1), unlock}), 6),
        // The trylock comes before the lock, between lock and unlock (fails), or after them. If it
        // comes first, the lock comes after its unlock.
        same("a lock and a trylock: 3", {{lock, unlock}, {trylock}}, 3),
    };
}

/// Store buffering against a full barrier: 2^2 - 1, and the two old values unless this barrier is
/// full, too.
inline counted opposite_mb(std::string name, thread what, bool full) {
    return {std::move(name), {std::move(what), {store(1), mb, load(0)}}, 3, full ? 3U : 4U};
}

inline std::vector<counted> fences_of_operations() {
    return {
        opposite_mb("before an addition", {store(0), before_atomic, add(2), load(1)}, true),
        opposite_mb("after an addition", {store(0), add(2), after_atomic, load(1)}, true),
        opposite_mb("before nothing", {store(0), before_atomic, load(1)}, false),
        opposite_mb("after nothing", {store(0), after_atomic, load(1)}, false),
        opposite_mb("after a lock", {store(0), lock, unlock, after_spinlock, load(1)}, true),
        opposite_mb("after no lock", {store(0), after_spinlock, load(1)}, false),
        opposite_mb("after unlock and lock",
                    {store(0), lock, unlock, other_lock, after_unlock_lock, load(1), other_unlock},
                    true),
        opposite_mb("after a lock without unlock",
                    {store(0), lock, after_unlock_lock, load(1), unlock}, false),
        opposite_mb("the second of two barriers", {mb, store(0), mb, load(1)}, true),
        opposite_mb("with the load before the addition", {store(0), before_atomic, load(1), add(2)},
                    false),
        opposite_mb("with the store after the addition", {add(2), store(0), after_atomic, load(1)},
                    false),
        opposite_mb("with the store after the lock",
                    {lock, store(0), after_spinlock, load(1), unlock}, false),
        opposite_mb("with the store after the unlock",
                    {lock, unlock, store(0), other_lock, after_unlock_lock, load(1), other_unlock},
                    false),
    };
}

inline std::vector<counted> unlock_then_lock() {
    const thread writer{store(0), wmb, store(1)};
    const thread reader{acquire(1), load(0)};
    return {
        // Message passing: 2^2 - 1, and the old value after the flag unless it is ordered.
        same("loads", {writer, {load(1), lock, unlock, other_lock, load(0), other_unlock}}, 3),
        {"loads, with no lock after the unlock", {writer, {load(1), lock, unlock, load(0)}}, 3, 4},
        same("uses of what is freed then",
             {{use, lock, unlock, other_lock, store(0), other_unlock},
              {load(0), if_not_zero(kfree)}},
             2),
        same("stores", {{lock, store(0), unlock, other_lock, store(1), other_unlock}, reader}, 3),
        {"stores, with no unlock before the lock",
         {{store(0), lock, store(1), unlock}, reader},
         3,
         4},
        // A value that is read before and passed on after: three pairs, minus the cycle, which weak
        // shows.
        {"a store that was read: 2^3 - 1, and an old value",
         {{store(0)}, {lock, load(0), unlock, lock, store(1), unlock}, reader},
         7,
         8},
        // The order of the sections, and of each pair of accesses to 0 and to 1: 2^3, minus the
        // cycle.
        same("handed over, with what was read: 2^3 - 1",
             {writer, {lock, load(1), store(2), unlock}, {lock, load(2), load(0), unlock}}, 7),
    };
}

inline std::vector<counted> sleeping_locks() {
    const thread reads{{kind::down_read}, {kind::up_read}};
    const thread writes{{kind::down_write}, {kind::up_write}};
    const thread locks{{kind::mutex_lock}, {kind::mutex_unlock}};
    const thread completes{{kind::complete}};
    const thread waits{{kind::wait_for_completion}};
    return {
        same("4 readers: one, they commute", times(4, reads), 1),
        // A later thread arrives while another one is inside, and waits, or finds it free. With
        // three threads that is 8 ways for each order: the second waits (then the third arrives
        // before it, or after it at one of four moments) or not (then at one of two); or it waits
        // behind the third, which it overtakes.
        same("2 writers: 2! * 2", times(2, writes), 4),
        same("3 writers: 3! * 8", times(3, writes), 48),
        // Each reader has left before the writer comes, is inside at that moment, or comes after
        // it.
        same("3 readers and a writer: 3^3", times(3, reads) + threads{writes}, 27),
        same("2 readers and 2 writers", times(2, reads) + times(2, writes), 116),
        same("3 threads with a mutex: 3!", times(3, locks), 6),
        same("one completes, one waits: one", {completes, waits}, 1),
        same("2 complete: one, they commute", times(2, completes), 1),
    };
}

inline std::vector<counted> waits() {
    return {
        same("4 wait for a store: one", times(4, {await(0)}) + threads{{store(0)}}, 1),
        same("a chain of 3: one", {{store(0)}, {await(0), store(1)}, {await(1), store(2)}}, 1),
        same("a wait for all of 3 additions: one",
             times(3, {add(0)}) + threads{{await(0, 3), store(1)}}, 1),
        same("2 threads go on together and exchange: 2!",
             threads{{store(0)}} + times(2, {await(0), fetch_add(1)}), 2),
        same("a wait for 0 and 2 additions that cancel each other: before both, or after",
             {{add(0, 1)}, {add(0, -1)}, {await(0, 0)}}, 2),
        same("3 additions and a wait for what the last one adds: after that one, or after all",
             {{add(0, 1)}, {add(0, -1)}, {add(0, 2)}, {await(0, 2)}}, 2),
        same("a wait for the release of two",
             {{store(1), release(0)}, {on(kind::await_acquire_equal, 0, 1), load(1)}}, 1),
    };
}

inline std::vector<counted> grace_periods() {
    const thread section{read_lock, read_unlock};
    const thread period{synchronize};
    return {
        same("4 sections: one", times(4, section), 1),
        same("4 grace periods: one", times(4, period), 1),
        same("a section and a grace period: 2", {section, period}, 2),
        same("3 sections and a grace period: 2^3", times(3, section) + threads{period}, 8),
        same("a section and 3 grace periods: 2^3", times(3, period) + threads{section}, 8),
        same("2 sections and 2 grace periods: 2^4, less both ways round the circle",
             times(2, section) + times(2, period), 14),
        same("a section of two loads", {{read_lock, load(0), read_unlock}, period}, 2),
    };
}

inline std::vector<counted> callbacks() {
    return {
        same("one callback: one", {{call_rcu}}, 1),
        same("a callback and its barrier: one", {{call_rcu, rcu_barrier}}, 1),
        same("a callback and a section that starts before or after its grace period",
             {{call_rcu}, {read_lock, read_unlock}}, 2),
        same("2 callbacks of two threads", {{call_rcu}, {call_rcu}}, 4),
        same("a callback and a reader of what it does", {{call_rcu}, {load(0)}}, 2),
    };
}

inline std::vector<counted> work_items() {
    return {
        same("queue, once: one", {{queue_work}}, 1),
        // The flush sees whether the work has ended.
        same("queue and flush: 2", {{queue_work, flush_work}}, 2),
        // Either comes first. The other finds the work pending, or comes after PENDING was cleared
        // and makes it run again.
        same("two threads queue: 2 * 2", times(2, {queue_work}), 4),
        same("queue, and a reader of what it does: 2", {{queue_work}, {load(0)}}, 2),
    };
}

inline std::vector<counted> wait_var_event() {
    return {
        same("nobody waits", {{store(0), mb, wake}}, 1),
        // A failing test comes later instead, where it succeeds: as in an await.
        same("one waits, one wakes: one", {{wait_for(1)}, {store(0), mb, wake}}, 1),
        same("one waits, one wakes twice: one", {{wait_for(1)}, {store(0), mb, wake, wake}}, 1),
        same("one waits, two wake: one", {{wait_for(1)}, {store(0), mb, wake}, {wake}}, 1),
        same("two wait, one wakes: one", {{wait_for(1)}, {wait_for(1)}, {store(0), mb, wake}}, 1),
    };
}

inline std::vector<counted> objects() {
    return {
        same("freed by the last of 2 that put it: 2! orders",
             {{use, on(kind::fetch_add, 0, 1), if_not_zero(kfree)},
              {use, on(kind::fetch_add, 0, 1), if_not_zero(kfree)}},
             2),
        same("freed after a grace period: the reader finds it, or not",
             {{read_lock, dereference, read_unlock}, {unpublish, synchronize, kfree}}, 3),
        same("freed by a callback",
             {{read_lock, dereference, read_unlock}, {unpublish, call_rcu_free}}, 3),
        same("freed under a lock, once", times(2, {lock, on(kind::fetch_add, 0, 1), unlock}), 2),
    };
}

inline std::vector<counted> around_grace_periods() {
    return {
        // The section comes first, with its access; or the grace period, and then either access may
        // be first.
        same("a store in a section, and a load after a grace period: 1 + 2",
             {{read_lock, store(0), read_unlock}, {synchronize, load(0)}}, 3),
        same("a load in a section, and a store after a grace period: 1 + 2",
             {{read_lock, load(0), read_unlock}, {synchronize, store(0)}}, 3),
    };
}

struct group {
    std::string name;
    std::vector<counted> programs;
};

/// The whole table.
inline std::vector<group> groups() {
    return {{"one variable", one_variable()},
            {"read-modify-writes", read_modify_writes()},
            {"loops that try again", loops()},
            {"litmus shapes", litmus_shapes()},
            {"fences", fences()},
            {"old values", old_values()},
            {"spinlocks", spinlocks()},
            {"sleeping locks", sleeping_locks()},
            {"waits", waits()},
            {"grace periods", grace_periods()},
            {"callbacks", callbacks()},
            {"work items", work_items()},
            {"wait_var_event", wait_var_event()},
            {"objects", objects()},
            {"barriers of operations", fences_of_operations()},
            {"unlock, then lock", unlock_then_lock()},
            {"around grace periods", around_grace_periods()}};
}

} // namespace count_table
