// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/sync/refcount.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

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

inline bool put_refs(refcount_t& r, std::int64_t n, const char* verb, const site& at) {
    const auto before = update(r.refs, plus(-n), memory_order::release, verb, at);
    check_count(r, before >= n, verb, "underflow; use-after-free", at);
    if (before != n)
        return false;
    platform::acquire_fence(at, verb);
    return true;
}

inline bool put_unless_last(refcount_t& r, const char* verb, const site& at) {
    const auto [done, before] = update_if(
        r.refs, [](std::int64_t v) { return v != 1; }, plus(-1), memory_order::release, verb, at);
    check_count(r, before > 0, verb, "underflow; use-after-free", at);
    return done;
}

} // namespace wbsync::detail

namespace wbsync {

inline void refcount_add(std::int64_t n, refcount_t& r, const site& at) {
    detail::add(r.refs, n, "refcount_add", at);
    detail::check_add(r, r.refs.value.newest(at) - n, n, "refcount_add", at);
}

inline void refcount_inc(refcount_t& r, const site& at) {
    detail::add(r.refs, 1, "refcount_inc", at);
    detail::check_add(r, r.refs.value.newest(at) - 1, 1, "refcount_inc", at);
}

inline bool refcount_inc_not_zero(refcount_t& r, const site& at) {
    const auto [done, before] = detail::update_if(
        r.refs, [](std::int64_t v) { return v != 0; }, detail::plus(1), memory_order::relaxed,
        "refcount_inc_not_zero", at);
    if (done)
        detail::check_add(r, before, 1, "refcount_inc_not_zero", at);
    return done;
}

inline bool refcount_inc_not_zero_acquire(refcount_t& r, const site& at) {
    const auto [done, before] = detail::update_if(
        r.refs, [](std::int64_t v) { return v != 0; }, detail::plus(1), memory_order::acquire,
        "refcount_inc_not_zero_acquire", at);
    if (done)
        detail::check_add(r, before, 1, "refcount_inc_not_zero_acquire", at);
    return done;
}

inline void refcount_dec(refcount_t& r, const site& at) {
    const auto before =
        detail::update(r.refs, detail::plus(-1), memory_order::release, "refcount_dec", at);
    detail::check_count(r, before > 1, "refcount_dec", "decrement hit 0; leaking memory", at);
}

inline bool refcount_dec_and_lock(refcount_t& r, spinlock_t& lock, const site& at) {
    if (detail::put_unless_last(r, "refcount_dec_and_lock", at))
        return false;
    spin_lock(lock, at);
    if (detail::put_refs(r, 1, "refcount_dec_and_lock", at))
        return true;
    spin_unlock(lock, at);
    return false;
}

inline bool refcount_dec_and_mutex_lock(refcount_t& r, mutex& lock, const site& at) {
    if (detail::put_unless_last(r, "refcount_dec_and_mutex_lock", at))
        return false;
    mutex_lock(lock, at);
    if (detail::put_refs(r, 1, "refcount_dec_and_mutex_lock", at))
        return true;
    mutex_unlock(lock, at);
    return false;
}

inline bool atomic_dec_and_lock(atomic_t& v, spinlock_t& lock, const site& at) {
    if (atomic_add_unless(v, -1, 1, at))
        return false;
    spin_lock(lock, at);
    if (atomic_dec_and_test(v, at))
        return true;
    spin_unlock(lock, at);
    return false;
}

} // namespace wbsync
