// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/percpu/cpu.hpp>
#include <wbsync/platform.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace wbsync {

namespace detail {

/// The part of a per-CPU variable that belongs to one CPU.
struct cpu_part : atomic_long_t, platform::padding_of_cpu {
    explicit cpu_part(const label& name) : atomic_long_t(name) {}
};
using cpu_parts = std::array<cpu_part, nr_cpus>;

template <std::size_t... I>
cpu_parts parts_of_cpus(const label& name, std::index_sequence<I...> /*cpus*/) {
    return {cpu_part{label{name, "cpu", static_cast<int>(I)}}...};
}
/// `name` must outlive the parts.
inline cpu_parts parts_of_cpus(const label& name) {
    return parts_of_cpus(name, std::make_index_sequence<nr_cpus>{});
}

} // namespace detail

/// An integer with a separate value for each CPU: DEFINE_PER_CPU(long, x), alloc_percpu(long).
/// include/linux/percpu-defs.h, Documentation/core-api/this_cpu_ops.rst.
class percpu_t {
public:
    explicit percpu_t(const label& name) : name_(name), parts(detail::parts_of_cpus(name_)) {}
    percpu_t(const percpu_t&) = delete;
    percpu_t& operator=(const percpu_t&) = delete;

private:
    label name_;

public:
    detail::cpu_parts parts;
};

/// The value of one CPU, used like any other shared integer. include/linux/percpu-defs.h.
atomic_long_t& per_cpu(percpu_t& x, int cpu, const site& at = site::here());
/// A pointer to the value of one CPU. include/linux/percpu-defs.h.
inline atomic_long_t* per_cpu_ptr(percpu_t& x, int cpu, const site& at = site::here()) {
    return &per_cpu(x, cpu, at);
}
/// The value of the current CPU. The thread may leave the CPU before it uses the value.
/// include/linux/percpu-defs.h.
inline atomic_long_t* this_cpu_ptr(percpu_t& x, const site& at = site::here()) {
    return &x.parts[static_cast<std::size_t>(detail::this_cpu(at))];
}

// One step on the current CPU's part, with no interrupt and no migration inside of it. Relaxed.
// Documentation/core-api/this_cpu_ops.rst.

inline void this_cpu_add(percpu_t& x, std::int64_t n, const site& at = site::here()) {
    this_cpu_ptr(x, at)->value.add(n, "this_cpu_add", at);
}
inline void this_cpu_sub(percpu_t& x, std::int64_t n, const site& at = site::here()) {
    this_cpu_ptr(x, at)->value.add(-n, "this_cpu_sub", at);
}
inline void this_cpu_inc(percpu_t& x, const site& at = site::here()) {
    this_cpu_ptr(x, at)->value.add(1, "this_cpu_inc", at);
}
inline void this_cpu_dec(percpu_t& x, const site& at = site::here()) {
    this_cpu_ptr(x, at)->value.add(-1, "this_cpu_dec", at);
}
inline std::int64_t this_cpu_add_return(percpu_t& x, std::int64_t n,
                                        const site& at = site::here()) {
    return this_cpu_ptr(x, at)->value.update(detail::plus(n), memory_order::relaxed,
                                             "this_cpu_add_return", at) +
           n;
}
inline std::int64_t this_cpu_read(percpu_t& x, const site& at = site::here()) {
    return this_cpu_ptr(x, at)->value.load(memory_order::relaxed, "this_cpu_read", at);
}
inline void this_cpu_write(percpu_t& x, std::int64_t v, const site& at = site::here()) {
    this_cpu_ptr(x, at)->value.store(v, memory_order::relaxed, "this_cpu_write", at);
}
inline std::int64_t this_cpu_xchg(percpu_t& x, std::int64_t v, const site& at = site::here()) {
    return this_cpu_ptr(x, at)->value.update(detail::put(v), memory_order::relaxed, "this_cpu_xchg",
                                             at);
}

// A load and a store, two steps. What an interrupt on that CPU adds in between is lost; in a model
// an interrupt is a thread of its own. This holds for raw_cpu_add(), and for the forms with two
// underscores.

void raw_cpu_add(percpu_t& x, std::int64_t n, const site& at = site::here());
inline void raw_cpu_inc(percpu_t& x, const site& at = site::here()) {
    raw_cpu_add(x, 1, at);
}
inline void raw_cpu_dec(percpu_t& x, const site& at = site::here()) {
    raw_cpu_add(x, -1, at);
}

/// Adds up the values of all CPUs, one relaxed load after the other. The result may be a value that
/// the sum never had, if others add meanwhile. This is the loop over for_each_possible_cpu() that
/// so many callers have.
std::int64_t per_cpu_sum(const percpu_t& x, const site& at = site::here());

} // namespace wbsync

#include <wbsync/percpu/percpu_inl.hpp>
