// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/native/monitor.hpp>

#include <atomic>
#include <climits>
#include <exception>
#include <utility>

// As <wbsync/sync/wait.hpp>: a list of entries under a lock, and a state for each thread that a
// waker resets; a sleeping thread is on a futex.

namespace wbsync {

class wait_queue_head_t;

/// A thread's entry on a queue; DEFINE_WAIT(). If its scope ends while it is on the queue:
/// violation "use-after-scope".
class wait_queue_entry {
public:
    wait_queue_entry() = default;
    wait_queue_entry(const wait_queue_entry&) = delete;
    wait_queue_entry& operator=(const wait_queue_entry&) = delete;
    ~wait_queue_entry();

    // For the queue, with its lock held.
    wait_queue_head_t* on = nullptr; ///< where it was put last
    wait_queue_entry* next = nullptr;
    wait_queue_entry* previous = nullptr;
    native::thread_record* thread = nullptr;
    const void* key = nullptr; ///< which of the things that share a queue the thread waits for
    int bit = 0;
    bool exclusive = false;
    std::atomic<bool> queued{false}; ///< cleared by the waker as its last touch of the entry
};

/// A queue of threads that wait for something.
class wait_queue_head_t {
public:
    explicit wait_queue_head_t(const label& name) : name_(name) {}
    wait_queue_head_t(const wait_queue_head_t&) = delete;
    wait_queue_head_t& operator=(const wait_queue_head_t&) = delete;

    /// prepare_to_wait(): adds the entry, unless it is on the queue; then sets the state, and a
    /// full barrier.
    void prepare(wait_queue_entry& e, bool exclusive, const void* key = nullptr, int bit = 0) {
        {
            const native::within lock(monitor_);
            if (!e.queued.load(std::memory_order_relaxed)) {
                e.on = this;
                e.thread = native::this_thread;
                e.key = key;
                e.bit = bit;
                e.exclusive = exclusive;
                link(e);
            }
            e.thread->asleep.store(1, std::memory_order_relaxed);
        }
        native::full_fence();
    }

    /// finish_wait(): takes the lock only if the entry is still there.
    void finish(wait_queue_entry& e) {
        e.thread->asleep.store(0, std::memory_order_relaxed);
        if (!e.queued.load(std::memory_order_acquire))
            return;
        const native::within lock(monitor_);
        if (e.queued.load(std::memory_order_relaxed)) {
            unlink(e);
            e.queued.store(false, std::memory_order_relaxed);
        }
    }

    /// waitqueue_active(): a relaxed load.
    [[nodiscard]] bool active() const noexcept {
        return length_.load(std::memory_order_relaxed) != 0;
    }

    /// Takes threads off that wait for the key, at most `exclusive` exclusive ones, and wakes them.
    void wake(int exclusive, const void* key = nullptr, int bit = 0) {
        const native::within lock(monitor_);
        for (wait_queue_entry* e = first_; e != nullptr;) {
            wait_queue_entry& it = *std::exchange(e, e->next);
            if (it.key != key || it.bit != bit || (it.exclusive && exclusive-- <= 0))
                continue;
            unlink(it);
            native::thread_record& t = *it.thread;
            t.asleep.store(0, std::memory_order_release);
            it.queued.store(false, std::memory_order_release); // from here on the entry may be gone
            native::futex_wake(&t.asleep);
        }
    }

    [[nodiscard]] const native::called& name() const noexcept { return name_; }

private:
    void link(wait_queue_entry& e) noexcept {
        e.next = nullptr;
        e.previous = last_;
        (last_ != nullptr ? last_->next : first_) = &e;
        last_ = &e;
        e.queued.store(true, std::memory_order_relaxed);
        length_.fetch_add(1, std::memory_order_relaxed);
    }
    void unlink(wait_queue_entry& e) noexcept {
        (e.previous != nullptr ? e.previous->next : first_) = e.next;
        (e.next != nullptr ? e.next->previous : last_) = e.previous;
        length_.fetch_sub(1, std::memory_order_relaxed);
    }

    native::called name_;
    native::monitor monitor_;
    std::atomic<int> length_{0};
    wait_queue_entry* first_ = nullptr;
    wait_queue_entry* last_ = nullptr;
};

inline wait_queue_entry::~wait_queue_entry() {
    if (!queued.load(std::memory_order_acquire))
        return;
    if (std::uncaught_exceptions() == 0) {
        native::note_violation("use-after-scope",
                               fmt::format("an entry is still on {} when its scope ends: "
                                           "finish_wait() is missing",
                                           on->name().str()),
                               {});
        if (native::run_state* run = native::run_state::current(); run != nullptr)
            run->stop();
    }
    on->finish(*this);
}

namespace native {

/// Sleeps until a waker has reset the thread's state.
inline void sleep(const char* verb, const called& what, const site& at) {
    thread_record& t = *this_thread;
    for (int round = 0; round != 50; ++round) { // a running waker is often quick
        if (t.asleep.load(std::memory_order_acquire) == 0)
            return;
        cpu_pause();
    }
    const waiting here(verb, what, at);
    while (t.asleep.load(std::memory_order_acquire) != 0) {
        expect_to_go_on();
        futex_wait(t.asleep, 1);
    }
}

/// Called after the first test. Touches the queue after the wake-up, too.
template <class Condition, class Sleep>
void wait_on(wait_queue_head_t& wq, const void* key, int bit, bool exclusive, Condition condition,
             Sleep sleep_now) {
    wait_queue_entry entry;
    for (;;) {
        wq.prepare(entry, exclusive, key, bit);
        if (condition())
            break;
        sleep_now();
    }
    wq.finish(entry);
}

template <class Condition>
void wait_event(wait_queue_head_t& wq, Condition condition, bool exclusive, const char* verb,
                const site& at) {
    might_sleep(verb, at);
    if (condition())
        return;
    expect_thread(verb, at);
    wait_on(wq, nullptr, 0, exclusive, condition, [&] { sleep(verb, wq.name(), at); });
}

} // namespace native

/// An empty queue, as the constructor leaves it. While threads wait on it: violation "misuse".
inline void init_waitqueue_head(wait_queue_head_t& wq, const site& at = site::here()) {
    if (wq.active())
        violated("misuse",
                 fmt::format("init_waitqueue_head({}) while it is not empty", wq.name().str()), at);
}

enum task_state { TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE };

inline void prepare_to_wait(wait_queue_head_t& wq, wait_queue_entry& wait,
                            task_state /*state*/ = TASK_UNINTERRUPTIBLE,
                            const site& at = site::here()) {
    native::expect_thread("prepare_to_wait", at);
    native::scheduling_point();
    wq.prepare(wait, false);
}
inline void prepare_to_wait_exclusive(wait_queue_head_t& wq, wait_queue_entry& wait,
                                      task_state /*state*/ = TASK_UNINTERRUPTIBLE,
                                      const site& at = site::here()) {
    native::expect_thread("prepare_to_wait_exclusive", at);
    native::scheduling_point();
    wq.prepare(wait, true);
}
inline void finish_wait(wait_queue_head_t& wq, wait_queue_entry& wait,
                        const site& at = site::here()) {
    native::expect_thread("finish_wait", at);
    native::scheduling_point();
    if (wait.on == nullptr)
        return;
    if (wait.on != &wq)
        violated("misuse", "finish_wait() of an entry that is on another queue", at);
    wq.finish(wait);
}
/// Sleeps until the thread is woken, unless it was woken since prepare_to_wait().
inline void schedule(const site& at = site::here()) {
    native::expect_thread("schedule", at);
    might_sleep("schedule", at);
    native::sleep("schedule", {}, at);
}

inline bool waitqueue_active(const wait_queue_head_t& wq, const site& /*at*/ = site::here()) {
    native::scheduling_point();
    return wq.active();
}
inline bool wq_has_sleeper(const wait_queue_head_t& wq, const site& at = site::here()) {
    native::full_fence();
    return waitqueue_active(wq, at);
}

inline void wake_up_nr(wait_queue_head_t& wq, int n, const site& /*at*/ = site::here()) {
    native::scheduling_point();
    wq.wake(n);
}
inline void wake_up(wait_queue_head_t& wq, const site& at = site::here()) {
    wake_up_nr(wq, 1, at);
}
inline void wake_up_all(wait_queue_head_t& wq, const site& at = site::here()) {
    wake_up_nr(wq, INT_MAX, at);
}

template <class Condition>
void wait_event(wait_queue_head_t& wq, Condition condition, const site& at = site::here()) {
    native::wait_event(wq, condition, false, "wait_event", at);
}
template <class Condition>
void wait_event_exclusive(wait_queue_head_t& wq, Condition condition,
                          const site& at = site::here()) {
    native::wait_event(wq, condition, true, "wait_event_exclusive", at);
}

} // namespace wbsync
