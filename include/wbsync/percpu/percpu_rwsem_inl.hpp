// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/percpu/percpu_rwsem.hpp>

namespace wbsync::detail {

inline percpu_section::percpu_section(percpu_rw_semaphore& s, const char* verb, const site& at)
    : run_(*engine::execution::current()), sem_(s), verb_(verb), at_(at) {
    rcu_state::of(run_).periods.enter(run_, verb_, at_);
    cpus::of(run_).pin(run_, at_);
}

inline void percpu_section::wake_writer() {
    // (C) pairs with (D): either the writer sees the count, or we see the writer
    full_fence(at_, verb_, "C");
    if (waitqueue_active(sem_.writer, at_))
        wake_up(sem_.writer, at_);
}

inline void percpu_section::end() {
    cpus::of(run_).unpin(run_);
    rcu_state::of(run_).periods.leave(run_, verb_, at_);
}

inline bool percpu_enter(percpu_rw_semaphore& s, const char* verb, const site& at) {
    percpu_section section(s, verb, at);
    const bool fast = section.fast();
    section.count(1);
    bool inside = fast;
    if (!fast) {
        // (A) pairs with (B): either the writer sees the count, or we see `block`
        full_fence(at, verb, "A");
        inside = s.block.value.load(memory_order::acquire, verb, at) == 0;
        if (!inside) {
            section.count(-1);
            section.wake_writer();
        }
    }
    section.end();
    return inside;
}

inline bool threads_run() {
    const engine::execution* run = engine::execution::current();
    return run != nullptr && run->running();
}

} // namespace wbsync::detail

namespace wbsync {

inline void percpu_down_read(percpu_rw_semaphore& s, const site& at) {
    if (!detail::threads_run())
        return;
    detail::lock_wanted(s.block.value, detail::lock_kind::sleeping, "percpu_down_read", at);
    while (!detail::percpu_enter(s, "percpu_down_read", at))
        s.block.value.await([](std::int64_t v) { return v == 0; }, memory_order::acquire,
                            "percpu_down_read", at);
    detail::lock_taken(s.block.value, detail::lock_kind::sleeping, "percpu_down_read", at);
}

inline bool percpu_down_read_trylock(percpu_rw_semaphore& s, const site& at) {
    if (!detail::threads_run())
        return true;
    if (!detail::percpu_enter(s, "percpu_down_read_trylock", at))
        return false;
    detail::lock_taken(s.block.value, detail::lock_kind::sleeping, "percpu_down_read_trylock", at);
    return true;
}

inline void percpu_up_read(percpu_rw_semaphore& s, const site& at) {
    if (!detail::threads_run())
        return;
    detail::lock_given_back(s.block.value, "percpu_up_read", at);
    detail::percpu_section section(s, "percpu_up_read", at);
    if (section.fast()) {
        section.count(-1); // the writer's grace period orders it
    } else {
        detail::full_fence(at, "percpu_up_read", "E"); // pairs with (F)
        section.count(-1);
        section.wake_writer();
    }
    section.end();
}

inline void percpu_down_write(percpu_rw_semaphore& s, const site& at) {
    if (!detail::threads_run())
        return;
    detail::lock_wanted(s.block.value, detail::lock_kind::sleeping, "percpu_down_write", at);
    if (s.gp_state.value
            .update_if([](std::int64_t v) { return v == percpu_rw_semaphore::idle; },
                       [](std::int64_t) { return percpu_rw_semaphore::entered; },
                       memory_order::relaxed, false, "rcu_sync_enter", at)
            .first) {
        synchronize_rcu(at);
        s.gp_state.value.store(percpu_rw_semaphore::passed, memory_order::release,
                               part_of("rcu_sync_enter"), at);
    } else {
        s.gp_state.value.await([](std::int64_t v) { return v == percpu_rw_semaphore::passed; },
                               memory_order::acquire, "rcu_sync_enter", at);
    }
    detail::full_fence(at, "percpu_down_write", "before");
    s.block.value.await_update([](std::int64_t v) { return v == 0; },
                               [](std::int64_t) { return std::int64_t{1}; }, memory_order::acquire,
                               "percpu_down_write", at);
    // (B) pairs with (A); (D), in wait_event(), pairs with (C)
    detail::full_fence(at, "percpu_down_write", "B");
    detail::wait_event(
        s.writer, [&] { return per_cpu_sum(s.read_count, at) == 0; }, false,
        detail::after_wakeup::tests_first, "percpu_down_write", at); // rcuwait_wait_event()
    detail::full_fence(at, "percpu_down_write", "F");                // pairs with (E)
    detail::lock_taken(s.block.value, detail::lock_kind::sleeping, "percpu_down_write", at);
}

inline void percpu_up_write(percpu_rw_semaphore& s, const site& at) {
    if (!detail::threads_run())
        return;
    detail::lock_given_back(s.block.value, "percpu_up_write", at);
    s.block.value.store(0, memory_order::release, "percpu_up_write", at);
    s.gp_state.value.touch("percpu_up_write", at);
}

} // namespace wbsync
