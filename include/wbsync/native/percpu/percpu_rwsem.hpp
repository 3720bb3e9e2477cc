// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/sync/holds.hpp>
#include <wbsync/percpu/percpu.hpp>
#include <wbsync/sync/wait.hpp>
#include <wbsync/sync/wait_bit.hpp>

// As <wbsync/percpu/percpu_rwsem.hpp>: readers stay on the slow path for good, too.

namespace wbsync {

class percpu_rw_semaphore {
public:
    explicit percpu_rw_semaphore(const label& name)
        : name_(name), gp_state({name_, "rss.gp_state"}), read_count({name_, "read_count"}),
          block({name_, "block"}), writer({name_, "writer"}) {}
    percpu_rw_semaphore(const percpu_rw_semaphore&) = delete;
    percpu_rw_semaphore& operator=(const percpu_rw_semaphore&) = delete;

    // Values of gp_state.
    static constexpr std::int64_t idle = 0;
    static constexpr std::int64_t entered = 1;
    static constexpr std::int64_t passed = 2;

    [[nodiscard]] bool held_by_me() const { return native::holds(this); }
    [[nodiscard]] native::called name() const noexcept { return name_; }

private:
    label name_;

public:
    atomic_t gp_state;
    percpu_t read_count;
    atomic_t block; ///< 1: a writer is inside, or waits for readers to leave
    wait_queue_head_t writer;
};

namespace native {

inline void wake_writer(percpu_rw_semaphore& s, const site& at) {
    full_fence(); // (C) pairs with (D), in wait_event()
    if (waitqueue_active(s.writer, at))
        wake_up(s.writer, at);
}

/// Returns whether the reader got in. Preemption is disabled meanwhile, which is a section of RCU.
inline bool percpu_enter(percpu_rw_semaphore& s, const site& at) {
    preempt_disable(at);
    const bool fast = atomic_read(s.gp_state, at) == percpu_rw_semaphore::idle;
    this_cpu_inc(s.read_count, at);
    bool inside = fast;
    if (!fast) {
        full_fence(); // (A) pairs with (B): either the writer sees the count, or we see `block`
        inside = atomic_read_acquire(s.block, at) == 0;
        if (!inside) {
            this_cpu_dec(s.read_count, at);
            wake_writer(s, at);
        }
    }
    preempt_enable(at);
    return inside;
}

} // namespace native

inline void percpu_down_read(percpu_rw_semaphore& s, const site& at = site::here()) {
    if (native::me() == nullptr)
        return;
    might_sleep("percpu_down_read", at);
    while (!native::percpu_enter(s, at))
        s.block.value.await([](std::int64_t v) { return v == 0; }, memory_order::acquire,
                            "percpu_down_read", at);
    native::now_holds(&s);
}
inline bool percpu_down_read_trylock(percpu_rw_semaphore& s, const site& at = site::here()) {
    if (native::me() == nullptr)
        return true;
    if (!native::percpu_enter(s, at))
        return false;
    native::now_holds(&s);
    return true;
}
inline void percpu_up_read(percpu_rw_semaphore& s, const site& at = site::here()) {
    if (native::me() == nullptr)
        return;
    native::gives_back(&s, "percpu_up_read", s.name(), at);
    preempt_disable(at);
    if (atomic_read(s.gp_state, at) == percpu_rw_semaphore::idle) {
        this_cpu_dec(s.read_count, at); // the writer's grace period orders it
    } else {
        native::full_fence(); // (E) pairs with (F)
        this_cpu_dec(s.read_count, at);
        native::wake_writer(s, at);
    }
    preempt_enable(at);
}

inline void percpu_down_write(percpu_rw_semaphore& s, const site& at = site::here()) {
    if (native::me() == nullptr)
        return;
    might_sleep("percpu_down_write", at);
    if (atomic_cmpxchg_relaxed(s.gp_state, percpu_rw_semaphore::idle, percpu_rw_semaphore::entered,
                               at) == percpu_rw_semaphore::idle) {
        synchronize_rcu(at);
        atomic_set_release(s.gp_state, percpu_rw_semaphore::passed, at);
    } else {
        s.gp_state.value.await([](std::int64_t v) { return v == percpu_rw_semaphore::passed; },
                               memory_order::acquire, "rcu_sync_enter", at);
    }
    native::full_fence();
    for (native::backoff rounds; atomic_cmpxchg_acquire(s.block, 0, 1, at) != 0;)
        rounds.pause();
    native::full_fence(); // (B) pairs with (A)
    native::wait_event(
        s.writer, [&] { return per_cpu_sum(s.read_count, at) == 0; }, false, "percpu_down_write",
        at);
    native::full_fence(); // (F) pairs with (E)
    native::now_holds(&s);
}
inline void percpu_up_write(percpu_rw_semaphore& s, const site& at = site::here()) {
    if (native::me() == nullptr)
        return;
    native::gives_back(&s, "percpu_up_write", s.name(), at);
    atomic_set_release(s.block, 0, at);
}

inline void percpu_rwsem_release(percpu_rw_semaphore& s, const site& at = site::here()) {
    native::gives_back(&s, "percpu_rwsem_release", s.name(), at);
}
inline void percpu_rwsem_acquire(percpu_rw_semaphore& s, const site& /*at*/ = site::here()) {
    native::now_holds(&s);
}

} // namespace wbsync
