// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/mutex.hpp>
#else

#include <wbsync/sync/exclusive_lock.hpp>

namespace wbsync {

/// A mutex: its owner may sleep, and whoever waits for it does. An unlock and a later lock are a
/// release and an acquire, and order together no more than these, unlike those of a spinlock: the
/// kernel's are that on the fast path (Documentation/memory-barriers.txt promises no more).
/// include/linux/mutex.h.
class mutex : public detail::exclusive_lock {
public:
    explicit mutex(const label& name) : exclusive_lock(name, detail::lock_kind::sleeping) {}

    /// Release, and a last touch after it.
    void unlock(const char* verb, const site& at);
};

} // namespace wbsync

#include <wbsync/sync/mutex_inl.hpp>

#endif

namespace wbsync {

/// Takes the mutex; blocks while another thread holds it. Acquire. Under a spinlock or in an RCU
/// section: finding "misuse". Taken twice by one thread, or in an order that is circular with those
/// of other locks: finding "lockdep". kernel/locking/mutex.c.
inline void mutex_lock(mutex& m, const site& at = site::here()) {
    m.lock("mutex_lock", at);
}

/// Takes the mutex if it is free. Acquire on success; a failure is a relaxed load. Never sleeps.
/// kernel/locking/mutex.c.
inline bool mutex_trylock(mutex& m, const site& at = site::here()) {
    return m.trylock("mutex_trylock", at);
}

/// Releases the mutex. Release. If the thread does not hold it: finding "misuse". It still looks
/// for others that wait after the next owner can have got in, so it must not be the last use of an
/// object that the next owner frees (Documentation/locking/mutex-design.rst): a use after free.
inline void mutex_unlock(mutex& m, const site& at = site::here()) {
    m.unlock("mutex_unlock", at);
}

/// For the newest value, in checks about an execution.
inline bool mutex_is_locked(const mutex& m, const site& at = site::here()) {
    return m.is_locked(at);
}

} // namespace wbsync
