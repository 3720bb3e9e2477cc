// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/sync/spinlock.hpp>

#include <array>
#include <cstdlib>

namespace wbsync {

/// CPUs of a model: thread t runs on CPU t modulo this.
inline constexpr int nr_cpus = 2;

/// A counter with a part for each CPU. Adds go to the CPU's part until that reaches the batch, and
/// are then folded into the shared count under the lock. Using it after percpu_counter_destroy(),
/// or not ordered before that, is a finding with the property given. lib/percpu_counter.c.
class percpu_counter {
public:
    explicit percpu_counter(const label& called, std::int64_t initial = 0, int batch_size = 32,
                            const char* property = "use-after-free")
        : name(called), lock({name, "lock"}),
          count({name, "count"}, initial), counters{atomic_t{label{name, "cpu", 0}},
                                                    atomic_t{label{name, "cpu", 1}}},
          batch(batch_size) {
        life.begin(name, property);
    }
    percpu_counter(const percpu_counter&) = delete;
    percpu_counter& operator=(const percpu_counter&) = delete;

    label name;
    spinlock_t lock;
    atomic_t count;
    std::array<atomic_t, nr_cpus> counters;
    engine::lifetime life;
    int batch;

    [[nodiscard]] atomic_t& this_cpu() {
        const engine::execution* run = engine::execution::current();
        const int t = run == nullptr || run->self() < 0 ? 0 : run->self();
        return counters[static_cast<std::size_t>(t % nr_cpus)];
    }
};

namespace detail {

inline void use(const percpu_counter& c, const char* verb, const site& at) {
    if (engine::execution* run = engine::execution::current())
        run->access(&c.life, verb, at);
}

} // namespace detail

/// Adds to the counter. No ordering; takes the lock when the CPU's part reaches the batch.
inline void percpu_counter_add(percpu_counter& c, std::int64_t n, const site& at = site::here()) {
    detail::use(c, "percpu_counter_add", at);
    atomic_t& part = c.this_cpu();
    const auto sum =
        part.value.update(detail::plus(n), memory_order::relaxed, "percpu_counter_add", at) + n;
    if (std::abs(sum) < c.batch)
        return;
    spin_lock(c.lock, at);
    const auto folded = part.value.update([](std::int64_t) { return std::int64_t{0}; },
                                          memory_order::relaxed, "percpu_counter_add", at);
    c.count.value.update(detail::plus(folded), memory_order::relaxed, "percpu_counter_add", at);
    spin_unlock(c.lock, at);
    detail::use(c, "percpu_counter_add", at);
}

inline void percpu_counter_inc(percpu_counter& c, const site& at = site::here()) {
    percpu_counter_add(c, 1, at);
}
inline void percpu_counter_dec(percpu_counter& c, const site& at = site::here()) {
    percpu_counter_add(c, -1, at);
}

/// The shared count alone, relaxed: wrong by up to the batch for each CPU.
inline std::int64_t percpu_counter_read(const percpu_counter& c, const site& at = site::here()) {
    detail::use(c, "percpu_counter_read", at);
    return c.count.value.load(memory_order::relaxed, "percpu_counter_read", at);
}

/// The count and the parts of all CPUs, under the lock; adds that do not take it may be missed.
inline std::int64_t percpu_counter_sum(percpu_counter& c, const site& at = site::here()) {
    detail::use(c, "percpu_counter_sum", at);
    spin_lock(c.lock, at);
    auto sum = c.count.value.load(memory_order::relaxed, "percpu_counter_sum", at);
    for (const atomic_t& part : c.counters)
        sum += part.value.load(memory_order::relaxed, "percpu_counter_sum", at);
    spin_unlock(c.lock, at);
    return sum;
}

/// Ends the counter's life.
inline void percpu_counter_destroy(percpu_counter& c, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        return;
    if (run->recording())
        run->note("percpu_counter_destroy", c.life.name().str(), "", at);
    run->end(c.life, "percpu_counter_destroy", at);
}

} // namespace wbsync
