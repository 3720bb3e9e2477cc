// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Random small programs over the operations of the library, for tests that compare schedulers.
namespace fuzz {

inline constexpr int max_program_threads = 6;
inline constexpr int max_variables = 3;
inline constexpr int max_results = 16;
inline constexpr int max_operations = 16; ///< in a thread

enum class kind : std::uint8_t {
    load,
    load_acquire,
    store,
    store_release,
    fetch_add,
    fetch_add_relaxed,
    fetch_add_acquire,
    fetch_add_release,
    xchg,
    add,
    mb,
    rmb,
    wmb,
    await_equal,
    await_not,
    await_acquire_equal,
    lock,
    unlock,
    read_lock,
    read_unlock,
    synchronize,
    cmpxchg,
    add_unless,
    other_lock,
    other_unlock,
    before_atomic,
    after_atomic,
    after_spinlock,
    after_unlock_lock,
    trylock, ///< with what it protects, and the unlock
    bug_on,
    plain_read,
    plain_write,
    use, ///< of an object that may be freed, correctly or not
    free,
    dereference, ///< fetches the pointer to the object, and uses what it points to
    unpublish,   ///< makes the pointer NULL
    call_rcu_free,
    call_rcu,
    rcu_barrier,
    queue_work,
    flush_work,
    wait_var,
    wake_var,
    llist_add,
    llist_del_all,
    percpu_add,
    percpu_sum,
    kfree_rcu,
    mutex_lock,
    mutex_unlock,
    down_read,
    up_read,
    down_write,
    up_write,
    down_read_trylock,  ///< with what it protects, and the up
    down_write_trylock, ///< with what it protects, and the up
    srcu_read_lock,
    srcu_read_unlock,
    synchronize_srcu,
    complete,
    wait_for_completion,
    try_wait_for_completion,
    write_seqlock, ///< with what it protects, and the unlock
    read_seqlock,  ///< one try, with what it reads if that is valid
    wait_event,
    wake_up,
    refcount_get,
    refcount_put,
    add_negative,  ///< returns only whether the sum is negative
    retry_add,     ///< load and compare-and-exchange until no other thread was in between
    retry_cmpxchg, ///< until the value is the expected one
    retry_look,    ///< until there is a value
    retry_xchg,    ///< until the old value was not the one stored
    retry_undo,    ///< add, and subtract again if the sum is not as wanted
    retry_trylock, ///< with what it protects, and the unlock
    retry_dance,   ///< one lock, and the other one if that is free; with the unlocks
    retry_seqlock, ///< until no writer was there
    // The same in undeclared loops.
    spin_look,
    spin_xchg,
    spin_bit, ///< set, until it was not
    spin_trylock,
    spin_count, ///< three times, at most
    atomic,     ///< one of <wbsync/memory/atomic_table.hpp>
    // Whose value decides about nothing.
    free_load,
    free_fetch_add,
    free_xchg,
};
inline constexpr int kind_count = static_cast<int>(kind::free_xchg) + 1;

constexpr bool is_free(kind k) {
    return k >= kind::free_load && k <= kind::free_xchg;
}

/// The name of the library's function.
constexpr const char* name_of(kind k) {
    switch (k) {
    case kind::load: return "READ_ONCE";
    case kind::load_acquire: return "smp_load_acquire";
    case kind::store: return "WRITE_ONCE";
    case kind::store_release: return "smp_store_release";
    case kind::fetch_add: return "atomic_fetch_add";
    case kind::fetch_add_relaxed: return "atomic_fetch_add_relaxed";
    case kind::fetch_add_acquire: return "atomic_fetch_add_acquire";
    case kind::fetch_add_release: return "atomic_fetch_add_release";
    case kind::xchg: return "atomic_xchg";
    case kind::add: return "atomic_add";
    case kind::mb: return "smp_mb";
    case kind::rmb: return "smp_rmb";
    case kind::wmb: return "smp_wmb";
    case kind::await_equal: return "await (==)";
    case kind::await_not: return "await (!=)";
    case kind::await_acquire_equal: return "await_acquire";
    case kind::lock: return "spin_lock";
    case kind::unlock: return "spin_unlock";
    case kind::read_lock: return "rcu_read_lock";
    case kind::read_unlock: return "rcu_read_unlock";
    case kind::synchronize: return "synchronize_rcu";
    case kind::cmpxchg: return "atomic_cmpxchg";
    case kind::add_unless: return "atomic_add_unless";
    case kind::other_lock: return "spin_lock (another)";
    case kind::other_unlock: return "spin_unlock (another)";
    case kind::before_atomic: return "smp_mb__before_atomic";
    case kind::after_atomic: return "smp_mb__after_atomic";
    case kind::after_spinlock: return "smp_mb__after_spinlock";
    case kind::after_unlock_lock: return "smp_mb__after_unlock_lock";
    case kind::trylock: return "spin_trylock";
    case kind::bug_on: return "BUG_ON";
    case kind::plain_read: return "plain read";
    case kind::plain_write: return "plain write";
    case kind::use: return "use of an object";
    case kind::free: return "kfree";
    case kind::dereference: return "rcu_dereference";
    case kind::unpublish: return "rcu_assign_pointer";
    case kind::call_rcu_free: return "call_rcu (kfree)";
    case kind::call_rcu: return "call_rcu";
    case kind::rcu_barrier: return "rcu_barrier";
    case kind::queue_work: return "queue_work";
    case kind::flush_work: return "flush_work";
    case kind::wait_var: return "wait_var_event";
    case kind::wake_var: return "wake_up_var";
    case kind::llist_add: return "llist_add";
    case kind::llist_del_all: return "llist_del_all";
    case kind::percpu_add: return "percpu_counter_add";
    case kind::percpu_sum: return "percpu_counter_sum";
    case kind::kfree_rcu: return "kfree_rcu";
    case kind::mutex_lock: return "mutex_lock";
    case kind::mutex_unlock: return "mutex_unlock";
    case kind::down_read: return "down_read";
    case kind::up_read: return "up_read";
    case kind::down_write: return "down_write";
    case kind::up_write: return "up_write";
    case kind::down_read_trylock: return "down_read_trylock";
    case kind::down_write_trylock: return "down_write_trylock";
    case kind::srcu_read_lock: return "srcu_read_lock";
    case kind::srcu_read_unlock: return "srcu_read_unlock";
    case kind::synchronize_srcu: return "synchronize_srcu";
    case kind::complete: return "complete";
    case kind::wait_for_completion: return "wait_for_completion";
    case kind::try_wait_for_completion: return "try_wait_for_completion";
    case kind::write_seqlock: return "write_seqlock";
    case kind::read_seqlock: return "read_seqbegin";
    case kind::wait_event: return "wait_event";
    case kind::wake_up: return "wake_up";
    case kind::refcount_get: return "refcount_inc_not_zero";
    case kind::refcount_put: return "refcount_dec_and_test";
    case kind::add_negative: return "atomic_add_negative";
    case kind::retry_add: return "retry_until (cmpxchg of what was read)";
    case kind::retry_cmpxchg: return "retry_until (cmpxchg)";
    case kind::retry_look: return "retry_until (READ_ONCE)";
    case kind::retry_xchg: return "retry_until (xchg)";
    case kind::retry_undo: return "retry_until (fetch_add or undo it)";
    case kind::retry_trylock: return "retry_until (spin_trylock)";
    case kind::retry_dance: return "retry_until (both locks)";
    case kind::retry_seqlock: return "retry_until (read_seqretry)";
    case kind::spin_look: return "while (READ_ONCE)";
    case kind::spin_xchg: return "while (xchg)";
    case kind::spin_bit: return "while (test_and_set_bit)";
    case kind::spin_trylock: return "while (!spin_trylock)";
    case kind::spin_count: return "while (READ_ONCE), three times";
    case kind::atomic: return "an operation of atomic_t";
    case kind::free_load: return "READ_ONCE, kept as a value";
    case kind::free_fetch_add: return "atomic_fetch_add_relaxed, kept as a value";
    case kind::free_xchg: return "atomic_xchg_relaxed, kept as a value";
    }
    return "";
}

/// What `--kinds` selects, bit by bit.
struct kind_group {
    const char* name;
    std::vector<kind> kinds; ///< those that may be drawn
    int one_in = 2;          ///< how many programs use it
};

inline const std::vector<kind_group>& groups() {
    static const std::vector<kind_group> all{
        {"load", {kind::load}},
        {"acquire", {kind::load_acquire}},
        {"store", {kind::store}},
        {"release", {kind::store_release}},
        {"rmw", {kind::fetch_add, kind::xchg}},
        {"rmw-order", {kind::fetch_add_relaxed, kind::fetch_add_acquire, kind::fetch_add_release}},
        {"add", {kind::add}},
        {"mb", {kind::mb}},
        {"fence", {kind::rmb, kind::wmb}},
        {"await", {kind::await_equal, kind::await_not, kind::await_acquire_equal}},
        {"lock", {kind::lock, kind::other_lock}},
        {"rcu", {kind::read_lock, kind::synchronize}},
        {"cmpxchg", {kind::cmpxchg, kind::add_unless}, 4},
        {"trylock", {kind::trylock}, 8},
        {"bug", {kind::bug_on}, 8},
        {"plain", {kind::plain_read, kind::plain_write}, 12},
        {"heap", {kind::use, kind::free}, 12},
        {"pointer",
         {kind::dereference, kind::unpublish, kind::free, kind::call_rcu_free, kind::kfree_rcu},
         12},
        {"callback", {kind::call_rcu, kind::rcu_barrier}, 16},
        {"work", {kind::queue_work, kind::flush_work}, 16},
        {"event", {kind::wait_var, kind::wake_var}, 16},
        {"llist", {kind::llist_add, kind::llist_del_all}, 16},
        {"percpu", {kind::percpu_add, kind::percpu_sum}, 16},
        {"mutex", {kind::mutex_lock}, 12},
        {"rwsem",
         {kind::down_read, kind::down_read, kind::down_write, kind::down_read_trylock,
          kind::down_write_trylock},
         12},
        {"srcu", {kind::srcu_read_lock, kind::synchronize_srcu}, 12},
        {"completion",
         {kind::complete, kind::complete, kind::wait_for_completion, kind::try_wait_for_completion},
         12},
        {"seqlock", {kind::write_seqlock, kind::read_seqlock}, 16},
        {"wait", {kind::wait_event, kind::wake_up}, 16},
        {"refcount", {kind::refcount_get, kind::refcount_put}, 16},
        {"atomic-fence", {kind::before_atomic, kind::after_atomic}, 6},
        {"lock-fence", {kind::after_spinlock, kind::after_unlock_lock}, 6},
        {"retry",
         {kind::retry_add, kind::retry_cmpxchg, kind::retry_look, kind::retry_xchg,
          kind::retry_undo},
         6},
        {"retry-lock", {kind::retry_trylock, kind::retry_dance, kind::retry_seqlock}, 8},
        {"spin",
         {kind::spin_look, kind::spin_xchg, kind::spin_bit, kind::spin_trylock, kind::spin_count},
         8},
        {"told", {kind::add_negative}, 8},
        {"atomic", {kind::atomic}, 1},
        {"free-load", {kind::free_load}, 1},
        {"free-rmw", {kind::free_fetch_add, kind::free_xchg}, 1},
    };
    return all;
}

/// The groups that programs are drawn from by default: a group that is added later changes no
/// program.
inline constexpr std::uint64_t usual_groups = (std::uint64_t{1} << 36) - 1;

/// The bit of a group in shape::groups, or 0 if there is no group with that name.
inline std::uint64_t group_bit(std::string_view name) {
    for (std::size_t g = 0; g != groups().size(); ++g)
        if (name == groups()[g].name)
            return std::uint64_t{1} << g;
    return 0;
}

struct operation {
    kind what = kind::load;
    std::int8_t variable = 0;
    std::int8_t value = 0;    ///< stored, added, or waited for
    bool conditional = false; ///< only executed if the last result that may_decide() is not 0
    std::uint8_t row = 0;     ///< of kind::atomic: which of wbsync::atomic_operations

    friend bool operator==(const operation&, const operation&) = default;
};

constexpr bool gives_result(kind k) {
    switch (k) {
    case kind::load:
    case kind::load_acquire:
    case kind::fetch_add:
    case kind::fetch_add_relaxed:
    case kind::fetch_add_acquire:
    case kind::fetch_add_release:
    case kind::xchg:
    case kind::await_not:
    case kind::cmpxchg:
    case kind::add_unless:
    case kind::trylock:
    case kind::queue_work:
    case kind::llist_del_all:
    case kind::percpu_sum:
    case kind::down_read_trylock:
    case kind::down_write_trylock:
    case kind::try_wait_for_completion:
    case kind::read_seqlock:
    case kind::refcount_get:
    case kind::refcount_put:
    case kind::add_negative:
    case kind::retry_add:
    case kind::retry_xchg:
    case kind::retry_undo:
    case kind::retry_seqlock:
    case kind::spin_xchg:
    case kind::spin_count:
    case kind::atomic:
    case kind::free_load:
    case kind::free_fetch_add:
    case kind::free_xchg: return true;
    default: return false;
    }
}

/// May what comes later in the thread be executed or not because of its result?
constexpr bool may_decide(kind k) {
    return gives_result(k) && !is_free(k);
}

/// Does it store in a round that fails?
constexpr bool stores_in_vain(kind k) {
    return k == kind::retry_undo || k == kind::retry_dance;
}

/// May a thread stop there because the rest is known from another execution?
constexpr bool gives_up(kind k) {
    return k == kind::wait_var || (k >= kind::retry_add && k <= kind::spin_trylock);
}

/// Is it more than a single step? Programs with such operations are left out where the order of the
/// steps must be known, or the memory model is asked.
constexpr bool is_composite(kind k) {
    return k >= kind::trylock && !is_free(k);
}

/// What it adds to the size of a program: more for operations with several steps, a thread of the
/// library, or a loop.
constexpr int cost_of(kind k) {
    switch (k) {
    case kind::call_rcu_free:
    case kind::call_rcu:
    case kind::kfree_rcu:
    case kind::rcu_barrier:
    case kind::queue_work:
    case kind::flush_work:
    case kind::wait_var:
    case kind::wake_var:
    case kind::wait_event:
    case kind::wake_up: return 3;
    case kind::trylock:
    case kind::dereference:
    case kind::percpu_add:
    case kind::percpu_sum:
    case kind::down_read_trylock:
    case kind::down_write_trylock:
    case kind::synchronize_srcu:
    case kind::write_seqlock:
    case kind::read_seqlock:
    case kind::retry_add:
    case kind::retry_undo:
    case kind::retry_trylock:
    case kind::retry_seqlock:
    case kind::spin_xchg: return 2;
    case kind::retry_dance:
    case kind::spin_bit:
    case kind::spin_trylock:
    case kind::spin_count: return 3;
    default: return 1;
    }
}

/// Does it depend on the thread's last result?
constexpr bool needs_result(kind k) {
    return k == kind::bug_on;
}

/// The operation that ends the section started by `k`.
constexpr std::optional<kind> end_of(kind k) {
    switch (k) {
    case kind::lock: return kind::unlock;
    case kind::other_lock: return kind::other_unlock;
    case kind::read_lock: return kind::read_unlock;
    case kind::mutex_lock: return kind::mutex_unlock;
    case kind::down_read: return kind::up_read;
    case kind::down_write: return kind::up_write;
    case kind::srcu_read_lock: return kind::srcu_read_unlock;
    default: return std::nullopt;
    }
}

constexpr bool ends_section(kind k) {
    switch (k) {
    case kind::unlock:
    case kind::other_unlock:
    case kind::read_unlock:
    case kind::mutex_unlock:
    case kind::up_read:
    case kind::up_write:
    case kind::srcu_read_unlock: return true;
    default: return false;
    }
}

/// Is it forbidden under a spinlock and in an RCU section?
constexpr bool sleeps(kind k) {
    switch (k) {
    case kind::synchronize:
    case kind::rcu_barrier:
    case kind::flush_work:
    case kind::wait_var:
    case kind::mutex_lock:
    case kind::down_read:
    case kind::down_write:
    case kind::synchronize_srcu:
    case kind::wait_for_completion:
    case kind::wait_event: return true;
    default: return false;
    }
}

/// Is `k` forbidden in a section that `end` ends?
constexpr bool is_misplaced(kind k, kind end) {
    switch (end) {
    case kind::unlock: // no nesting of locks: its order would matter
    case kind::other_unlock:
        return sleeps(k) || k == kind::lock || k == kind::other_lock || k == kind::retry_trylock ||
               k == kind::retry_dance;
    case kind::read_unlock: return sleeps(k) || end_of(k) == end;
    case kind::up_read:
    case kind::up_write: return k == kind::down_read || k == kind::down_write;
    case kind::srcu_read_unlock: return k == kind::synchronize_srcu || end_of(k) == end;
    default: return end_of(k) == end;
    }
}

} // namespace fuzz
