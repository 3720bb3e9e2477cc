// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/lockdep.hpp>
#else

#include <wbsync/engine/variable.hpp>
#include <wbsync/memory/might_sleep.hpp>

#include <string>
#include <vector>

namespace wbsync {

namespace detail {

/// May the owner of a lock sleep?
enum class lock_kind : std::uint8_t { spinning, sleeping };

/// Which locks each thread holds, and in which orders locks were taken: the kernel's lock validator
/// (kernel/locking/lockdep.c, Documentation/locking/lockdep-design.rst), with one class for each
/// lock. An order is recorded when a thread asks for a lock, so findings do not depend on whether
/// the deadlock happens.
class lockdep final : public engine::extension {
public:
    /// A lock that a thread holds or asks for.
    struct use {
        engine::object_id lock;
        const label* name;
        lock_kind kind;
        const char* verb;
        site where;
    };

    /// Finding "misuse": the current thread does not hold the lock.
    static void fails_to_hold(const label& lock, const site& at);

    static lockdep& of(engine::execution& run) { return run.get<lockdep>(); }

    void reset() override;

    void thread_ends(engine::execution& run) override;

    /// The current thread is going to take the lock, and waits for it if need be.
    void asks_for(engine::execution& run, const use& wanted);

    void takes(engine::execution& run, const use& lock);

    /// False: the current thread does not hold it.
    bool gives_back(engine::execution& run, engine::object_id lock);

    [[nodiscard]] bool holds(const engine::execution& run, engine::object_id lock) const;

    /// Switches the search off for the current thread, or for the whole model during its set-up.
    void switch_off(engine::execution& run, int by) {
        (run.running() ? off_[run.self()] : off_for_all_) += by;
    }

private:
    static constexpr const char* spinlock = "spinlock";

    /// Some thread held `first` when it asked for `second`.
    struct order {
        use first;
        use second;
        engine::thread_id thread;
    };

    void note_order(engine::execution& run, const use& first, const use& second);

    /// Is there a chain of orders from one lock to the other? If so, chain_ holds it.
    bool leads_to(engine::object_id from, engine::object_id to);

    [[nodiscard]] std::string describe(const engine::execution& run) const;

    engine::per_thread<std::vector<use>> held_;
    engine::per_thread<int> off_;
    int off_for_all_ = 0;
    std::vector<order> orders_;
    std::vector<std::size_t> chain_; ///< indices into orders_
};

// Called by the locks. Outside of the running phase nothing is tracked.

/// Called before the thread waits for the lock, but not by a trylock, which never waits.
void lock_wanted(const engine::variable& lock, lock_kind kind, const char* verb, const site& at);

void lock_taken(const engine::variable& lock, lock_kind kind, const char* verb, const site& at);

/// Called before the lock is released.
void lock_given_back(const engine::variable& lock, const char* verb, const site& at);

} // namespace detail

/// Switches off the search for circular lock orders and for locks taken twice. In a thread: for
/// that thread, until lockdep_on(). In the constructor or in threads() of a model: for the whole
/// model. Owners of locks are still tracked, and so is that nobody sleeps under a spinlock.
/// include/linux/lockdep.h.
void lockdep_off();

/// Ends the effect of one lockdep_off(); they nest. include/linux/lockdep.h.
void lockdep_on();

/// Does the current thread hold the lock, in whichever way? Not a step. True where no thread runs.
/// include/linux/lockdep.h.
template <class Lock>
bool lockdep_is_held(const Lock& lock) {
    engine::execution* run = engine::execution::current();
    return run == nullptr || !run->running() ||
           detail::lockdep::of(*run).holds(*run, lock.value.id());
}

/// The current thread must hold the lock; otherwise: finding "misuse". Not a step.
/// include/linux/lockdep.h.
template <class Lock>
void lockdep_assert_held(const Lock& lock, const site& at = site::here()) {
    if (!lockdep_is_held(lock))
        detail::lockdep::fails_to_hold(lock.value.name(), at);
}

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/sync/lockdep_inl.hpp>
#endif

#endif
