// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <wbsync/memory/atomic_table.hpp>

namespace conformance {

/// Two atomic_t, and all that can be done with them.
struct atomics {
    static constexpr const char* name = "atomic_t";

    wbsync::atomic_t x{"x"};
    wbsync::atomic_t y{"y", 1};

    [[nodiscard]] wbsync::atomic_t& at(const call& c) { return one_of(x, y, c.i); }
    void end(values& v) const {
        v.push_back(wbsync::atomic_read(x));
        v.push_back(wbsync::atomic_read(y));
    }

    static operations_on<atomics> loads_and_stores();
    static operations_on<atomics> of_table();
    static std::vector<operations_on<atomics>> all() { return {loads_and_stores(), of_table()}; }
};

inline operations_on<atomics> atomics::loads_and_stores() {
    using namespace wbsync;
    using o = atomics;
    return {
        op<o>("READ_ONCE", [](o& a, const call& c) { return READ_ONCE(a.at(c)); }),
        op<o>("data_race", [](o& a, const call& c) { return data_race(a.at(c)); }),
        op<o>("smp_load_acquire", [](o& a, const call& c) { return smp_load_acquire(a.at(c)); }),
        op<o>("WRITE_ONCE", [](o& a, const call& c) { WRITE_ONCE(a.at(c), c.n); }),
        op<o>("data_race_write", [](o& a, const call& c) { data_race_write(a.at(c), c.n); }),
        op<o>("smp_store_release", [](o& a, const call& c) { smp_store_release(a.at(c), c.n); }),
        op<o>("smp_store_mb", [](o& a, const call& c) { smp_store_mb(a.at(c), c.n); }),
        op<o>("await",
              [](o& a, const call& c) {
                  return await(a.at(c), [&](std::int64_t v) { return v != c.n; });
              }),
        op<o>("await_acquire",
              [](o& a, const call& c) {
                  return await_acquire(a.at(c), [&](std::int64_t v) { return v != c.n; });
              }),
        silent(op<o>("smp_mb", [](o&, const call&) { smp_mb(); })),
        silent(op<o>("smp_rmb", [](o&, const call&) { smp_rmb(); })),
        silent(op<o>("smp_wmb", [](o&, const call&) { smp_wmb(); })),
    };
}

namespace detail {

/// Whether it did, and what it has left in its argument.
template <class Try>
std::int64_t try_cmpxchg(const call& c, Try attempt) {
    std::int64_t old = c.j;
    const bool done = attempt(&old);
    return 100 * old + (done ? 1 : 0);
}

} // namespace detail

/// <wbsync/memory/atomic_table.hpp>.
inline operations_on<atomics> atomics::of_table() {
    using namespace wbsync;
    using o = atomics;

// The number, by the change; how it is passed on, by the operand; the call, by the kind.
#define WBSYNC_N_put c.n
#define WBSYNC_N_plus c.n
#define WBSYNC_N_minus c.n
#define WBSYNC_N_bit_and c.m
#define WBSYNC_N_bit_clear c.m
#define WBSYNC_N_bit_or c.m
#define WBSYNC_N_bit_xor c.m
#define WBSYNC_PASS_given(n) n,
#define WBSYNC_PASS_one(n)
#define WBSYNC_CALL_load(f, operand, n) f(v)
#define WBSYNC_CALL_store(f, operand, n) f(v, n)
#define WBSYNC_CALL_quiet(f, operand, n) f(WBSYNC_PASS_##operand(n) v)
#define WBSYNC_CALL_fetch(f, operand, n) f(WBSYNC_PASS_##operand(n) v)
#define WBSYNC_CALL_result(f, operand, n) f(WBSYNC_PASS_##operand(n) v)
#define WBSYNC_CALL_test(f, operand, n) f(WBSYNC_PASS_##operand(n) v)
#define WBSYNC_CALL_negative(f, operand, n) f(WBSYNC_PASS_##operand(n) v)
#define WBSYNC_CALL_exchange(f, operand, n) f(v, n)
#define WBSYNC_CALL_compare(f, operand, n) f(v, c.j, n)
#define WBSYNC_CALL_try_compare(f, operand, n)                                                     \
    detail::try_cmpxchg(c, [&](std::int64_t* old) { return f(v, old, n); })
#define WBSYNC_CALL_fetch_unless(f, operand, n) f(v, n, c.j)
#define WBSYNC_CALL_unless(f, operand, n) f(v, n, c.j)
#define WBSYNC_CALL_unless_zero(f, operand, n) f(v)
#define WBSYNC_CALL_unless_negative(f, operand, n) f(v)
#define WBSYNC_CALL_unless_positive(f, operand, n) f(v)
#define WBSYNC_CALL_if_positive(f, operand, n) f(v)
#define WBSYNC_OPERATION(data, word, kind, operand, change, order)                                 \
    op<o>("atomic_" #word, [](o& a, const call& c) {                                               \
        atomic_t& v = a.at(c);                                                                     \
        return WBSYNC_CALL_##kind(atomic_##word, operand, WBSYNC_N_##change);                      \
    }),

    return {WBSYNC_FOR_EACH_ATOMIC(WBSYNC_OPERATION, )};

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
#undef WBSYNC_N_bit_and
#undef WBSYNC_N_bit_clear
#undef WBSYNC_N_bit_or
#undef WBSYNC_N_bit_xor
#undef WBSYNC_N_minus
#undef WBSYNC_N_plus
#undef WBSYNC_N_put
#undef WBSYNC_OPERATION
#undef WBSYNC_PASS_given
#undef WBSYNC_PASS_one
}

} // namespace conformance
