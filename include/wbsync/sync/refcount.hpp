// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/sync/mutex.hpp>
#include <wbsync/sync/spinlock.hpp>

#include <limits>

namespace wbsync {

/// A reference count that notices when it is used wrongly: finding `property`, "refcount" if not
/// given. The kernel warns, and pins the count at a value in the middle of the negative numbers, so
/// that the object leaks and is not used after free; here the execution ends with the finding.
/// include/linux/refcount.h, Documentation/core-api/refcount-vs-atomic.rst.
class refcount_t {
public:
    explicit refcount_t(const label& name, std::int64_t initial = 1,
                        const char* violates = "refcount")
        : refs(name, initial), property(violates) {}

    /// From here on it is saturated: finding.
    static constexpr std::int64_t max = std::numeric_limits<std::int32_t>::max();

    atomic_t refs;
    const char* property;
};

namespace detail {

/// What the kernel warns of, in its words.
inline void check_count(const refcount_t& r, bool fine, const char* verb, const char* what,
                        const site& at) {
    evaluates_property();
    if (!fine)
        violated(r.property, fmt::format("{}({}): {}", verb, r.refs.value.name().str(), what), at);
}
inline void check_add(const refcount_t& r, std::int64_t before, std::int64_t n, const char* verb,
                      const site& at) {
    check_count(r, before != 0, verb, "addition on 0; use-after-free", at);
    check_count(r, before > 0 && before + n <= refcount_t::max, verb, "saturated; leaking memory",
                at);
}

/// Release; returns whether the count is 0 now, and then acquire as well.
inline bool put_refs(refcount_t& r, std::int64_t n, const char* verb, const site& at) {
    const auto before = update(r.refs, plus(-n), memory_order::release, verb, at);
    check_count(r, before >= n, verb, "underflow; use-after-free", at);
    if (before != n)
        return false;
    platform::acquire_fence(at, verb);
    return true;
}

/// Release, unless the count is 1: then it stays, and this is a relaxed load.
inline bool put_unless_last(refcount_t& r, const char* verb, const site& at) {
    const auto [done, before] = update_if(
        r.refs, [](std::int64_t v) { return v != 1; }, plus(-1), memory_order::release, verb, at);
    check_count(r, before > 0, verb, "underflow; use-after-free", at);
    return done;
}

} // namespace detail

/// Relaxed. include/linux/refcount.h.
inline void refcount_set(refcount_t& r, std::int64_t n, const site& at = site::here()) {
    r.refs.value.store(n, memory_order::relaxed, "refcount_set", at);
}
/// Relaxed. include/linux/refcount.h.
inline std::int64_t refcount_read(const refcount_t& r, const site& at = site::here()) {
    return r.refs.value.load(memory_order::relaxed, "refcount_read", at);
}

/// One more reference, for who has one. Relaxed; two of them commute. From 0, or beyond the
/// maximum: finding. include/linux/refcount.h.
inline void refcount_add(std::int64_t n, refcount_t& r, const site& at = site::here()) {
    detail::add(r.refs, n, "refcount_add", at);
    detail::check_add(r, r.refs.value.newest(at) - n, n, "refcount_add", at);
}
/// refcount_add() of 1. include/linux/refcount.h.
inline void refcount_inc(refcount_t& r, const site& at = site::here()) {
    detail::add(r.refs, 1, "refcount_inc", at);
    detail::check_add(r, r.refs.value.newest(at) - 1, 1, "refcount_inc", at);
}

/// One more reference unless there is none; returns whether it took one. Relaxed: what the object
/// holds is ordered by nothing but a control dependency, which is to say that here it is not.
/// include/linux/refcount.h.
inline bool refcount_inc_not_zero(refcount_t& r, const site& at = site::here()) {
    const auto [done, before] = detail::update_if(
        r.refs, [](std::int64_t v) { return v != 0; }, detail::plus(1), memory_order::relaxed,
        "refcount_inc_not_zero", at);
    if (done)
        detail::check_add(r, before, 1, "refcount_inc_not_zero", at);
    return done;
}
/// The same; acquire on success. include/linux/refcount.h.
inline bool refcount_inc_not_zero_acquire(refcount_t& r, const site& at = site::here()) {
    const auto [done, before] = detail::update_if(
        r.refs, [](std::int64_t v) { return v != 0; }, detail::plus(1), memory_order::acquire,
        "refcount_inc_not_zero_acquire", at);
    if (done)
        detail::check_add(r, before, 1, "refcount_inc_not_zero_acquire", at);
    return done;
}

/// One reference less, which must not be the last one: finding. Release. include/linux/refcount.h.
inline void refcount_dec(refcount_t& r, const site& at = site::here()) {
    const auto before =
        detail::update(r.refs, detail::plus(-1), memory_order::release, "refcount_dec", at);
    detail::check_count(r, before > 1, "refcount_dec", "decrement hit 0; leaking memory", at);
}

/// One reference less; returns whether that was the last one. Release, and acquire if it was: after
/// everything that others did before they gave up theirs. Below 0: finding.
/// include/linux/refcount.h.
inline bool refcount_dec_and_test(refcount_t& r, const site& at = site::here()) {
    return detail::put_refs(r, 1, "refcount_dec_and_test", at);
}
/// `n` references less; otherwise as refcount_dec_and_test(). include/linux/refcount.h.
inline bool refcount_sub_and_test(std::int64_t n, refcount_t& r, const site& at = site::here()) {
    return detail::put_refs(r, n, "refcount_sub_and_test", at);
}

/// One reference less unless it is the last one; returns whether it did. Release on success.
/// lib/refcount.c.
inline bool refcount_dec_not_one(refcount_t& r, const site& at = site::here()) {
    return detail::put_unless_last(r, "refcount_dec_not_one", at);
}

/// One reference less; if that was the last one returns true, with the lock held. The last step
/// from 1 to 0 is taken under the lock, so that who looks for the object under it does not find it
/// with 0. lib/refcount.c.
inline bool refcount_dec_and_lock(refcount_t& r, spinlock_t& lock, const site& at = site::here()) {
    if (detail::put_unless_last(r, "refcount_dec_and_lock", at))
        return false;
    spin_lock(lock, at);
    if (detail::put_refs(r, 1, "refcount_dec_and_lock", at))
        return true;
    spin_unlock(lock, at);
    return false;
}
/// The same with a mutex; may sleep. lib/refcount.c.
inline bool refcount_dec_and_mutex_lock(refcount_t& r, mutex& lock, const site& at = site::here()) {
    if (detail::put_unless_last(r, "refcount_dec_and_mutex_lock", at))
        return false;
    mutex_lock(lock, at);
    if (detail::put_refs(r, 1, "refcount_dec_and_mutex_lock", at))
        return true;
    mutex_unlock(lock, at);
    return false;
}

/// The same for a plain atomic_t, fully ordered. lib/dec_and_lock.c.
inline bool atomic_dec_and_lock(atomic_t& v, spinlock_t& lock, const site& at = site::here()) {
    if (atomic_add_unless(v, -1, 1, at))
        return false;
    spin_lock(lock, at);
    if (atomic_dec_and_test(v, at))
        return true;
    spin_unlock(lock, at);
    return false;
}

} // namespace wbsync
