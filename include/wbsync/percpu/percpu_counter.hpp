// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/percpu/percpu.hpp>
#include <wbsync/platform.hpp>
#include <wbsync/sync/spinlock.hpp>

#include <algorithm>

namespace wbsync {

/// A counter with a part for each CPU. Additions go to the CPU's part until that reaches the batch,
/// and are then folded into the shared count under the lock. A use that comes after
/// percpu_counter_destroy(), or is not ordered before it, is a finding with the property given.
/// lib/percpu_counter.c.
class percpu_counter {
public:
    explicit percpu_counter(const label& called, std::int64_t initial = 0, int batch_size = 32,
                            const char* property = "use-after-free")
        : name(called), lock({name, "lock"}), count({name, "count"}, initial),
          counters(detail::parts_of_cpus(name)), batch(batch_size), scope(called) {
        life.begin(name, property);
    }
    percpu_counter(const percpu_counter&) = delete;
    percpu_counter& operator=(const percpu_counter&) = delete;

    label name;
    spinlock_t lock;
    atomic64_t count;
    detail::cpu_parts counters;
    platform::lifetime life;
    int batch;
    platform::scope scope;

    [[nodiscard]] atomic_long_t& this_cpu(const site& at) {
        return counters[static_cast<std::size_t>(detail::this_cpu(at))];
    }
};

namespace detail {

inline void use(const percpu_counter& c, const char* verb, const site& at) {
    platform::use(c.scope, c.life, verb, at);
}

/// Moves the CPU's part into the shared count. The lock must be held.
void fold(percpu_counter& c, atomic_long_t& part, const char* verb, const site& at);

} // namespace detail

/// Adds to the counter. No ordering; takes the lock when the CPU's part reaches the batch.
/// lib/percpu_counter.c.
void percpu_counter_add_batch(percpu_counter& c, std::int64_t n, int batch,
                              const site& at = site::here());

/// percpu_counter_add_batch() with the counter's own batch. include/linux/percpu_counter.h.
inline void percpu_counter_add(percpu_counter& c, std::int64_t n, const site& at = site::here()) {
    percpu_counter_add_batch(c, n, c.batch, at);
}
/// percpu_counter_add() of 1. include/linux/percpu_counter.h.
inline void percpu_counter_inc(percpu_counter& c, const site& at = site::here()) {
    percpu_counter_add(c, 1, at);
}
/// percpu_counter_add() of -1. include/linux/percpu_counter.h.
inline void percpu_counter_dec(percpu_counter& c, const site& at = site::here()) {
    percpu_counter_add(c, -1, at);
}

/// The shared count alone, relaxed: wrong by up to the batch for each CPU.
/// include/linux/percpu_counter.h.
std::int64_t percpu_counter_read(const percpu_counter& c, const site& at = site::here());

/// The count and the parts of all CPUs, under the lock. Additions that do not take the lock may be
/// missed. lib/percpu_counter.c.
std::int64_t percpu_counter_sum(percpu_counter& c, const site& at = site::here());

/// percpu_counter_read(), never below 0. include/linux/percpu_counter.h.
inline std::int64_t percpu_counter_read_positive(const percpu_counter& c,
                                                 const site& at = site::here()) {
    return std::max<std::int64_t>(percpu_counter_read(c, at), 0);
}
/// percpu_counter_sum(), never below 0. include/linux/percpu_counter.h.
inline std::int64_t percpu_counter_sum_positive(percpu_counter& c, const site& at = site::here()) {
    return std::max<std::int64_t>(percpu_counter_sum(c, at), 0);
}

/// Compares with `rhs`: -1, 0, 1. Computes the sum only if the shared count is so close to `rhs`
/// that the CPUs' parts can decide. lib/percpu_counter.c.
int percpu_counter_compare(percpu_counter& c, std::int64_t rhs, const site& at = site::here());

/// Sets the counter to `n`. Takes the lock; concurrent additions may be lost or not.
/// lib/percpu_counter.c.
void percpu_counter_set(percpu_counter& c, std::int64_t n, const site& at = site::here());

/// What the hotplug callback does to each counter when a CPU is gone: folds that CPU's part into
/// the count, under the lock. The sum does not change. lib/percpu_counter.c.
void percpu_counter_cpu_dead(percpu_counter& c, int cpu, const site& at = site::here());

/// Ends the counter's life. lib/percpu_counter.c.
inline void percpu_counter_destroy(percpu_counter& c, const site& at = site::here()) {
    platform::end(c.scope, c.life, c.name, "percpu_counter_destroy", at);
}

} // namespace wbsync

#include <wbsync/percpu/percpu_counter_inl.hpp>
