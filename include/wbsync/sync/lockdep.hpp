// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/lockdep.hpp>
#else

#include <wbsync/engine/variable.hpp>
#include <wbsync/memory/might_sleep.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace wbsync {

namespace detail {

/// May the owner of a lock sleep?
enum class lock_kind : std::uint8_t { spinning, sleeping };

/// Which locks each thread holds, and in which orders locks were taken: the kernel's lock validator
/// (kernel/locking/lockdep.c, Documentation/locking/lockdep-design.rst), with one class for each
/// lock. An order is noted when a thread asks for a lock, so what it finds does not depend on
/// whether the deadlock happens.
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

    static lockdep& of(engine::execution& run) { return run.get<lockdep>(); }

    void reset() override {
        for (int t = 0; t != engine::max_threads; ++t) {
            held_[t].clear();
            off_[t] = 0;
        }
        orders_.clear();
        off_for_all_ = 0;
    }

    void thread_ends(engine::execution& run) override {
        const auto& mine = held_[run.self()];
        if (!mine.empty())
            run.fail("misuse",
                     fmt::format("thread {} ends and still holds {}", run.thread_name(run.self()),
                                 mine.back().name->str()),
                     {});
    }

    /// The current thread is going to take the lock, and will wait for it if need be.
    void asks_for(engine::execution& run, const use& wanted) {
        if (off_for_all_ > 0 || off_[run.self()] > 0)
            return;
        for (const use& h : held_[run.self()]) {
            if (h.lock == wanted.lock)
                run.fail("lockdep",
                         fmt::format("{0}({1}) by {2}, which holds it already since {3}({1}) at "
                                     "{4}: a deadlock",
                                     wanted.verb, wanted.name->str(), run.thread_name(run.self()),
                                     h.verb, h.where.str()),
                         wanted.where);
        }
        for (const use& h : held_[run.self()])
            note_order(run, h, wanted);
    }

    void takes(engine::execution& run, const use& lock) {
        held_[run.self()].push_back(lock);
        if (lock.kind == lock_kind::spinning)
            atomic_context::of(run).enter(run, {spinlock, lock.name, lock.where});
    }

    /// False: the current thread does not hold it.
    bool gives_back(engine::execution& run, engine::object_id lock) {
        auto& mine = held_[run.self()];
        const auto newest =
            std::find_if(mine.rbegin(), mine.rend(), [&](const use& h) { return h.lock == lock; });
        if (newest == mine.rend())
            return false;
        if (newest->kind == lock_kind::spinning)
            atomic_context::of(run).leave(run, spinlock, newest->name);
        mine.erase(std::next(newest).base());
        return true;
    }

    [[nodiscard]] bool holds(const engine::execution& run, engine::object_id lock) const {
        const auto& mine = held_[run.self()];
        return std::any_of(mine.begin(), mine.end(), [&](const use& h) { return h.lock == lock; });
    }

    /// Off for the current thread, or for the whole model while that is being set up.
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

    void note_order(engine::execution& run, const use& first, const use& second) {
        for (const order& o : orders_)
            if (o.first.lock == first.lock && o.second.lock == second.lock)
                return;
        orders_.push_back({first, second, run.self()});
        chain_.assign(1, orders_.size() - 1);
        if (leads_to(second.lock, first.lock))
            run.fail("lockdep",
                     "locks are taken in a circular order, a possible deadlock: " + describe(run),
                     second.where);
    }

    /// Is there a chain of orders from one lock to the other? It is in chain_ then.
    bool leads_to(engine::object_id from, engine::object_id to) {
        for (std::size_t i = 0; i != orders_.size(); ++i) {
            const order& o = orders_[i];
            if (o.first.lock != from || std::find(chain_.begin(), chain_.end(), i) != chain_.end())
                continue;
            chain_.push_back(i);
            if (o.second.lock == to || leads_to(o.second.lock, to))
                return true;
            chain_.pop_back();
        }
        return false;
    }

    [[nodiscard]] std::string describe(const engine::execution& run) const {
        std::string text;
        for (const std::size_t i : chain_) {
            const order& o = orders_[i];
            text += fmt::format("{}{} asks for {} at {} and holds {} since {}",
                                text.empty() ? "" : "; ", run.thread_name(o.thread),
                                o.second.name->str(), o.second.where.str(), o.first.name->str(),
                                o.first.where.str());
        }
        return text;
    }

    engine::per_thread<std::vector<use>> held_;
    engine::per_thread<int> off_;
    int off_for_all_ = 0;
    std::vector<order> orders_;
    std::vector<std::size_t> chain_; ///< indices into orders_
};

// What the locks call. Outside of the running phase nothing is tracked.

/// Before the thread waits for the lock. A trylock does not call this: it never waits.
inline void lock_wanted(const engine::variable& lock, lock_kind kind, const char* verb,
                        const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    if (kind == lock_kind::sleeping)
        might_sleep(verb, at);
    const engine::location& x = lock.object(verb, at);
    lockdep::of(*run).asks_for(*run, {x.id, &x.name, kind, verb, at});
}

inline void lock_taken(const engine::variable& lock, lock_kind kind, const char* verb,
                       const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    run->evaluates_property(); // also a trylock: who holds it must not sleep, and give it back
    lockdep::of(*run).takes(*run, {lock.id(), &lock.name(), kind, verb, at});
}

/// Before the lock is released.
inline void lock_given_back(const engine::variable& lock, const char* verb, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run != nullptr && run->running() &&
        !lockdep::of(*run).gives_back(*run, lock.object(verb, at).id))
        run->fail("misuse",
                  fmt::format("{}({}) by {}, which does not hold it", verb, lock.name().str(),
                              run->thread_name(run->self())),
                  at);
}

} // namespace detail

/// Switches the search for circular lock orders and for locks taken twice off. In a thread: for
/// that thread, until lockdep_on(). In the constructor or in threads() of a model: for the whole
/// model. Who holds what, and that nobody sleeps under a spinlock, is watched all the same.
/// include/linux/lockdep.h.
inline void lockdep_off() {
    if (engine::execution* run = engine::execution::current())
        detail::lockdep::of(*run).switch_off(*run, 1);
}

/// Ends what lockdep_off() began; they nest. include/linux/lockdep.h.
inline void lockdep_on() {
    if (engine::execution* run = engine::execution::current())
        detail::lockdep::of(*run).switch_off(*run, -1);
}

/// Does the current thread hold the lock, in whichever way? No step. True where no thread runs.
/// include/linux/lockdep.h.
template <class Lock>
bool lockdep_is_held(const Lock& lock) {
    engine::execution* run = engine::execution::current();
    return run == nullptr || !run->running() ||
           detail::lockdep::of(*run).holds(*run, lock.value.id());
}

/// The current thread must hold the lock, otherwise: finding "misuse". No step.
/// include/linux/lockdep.h.
template <class Lock>
void lockdep_assert_held(const Lock& lock, const site& at = site::here()) {
    if (!lockdep_is_held(lock))
        engine::execution::current()->fail(
            "misuse",
            fmt::format(
                "lockdep_assert_held({}): {} does not hold it", lock.value.name().str(),
                engine::execution::current()->thread_name(engine::execution::current()->self())),
            at);
}

} // namespace wbsync

#endif
