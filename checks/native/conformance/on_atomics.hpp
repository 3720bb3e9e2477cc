// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

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
    static operations_on<atomics> additions();
    static operations_on<atomics> results();
    static operations_on<atomics> exchanges();
    static operations_on<atomics> conditional();
    static std::vector<operations_on<atomics>> all() {
        return {loads_and_stores(), additions(), results(), exchanges(), conditional()};
    }
};

inline operations_on<atomics> atomics::loads_and_stores() {
    using namespace wbsync;
    using o = atomics;
    return {
        op<o>("READ_ONCE", [](o& a, const call& c) { return READ_ONCE(a.at(c)); }),
        op<o>("data_race", [](o& a, const call& c) { return data_race(a.at(c)); }),
        op<o>("smp_load_acquire", [](o& a, const call& c) { return smp_load_acquire(a.at(c)); }),
        op<o>("atomic_read", [](o& a, const call& c) { return atomic_read(a.at(c)); }),
        op<o>("atomic_read_acquire",
              [](o& a, const call& c) { return atomic_read_acquire(a.at(c)); }),
        op<o>("WRITE_ONCE", [](o& a, const call& c) { WRITE_ONCE(a.at(c), c.n); }),
        op<o>("data_race_write", [](o& a, const call& c) { data_race_write(a.at(c), c.n); }),
        op<o>("smp_store_release", [](o& a, const call& c) { smp_store_release(a.at(c), c.n); }),
        op<o>("atomic_set", [](o& a, const call& c) { atomic_set(a.at(c), c.n); }),
        op<o>("atomic_set_release", [](o& a, const call& c) { atomic_set_release(a.at(c), c.n); }),
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

inline operations_on<atomics> atomics::additions() {
    using namespace wbsync;
    using o = atomics;
    return {
        op<o>("atomic_add", [](o& a, const call& c) { atomic_add(c.n, a.at(c)); }),
        op<o>("atomic_sub", [](o& a, const call& c) { atomic_sub(c.n, a.at(c)); }),
        op<o>("atomic_inc", [](o& a, const call& c) { atomic_inc(a.at(c)); }),
        op<o>("atomic_dec", [](o& a, const call& c) { atomic_dec(a.at(c)); }),
        op<o>("atomic_fetch_add",
              [](o& a, const call& c) { return atomic_fetch_add(c.n, a.at(c)); }),
        op<o>("atomic_fetch_add_relaxed",
              [](o& a, const call& c) { return atomic_fetch_add_relaxed(c.n, a.at(c)); }),
        op<o>("atomic_fetch_add_acquire",
              [](o& a, const call& c) { return atomic_fetch_add_acquire(c.n, a.at(c)); }),
        op<o>("atomic_fetch_add_release",
              [](o& a, const call& c) { return atomic_fetch_add_release(c.n, a.at(c)); }),
        op<o>("atomic_fetch_sub",
              [](o& a, const call& c) { return atomic_fetch_sub(c.n, a.at(c)); }),
        op<o>("atomic_fetch_sub_release",
              [](o& a, const call& c) { return atomic_fetch_sub_release(c.n, a.at(c)); }),
        op<o>("atomic_fetch_or", [](o& a, const call& c) { return atomic_fetch_or(c.m, a.at(c)); }),
        op<o>("atomic_fetch_and",
              [](o& a, const call& c) { return atomic_fetch_and(c.m, a.at(c)); }),
    };
}

inline operations_on<atomics> atomics::results() {
    using namespace wbsync;
    using o = atomics;
    return {
        op<o>("atomic_add_return",
              [](o& a, const call& c) { return atomic_add_return(c.n, a.at(c)); }),
        op<o>("atomic_sub_return",
              [](o& a, const call& c) { return atomic_sub_return(c.n, a.at(c)); }),
        op<o>("atomic_sub_return_release",
              [](o& a, const call& c) { return atomic_sub_return_release(c.n, a.at(c)); }),
        op<o>("atomic_inc_return", [](o& a, const call& c) { return atomic_inc_return(a.at(c)); }),
        op<o>("atomic_dec_return", [](o& a, const call& c) { return atomic_dec_return(a.at(c)); }),
        op<o>("atomic_dec_and_test",
              [](o& a, const call& c) { return atomic_dec_and_test(a.at(c)); }),
        op<o>("atomic_inc_and_test",
              [](o& a, const call& c) { return atomic_inc_and_test(a.at(c)); }),
        op<o>("atomic_sub_and_test",
              [](o& a, const call& c) { return atomic_sub_and_test(c.n, a.at(c)); }),
        op<o>("atomic_add_negative",
              [](o& a, const call& c) { return atomic_add_negative(c.n, a.at(c)); }),
        op<o>("atomic_add_negative_acquire",
              [](o& a, const call& c) { return atomic_add_negative_acquire(c.n, a.at(c)); }),
    };
}

inline operations_on<atomics> atomics::exchanges() {
    using namespace wbsync;
    using o = atomics;
    return {
        op<o>("atomic_xchg", [](o& a, const call& c) { return atomic_xchg(a.at(c), c.n); }),
        op<o>("atomic_xchg_acquire",
              [](o& a, const call& c) { return atomic_xchg_acquire(a.at(c), c.n); }),
        op<o>("atomic_xchg_release",
              [](o& a, const call& c) { return atomic_xchg_release(a.at(c), c.n); }),
        op<o>("atomic_xchg_relaxed",
              [](o& a, const call& c) { return atomic_xchg_relaxed(a.at(c), c.n); }),
        op<o>("atomic_cmpxchg",
              [](o& a, const call& c) { return atomic_cmpxchg(a.at(c), c.j, c.n); }),
        op<o>("atomic_cmpxchg_acquire",
              [](o& a, const call& c) { return atomic_cmpxchg_acquire(a.at(c), c.j, c.n); }),
        op<o>("atomic_cmpxchg_release",
              [](o& a, const call& c) { return atomic_cmpxchg_release(a.at(c), c.j, c.n); }),
        op<o>("atomic_cmpxchg_relaxed",
              [](o& a, const call& c) { return atomic_cmpxchg_relaxed(a.at(c), c.j, c.n); }),
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

inline operations_on<atomics> atomics::conditional() {
    using namespace wbsync;
    using o = atomics;
    return {
        op<o>("atomic_try_cmpxchg",
              [](o& a, const call& c) {
                  return detail::try_cmpxchg(
                      c, [&](std::int64_t* old) { return atomic_try_cmpxchg(a.at(c), old, c.n); });
              }),
        op<o>("atomic_try_cmpxchg_acquire",
              [](o& a, const call& c) {
                  return detail::try_cmpxchg(c, [&](std::int64_t* old) {
                      return atomic_try_cmpxchg_acquire(a.at(c), old, c.n);
                  });
              }),
        op<o>("atomic_try_cmpxchg_release",
              [](o& a, const call& c) {
                  return detail::try_cmpxchg(c, [&](std::int64_t* old) {
                      return atomic_try_cmpxchg_release(a.at(c), old, c.n);
                  });
              }),
        op<o>("atomic_try_cmpxchg_relaxed",
              [](o& a, const call& c) {
                  return detail::try_cmpxchg(c, [&](std::int64_t* old) {
                      return atomic_try_cmpxchg_relaxed(a.at(c), old, c.n);
                  });
              }),
        op<o>("atomic_add_unless",
              [](o& a, const call& c) { return atomic_add_unless(a.at(c), c.n, c.j); }),
        op<o>("atomic_inc_not_zero",
              [](o& a, const call& c) { return atomic_inc_not_zero(a.at(c)); }),
    };
}

} // namespace conformance
