// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/sync/mutex.hpp>
#include <wbsync/sync/spinlock.hpp>

#include <limits>

namespace wbsync {

/// A reference count that notices wrong use: finding `property`, "refcount" if none is given. The
/// kernel warns, and pins the count in the middle of the negative numbers, so that the object leaks
/// instead of being used after free; here the execution ends with the finding.
/// include/linux/refcount.h, Documentation/core-api/refcount-vs-atomic.rst.
class refcount_t {
public:
    explicit refcount_t(const label& name, std::int64_t initial = 1,
                        const char* violates = "refcount")
        : refs(name, initial), property(violates) {}

    /// A larger count is saturated: finding.
    static constexpr std::int64_t max = std::numeric_limits<std::int32_t>::max();

    atomic_t refs;
    const char* property;
};

namespace detail {

/// Checks what the kernel warns about, in its words.
void check_count(const refcount_t& r, bool fine, const char* verb, const char* what,
                 const site& at);
void check_add(const refcount_t& r, std::int64_t before, std::int64_t n, const char* verb,
               const site& at);

/// Drops `n` references. Release; returns whether the count is 0 now, and is then an acquire as
/// well.
bool put_refs(refcount_t& r, std::int64_t n, const char* verb, const site& at);

/// Drops a reference, with release, unless the count is 1: then it is only a relaxed load.
bool put_unless_last(refcount_t& r, const char* verb, const site& at);

} // namespace detail

/// Relaxed. include/linux/refcount.h.
inline void refcount_set(refcount_t& r, std::int64_t n, const site& at = site::here()) {
    r.refs.value.store(n, memory_order::relaxed, "refcount_set", at);
}
/// Relaxed. include/linux/refcount.h.
inline std::int64_t refcount_read(const refcount_t& r, const site& at = site::here()) {
    return r.refs.value.load(memory_order::relaxed, "refcount_read", at);
}

/// Adds references; the caller must have one. Relaxed; two calls commute. From 0, or beyond the
/// maximum: finding. include/linux/refcount.h.
void refcount_add(std::int64_t n, refcount_t& r, const site& at = site::here());
/// refcount_add() of 1. include/linux/refcount.h.
void refcount_inc(refcount_t& r, const site& at = site::here());

/// Adds a reference unless the count is 0; returns whether it did. Relaxed: only a control
/// dependency orders accesses to the object after it, which orders no loads here.
/// include/linux/refcount.h.
bool refcount_inc_not_zero(refcount_t& r, const site& at = site::here());
/// Like refcount_inc_not_zero(), but acquire on success. include/linux/refcount.h.
bool refcount_inc_not_zero_acquire(refcount_t& r, const site& at = site::here());

/// Drops a reference, which must not be the last one: finding. Release. include/linux/refcount.h.
void refcount_dec(refcount_t& r, const site& at = site::here());

/// Drops a reference; returns whether it was the last one. Release, and acquire if it was the last:
/// this comes after everything that others did before they dropped theirs. Below 0: finding.
/// include/linux/refcount.h.
inline bool refcount_dec_and_test(refcount_t& r, const site& at = site::here()) {
    return detail::put_refs(r, 1, "refcount_dec_and_test", at);
}
/// Drops `n` references; otherwise like refcount_dec_and_test(). include/linux/refcount.h.
inline bool refcount_sub_and_test(std::int64_t n, refcount_t& r, const site& at = site::here()) {
    return detail::put_refs(r, n, "refcount_sub_and_test", at);
}

/// Drops a reference unless it is the last one; returns whether it did. Release on success.
/// lib/refcount.c.
inline bool refcount_dec_not_one(refcount_t& r, const site& at = site::here()) {
    return detail::put_unless_last(r, "refcount_dec_not_one", at);
}

/// Drops a reference; if it was the last one, returns true with the lock held. The step from 1 to 0
/// is taken under the lock, so that a thread that looks the object up under the lock does not find
/// it with count 0. lib/refcount.c.
bool refcount_dec_and_lock(refcount_t& r, spinlock_t& lock, const site& at = site::here());
/// refcount_dec_and_lock() with a mutex; may sleep. lib/refcount.c.
bool refcount_dec_and_mutex_lock(refcount_t& r, mutex& lock, const site& at = site::here());

/// refcount_dec_and_lock() for a plain atomic_t, fully ordered. lib/dec_and_lock.c.
bool atomic_dec_and_lock(atomic_t& v, spinlock_t& lock, const site& at = site::here());

} // namespace wbsync

#include <wbsync/sync/refcount_inl.hpp>
