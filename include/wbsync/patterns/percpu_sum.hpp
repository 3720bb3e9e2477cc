// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/patterns/guarded.hpp>
#include <wbsync/percpu/cpu.hpp>

#include <fmt/core.h>

namespace wbsync::patterns {

/// Shape (d): each reference is counted on the CPU that the thread happens to run on, and somebody
/// adds up all CPUs. Can the sum be 0 while there always is a reference, or be wrong at the end?
/// docs/patterns.md.
///
/// The protocol `P` has
///
///     void get();          counts a reference, on the current CPU
///     void put();          gives one up, on the current CPU
///     std::int64_t sum();  how many there are
///
/// One reference is there from the start, counted by get() on CPU 0. `holder` takes a second one on
/// CPU 0 and signals `other_cpu`, which then gives one up on CPU 1: this is what a task looks like
/// that migrates while it exchanges one reference for another. `summer` adds up meanwhile. With
/// `same_cpu` another task or an interrupt gets and puts on CPU 1: `other_cpu` may be interrupted
/// between any two steps (and the other way round, which is not possible for an interrupt).
///
/// Findings: "torn-sum", the sum is 0 or less though there always were one or two references;
/// "lost-update", the sum is not 1 at the end; and all that wbsync watches in every model. Taken
/// from mount counts (7eb84d54fac5) and percpu_rwsem (e6b1a44eccfc).
template <class P>
class percpu_sum {
    static constexpr bool with_steps = requires(P & p) {
        p.get();
        p.put();
    };
    static constexpr bool with_sum = requires(P & p) {
        { p.sum() } -> std::convertible_to<std::int64_t>;
    };

    static_assert(with_steps, "patterns::percpu_sum<P>: P has no member functions `void get();` "
                              "and `void put();`");
    static_assert(with_sum,
                  "patterns::percpu_sum<P>: P has no member function `std::int64_t sum();`");

public:
    explicit percpu_sum(bool same_cpu = false) : same_cpu_(same_cpu) {
        if constexpr (with_steps)
            protocol_.get();
    }

    /// Thread t runs on CPU t modulo 2.
    void threads(scenario& s) {
        static_assert(nr_cpus == 2);
        if constexpr (with_steps && with_sum) {
            s.thread("holder", [this] {
                protocol_.get();
                smp_store_release(taken_, 1);
            });
            s.thread("other_cpu", [this] {
                await_acquire(taken_, [](std::int64_t v) { return v == 1; });
                protocol_.put();
            });
            s.thread("summer", [this] { summer(); });
            if (same_cpu_)
                s.thread("same_cpu", [this] {
                    protocol_.get();
                    protocol_.put();
                });
        }
    }

    void finally() {
        const std::int64_t sum = protocol_.sum();
        ensure(sum == 1, "lost-update",
               fmt::format("one reference is left, and the sum over all CPUs is {}", sum));
    }

private:
    void summer() {
        const std::int64_t sum = protocol_.sum();
        ensure(sum > 0, "torn-sum",
               fmt::format("the sum is {}, though there was a reference all the time", sum));
    }

    P protocol_;
    bool same_cpu_;
    atomic_t taken_{"taken"}; ///< the second reference
};

} // namespace wbsync::patterns
