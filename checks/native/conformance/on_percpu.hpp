// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <cstdint>

namespace conformance {

/// Per-CPU variables, and a counter made of them.
struct percpus {
    static constexpr const char* name = "percpu_t, percpu_counter";

    wbsync::percpu_t x{"x"};
    wbsync::percpu_counter counter{"counter", 1, 3};

    void end(values& v) {
        for (int cpu = 0; cpu != wbsync::nr_cpus; ++cpu)
            v.push_back(wbsync::atomic_long_read(wbsync::per_cpu(x, cpu)));
        v.push_back(wbsync::atomic64_read(counter.count));
    }

    static operations_on<percpus> of_variables();
    static operations_on<percpus> of_counters();
    static std::vector<operations_on<percpus>> all() { return {of_variables(), of_counters()}; }
};

inline operations_on<percpus> percpus::of_variables() {
    using namespace wbsync;
    using o = percpus;
    return {
        op<o>("this_cpu_add", [](o& p, const call& c) { this_cpu_add(p.x, c.n); }),
        op<o>("this_cpu_sub", [](o& p, const call& c) { this_cpu_sub(p.x, c.n); }),
        op<o>("this_cpu_inc", [](o& p, const call&) { this_cpu_inc(p.x); }),
        op<o>("this_cpu_dec", [](o& p, const call&) { this_cpu_dec(p.x); }),
        op<o>("this_cpu_add_return",
              [](o& p, const call& c) { return this_cpu_add_return(p.x, c.n); }),
        op<o>("this_cpu_read", [](o& p, const call&) { return this_cpu_read(p.x); }),
        op<o>("this_cpu_write", [](o& p, const call& c) { this_cpu_write(p.x, c.n); }),
        op<o>("this_cpu_xchg", [](o& p, const call& c) { return this_cpu_xchg(p.x, c.n); }),
        op<o>("raw_cpu_add", [](o& p, const call& c) { raw_cpu_add(p.x, c.n); }),
        op<o>("raw_cpu_inc", [](o& p, const call&) { raw_cpu_inc(p.x); }),
        op<o>("raw_cpu_dec", [](o& p, const call&) { raw_cpu_dec(p.x); }),
        op<o>("per_cpu",
              [](o& p, const call& c) { return atomic_long_xchg(per_cpu(p.x, c.i), c.n); }),
        op<o>("per_cpu_ptr",
              [](o& p, const call& c) { return atomic_long_read(*per_cpu_ptr(p.x, c.i)); }),
        op<o>("this_cpu_ptr",
              [](o& p, const call& c) { atomic_long_add(c.n, *this_cpu_ptr(p.x)); }),
        op<o>("per_cpu_sum", [](o& p, const call&) { return per_cpu_sum(p.x); }),
        op<o>("smp_processor_id", [](o&, const call&) { return smp_processor_id(); }),
        op<o>("get_cpu",
              [](o& p, const call& c) {
                  const int cpu = get_cpu();
                  atomic_long_add(c.n, per_cpu(p.x, cpu));
                  put_cpu();
                  return cpu;
              }),
    };
}

inline operations_on<percpus> percpus::of_counters() {
    using namespace wbsync;
    using o = percpus;
    return {
        op<o>("percpu_counter_add",
              [](o& p, const call& c) { percpu_counter_add(p.counter, c.n); }),
        op<o>("percpu_counter_add_batch",
              [](o& p, const call& c) { percpu_counter_add_batch(p.counter, c.n, 1 + c.j); }),
        op<o>("percpu_counter_inc", [](o& p, const call&) { percpu_counter_inc(p.counter); }),
        op<o>("percpu_counter_dec", [](o& p, const call&) { percpu_counter_dec(p.counter); }),
        op<o>("percpu_counter_read",
              [](o& p, const call&) { return percpu_counter_read(p.counter); }),
        op<o>("percpu_counter_sum",
              [](o& p, const call&) { return percpu_counter_sum(p.counter); }),
        op<o>("percpu_counter_read_positive",
              [](o& p, const call&) { return percpu_counter_read_positive(p.counter); }),
        op<o>("percpu_counter_sum_positive",
              [](o& p, const call&) { return percpu_counter_sum_positive(p.counter); }),
        op<o>("percpu_counter_compare",
              [](o& p, const call& c) {
                  return percpu_counter_compare(p.counter, c.n + std::int64_t{5} * c.i);
              }),
        op<o>("percpu_counter_set",
              [](o& p, const call& c) { percpu_counter_set(p.counter, c.n); }),
        op<o>("percpu_counter_cpu_dead",
              [](o& p, const call& c) { percpu_counter_cpu_dead(p.counter, c.i); }),
        alone(op<o>("percpu_counter_destroy",
                    [](o& p, const call& c) {
                        if (!c.careful)
                            percpu_counter_destroy(p.counter);
                    })),
    };
}

} // namespace conformance
