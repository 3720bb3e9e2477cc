// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/percpu/cpu.hpp>
#include <wbsync/percpu/percpu.hpp>

#include <fmt/core.h>

namespace wbsync {

inline atomic_long_t& per_cpu(percpu_t& x, int cpu, const site& at) {
    if (cpu < 0 || cpu >= nr_cpus)
        violated("misuse", fmt::format("per_cpu() for CPU {}, there are {}", cpu, nr_cpus), at);
    return x.parts[static_cast<std::size_t>(cpu)];
}

inline void raw_cpu_add(percpu_t& x, std::int64_t n, const site& at) {
    atomic_long_t* part = this_cpu_ptr(x, at);
    const auto before = part->value.load(memory_order::relaxed, "raw_cpu_add", at);
    part->value.store(before + n, memory_order::relaxed, part_of("raw_cpu_add"), at);
}

inline std::int64_t per_cpu_sum(const percpu_t& x, const site& at) {
    std::int64_t sum = 0;
    for (const atomic_long_t& part : x.parts)
        sum += part.value.load(memory_order::relaxed, "per_cpu_sum", at);
    return sum;
}

} // namespace wbsync
