// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/percpu/percpu_rwsem.hpp>
#else

#include <wbsync/percpu/percpu.hpp>
#include <wbsync/sync/lockdep.hpp>
#include <wbsync/sync/wait.hpp>

namespace wbsync {

/// A reader-writer semaphore whose readers touch only their CPU's count, until the first writer
/// comes. After that they stay on the slow path: the grace period after which the kernel lets them
/// back does not end within an execution. A reader may overtake a writer that waits for another
/// writer. kernel/locking/percpu-rwsem.c, as of 7f26482a872c; kernel/rcu/sync.c.
class percpu_rw_semaphore {
public:
    explicit percpu_rw_semaphore(const label& name)
        : name_(name), gp_state({name_, "rss.gp_state"}), read_count({name_, "read_count"}),
          block({name_, "block"}), writer({name_, "writer"}), value(block.value) {}
    percpu_rw_semaphore(const percpu_rw_semaphore&) = delete;
    percpu_rw_semaphore& operator=(const percpu_rw_semaphore&) = delete;

    // Values of gp_state.
    static constexpr std::int64_t idle = 0;    ///< readers are on the fast path
    static constexpr std::int64_t entered = 1; ///< some readers may still be on the fast path
    static constexpr std::int64_t passed = 2;

private:
    label name_;

public:
    atomic_t gp_state;
    percpu_t read_count;
    atomic_t block; ///< 1: a writer is inside, or waits for readers to leave
    wait_queue_head_t writer;
    engine::variable& value; ///< for lockdep_assert_held()
};

namespace detail {

/// A part of a reader with preemption disabled: an RCU section on one CPU.
class percpu_section {
public:
    percpu_section(percpu_rw_semaphore& s, const char* verb, const site& at);
    percpu_section(const percpu_section&) = delete;
    percpu_section& operator=(const percpu_section&) = delete;

    [[nodiscard]] bool fast() const {
        return sem_.gp_state.value.load(memory_order::relaxed, verb_, at_) ==
               percpu_rw_semaphore::idle;
    }
    void count(std::int64_t n) { this_cpu_ptr(sem_.read_count, at_)->value.add(n, verb_, at_); }

    void wake_writer();

    void end();

private:
    engine::execution& run_;
    percpu_rw_semaphore& sem_;
    const char* verb_;
    site at_;
};

/// Returns whether the reader got in.
bool percpu_enter(percpu_rw_semaphore& s, const char* verb, const site& at);

bool threads_run();

} // namespace detail

/// Enters as a reader; blocks while a writer is inside. If there was no writer so far: one addition
/// to the CPU's count, no ordering. Otherwise full barrier, acquire. Under a spinlock or in an RCU
/// section: finding "misuse". Findings of lockdep as for down_read().
/// kernel/locking/percpu-rwsem.c.
void percpu_down_read(percpu_rw_semaphore& s, const site& at = site::here());

/// Enters as a reader if that is possible now. Never sleeps. kernel/locking/percpu-rwsem.c.
bool percpu_down_read_trylock(percpu_rw_semaphore& s, const site& at = site::here());

/// Leaves as a reader, perhaps on another CPU than the one it entered on. On the slow path: a full
/// barrier, then wakes a waiting writer. If the thread does not hold the semaphore: finding
/// "misuse". kernel/locking/percpu-rwsem.c.
void percpu_up_read(percpu_rw_semaphore& s, const site& at = site::here());

/// Enters as the writer: takes readers off the fast path, waits for a grace period, keeps new
/// readers out, and waits until the sum of the counts is 0. Full barriers; comes after everything
/// that earlier readers and writers did. Under a spinlock or in an RCU section: finding "misuse".
/// kernel/locking/percpu-rwsem.c.
void percpu_down_write(percpu_rw_semaphore& s, const site& at = site::here());

/// Leaves as the writer. Release. If the thread does not hold the semaphore: finding "misuse". It
/// still wakes waiters, and tells rcu_sync, when the next owner may have entered: like
/// mutex_unlock(), it must not be the last use of an object that the next owner frees.
/// kernel/locking/percpu-rwsem.c.
void percpu_up_write(percpu_rw_semaphore& s, const site& at = site::here());

/// For a semaphore that one thread takes and another one releases, as freezing a file system does:
/// the first thread gives up ownership, the second one claims it by percpu_rwsem_acquire(). No
/// step, no ordering. include/linux/percpu-rwsem.h.
inline void percpu_rwsem_release(percpu_rw_semaphore& s, const site& at = site::here()) {
    detail::lock_given_back(s.block.value, "percpu_rwsem_release", at);
}
/// The other half of percpu_rwsem_release(), called by the thread that is going to leave. No step,
/// no ordering. include/linux/percpu-rwsem.h.
inline void percpu_rwsem_acquire(percpu_rw_semaphore& s, const site& at = site::here()) {
    detail::lock_taken(s.block.value, detail::lock_kind::sleeping, "percpu_rwsem_acquire", at);
}

} // namespace wbsync

#include <wbsync/percpu/percpu_rwsem_inl.hpp>

#endif
