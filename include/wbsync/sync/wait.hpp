// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/wait.hpp>
#else

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/sync/lock_order.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace wbsync {

namespace detail {

/// State of the threads that sleep.
class waiting_threads final : public engine::extension {
public:
    /// A waker took the thread off a queue.
    struct removal {
        engine::object_id queue;
        engine::view known;     ///< what the waker knew
        engine::thread_id by;   ///< the waker
        engine::timestamp left; ///< when the waker left the queue's lock
    };

    void reset() override;
    static waiting_threads& of(engine::execution& run) { return run.get<waiting_threads>(); }

    /// The first removal of thread `t` from the queue, from number `since` on; nullptr: there is
    /// none.
    [[nodiscard]] const removal* find(engine::thread_id t, engine::object_id queue,
                                      std::size_t since) const;

    engine::per_thread<std::int64_t> used_wakeups;
    engine::per_thread<int> key;       ///< which of the things that share a queue it waits for
    engine::per_thread<bool> prepared; ///< its state is not TASK_RUNNING
    engine::per_thread<int> entries;   ///< between prepare_to_wait() and finish_wait()
    engine::per_thread<std::vector<removal>> removals;

    /// What the threads knew that have left the lock of the queue.
    engine::view& left(engine::object_id queue);

private:
    std::vector<std::pair<engine::object_id, engine::view>> left_;
};

/// A set of waiting threads as one number: a bit for each thread, and the exclusive ones in a row,
/// oldest first.
class waiters {
public:
    explicit waiters(std::int64_t v) : all_(static_cast<std::uint64_t>(v)) {}
    [[nodiscard]] std::int64_t value() const { return static_cast<std::int64_t>(all_); }
    [[nodiscard]] bool has(engine::thread_id t) const { return ((all_ >> t) & 1) != 0; }

    /// False: there is no room.
    bool add(engine::thread_id t, bool exclusive);

    void remove(engine::thread_id t);

    [[nodiscard]] bool is_exclusive(engine::thread_id t) const;

    /// All threads for which `matches` holds: the ones that are not exclusive, and the `n` oldest
    /// exclusive ones.
    template <class Matches>
    [[nodiscard]] engine::thread_set to_wake(int n, Matches matches) const {
        engine::thread_set set = 0;
        for (engine::thread_id t = 0; t != engine::max_threads; ++t)
            if (has(t) && matches(t) && !is_exclusive(t))
                set |= engine::only(t);
        for (int i = 0; i != row(); ++i)
            if (matches(exclusive(i)) && n-- > 0)
                set |= engine::only(exclusive(i));
        return set;
    }

private:
    static constexpr int bits = 5;
    static constexpr int most = (63 - engine::max_threads) / bits;
    static constexpr int position(int i) { return engine::max_threads + bits * i; }

    [[nodiscard]] int row() const;
    [[nodiscard]] engine::thread_id exclusive(int i) const {
        return static_cast<engine::thread_id>((all_ >> position(i)) & ((1U << bits) - 1)) - 1;
    }

    std::uint64_t all_;
};

/// What a thread does first after it was woken.
enum class after_wakeup : std::uint8_t {
    queues_again, ///< wait_event(): prepare_to_wait_event() in each round, before the test
    tests_first,  ///< __wait_on_bit(), rcuwait_wait_event()
};

/// A wait queue. The set of threads on it is one variable, which the kernel changes under the
/// queue's lock, and this in one step. A waker takes threads off and counts a wake-up for each, on
/// a variable of the thread; a sleeper waits for a wake-up that it has not used up yet.
///
/// The queue may be freed while a thread is leaving it, so this refers to its location.
class wait_queue {
public:
    explicit wait_queue(engine::location& who)
        : run_(*engine::execution::current()), queue_(who),
          who_(who, run_.stamp(), &wait_queue::show), sleepers_(waiting_threads::of(run_)) {}

    /// prepare_to_wait(): under the queue's lock, then set_current_state() with its full barrier.
    /// Returns whether the thread was on the queue before.
    bool add_self(bool exclusive, const site& at);

    /// How often the thread was taken off queues before it got on this one.
    [[nodiscard]] std::size_t removals() const { return sleepers_.removals[run_.self()].size(); }

    /// Does the thread know that it was taken off since then, and that the waker has left the lock?
    /// Then list_empty_careful() can only return true.
    [[nodiscard]] bool is_off(std::size_t since) const;

    /// finish_wait(). The thread looks at its own entry. If that is still on the queue, it takes
    /// the queue's lock to remove it. Otherwise it learns, as list_empty_careful() does, what the
    /// waker knew. Unless it knew that before, it might have looked a moment earlier, when the
    /// waker had not taken it off or had only woken it: then it would have taken the lock of the
    /// queue, which therefore must still exist.
    void leave(std::size_t since, const site& at) {
        if (is_off(since) || !remove_self(since, at))
            use_wakeup(); // was woken meanwhile: the wake-up must not end the next sleep
    }

    /// Adds the thread until `condition()` is true; calls `sleep()` between the tests.
    template <class Condition, class Sleep>
    void wait_until(Condition condition, bool exclusive, after_wakeup then, Sleep sleep,
                    const site& at) {
        expect_no_entry(at);
        for (;;) {
            add_self(exclusive, at);
            const std::size_t since = removals();
            if (condition())
                return leave(since, at);
            sleep();
            use_wakeup();
            if (then == after_wakeup::tests_first && condition())
                return;
        }
    }

    /// Replaces wait_until() on a queue that is never freed, if the thread is not exclusive and has
    /// tested the condition before, without side effects: it gets on the queue, tests, and goes no
    /// further. Returns if that test has changed something.
    ///
    /// If the condition is true now, or the thread is woken, everything that it does from then on
    /// is known from the execution in which it tests only now. The only difference there is that
    /// others did not see the thread on the queue and take it off: that changes nothing for them,
    /// and orders more than is ordered there. If it is never woken, the wake-up was lost.
    template <class Condition>
    void wait_for_good(Condition condition, const site& at) {
        expect_no_entry(at);
        add_self(false, at);
        const std::int64_t next = sleepers_.used_wakeups[run_.self()] + 1;
        const engine::round test = run_.begin_round();
        const bool done = condition();
        if (!done && !run_.left_nothing(test))
            return;
        const engine::location& mine = wakeups(run_, run_.self());
        const until_woken nothing(mine, next, done);
        run_.wait_for_good(nothing, "schedule", mine.name, at);
    }

    /// schedule(): sleeps until there is a wake-up that the thread has not used up.
    static void sleep(engine::execution& run, const site& at);

    void use_wakeup() { ++sleepers_.used_wakeups[run_.self()]; }

    /// waitqueue_active(): a relaxed load, so the caller needs a barrier before it.
    [[nodiscard]] bool active(const site& at) const {
        return who_.load(memory_order::relaxed, "waitqueue_active", at) != 0;
    }

    /// Takes threads off that wait for `key`, at most `exclusive` exclusive ones, and wakes them.
    /// It still touches the queue, to unlock it, when they may be running again.
    void wake(int exclusive, int key, const site& at);

    static event_value show(std::int64_t v);

private:
    /// For a thread that goes no further. `done`: it need not have slept.
    class until_woken final : public engine::guard {
    public:
        until_woken(const engine::location& wakeups, std::int64_t next, bool done)
            : wakeups_(wakeups), next_(next), done_(done) {}

        [[nodiscard]] bool enabled() const override { return false; }
        [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
            return false;
        }
        [[nodiscard]] bool is_outdated() const override {
            return done_ || wakeups_.value() >= next_;
        }
        [[nodiscard]] std::string waits_for() const override;

    private:
        const engine::location& wakeups_;
        std::int64_t next_;
        bool done_;
    };

    void expect_no_entry(const site& at) {
        if (sleepers_.entries[run_.self()] != 0)
            run_.fail("misuse", "waits between prepare_to_wait() and finish_wait()", at);
    }

    /// Returns whether the thread was still on the queue.
    bool remove_self(std::size_t since, const site& at);

    /// The waker's last touch of the queue, when it leaves the lock. Not a step; but for threads
    /// that do not take the lock, such as those that it wakes, this touch is still to come. Returns
    /// its time.
    engine::timestamp leave_lock(const site& at);
    /// Takes the lock after the threads that have left it.
    void enter_lock() { run_.memory().learn(run_.self(), sleepers_.left(queue_.id)); }

    /// Wakes one thread, and passes on what the waker `knows` inside of the lock.
    void wake_one(engine::thread_id t, const engine::view& knows, const site& at);

    /// One critical section of the queue's spinlock.
    template <class F>
    std::int64_t change(F f, action what, const site& at) {
        const std::int64_t before = who_.update(f, memory_order::acq_rel, what, at);
        enter_lock();
        lock_order::locks();
        lock_order::unlocks();
        return before;
    }

    static engine::location& wakeups(engine::execution& run, engine::thread_id t) {
        return run.shared_location(
            engine::object_numbers::reserved(reserved_object::wakeups, static_cast<unsigned>(t)),
            label{"wakeups", t}, 0);
    }

    engine::execution& run_;
    engine::location& queue_;
    engine::variable who_;
    waiting_threads& sleepers_;
};

/// The execution, if there is one and threads run; otherwise waiting is misuse.
engine::execution& where_one_can_wait(const char* verb, const site& at);

} // namespace detail

/// A queue of threads that wait for something. include/linux/wait.h.
class wait_queue_head_t {
public:
    explicit wait_queue_head_t(const label& name) : value(name, 0, &detail::wait_queue::show) {}

    engine::variable value; ///< the threads on it
};

/// An empty queue, as the constructor leaves it. While threads wait on it: finding "misuse".
/// kernel/sched/wait.c.
void init_waitqueue_head(wait_queue_head_t& wq, const site& at = site::here());

/// A thread's entry on a queue; DEFINE_WAIT(). Waking the thread takes the entry off the queue. If
/// its scope ends while it may still be on the queue, because finish_wait() was forgotten: finding
/// "use-after-scope". include/linux/wait.h.
class wait_queue_entry {
public:
    wait_queue_entry() = default;
    wait_queue_entry(const wait_queue_entry&) = delete;
    wait_queue_entry& operator=(const wait_queue_entry&) = delete;

    ~wait_queue_entry();

    bool queued = false;            ///< put on it since finish_wait()
    engine::location* on = nullptr; ///< the queue
    std::size_t since = 0;          ///< see wait_queue::removals()
    site put_at;
};

/// The two states in which a thread sleeps. There are no signals here, so they do not differ.
enum task_state { TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE };

namespace detail {

void prepare(wait_queue_head_t& wq, wait_queue_entry& wait, bool exclusive, const site& at);

} // namespace detail

/// Puts the thread on the queue, unless it is there already, and sets its state; full barrier, so
/// that the condition that is tested next is not read earlier. kernel/sched/wait.c.
inline void prepare_to_wait(wait_queue_head_t& wq, wait_queue_entry& wait,
                            task_state /*state*/ = TASK_UNINTERRUPTIBLE,
                            const site& at = site::here()) {
    detail::prepare(wq, wait, false, at);
}

/// prepare_to_wait() for a thread of which wake_up() wakes only one. kernel/sched/wait.c.
inline void prepare_to_wait_exclusive(wait_queue_head_t& wq, wait_queue_entry& wait,
                                      task_state /*state*/ = TASK_UNINTERRUPTIBLE,
                                      const site& at = site::here()) {
    detail::prepare(wq, wait, true, at);
}

/// Takes the thread off the queue, if it is still there. Only then it takes the queue's lock, and
/// is ordered before those who take that lock later. It decides by its own entry, with acquire, so
/// that it comes after what the waker did. A thread that cannot know that the waker has left the
/// queue's lock may find its entry still there, and take the lock. So the queue must not have been
/// freed by then, for example by a waker that frees it right after wake_up(). kernel/sched/wait.c.
void finish_wait(wait_queue_head_t& wq, wait_queue_entry& wait, const site& at = site::here());

/// Sleeps until the thread is woken, unless it was woken since prepare_to_wait(); without
/// prepare_to_wait() it returns at once. Acquire: comes after what the waker did. Under a spinlock
/// or in an RCU section: finding "misuse". There are no spurious wake-ups, which the kernel has.
/// kernel/sched/core.c.
void schedule(const site& at = site::here());

/// Does somebody wait? A relaxed load of the queue without its lock: between making a condition
/// true and calling this, a full barrier is needed. include/linux/wait.h.
inline bool waitqueue_active(const wait_queue_head_t& wq, const site& at = site::here()) {
    return wq.value.load(memory_order::relaxed, "waitqueue_active", at) != 0;
}

/// smp_mb(); waitqueue_active(). include/linux/wait.h.
bool wq_has_sleeper(const wait_queue_head_t& wq, const site& at = site::here());

/// Wakes all threads that wait on the queue, but only `n` of the exclusive ones, oldest first.
/// Takes the queue's lock: a thread that gets on the queue later sees what came before. It still
/// touches the queue, to leave the lock, when the woken threads may be running. So they must not
/// free the queue, unless they have taken the lock since, as wait_event() does when it is woken:
/// use after free. Does not block. kernel/sched/wait.c.
void wake_up_nr(wait_queue_head_t& wq, int n, const site& at = site::here());
/// wake_up_nr() with 1. include/linux/wait.h.
inline void wake_up(wait_queue_head_t& wq, const site& at = site::here()) {
    wake_up_nr(wq, 1, at);
}
/// wake_up_nr() for as many as there are. include/linux/wait.h.
inline void wake_up_all(wait_queue_head_t& wq, const site& at = site::here()) {
    wake_up_nr(wq, engine::max_threads, at);
}

namespace detail {

template <class Condition>
void wait_event(wait_queue_head_t& wq, Condition condition, bool exclusive, after_wakeup then,
                const char* verb, const site& at) {
    might_sleep(verb, at);
    if (condition())
        return;
    engine::execution& run = where_one_can_wait(verb, at);
    waiting_threads::of(run).key[run.self()] = 0;
    wait_queue(wq.value.object("prepare_to_wait", at))
        .wait_until(
            condition, exclusive, then, [&] { wait_queue::sleep(run, at); }, at);
}

} // namespace detail

/// Blocks until `condition()` is true: tests it, and as long as it is false gets on the queue, full
/// barrier, tests it again, and sleeps until woken. A woken thread is off the queue, and gets on it
/// once more before the next test; at the end comes finish_wait(). So the queue is touched after
/// the wake-up. Only the condition orders what follows. Under a spinlock or in an RCU section:
/// finding "misuse". A lost wake-up: deadlock. include/linux/wait.h.
template <class Condition>
void wait_event(wait_queue_head_t& wq, Condition condition, const site& at = site::here()) {
    detail::wait_event(wq, condition, false, detail::after_wakeup::queues_again, "wait_event", at);
}

/// wait_event() for a thread of which wake_up() wakes only one. A thread that was woken, and is on
/// the queue again, may be picked once more, although it will not sleep: that wake-up is lost to
/// the others. include/linux/wait.h.
template <class Condition>
void wait_event_exclusive(wait_queue_head_t& wq, Condition condition,
                          const site& at = site::here()) {
    detail::wait_event(wq, condition, true, detail::after_wakeup::queues_again,
                       "wait_event_exclusive", at);
}

} // namespace wbsync

#include <wbsync/sync/wait_inl.hpp>

#endif
