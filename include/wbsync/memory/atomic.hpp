// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/change.hpp>
#include <wbsync/memory/fences.hpp>
#include <wbsync/platform.hpp>

#include <cstdint>
#include <utility>

namespace wbsync {

using platform::memory_order;

// --- atomic_t -----------------------------------------------------------------------------------

/// An integer that threads share. include/linux/atomic, Documentation/atomic_t.txt.
class atomic_t {
public:
    explicit atomic_t(const label& name, std::int64_t initial = 0) : value(name, initial) {}

    platform::variable value;
};

using atomic_long_t = atomic_t;
using atomic64_t = atomic_t;

/// Relaxed load. Documentation/memory-barriers.txt; include/asm-generic/rwonce.h.
[[gnu::always_inline]] inline std::int64_t READ_ONCE(const atomic_t& v,
                                                     const site& at = site::here()) {
    return v.value.load(memory_order::relaxed, "READ_ONCE", at);
}

/// Relaxed store. include/asm-generic/rwonce.h.
inline void WRITE_ONCE(atomic_t& v, std::int64_t value, const site& at = site::here()) {
    v.value.store(value, memory_order::relaxed, "WRITE_ONCE", at);
}

/// A plain load that is known to race and does not care (KCSAN's data_race()): a relaxed load.
/// include/linux/compiler.h.
inline std::int64_t data_race(const atomic_t& v, const site& at = site::here()) {
    return v.value.load(memory_order::relaxed, "data_race", at);
}

/// The same for a plain store: a relaxed store. The kernel writes data_race(v = value).
/// include/linux/compiler.h.
inline void data_race_write(atomic_t& v, std::int64_t value, const site& at = site::here()) {
    v.value.store(value, memory_order::relaxed, "data_race_write", at);
}

/// Load-acquire: what the storing thread did before its release is visible after it.
/// Documentation/memory-barriers.txt.
[[gnu::always_inline]] inline std::int64_t smp_load_acquire(const atomic_t& v,
                                                            const site& at = site::here()) {
    return v.value.load(memory_order::acquire, "smp_load_acquire", at);
}

/// Store-release: everything before it is visible to whoever acquires the value.
/// Documentation/memory-barriers.txt.
inline void smp_store_release(atomic_t& v, std::int64_t value, const site& at = site::here()) {
    v.value.store(value, memory_order::release, "smp_store_release", at);
}

/// WRITE_ONCE(); smp_mb(). include/asm-generic/barrier.h.
inline void smp_store_mb(atomic_t& v, std::int64_t value, const site& at = site::here()) {
    v.value.store(value, memory_order::relaxed, "smp_store_mb", at);
    detail::full_fence();
}

/// Waits until the variable has a value that `accepts` is true for, and returns it. The kernel's
/// smp_cond_load_acquire() without the spinning: a thread that waits is not scheduled.
template <class Predicate>
std::int64_t await_acquire(const atomic_t& v, Predicate accepts, const site& at = site::here()) {
    std::int64_t value = 0;
    v.value.await(accepts, memory_order::acquire, "await_acquire", at, &value);
    return value;
}

/// The same as a relaxed load: smp_cond_load_relaxed().
template <class Predicate>
std::int64_t await(const atomic_t& v, Predicate accepts, const site& at = site::here()) {
    std::int64_t value = 0;
    v.value.await(accepts, memory_order::relaxed, "await", at, &value);
    return value;
}

/// READ_ONCE(): relaxed load. Documentation/atomic_t.txt.
[[gnu::always_inline]] inline std::int64_t atomic_read(const atomic_t& v,
                                                       const site& at = site::here()) {
    return v.value.load(memory_order::relaxed, "atomic_read", at);
}
/// smp_load_acquire(). Documentation/atomic_t.txt.
[[gnu::always_inline]] inline std::int64_t atomic_read_acquire(const atomic_t& v,
                                                               const site& at = site::here()) {
    return v.value.load(memory_order::acquire, "atomic_read_acquire", at);
}
/// WRITE_ONCE(): relaxed store. Documentation/atomic_t.txt.
inline void atomic_set(atomic_t& v, std::int64_t value, const site& at = site::here()) {
    v.value.store(value, memory_order::relaxed, "atomic_set", at);
}
/// smp_store_release(). Documentation/atomic_t.txt.
inline void atomic_set_release(atomic_t& v, std::int64_t value, const site& at = site::here()) {
    v.value.store(value, memory_order::release, "atomic_set_release", at);
}

namespace detail {

/// An addition without a result: relaxed.
inline void add(atomic_t& v, std::int64_t n, const char* verb, const site& at) {
    as_named.enter();
    v.value.add(n, verb, at);
    as_named.leave();
}

/// Ordered as `order` says; returns the value before.
template <class F>
[[gnu::always_inline]] inline std::int64_t update(atomic_t& v, F f, memory_order order,
                                                  const char* verb, const site& at) {
    as_named.enter();
    const std::int64_t before = v.value.update(f, order, verb, at);
    as_named.leave();
    return before;
}

/// smp_mb(), relaxed, smp_mb(); returns the value before.
template <class F>
[[gnu::always_inline]] inline std::int64_t fully_ordered(atomic_t& v, F f, const char* verb,
                                                         const site& at) {
    fully.enter();
    const std::int64_t before = v.value.update(f, memory_order::relaxed, verb, at);
    fully.leave();
    return before;
}

/// Returns `answer`, which is all that the current thread learns of what it has just stored.
inline bool learns_only(platform::told what, bool answer) {
    platform::learns_only(what);
    return answer;
}

/// If `accepts` is true for the value, as update(); otherwise a relaxed load. Returns whether it
/// changed, and the value it saw.
template <class Predicate, class F>
[[gnu::always_inline]] inline std::pair<bool, std::int64_t>
update_if(atomic_t& v, Predicate accepts, F f, memory_order order, const char* verb,
          const site& at) {
    return v.value.update_if(accepts, f, order, as_named, verb, at);
}

/// The same, with smp_mb() on both sides of a change.
template <class Predicate, class F>
[[gnu::always_inline]] inline std::pair<bool, std::int64_t>
fully_ordered_if(atomic_t& v, Predicate accepts, F f, const char* verb, const site& at) {
    return v.value.update_if(accepts, f, memory_order::relaxed, fully, verb, at);
}

/// Puts `value` in the place of `old`, if that is there; returns the value it saw.
[[gnu::always_inline]] inline std::int64_t compare_exchange(atomic_t& v, std::int64_t old,
                                                            std::int64_t value, memory_order order,
                                                            const platform::surroundings& around,
                                                            const char* verb, const site& at) {
    return v.value
        .update_if([old](std::int64_t x) { return x == old; }, detail::put(value), order, around,
                   verb, at)
        .second;
}

/// The same; puts the value it saw into `old`, and returns whether it was `old`.
[[gnu::always_inline]] inline bool try_compare_exchange(atomic_t& v, std::int64_t& old,
                                                        std::int64_t value, memory_order order,
                                                        const platform::surroundings& around,
                                                        const char* verb, const site& at) {
    const std::int64_t expected = old;
    old = compare_exchange(v, expected, value, order, around, verb, at);
    return old == expected;
}

/// Is the sum 0?
[[gnu::always_inline]] inline bool add_and_test(std::int64_t n, atomic_t& v, const char* verb,
                                                const site& at) {
    const std::int64_t before = fully_ordered(v, plus(n), verb, at);
    return learns_only(platform::told::whether_zero, before + n == 0);
}

} // namespace detail

// Without a result: relaxed, no ordering at all. Two of them on one variable commute.
// Documentation/atomic_t.txt.

inline void atomic_add(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    detail::add(v, n, "atomic_add", at);
}
inline void atomic_sub(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    detail::add(v, -n, "atomic_sub", at);
}
inline void atomic_inc(atomic_t& v, const site& at = site::here()) {
    detail::add(v, 1, "atomic_inc", at);
}
inline void atomic_dec(atomic_t& v, const site& at = site::here()) {
    detail::add(v, -1, "atomic_dec", at);
}

// With a result: smp_mb(), relaxed read-modify-write, smp_mb(); or the order in the name.
// Documentation/atomic_t.txt.

inline std::int64_t atomic_fetch_add(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(v, detail::plus(n), "atomic_fetch_add", at);
}
inline std::int64_t atomic_fetch_add_relaxed(std::int64_t n, atomic_t& v,
                                             const site& at = site::here()) {
    return detail::update(v, detail::plus(n), memory_order::relaxed, "atomic_fetch_add_relaxed",
                          at);
}
inline std::int64_t atomic_fetch_add_acquire(std::int64_t n, atomic_t& v,
                                             const site& at = site::here()) {
    return detail::update(v, detail::plus(n), memory_order::acquire, "atomic_fetch_add_acquire",
                          at);
}
inline std::int64_t atomic_fetch_add_release(std::int64_t n, atomic_t& v,
                                             const site& at = site::here()) {
    return detail::update(v, detail::plus(n), memory_order::release, "atomic_fetch_add_release",
                          at);
}
inline std::int64_t atomic_fetch_sub(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(v, detail::plus(-n), "atomic_fetch_sub", at);
}
inline std::int64_t atomic_fetch_sub_release(std::int64_t n, atomic_t& v,
                                             const site& at = site::here()) {
    return detail::update(v, detail::plus(-n), memory_order::release, "atomic_fetch_sub_release",
                          at);
}
inline std::int64_t atomic_fetch_or(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(
        v, [n](std::int64_t x) { return x | n; }, "atomic_fetch_or", at);
}
inline std::int64_t atomic_fetch_and(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(
        v, [n](std::int64_t x) { return x & n; }, "atomic_fetch_and", at);
}
inline std::int64_t atomic_add_return(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(v, detail::plus(n), "atomic_add_return", at) + n;
}
inline std::int64_t atomic_sub_return(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(v, detail::plus(-n), "atomic_sub_return", at) - n;
}
inline std::int64_t atomic_sub_return_release(std::int64_t n, atomic_t& v,
                                              const site& at = site::here()) {
    return detail::update(v, detail::plus(-n), memory_order::release, "atomic_sub_return_release",
                          at) -
           n;
}
inline std::int64_t atomic_inc_return(atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(v, detail::plus(1), "atomic_inc_return", at) + 1;
}
inline std::int64_t atomic_dec_return(atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered(v, detail::plus(-1), "atomic_dec_return", at) - 1;
}

// Of these the caller learns less than the value. A round of a loop that is made undone is so also
// if somebody has come in between who learns the same without it.

inline bool atomic_sub_and_test(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    return detail::add_and_test(-n, v, "atomic_sub_and_test", at);
}
inline bool atomic_dec_and_test(atomic_t& v, const site& at = site::here()) {
    return detail::add_and_test(-1, v, "atomic_dec_and_test", at);
}
inline bool atomic_inc_and_test(atomic_t& v, const site& at = site::here()) {
    return detail::add_and_test(1, v, "atomic_inc_and_test", at);
}
/// Is the result negative?
inline bool atomic_add_negative(std::int64_t n, atomic_t& v, const site& at = site::here()) {
    const std::int64_t before =
        detail::fully_ordered(v, detail::plus(n), "atomic_add_negative", at);
    return detail::learns_only(platform::told::whether_negative, before + n < 0);
}
inline bool atomic_add_negative_acquire(std::int64_t n, atomic_t& v,
                                        const site& at = site::here()) {
    const std::int64_t before = detail::update(v, detail::plus(n), memory_order::acquire,
                                               "atomic_add_negative_acquire", at);
    return detail::learns_only(platform::told::whether_negative, before + n < 0);
}
inline std::int64_t atomic_xchg(atomic_t& v, std::int64_t value, const site& at = site::here()) {
    return detail::fully_ordered(v, detail::put(value), "atomic_xchg", at);
}
inline std::int64_t atomic_xchg_acquire(atomic_t& v, std::int64_t value,
                                        const site& at = site::here()) {
    return detail::update(v, detail::put(value), memory_order::acquire, "atomic_xchg_acquire", at);
}
inline std::int64_t atomic_xchg_release(atomic_t& v, std::int64_t value,
                                        const site& at = site::here()) {
    return detail::update(v, detail::put(value), memory_order::release, "atomic_xchg_release", at);
}
inline std::int64_t atomic_xchg_relaxed(atomic_t& v, std::int64_t value,
                                        const site& at = site::here()) {
    return detail::update(v, detail::put(value), memory_order::relaxed, "atomic_xchg_relaxed", at);
}

// Conditional: fully ordered when they change the value, a relaxed load when they do not. To
// smp_mb__before_atomic() and smp_mb__after_atomic() a compare-and-exchange counts in either case.

/// Returns the value seen; it was replaced iff that is `old`. Documentation/atomic_t.txt.
inline std::int64_t atomic_cmpxchg(atomic_t& v, std::int64_t old, std::int64_t value,
                                   const site& at = site::here()) {
    return detail::compare_exchange(v, old, value, memory_order::relaxed, detail::compare_fully,
                                    "atomic_cmpxchg", at);
}
inline std::int64_t atomic_cmpxchg_acquire(atomic_t& v, std::int64_t old, std::int64_t value,
                                           const site& at = site::here()) {
    return detail::compare_exchange(v, old, value, memory_order::acquire, detail::compare_as_named,
                                    "atomic_cmpxchg_acquire", at);
}
inline std::int64_t atomic_cmpxchg_relaxed(atomic_t& v, std::int64_t old, std::int64_t value,
                                           const site& at = site::here()) {
    return detail::compare_exchange(v, old, value, memory_order::relaxed, detail::compare_as_named,
                                    "atomic_cmpxchg_relaxed", at);
}
inline std::int64_t atomic_cmpxchg_release(atomic_t& v, std::int64_t old, std::int64_t value,
                                           const site& at = site::here()) {
    return detail::compare_exchange(v, old, value, memory_order::release, detail::compare_as_named,
                                    "atomic_cmpxchg_release", at);
}

/// Replaces the value if it is `*old`; otherwise `*old` is the value seen. Returns whether it did.
/// Documentation/atomic_t.txt.
inline bool atomic_try_cmpxchg(atomic_t& v, std::int64_t* old, std::int64_t value,
                               const site& at = site::here()) {
    return detail::try_compare_exchange(v, *old, value, memory_order::relaxed,
                                        detail::compare_fully, "atomic_try_cmpxchg", at);
}
inline bool atomic_try_cmpxchg_acquire(atomic_t& v, std::int64_t* old, std::int64_t value,
                                       const site& at = site::here()) {
    return detail::try_compare_exchange(v, *old, value, memory_order::acquire,
                                        detail::compare_as_named, "atomic_try_cmpxchg_acquire", at);
}
inline bool atomic_try_cmpxchg_release(atomic_t& v, std::int64_t* old, std::int64_t value,
                                       const site& at = site::here()) {
    return detail::try_compare_exchange(v, *old, value, memory_order::release,
                                        detail::compare_as_named, "atomic_try_cmpxchg_release", at);
}
inline bool atomic_try_cmpxchg_relaxed(atomic_t& v, std::int64_t* old, std::int64_t value,
                                       const site& at = site::here()) {
    return detail::try_compare_exchange(v, *old, value, memory_order::relaxed,
                                        detail::compare_as_named, "atomic_try_cmpxchg_relaxed", at);
}

/// Adds `n` unless the value is `refused`; returns whether it did. Documentation/atomic_t.txt.
inline bool atomic_add_unless(atomic_t& v, std::int64_t n, std::int64_t refused,
                              const site& at = site::here()) {
    return detail::fully_ordered_if(
               v, [refused](std::int64_t x) { return x != refused; }, detail::plus(n),
               "atomic_add_unless", at)
        .first;
}
/// Adds 1 unless the value is 0; returns whether it did. Documentation/atomic_t.txt.
inline bool atomic_inc_not_zero(atomic_t& v, const site& at = site::here()) {
    return detail::fully_ordered_if(
               v, [](std::int64_t x) { return x != 0; }, detail::plus(1), "atomic_inc_not_zero", at)
        .first;
}

} // namespace wbsync
