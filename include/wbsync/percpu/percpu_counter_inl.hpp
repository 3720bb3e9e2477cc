// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/percpu/percpu_counter.hpp>

namespace wbsync::detail {

inline void fold(percpu_counter& c, atomic_long_t& part, const char* verb, const site& at) {
    const auto folded = part.value.update(detail::put(0), memory_order::relaxed, verb, at);
    c.count.value.update(plus(folded), memory_order::relaxed, verb, at);
}

} // namespace wbsync::detail

namespace wbsync {

inline void percpu_counter_add_batch(percpu_counter& c, std::int64_t n, int batch, const site& at) {
    detail::use(c, "percpu_counter_add", at);
    atomic_long_t& part = c.this_cpu(at);
    const auto sum =
        part.value.update(detail::plus(n), memory_order::relaxed, "percpu_counter_add", at) + n;
    if (std::abs(sum) < batch)
        return;
    spin_lock(c.lock, at);
    detail::fold(c, part, "percpu_counter_add", at);
    spin_unlock(c.lock, at);
    detail::use(c, "percpu_counter_add", at);
}

inline std::int64_t percpu_counter_read(const percpu_counter& c, const site& at) {
    detail::use(c, "percpu_counter_read", at);
    return c.count.value.load(memory_order::relaxed, "percpu_counter_read", at);
}

inline std::int64_t percpu_counter_sum(percpu_counter& c, const site& at) {
    detail::use(c, "percpu_counter_sum", at);
    spin_lock(c.lock, at);
    auto sum = c.count.value.load(memory_order::relaxed, "percpu_counter_sum", at);
    for (const atomic_long_t& part : c.counters)
        sum += part.value.load(memory_order::relaxed, "percpu_counter_sum", at);
    spin_unlock(c.lock, at);
    return sum;
}

inline int percpu_counter_compare(percpu_counter& c, std::int64_t rhs, const site& at) {
    const auto sign = [rhs](std::int64_t v) { return v < rhs ? -1 : v > rhs ? 1 : 0; };
    const auto rough = percpu_counter_read(c, at);
    if (std::abs(rough - rhs) > std::int64_t{c.batch} * nr_cpus)
        return sign(rough);
    return sign(percpu_counter_sum(c, at));
}

inline void percpu_counter_set(percpu_counter& c, std::int64_t n, const site& at) {
    detail::use(c, "percpu_counter_set", at);
    spin_lock(c.lock, at);
    for (atomic_long_t& part : c.counters)
        part.value.store(0, memory_order::relaxed, part_of("percpu_counter_set"), at);
    c.count.value.store(n, memory_order::relaxed, part_of("percpu_counter_set"), at);
    spin_unlock(c.lock, at);
}

inline void percpu_counter_cpu_dead(percpu_counter& c, int cpu, const site& at) {
    detail::use(c, "percpu_counter_cpu_dead", at);
    spin_lock(c.lock, at);
    detail::fold(c, c.counters[static_cast<std::size_t>(cpu % nr_cpus)], "percpu_counter_cpu_dead",
                 at);
    spin_unlock(c.lock, at);
}

} // namespace wbsync
