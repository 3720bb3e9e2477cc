// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/lock_order.hpp>
#include <wbsync/sync/lockdep.hpp>

namespace wbsync::detail {

/// The common part of spinlock_t and mutex: one owner at a time, known by name. They block instead
/// of spinning: a waiting thread is not scheduled.
class exclusive_lock {
public:
    exclusive_lock(const label& name, lock_kind kind) : value(name, 0, &show), kind_(kind) {
        mark();
    }
    /// A lock that exists exactly once in the execution.
    exclusive_lock(engine::location& x, std::uint64_t stamp, lock_kind kind)
        : value(x, stamp, &show), kind_(kind) {
        mark();
    }

    engine::variable value; ///< 0, or one more than the number of the thread that holds it

    /// Acquire.
    void lock(action what, const site& at);

    /// Acquire on success; a failure is a relaxed load. It adds no lock order.
    bool trylock(action what, const site& at);

    /// Release.
    void unlock(action what, const site& at);

    /// The newest value, for checks about an execution.
    [[nodiscard]] bool is_locked(const site& at) const { return value.newest(at) != 0; }

private:
    void mark() noexcept {
        if (kind_ == lock_kind::spinning)
            value.be_spinlock();
    }

    void taken(const char* verb, const site& at);

    static std::int64_t owner();

    static event_value show(std::int64_t v);

    lock_kind kind_;
    lock_order::point unlocked_; ///< left by the last owner
};

} // namespace wbsync::detail

#include <wbsync/sync/exclusive_lock_inl.hpp>
