// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/percpu/cpu.hpp>
#else

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/rcu/rcu.hpp>
#include <wbsync/scenario.hpp>

#include <bit>

namespace wbsync {

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

    void make_movable(engine::execution& run, scenario& s, const site& at) {
        const engine::thread_id t = run.thread_count() - 1;
        if (run.running() || t < 0 || movable_[t])
            violated("misuse", "may_migrate(s) is called once, after the thread was declared", at);
        if (run.alike(t) != 0)
            violated("misuse", "may_migrate(s): the thread is like others, which stay", at);
        movable_[t] = true;
        s.thread({"migration", t}, [&run, t, at] {
            where(run, t).update([](std::int64_t cpu) { return (cpu + 1) % nr_cpus; },
                                 memory_order::relaxed, "migrate", at);
        });
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
        const engine::thread_set alike = run.alike(t);
        return (alike != 0 ? std::countr_zero(alike) : t) % nr_cpus;
    }

    static engine::variable where(engine::execution& run, engine::thread_id t) {
        return {run.shared_location(engine::object_numbers::reserved(40 + static_cast<unsigned>(t)),
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
inline void may_migrate(scenario& s, const site& at = site::here()) {
    engine::execution& run = *engine::execution::current();
    detail::cpus::of(run).make_movable(run, s, at);
}

/// On which CPU the thread runs. Nothing keeps it there without preempt_disable().
/// include/linux/smp.h.
inline int smp_processor_id(const site& at = site::here()) {
    return detail::this_cpu(at);
}

/// Keeps the thread on its CPU. A read-side section of RCU, which synchronize_rcu() waits for. What
/// sleeps inside of it: finding "misuse". They nest. include/linux/preempt.h.
inline void preempt_disable(const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    detail::rcu_state::of(*run).periods.enter(*run, "preempt_disable", at);
    detail::cpus::of(*run).pin(*run, at);
    detail::atomic_context::of(*run).enter(*run, {"preempt_disable()", nullptr, at});
}

/// Ends what preempt_disable() began; without that: finding "misuse". include/linux/preempt.h.
inline void preempt_enable(const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    if (!detail::cpus::of(*run).unpin(*run))
        run->fail("misuse", "preempt_enable() without preempt_disable()", at);
    detail::atomic_context::of(*run).leave(*run, "preempt_disable()");
    detail::rcu_state::of(*run).periods.leave(*run, "preempt_enable", at);
}

} // namespace wbsync

#endif

namespace wbsync {

/// preempt_disable() and smp_processor_id(). include/linux/smp.h.
inline int get_cpu(const site& at = site::here()) {
    preempt_disable(at);
    return smp_processor_id(at);
}
/// preempt_enable(). include/linux/smp.h.
inline void put_cpu(const site& at = site::here()) {
    preempt_enable(at);
}

} // namespace wbsync
