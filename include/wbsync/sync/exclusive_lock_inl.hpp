// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/exclusive_lock.hpp>

namespace wbsync::detail {

inline void exclusive_lock::lock(action what, const site& at) {
    what.kind = event_kind::lock;
    lock_wanted(value, kind_, what, at);
    const std::int64_t me = owner();
    value.await_update([](std::int64_t v) { return v == 0; }, [me](std::int64_t) { return me; },
                       engine::memory_order::acquire, what, at);
    taken(what, at);
}

inline bool exclusive_lock::trylock(action what, const site& at) {
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

inline void exclusive_lock::unlock(action what, const site& at) {
    what.kind = event_kind::unlock;
    lock_given_back(value, what, at);
    if (kind_ == lock_kind::spinning)
        lock_order::unlocks(&unlocked_);
    value.store(0, engine::memory_order::release, what, at);
}

inline void exclusive_lock::taken(const char* verb, const site& at) {
    lock_taken(value, kind_, verb, at);
    if (kind_ == lock_kind::spinning)
        lock_order::locks(&unlocked_);
}

inline std::int64_t exclusive_lock::owner() {
    const engine::execution* run = engine::execution::current();
    return run == nullptr ? 0 : run->self() + 1;
}

inline event_value exclusive_lock::show(std::int64_t v) {
    const engine::execution* run = engine::execution::current();
    if (v == 0 || run == nullptr)
        return lock_owner{};
    const auto thread = static_cast<int>(v - 1);
    return lock_owner{thread, run->thread_name(thread)};
}

} // namespace wbsync::detail
