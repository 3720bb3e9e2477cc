// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"
#include "checks/support/atomic_functions.hpp"

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

/// <wbsync/memory/atomic_table.hpp>.
inline operations_on<atomics> atomics::of_table() {
    using of = wbsync::atomic_operation;
    operations_on<atomics> all;
    for (std::size_t i = 0; i != wbsync::atomic_operations.size(); ++i) {
        const of& op = wbsync::atomic_operations[i];
        const auto function = atomic_functions::of_int[i];
        const bool takes_mask =
            op.change >= of::change_of::bit_and && op.change <= of::change_of::bit_xor;
        const bool returns = op.kind != of::kind_of::store && op.kind != of::kind_of::quiet;
        all.push_back({atomic_functions::names[i],
                       [=](atomics& a, const call& c) {
                           const std::int64_t result =
                               function(a.at(c), takes_mask ? c.m : c.n, c.j);
                           return returns ? result : no_result;
                       },
                       returns});
    }
    return all;
}

} // namespace conformance
