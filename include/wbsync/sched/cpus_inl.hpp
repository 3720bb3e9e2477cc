// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/sched/cpus.hpp>

#include <bit>

namespace wbsync::detail {

inline void cpus::reset() {
    movable_ = {};
    pinned_ = {};
}

inline int cpus::current(engine::execution& run, const site& at) {
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

inline void cpus::make_movable(engine::execution& run, const site& at) {
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

inline void cpus::pin(engine::execution& run, const site& at) {
    const int cpu = current(run, at);
    cpu_[run.self()] = cpu;
    ++pinned_[run.self()];
}

inline bool cpus::unpin(const engine::execution& run) {
    if (pinned_[run.self()] == 0)
        return false;
    --pinned_[run.self()];
    return true;
}

inline int cpus::home(const engine::execution& run, engine::thread_id t) {
    const engine::thread_set symmetric = run.symmetric_threads(t);
    return (symmetric != 0 ? std::countr_zero(symmetric) : t) % nr_cpus;
}

inline engine::variable cpus::where(engine::execution& run, engine::thread_id t) {
    return {run.shared_location(engine::object_numbers::reserved(reserved_object::cpu_of_thread,
                                                                 static_cast<unsigned>(t)),
                                label{"cpu of thread", t}, t % nr_cpus),
            run.stamp()};
}

inline int this_cpu(const site& at) {
    engine::execution* run = engine::execution::current();
    return run == nullptr ? 0 : cpus::of(*run).current(*run, at);
}

} // namespace wbsync::detail

namespace wbsync {

inline void may_migrate(scenario&, const site& at) {
    engine::execution& run = *engine::execution::current();
    detail::cpus::of(run).make_movable(run, at);
}

} // namespace wbsync
