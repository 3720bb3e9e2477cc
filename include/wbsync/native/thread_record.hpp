// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/called.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wbsync {
class workqueue_struct;
}

namespace wbsync::native {

/// The role of a thread. `server`: a kworker, the timers, callbacks.
enum class thread_kind : std::uint8_t { main, ordinary, daemon, server };

/// Where a thread waits, to explain why the run does not end.
class waiting_place {
public:
    void set(const char* verb, const called& what, const site& at) {
        lock();
        verb_ = verb;
        what_ = what;
        where_ = at;
        lock_.clear(std::memory_order_release);
    }
    void clear() { set(nullptr, {}, {}); }

    /// "waits in wait_var_event(x) at file:line"; empty: it does not wait, or waits for work.
    [[nodiscard]] std::string str() {
        lock();
        const char* const verb = verb_;
        const std::string what = what_.str();
        const site where = where_;
        lock_.clear(std::memory_order_release);
        if (verb == nullptr || where.line == 0)
            return {};
        return fmt::format("waits in {}({}) at {}", verb, what, where.str());
    }

private:
    void lock() {
        while (lock_.test_and_set(std::memory_order_acquire))
            std::this_thread::yield();
    }

    std::atomic_flag lock_ = ATOMIC_FLAG_INIT;
    const char* verb_ = nullptr;
    called what_;
    site where_;
};

/// A thread of a run. The record outlives the thread: others may wake it when it has ended.
struct thread_record {
    thread_record(const label& called_so, thread_kind what, int n) // NOLINT
        : name(called_so), kind(what), number(n) {}

    label name;
    thread_kind kind;
    int number; ///< in order of declaration; kworkers and the like follow
    const char* property = "deadlock";
    std::function<void()> body;
    std::thread thread;
    std::atomic<bool> ended{false};

    // For threads that wake it.
    std::atomic<int> asleep{0}; ///< 1: its state is not TASK_RUNNING
    waiting_place waits;
    std::atomic<std::uint64_t> idle{0}; ///< for a daemon: see run_state::rest()

    // Only for the thread itself.
    int rcu_nesting = 0;
    int preempt_nesting = 0;
    int spinlocks = 0;
    int callbacks = 0; ///< that it is inside of
    int mutexes = 0;   ///< that it holds
    int srcu_nesting = 0;
    site atomic_since; ///< where the outermost context began in which it may not sleep
    std::vector<std::pair<const void*, int>> holds; ///< semaphores, and how often
    const void* work = nullptr;                     ///< the state of the work that it runs
    const workqueue_struct* wq = nullptr;
    std::uint64_t random = 0;

    // Its CPU. Another thread may change it.
    std::atomic<int> cpu{0};
    int pinned_to = 0;

    /// Is the thread forbidden to sleep?
    [[nodiscard]] bool is_atomic() const noexcept {
        return rcu_nesting + preempt_nesting + spinlocks + callbacks != 0;
    }
    [[nodiscard]] const char* atomic_because() const noexcept {
        return spinlocks != 0         ? "a spinlock"
               : rcu_nesting != 0     ? "an RCU read-side critical section"
               : preempt_nesting != 0 ? "preempt_disable()"
                                      : "an RCU callback";
    }
    void enters_atomic(int& count, const site& at) noexcept {
        if (!is_atomic())
            atomic_since = at;
        ++count;
    }
};

} // namespace wbsync::native
