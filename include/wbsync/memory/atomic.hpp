// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic_table.hpp>
#include <wbsync/memory/change.hpp>
#include <wbsync/memory/fences.hpp>
#include <wbsync/memory/value.hpp>
#include <wbsync/platform.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace wbsync {

using platform::memory_order;

/// What all of the following are made of: a word that threads share, and that bits may be set in.
class atomic_word {
public:
    atomic_word(const label& name, std::int64_t initial, platform::show_function show)
        : value(name, initial, show) {
        value.be_updated_late();
    }

    platform::variable value; ///< its lowest bits are the number
};

/// An integer that threads share. A sum that is too large for `Int` wraps.
/// include/linux/types.h, Documentation/atomic_t.txt.
template <std::signed_integral Int>
class atomic_integer : public atomic_word {
public:
    explicit atomic_integer(const label& name, std::int64_t initial = 0)
        : atomic_word(name, number(initial), platform::show_of<Int>) {}

    /// The number that the word stands for.
    static constexpr std::int64_t number(std::int64_t word) noexcept {
        return static_cast<Int>(word);
    }
};

using atomic_t = atomic_integer<std::int32_t>;
using atomic64_t = atomic_integer<std::int64_t>;
using atomic_long_t = atomic64_t; // of a kernel of 64 bits

/// Relaxed load. Documentation/memory-barriers.txt; include/asm-generic/rwonce.h.
template <std::signed_integral Int>
[[gnu::always_inline]] inline value<std::int64_t> READ_ONCE(const atomic_integer<Int>& v,
                                                            const site& at = site::here()) {
    return detail::seen(v.number(v.value.load(memory_order::relaxed, "READ_ONCE", at)), at);
}

/// Relaxed store. include/asm-generic/rwonce.h.
template <std::signed_integral Int>
void WRITE_ONCE(atomic_integer<Int>& v, detail::number_operand n, const site& at = site::here()) {
    v.value.store(v.number(detail::given(n)), memory_order::relaxed, "WRITE_ONCE", at);
}

/// A plain load that is known to race and does not care (KCSAN's data_race()): a relaxed load.
/// include/linux/compiler.h.
template <std::signed_integral Int>
value<std::int64_t> data_race(const atomic_integer<Int>& v, const site& at = site::here()) {
    return detail::seen(v.number(v.value.load(memory_order::relaxed, "data_race", at)), at);
}

/// The same for a plain store: a relaxed store. The kernel writes data_race(v = value).
/// include/linux/compiler.h.
template <std::signed_integral Int>
void data_race_write(atomic_integer<Int>& v, detail::number_operand n,
                     const site& at = site::here()) {
    v.value.store(v.number(detail::given(n)), memory_order::relaxed, "data_race_write", at);
}

/// Load-acquire: what the storing thread did before its release is visible after it.
/// Documentation/memory-barriers.txt.
template <std::signed_integral Int>
[[gnu::always_inline]] inline value<std::int64_t> smp_load_acquire(const atomic_integer<Int>& v,
                                                                   const site& at = site::here()) {
    return detail::seen(v.number(v.value.load(memory_order::acquire, "smp_load_acquire", at)), at);
}

/// Store-release: everything before it is visible to whoever acquires the value.
/// Documentation/memory-barriers.txt.
template <std::signed_integral Int>
void smp_store_release(atomic_integer<Int>& v, detail::number_operand n,
                       const site& at = site::here()) {
    v.value.store(v.number(detail::given(n)), memory_order::release, "smp_store_release", at);
}

/// WRITE_ONCE(); smp_mb(). include/asm-generic/barrier.h.
template <std::signed_integral Int>
void smp_store_mb(atomic_integer<Int>& v, detail::number_operand n, const site& at = site::here()) {
    v.value.store(v.number(detail::given(n)), memory_order::relaxed, "smp_store_mb", at);
    detail::full_fence(at, "smp_store_mb");
}

namespace detail {

template <class Int, class Predicate>
value<std::int64_t> await(const atomic_integer<Int>& v, const Predicate& accepts,
                          memory_order order, const char* verb, const site& at) {
    std::int64_t word = 0;
    v.value.await([&](std::int64_t x) { return accepts(v.number(x)); }, order, verb, at, &word);
    return awaited(v.number(word), at);
}

} // namespace detail

/// Waits until the variable has a value that `accepts` is true for, and returns it. The kernel's
/// smp_cond_load_acquire() without the spinning: a thread that waits is not scheduled.
template <std::signed_integral Int, class Predicate>
value<std::int64_t> await_acquire(const atomic_integer<Int>& v, Predicate accepts,
                                  const site& at = site::here()) {
    return detail::await(v, accepts, memory_order::acquire, "await_acquire", at);
}

/// The same as a relaxed load: smp_cond_load_relaxed().
template <std::signed_integral Int, class Predicate>
value<std::int64_t> await(const atomic_integer<Int>& v, Predicate accepts,
                          const site& at = site::here()) {
    return detail::await(v, accepts, memory_order::relaxed, "await", at);
}

namespace detail {

/// Orders of a read-modify-write. `full`: smp_mb() before and after it.
enum class atomic_suffix : std::uint8_t { full, relaxed, acquire, release };

constexpr memory_order order_of(atomic_suffix how) noexcept {
    return how == atomic_suffix::acquire   ? memory_order::acquire
           : how == atomic_suffix::release ? memory_order::release
                                           : memory_order::relaxed;
}

// Of the whole word:

/// An addition without a result: relaxed.
inline void add(atomic_word& v, std::int64_t n, const char* verb, const site& at) {
    as_named.enter(at, verb);
    v.value.add(n, verb, at);
    as_named.leave(at, verb);
}

/// Ordered as `order` says; returns the value before.
template <class F>
[[gnu::always_inline]] inline std::int64_t update(atomic_word& v, F f, memory_order order,
                                                  action what, const site& at) {
    as_named.enter(at, what);
    const std::int64_t before = v.value.update(f, order, what, at);
    as_named.leave(at, what);
    return before;
}

/// The same, without a result.
template <class F>
inline void change_unseen(atomic_word& v, F f, memory_order order, action what, const site& at) {
    drop_next_result();
    update(v, f, order, what, at);
}

/// smp_mb(), relaxed, smp_mb(); returns the value before.
template <class F>
[[gnu::always_inline]] inline std::int64_t fully_ordered(atomic_word& v, F f, const char* verb,
                                                         const site& at) {
    fully.enter(at, verb);
    const std::int64_t before =
        v.value.update(f, memory_order::relaxed, with_full_barriers(verb), at);
    fully.leave(at, verb);
    return before;
}

/// If `accepts` is true for the value, as update(); otherwise a relaxed load. Returns whether it
/// changed, and the value it saw.
template <class Predicate, class F>
[[gnu::always_inline]] inline std::pair<bool, std::int64_t>
update_if(atomic_word& v, Predicate accepts, F f, memory_order order, action what, const site& at) {
    return v.value.update_if(accepts, f, order, as_named, what, at);
}

// Of the number; the operations of the table are made of these.

/// Returns the value before.
template <class Int, class F>
[[gnu::always_inline]] inline std::int64_t fetch(atomic_integer<Int>& v, F f, atomic_suffix how,
                                                 const char* verb, const site& at) {
    return v.number(how == atomic_suffix::full ? fully_ordered(v, f, verb, at)
                                               : update(v, f, order_of(how), verb, at));
}

/// The same; returns the value after.
template <class Int, class F>
[[gnu::always_inline]] inline std::int64_t fetch_new(atomic_integer<Int>& v, F f, atomic_suffix how,
                                                     const char* verb, const site& at) {
    return v.number(f(fetch(v, f, how, verb, at)));
}

/// A change without a result. Additions that are not huge commute: sums of theirs are numbers.
template <class Int>
void quiet(atomic_integer<Int>& v, plus f, const char* verb, const site& at) {
    constexpr std::int64_t huge = std::int64_t{1} << 48;
    const std::int64_t n = v.number(f.n);
    if (n > -huge && n < huge)
        add(v, n, verb, at);
    else
        change_unseen(v, f, memory_order::relaxed, verb, at);
}
template <class Int, class F>
void quiet(atomic_integer<Int>& v, F f, const char* verb, const site& at) {
    change_unseen(v, f, memory_order::relaxed, verb, at);
}

/// Returns `answer`, which is all that the current thread learns of what it has just stored.
inline bool learns_only(platform::told what, bool answer) {
    platform::learns_only(what);
    return answer;
}

/// Puts `value` in the place of `old`, if that is there; returns the value it saw.
template <class Int>
[[gnu::always_inline]] inline std::int64_t
compare_exchange(atomic_integer<Int>& v, std::int64_t old, std::int64_t value, memory_order order,
                 const platform::surroundings& around, action what, const site& at) {
    const auto is_old = [old = v.number(old)](std::int64_t x) {
        return atomic_integer<Int>::number(x) == old;
    };
    return v.number(
        v.value.update_if(is_old, put(v.number(value)), order, around, what, at).second);
}
template <class Int>
[[gnu::always_inline]] inline std::int64_t
compare_exchange(atomic_integer<Int>& v, std::int64_t old, std::int64_t value, atomic_suffix how,
                 const char* verb, const site& at) {
    return compare_exchange(
        v, old, value, order_of(how), how == atomic_suffix::full ? compare_fully : compare_as_named,
        how == atomic_suffix::full ? with_full_barriers(verb) : action{verb}, at);
}

/// The same; puts the value it saw into `old`, and returns whether it was `old`.
template <class Int>
[[gnu::always_inline]] inline bool try_compare_exchange(atomic_integer<Int>& v, std::int64_t& old,
                                                        std::int64_t value, atomic_suffix how,
                                                        const char* verb, const site& at) {
    const std::int64_t expected = v.number(old);
    old = compare_exchange(v, expected, value, how, verb, at);
    return old == expected;
}

constexpr auto is_not(std::int64_t refused) noexcept {
    return [refused](std::int64_t x) { return x != refused; };
}

/// Changes the value, with smp_mb() on both sides, if `accepts` is true for it; otherwise a relaxed
/// load. Returns whether it changed, and the value it saw.
template <class Int, class Predicate, class F>
[[gnu::always_inline]] inline std::pair<bool, std::int64_t>
change_if(atomic_integer<Int>& v, Predicate accepts, F f, const char* verb, const site& at) {
    const auto accepts_word = [accepts](std::int64_t x) {
        return accepts(atomic_integer<Int>::number(x));
    };
    const auto [done, seen] = v.value.update_if(accepts_word, f, memory_order::relaxed, fully,
                                                with_full_barriers(verb), at);
    return {done, v.number(seen)};
}

} // namespace detail

// --- atomic_read(), atomic_inc() and so on: <wbsync/memory/atomic_table.hpp> ---------------------
//
// Each operation of the table, of an atomic_t as atomic_*, of an atomic64_t as atomic64_* and of an
// atomic_long_t as atomic_long_*. Documentation/atomic_t.txt:
//
// Without a result they are relaxed; two additions of one variable commute. With one they are
// smp_mb(), a relaxed read-modify-write and smp_mb(), or have the order in their name. Conditional
// ones have that order when they change the value, and are a relaxed load when they do not. To
// smp_mb__before_atomic() and smp_mb__after_atomic() a compare-and-exchange counts in either case.
// Of *_and_test() and *_negative() the caller learns less than the value: a round of a loop that is
// made undone is so also if somebody has come in between who learns the same without it.
//
// Each is one step, also one that changes nothing, and never blocks. In the engine a step costs as
// much as all others, whatever it does.

#define WBSYNC_ATOMIC_TAKES_given(type) detail::number_operand n, type &v
#define WBSYNC_ATOMIC_TAKES_one(type) type& v
#define WBSYNC_ATOMIC_N_given detail::given(n)
#define WBSYNC_ATOMIC_N_one 1
#define WBSYNC_ATOMIC_SEEN_given(number) detail::seen(number, n, at)
#define WBSYNC_ATOMIC_SEEN_one(number) detail::seen(number, at)

// One for each kind of the table; `change` is that of the table. Those whose value a loop may look
// at have no frame of their own between the model and the operation, where something left over
// could be taken for the state of the loop; see engine/local_state.hpp.

#define WBSYNC_ATOMIC_load(type, name, operand, change, order)                                     \
    [[gnu::always_inline]] inline value<std::int64_t> name(const type& v,                          \
                                                           const site& at = site::here()) {        \
        return detail::seen(v.number(v.value.load(memory_order::order, #name, at)), at);           \
    }
#define WBSYNC_ATOMIC_store(type, name, operand, change, order)                                    \
    inline void name(type& v, detail::number_operand n, const site& at = site::here()) {           \
        v.value.store(v.number(detail::given(n)), memory_order::order, #name, at);                 \
    }
#define WBSYNC_ATOMIC_quiet(type, name, operand, change, order)                                    \
    inline void name(WBSYNC_ATOMIC_TAKES_##operand(type), const site& at = site::here()) {         \
        detail::quiet(v, detail::change(WBSYNC_ATOMIC_N_##operand), #name, at);                    \
    }
#define WBSYNC_ATOMIC_fetch(type, name, operand, change, order)                                    \
    [[gnu::always_inline]] inline value<std::int64_t> name(WBSYNC_ATOMIC_TAKES_##operand(type),    \
                                                           const site& at = site::here()) {        \
        return WBSYNC_ATOMIC_SEEN_##operand(                                                       \
            detail::fetch(v, detail::change(WBSYNC_ATOMIC_N_##operand),                            \
                          detail::atomic_suffix::order, #name, at));                               \
    }
#define WBSYNC_ATOMIC_result(type, name, operand, change, order)                                   \
    [[gnu::always_inline]] inline value<std::int64_t> name(WBSYNC_ATOMIC_TAKES_##operand(type),    \
                                                           const site& at = site::here()) {        \
        return WBSYNC_ATOMIC_SEEN_##operand(                                                       \
            detail::fetch_new(v, detail::change(WBSYNC_ATOMIC_N_##operand),                        \
                              detail::atomic_suffix::order, #name, at));                           \
    }
#define WBSYNC_ATOMIC_test(type, name, operand, change, order)                                     \
    [[gnu::always_inline]] inline bool name(WBSYNC_ATOMIC_TAKES_##operand(type),                   \
                                            const site& at = site::here()) {                       \
        return detail::learns_only(platform::told::whether_zero,                                   \
                                   detail::fetch_new(v, detail::change(WBSYNC_ATOMIC_N_##operand), \
                                                     detail::atomic_suffix::order, #name,          \
                                                     at) == 0);                                    \
    }
#define WBSYNC_ATOMIC_negative(type, name, operand, change, order)                                 \
    [[gnu::always_inline]] inline bool name(WBSYNC_ATOMIC_TAKES_##operand(type),                   \
                                            const site& at = site::here()) {                       \
        return detail::learns_only(platform::told::whether_negative,                               \
                                   detail::fetch_new(v, detail::change(WBSYNC_ATOMIC_N_##operand), \
                                                     detail::atomic_suffix::order, #name,          \
                                                     at) < 0);                                     \
    }
#define WBSYNC_ATOMIC_exchange(type, name, operand, change, order)                                 \
    [[gnu::always_inline]] inline value<std::int64_t> name(type& v, detail::number_operand n,      \
                                                           const site& at = site::here()) {        \
        return detail::seen(detail::fetch(v, detail::change(v.number(detail::replacing(n))),       \
                                          detail::atomic_suffix::order, #name, at),                \
                            at);                                                                   \
    }
#define WBSYNC_ATOMIC_compare(type, name, operand, change, order)                                  \
    [[gnu::always_inline]] inline value<std::int64_t> name(                                        \
        type& v, std::int64_t old, detail::number_operand n, const site& at = site::here()) {      \
        return detail::seen(detail::compare_exchange(v, old, detail::replacing(n),                 \
                                                     detail::atomic_suffix::order, #name, at),     \
                            at);                                                                   \
    }
#define WBSYNC_ATOMIC_try_compare(type, name, operand, change, order)                              \
    [[gnu::always_inline]] inline bool name(type& v, std::int64_t* old, detail::number_operand n,  \
                                            const site& at = site::here()) {                       \
        return detail::try_compare_exchange(v, *old, detail::replacing(n),                         \
                                            detail::atomic_suffix::order, #name, at);              \
    }
#define WBSYNC_ATOMIC_fetch_unless(type, name, operand, change, order)                             \
    [[gnu::always_inline]] inline value<std::int64_t> name(                                        \
        type& v, detail::number_operand n, std::int64_t refused, const site& at = site::here()) {  \
        return detail::seen(detail::change_if(v, detail::is_not(v.number(refused)),                \
                                              detail::change(detail::given(n)), #name, at)         \
                                .second,                                                           \
                            n, at);                                                                \
    }
#define WBSYNC_ATOMIC_unless(type, name, operand, change, order)                                   \
    [[gnu::always_inline]] inline bool name(type& v, detail::number_operand n,                     \
                                            std::int64_t refused, const site& at = site::here()) { \
        return detail::change_if(v, detail::is_not(v.number(refused)),                             \
                                 detail::change(detail::given(n)), #name, at)                      \
            .first;                                                                                \
    }
#define WBSYNC_ATOMIC_IF(condition, type, name, operand, change)                                   \
    [[gnu::always_inline]] inline bool name(type& v, const site& at = site::here()) {              \
        return detail::change_if(                                                                  \
                   v, [](std::int64_t x) { return x condition 0; },                                \
                   detail::change(WBSYNC_ATOMIC_N_##operand), #name, at)                           \
            .first;                                                                                \
    }
#define WBSYNC_ATOMIC_unless_zero(type, name, operand, change, order)                              \
    WBSYNC_ATOMIC_IF(!=, type, name, operand, change)
#define WBSYNC_ATOMIC_unless_negative(type, name, operand, change, order)                          \
    WBSYNC_ATOMIC_IF(>=, type, name, operand, change)
#define WBSYNC_ATOMIC_unless_positive(type, name, operand, change, order)                          \
    WBSYNC_ATOMIC_IF(<=, type, name, operand, change)
/// Returns what it has stored or, if it has not, would have.
#define WBSYNC_ATOMIC_if_positive(type, name, operand, change, order)                              \
    [[gnu::always_inline]] inline value<std::int64_t> name(type& v,                                \
                                                           const site& at = site::here()) {        \
        const auto f = detail::change(WBSYNC_ATOMIC_N_##operand);                                  \
        return detail::seen(v.number(f(detail::change_if(                                          \
                                           v, [](std::int64_t x) { return x > 0; }, f, #name, at)  \
                                           .second)),                                              \
                            at);                                                                   \
    }

#define WBSYNC_DEFINE_ATOMIC(family, word, kind, operand, change, order)                           \
    WBSYNC_ATOMIC_##kind(family##_t, family##_##word, operand, change, order)

WBSYNC_FOR_EACH_ATOMIC(WBSYNC_DEFINE_ATOMIC, atomic)
WBSYNC_FOR_EACH_ATOMIC(WBSYNC_DEFINE_ATOMIC, atomic64)
WBSYNC_FOR_EACH_ATOMIC(WBSYNC_DEFINE_ATOMIC, atomic_long)

#undef WBSYNC_ATOMIC_IF
#undef WBSYNC_ATOMIC_N_given
#undef WBSYNC_ATOMIC_N_one
#undef WBSYNC_ATOMIC_SEEN_given
#undef WBSYNC_ATOMIC_SEEN_one
#undef WBSYNC_ATOMIC_TAKES_given
#undef WBSYNC_ATOMIC_TAKES_one
#undef WBSYNC_ATOMIC_compare
#undef WBSYNC_ATOMIC_exchange
#undef WBSYNC_ATOMIC_fetch
#undef WBSYNC_ATOMIC_fetch_unless
#undef WBSYNC_ATOMIC_if_positive
#undef WBSYNC_ATOMIC_load
#undef WBSYNC_ATOMIC_negative
#undef WBSYNC_ATOMIC_quiet
#undef WBSYNC_ATOMIC_result
#undef WBSYNC_ATOMIC_store
#undef WBSYNC_ATOMIC_test
#undef WBSYNC_ATOMIC_try_compare
#undef WBSYNC_ATOMIC_unless
#undef WBSYNC_ATOMIC_unless_negative
#undef WBSYNC_ATOMIC_unless_positive
#undef WBSYNC_ATOMIC_unless_zero
#undef WBSYNC_DEFINE_ATOMIC

} // namespace wbsync
