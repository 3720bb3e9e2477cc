// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/variable.hpp>

namespace wbsync {

class scenario;

/// CPUs of a model: thread t runs on CPU t modulo this, until it is migrated. Symmetric threads run
/// on the CPU of the first of them: otherwise they could be told apart.
inline constexpr int nr_cpus = 2;

namespace detail {

/// The CPU that each thread runs on.
class cpus final : public engine::extension {
public:
    void reset() override;
    static cpus& of(engine::execution& run) { return run.get<cpus>(); }

    /// The CPU of the current thread. A step if the thread can be migrated, otherwise not.
    int current(engine::execution& run, const site& at);

    void make_movable(engine::execution& run, const site& at);

    /// Pins the thread to its CPU.
    void pin(engine::execution& run, const site& at);
    /// False: the thread was not pinned.
    bool unpin(const engine::execution& run);

private:
    static int home(const engine::execution& run, engine::thread_id t);

    static engine::variable where(engine::execution& run, engine::thread_id t);

    engine::per_thread<bool> movable_;
    engine::per_thread<int> pinned_;
    engine::per_thread<int> cpu_; ///< valid where pinned_ is not 0
};

int this_cpu(const site& at);

} // namespace detail

/// Moves the thread that was declared last to the next CPU, once, at any time when it has not
/// disabled preemption. Adds a thread "migration" that does it. The kernel does not migrate a
/// thread that holds a spinlock; here this happens, unless preempt_disable() prevents it.
void may_migrate(scenario&, const site& at = site::here());

/// The CPU that the thread runs on. Only preempt_disable() keeps it there. include/linux/smp.h.
inline int smp_processor_id(const site& at = site::here()) {
    return detail::this_cpu(at);
}

} // namespace wbsync

#include <wbsync/sched/cpus_inl.hpp>
