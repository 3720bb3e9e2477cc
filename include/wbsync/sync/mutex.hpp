// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/mutex.hpp>
#else

#include <wbsync/sync/exclusive_lock.hpp>

namespace wbsync {

/// A mutex: its owner may sleep, and so does a thread that waits for it. An unlock and a later lock
/// are a release and an acquire, and together order no more than these, unlike those of a spinlock:
/// that is what the kernel's fast path does (Documentation/memory-barriers.txt promises no more).
/// include/linux/mutex.h.
class mutex : public detail::exclusive_lock {
public:
    explicit mutex(const label& name) : exclusive_lock(name, detail::lock_kind::sleeping) {}

    /// Release, followed by the last touch of the mutex.
    void unlock(const char* verb, const site& at);
};

} // namespace wbsync

#include <wbsync/sync/mutex_inl.hpp>

#endif

namespace wbsync {

/// Takes the mutex; blocks while another thread holds it. Acquire. Under a spinlock or in an RCU
/// section: finding "misuse". If one thread takes it twice, or in an order that is circular with
/// those of other locks: finding "lockdep". kernel/locking/mutex.c.
inline void mutex_lock(mutex& m, const site& at = site::here()) {
    m.lock("mutex_lock", at);
}

/// Takes the mutex if it is free. Acquire on success; a failure is a relaxed load. Never sleeps.
/// kernel/locking/mutex.c.
inline bool mutex_trylock(mutex& m, const site& at = site::here()) {
    return m.trylock("mutex_trylock", at);
}

/// Releases the mutex. Release. If the thread does not hold it: finding "misuse". It still looks
/// for waiters when the next owner may have the mutex already. So it must not be the last use of an
/// object that the next owner frees (Documentation/locking/mutex-design.rst): use after free.
inline void mutex_unlock(mutex& m, const site& at = site::here()) {
    m.unlock("mutex_unlock", at);
}

/// Tells by the newest value; for checks about an execution.
inline bool mutex_is_locked(const mutex& m, const site& at = site::here()) {
    return m.is_locked(at);
}

} // namespace wbsync
