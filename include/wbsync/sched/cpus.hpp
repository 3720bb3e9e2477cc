// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/variable.hpp>
#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>

#include <bit>

namespace wbsync {

class scenario;

/// CPUs of a model: thread t runs on CPU t modulo this, until it is migrated. Threads that are
/// alike run on the CPU of the first of them: else they could be told apart.
inline constexpr int nr_cpus = 2;

namespace detail {

/// On which CPU each thread runs.
class cpus final : public engine::extension {
public:
    void reset() override {
        movable_ = {};
        pinned_ = {};
    }
    static cpus& of(engine::execution& run) { return run.get<cpus>(); }

    /// Of the current thread. A step if the thread can be migrated, no step otherwise.
    int current(engine::execution& run, const site& at) {
        const engine::thread_id t = run.self();
        if (!run.running() || t < 0)
            return 0;
        if (!movable_[t])
            return home(run, t);
        if (pinned_[t] != 0)
            return cpu_[t];
        return static_cast<int>(
            where(run, t).load_newest(memory_order::relaxed, "smp_processor_id", at));
    }

    void make_movable(engine::execution& run, const site& at) {
        const engine::thread_id t = run.thread_count() - 1;
        if (run.running() || t < 0 || movable_[t])
            violated("misuse", "may_migrate(s) is called once, after the thread was declared", at);
        if (run.symmetric_threads(t) != 0)
            violated("misuse", "may_migrate(s): the thread is like others, which stay", at);
        movable_[t] = true;
        run.add_thread(
            {"migration", t},
            [&run, t, at] {
                where(run, t).update([](std::int64_t cpu) { return (cpu + 1) % nr_cpus; },
                                     memory_order::relaxed, "migrate", at);
            },
            engine::thread_kind::ordinary);
    }

    /// The thread stays where it is.
    void pin(engine::execution& run, const site& at) {
        const int cpu = current(run, at);
        cpu_[run.self()] = cpu;
        ++pinned_[run.self()];
    }
    /// False: it was not pinned.
    bool unpin(const engine::execution& run) {
        if (pinned_[run.self()] == 0)
            return false;
        --pinned_[run.self()];
        return true;
    }

private:
    static int home(const engine::execution& run, engine::thread_id t) {
        const engine::thread_set symmetric = run.symmetric_threads(t);
        return (symmetric != 0 ? std::countr_zero(symmetric) : t) % nr_cpus;
    }

    static engine::variable where(engine::execution& run, engine::thread_id t) {
        return {run.shared_location(engine::object_numbers::reserved(reserved_object::cpu_of_thread,
                                                                     static_cast<unsigned>(t)),
                                    label{"cpu of thread", t}, t % nr_cpus),
                run.stamp()};
    }

    engine::per_thread<bool> movable_;
    engine::per_thread<int> pinned_;
    engine::per_thread<int> cpu_; ///< where pinned_ is not 0
};

inline int this_cpu(const site& at) {
    engine::execution* run = engine::execution::current();
    return run == nullptr ? 0 : cpus::of(*run).current(*run, at);
}

} // namespace detail

/// The thread that was declared last may be moved to the next CPU, once, at any time when it has
/// not disabled preemption. Adds a thread "migration" that does it. The kernel does not migrate a
/// thread that holds a spinlock; here it does, unless preempt_disable() says otherwise.
inline void may_migrate(scenario&, const site& at = site::here()) {
    engine::execution& run = *engine::execution::current();
    detail::cpus::of(run).make_movable(run, at);
}

/// On which CPU the thread runs. Nothing keeps it there without preempt_disable().
/// include/linux/smp.h.
inline int smp_processor_id(const site& at = site::here()) {
    return detail::this_cpu(at);
}

} // namespace wbsync
