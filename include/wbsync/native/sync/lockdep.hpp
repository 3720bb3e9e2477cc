// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>

// As <wbsync/sync/lockdep.hpp>. Orders of locks are not tracked: it only finds a lock that its
// owner takes again.

namespace wbsync {

inline void lockdep_off() {}
inline void lockdep_on() {}

/// Does the current thread hold the lock, in whichever way? True where no thread runs.
template <class Lock>
bool lockdep_is_held(const Lock& lock) {
    return native::me() == nullptr || lock.held_by_me();
}

template <class Lock>
void lockdep_assert_held(const Lock& lock, const site& at = site::here()) {
    if (!lockdep_is_held(lock))
        violated("misuse",
                 fmt::format("lockdep_assert_held({}): {} does not hold it", lock.name().str(),
                             native::name_of_this_thread()),
                 at);
}

} // namespace wbsync
