// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/lock_order.hpp>
#include <wbsync/sync/lockdep.hpp>

namespace wbsync::detail {

/// What spinlock_t and mutex have in common: one owner at a time, known by name. Blocking instead
/// of spinning: a thread that waits is not scheduled.
class exclusive_lock {
public:
    exclusive_lock(const label& name, lock_kind kind) : value(name, 0, &show), kind_(kind) {}
    /// One that the execution has exactly once.
    exclusive_lock(engine::location& x, std::uint64_t stamp, lock_kind kind)
        : value(x, stamp, &show), kind_(kind) {}

    engine::variable value; ///< 0, or one more than the number of the thread that holds it

    /// Acquire.
    void lock(action what, const site& at) {
        what.kind = event_kind::lock;
        lock_wanted(value, kind_, what, at);
        const std::int64_t me = owner();
        value.await_update([](std::int64_t v) { return v == 0; }, [me](std::int64_t) { return me; },
                           engine::memory_order::acquire, what, at);
        taken(what, at);
    }

    /// Acquire on success; a failure is a relaxed load. No lock order comes from it.
    bool trylock(action what, const site& at) {
        what.kind = event_kind::try_lock;
        const std::int64_t me = owner();
        const bool done =
            value
                .update_if([](std::int64_t v) { return v == 0; }, [me](std::int64_t) { return me; },
                           engine::memory_order::acquire, false, what, at)
                .first;
        if (done)
            taken(what, at);
        return done;
    }

    /// Release.
    void unlock(action what, const site& at) {
        what.kind = event_kind::unlock;
        lock_given_back(value, what, at);
        if (kind_ == lock_kind::spinning)
            lock_order::unlocks(&unlocked_);
        value.store(0, engine::memory_order::release, what, at);
    }

    /// The newest value, in checks about an execution.
    [[nodiscard]] bool is_locked(const site& at) const { return value.newest(at) != 0; }

private:
    void taken(const char* verb, const site& at) {
        lock_taken(value, kind_, verb, at);
        if (kind_ == lock_kind::spinning)
            lock_order::locks(&unlocked_);
    }

    static std::int64_t owner() {
        const engine::execution* run = engine::execution::current();
        return run == nullptr ? 0 : run->self() + 1;
    }

    static event_value show(std::int64_t v) {
        const engine::execution* run = engine::execution::current();
        if (v == 0 || run == nullptr)
            return lock_owner{};
        const auto thread = static_cast<int>(v - 1);
        return lock_owner{thread, run->thread_name(thread)};
    }

    lock_kind kind_;
    lock_order::point unlocked_; ///< by whoever had it last
};

} // namespace wbsync::detail
