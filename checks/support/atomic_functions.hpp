// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/atomic_operations.hpp>

#include <array>
#include <cstdint>

/// The functions of <wbsync/memory/atomic_table.hpp>, all with the same parameters and result type,
/// for tests that call each of them.
namespace atomic_functions {

using namespace wbsync;

/// A call; `other` is the value to compare with. A function without a result returns 0, one that
/// tells whether it did something returns 0 or 1.
template <class Atomic>
using function = std::int64_t (*)(Atomic& v, std::int64_t n, std::int64_t other);

/// In the order of wbsync::atomic_operations.
template <class Atomic>
using functions = std::array<function<Atomic>, atomic_operations.size()>;

/// The bit in both_results() for a call that did nothing.
inline constexpr std::int64_t did_nothing = 1 << 12;

/// Both results of try_cmpxchg() in one: the value that it saw, with another bit inverted if it did
/// nothing.
template <class Try>
std::int64_t both_results(std::int64_t expected, Try try_cmpxchg) {
    std::int64_t old = expected;
    return try_cmpxchg(&old) ? old : old ^ did_nothing;
}

// How an operation of a kind is called.
#define WBSYNC_PASS_given n,
#define WBSYNC_PASS_one
#define WBSYNC_CALL_load(f, operand) return f(v)
#define WBSYNC_CALL_store(f, operand) return f(v, n), 0
#define WBSYNC_CALL_quiet(f, operand) return f(WBSYNC_PASS_##operand v), 0
#define WBSYNC_CALL_fetch(f, operand) return f(WBSYNC_PASS_##operand v)
#define WBSYNC_CALL_result(f, operand) return f(WBSYNC_PASS_##operand v)
#define WBSYNC_CALL_test(f, operand) return f(WBSYNC_PASS_##operand v) ? 1 : 0
#define WBSYNC_CALL_negative(f, operand) return f(WBSYNC_PASS_##operand v) ? 1 : 0
#define WBSYNC_CALL_exchange(f, operand) return f(v, n)
#define WBSYNC_CALL_compare(f, operand) return f(v, other, n)
#define WBSYNC_CALL_try_compare(f, operand)                                                        \
    return both_results(other, [&](std::int64_t* old) { return f(v, old, n); })
#define WBSYNC_CALL_fetch_unless(f, operand) return f(v, n, other)
#define WBSYNC_CALL_unless(f, operand) return f(v, n, other) ? 1 : 0
#define WBSYNC_CALL_unless_zero(f, operand) return f(v) ? 1 : 0
#define WBSYNC_CALL_unless_negative(f, operand) return f(v) ? 1 : 0
#define WBSYNC_CALL_unless_positive(f, operand) return f(v) ? 1 : 0
#define WBSYNC_CALL_if_positive(f, operand) return f(v)
#define WBSYNC_NAME(data, word, kind, operand, change, order) "atomic_" #word,
#define WBSYNC_FUNCTION(family, word, kind, operand, change, order)                                \
    [](auto& v, [[maybe_unused]] std::int64_t n,                                                   \
       [[maybe_unused]] std::int64_t other) -> std::int64_t {                                      \
        WBSYNC_CALL_##kind(family##_##word, operand);                                              \
    },

/// What they are called, of atomic_t.
inline constexpr std::array names{WBSYNC_FOR_EACH_ATOMIC(WBSYNC_NAME, )};
inline constexpr functions<atomic_t> of_int{WBSYNC_FOR_EACH_ATOMIC(WBSYNC_FUNCTION, atomic)};
inline constexpr functions<atomic64_t> of_s64{WBSYNC_FOR_EACH_ATOMIC(WBSYNC_FUNCTION, atomic64)};
inline constexpr functions<atomic_long_t> of_long{
    WBSYNC_FOR_EACH_ATOMIC(WBSYNC_FUNCTION, atomic_long)};

#undef WBSYNC_CALL_compare
#undef WBSYNC_CALL_exchange
#undef WBSYNC_CALL_fetch
#undef WBSYNC_CALL_fetch_unless
#undef WBSYNC_CALL_if_positive
#undef WBSYNC_CALL_load
#undef WBSYNC_CALL_negative
#undef WBSYNC_CALL_quiet
#undef WBSYNC_CALL_result
#undef WBSYNC_CALL_store
#undef WBSYNC_CALL_test
#undef WBSYNC_CALL_try_compare
#undef WBSYNC_CALL_unless
#undef WBSYNC_CALL_unless_negative
#undef WBSYNC_CALL_unless_positive
#undef WBSYNC_CALL_unless_zero
#undef WBSYNC_FUNCTION
#undef WBSYNC_NAME
#undef WBSYNC_PASS_given
#undef WBSYNC_PASS_one

} // namespace atomic_functions
