// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/variable.hpp>

namespace wbsync {

class scenario;

/// CPUs of a model: thread t runs on CPU t modulo this, until it is migrated. Threads that are
/// symmetric run on the CPU of the first of them: else they could be told apart.
inline constexpr int nr_cpus = 2;

namespace detail {

/// On which CPU each thread runs.
class cpus final : public engine::extension {
public:
    void reset() override;
    static cpus& of(engine::execution& run) { return run.get<cpus>(); }

    /// Of the current thread. A step if the thread can be migrated, no step otherwise.
    int current(engine::execution& run, const site& at);

    void make_movable(engine::execution& run, const site& at);

    /// The thread stays where it is.
    void pin(engine::execution& run, const site& at);
    /// False: it was not pinned.
    bool unpin(const engine::execution& run);

private:
    static int home(const engine::execution& run, engine::thread_id t);

    static engine::variable where(engine::execution& run, engine::thread_id t);

    engine::per_thread<bool> movable_;
    engine::per_thread<int> pinned_;
    engine::per_thread<int> cpu_; ///< where pinned_ is not 0
};

int this_cpu(const site& at);

} // namespace detail

/// The thread that was declared last may be moved to the next CPU, once, at any time when it has
/// not disabled preemption. Adds a thread "migration" that does it. The kernel does not migrate a
/// thread that holds a spinlock; here it does, unless preempt_disable() says otherwise.
void may_migrate(scenario&, const site& at = site::here());

/// On which CPU the thread runs. Nothing keeps it there without preempt_disable().
/// include/linux/smp.h.
inline int smp_processor_id(const site& at = site::here()) {
    return detail::this_cpu(at);
}

} // namespace wbsync

#include <wbsync/sched/cpus_inl.hpp>
