// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bitops.hpp>
#include <wbsync/sync/lockdep.hpp>
#include <wbsync/sync/mutex.hpp>
#include <wbsync/sync/spinlock.hpp>
#include <wbsync/sync/wait.hpp>

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/wait_bit.hpp>
#else

namespace wbsync::detail {

inline constexpr int whole_variable = -1; ///< the key of threads that do not wait for a bit
inline constexpr int all_waiters = engine::max_threads;

/// The queue of threads that wait for a variable, or for one of its bits. In the kernel variables
/// share hashed queues. A collision only makes a queue look non-empty; here this happens with two
/// bits of one word.
class var_queue {
public:
    var_queue(const engine::variable& var, int key, const site& at)
        : run_(*engine::execution::current()), who_(var.companion("waitqueue", 0, at)), key_(key) {}

    template <class Condition, class Sleep>
    void wait_until(Condition condition, bool exclusive, Sleep sleep, const site& at) {
        waiting_threads::of(run_).key[run_.self()] = key_;
        wait_queue(who_).wait_until(condition, exclusive,
                                    key_ == whole_variable ? after_wakeup::queues_again
                                                           : after_wakeup::tests_first,
                                    sleep, at);
    }

    /// These queues are hashed, and never freed.
    template <class Condition>
    void wait_for_good(Condition condition, const site& at) {
        waiting_threads::of(run_).key[run_.self()] = key_;
        wait_queue(who_).wait_for_good(condition, at);
    }

    void wake(int exclusive, const site& at);

private:
    engine::execution& run_;
    engine::location& who_;
    int key_;
};

template <class Condition>
void wait_for_var(const atomic_word& var, int key, bool exclusive, Condition condition,
                  const char* verb, const site& at) {
    might_sleep(verb, at);
    const engine::execution* const now = engine::execution::current();
    const engine::round first = now == nullptr ? engine::round{} : now->begin_round();
    if (condition())
        return;
    engine::execution& run = where_one_can_wait(verb, at);
    var_queue queue(var.value, key, at);
    if (!exclusive && run.left_nothing(first) && !run.is_gone_through())
        queue.wait_for_good(condition, at);
    queue.wait_until(
        condition, exclusive, [&] { wait_queue::sleep(run, at); }, at);
}

/// The lock is held except while the thread sleeps.
template <class Condition, class Unlock, class Lock>
void wait_for_var_locked(const atomic_word& var, Condition condition, Unlock unlock, Lock lock,
                         const char* verb, const site& at) {
    if (condition())
        return;
    engine::execution& run = where_one_can_wait(verb, at);
    var_queue(var.value, whole_variable, at)
        .wait_until(
            condition, false,
            [&] {
                unlock();
                might_sleep(verb, at);
                wait_queue::sleep(run, at);
                lock();
            },
            at);
}

void wake_up_key(const atomic_word& var, int key, int exclusive, const site& at);

} // namespace wbsync::detail

#include <wbsync/sync/wait_bit_inl.hpp>

#endif

namespace wbsync {

// --- variables ----------------------------------------------------------------------------------

/// Blocks until `condition()` is true. It tests the condition first, and then implies no barrier: a
/// condition that is to order what follows must load with acquire, as the kernel's documentation
/// says. If it has to wait, it puts itself on the queue, full barrier, tests again, and sleeps
/// until wake_up_var(). The condition may depend only on what it reads, not on how often it was
/// tested: a test that fails costs no executions. include/linux/wait_bit.h;
/// kernel/sched/wait_bit.c.
template <class Condition>
void wait_var_event(const atomic_word& var, Condition condition, const site& at = site::here()) {
    detail::wait_for_var(var, detail::whole_variable, false, condition, "wait_var_event", at);
}

/// wait_var_event() for a condition that is tested with `lock` held. The thread holds the lock
/// before and after, and releases it while it sleeps. Pairs with wake_up_var_locked(). Not holding
/// it: finding "misuse". include/linux/wait_bit.h.
template <class Condition>
void wait_var_event_spinlock(const atomic_word& var, Condition condition, spinlock_t& lock,
                             const site& at = site::here()) {
    lockdep_assert_held(lock, at);
    detail::wait_for_var_locked(
        var, condition, [&] { spin_unlock(lock, at); }, [&] { spin_lock(lock, at); },
        "wait_var_event_spinlock", at);
}
/// wait_var_event_spinlock() with a mutex. include/linux/wait_bit.h.
template <class Condition>
void wait_var_event_mutex(const atomic_word& var, Condition condition, mutex& lock,
                          const site& at = site::here()) {
    lockdep_assert_held(lock, at);
    detail::wait_for_var_locked(
        var, condition, [&] { mutex_unlock(lock, at); }, [&] { mutex_lock(lock, at); },
        "wait_var_event_mutex", at);
}

/// Wakes all threads that wait for the variable, if the queue looks non-empty. That is a relaxed
/// load: between making the condition true and this call a full barrier is needed, which for
/// example atomic_dec_and_test() has. The variable itself is not touched. kernel/sched/wait_bit.c.
inline void wake_up_var(const atomic_word& var, const site& at = site::here()) {
    detail::wake_up_key(var, detail::whole_variable, detail::all_waiters, at);
}

/// wake_up_var() while the lock under which the condition was made true is still held: no barrier
/// is needed, since the waiter tests under that lock, too. Not holding it: finding "misuse".
/// include/linux/wait_bit.h.
template <class Lock>
void wake_up_var_locked(const atomic_word& var, const Lock& lock, const site& at = site::here()) {
    lockdep_assert_held(lock, at);
    wake_up_var(var, at);
}

/// atomic_dec_and_test(), and wake_up_var() if that is true. Fully ordered.
/// include/linux/wait_bit.h.
inline bool atomic_dec_and_wake_up(atomic_t& var, const site& at = site::here()) {
    if (!atomic_dec_and_test(var, at))
        return false;
    wake_up_var(var, at);
    return true;
}

/// smp_store_release(), smp_mb(), wake_up_var(). A waiter whose condition loads with acquire is
/// ordered after what came before. include/linux/wait_bit.h.
template <std::signed_integral Int>
void store_release_wake_up(atomic_integer<Int>& var, std::int64_t value,
                           const site& at = site::here()) {
    smp_store_release(var, value, at);
    smp_mb(at);
    wake_up_var(var, at);
}

// --- bits ---------------------------------------------------------------------------------------

/// Blocks until the bit is clear. Acquire. Under a spinlock or in an RCU section: finding
/// "misuse". The kernel's mode and its result, for signals, are left out. kernel/sched/wait_bit.c.
inline void wait_on_bit(const atomic_word& word, int bit, const site& at = site::here()) {
    detail::wait_for_var(
        word, bit, false, [&] { return !test_bit_acquire(bit, word, at); }, "wait_on_bit", at);
}

/// Blocks until the bit is clear, and sets it. Acquire. Of the threads that wait for that, one is
/// woken. include/linux/wait_bit.h.
inline void wait_on_bit_lock(atomic_word& word, int bit, const site& at = site::here()) {
    detail::wait_for_var(
        word, bit, true, [&] { return !test_and_set_bit_lock(bit, word, at); }, "wait_on_bit_lock",
        at);
}

/// Wakes the threads that wait for the bit, if the queue looks non-empty: a full barrier is needed
/// between clearing the bit and this call. kernel/sched/wait_bit.c.
inline void wake_up_bit(const atomic_word& word, int bit, const site& at = site::here()) {
    detail::wake_up_key(word, bit, 1, at);
}

/// clear_bit_unlock(), full barrier, wake_up_bit(). include/linux/wait_bit.h.
inline void clear_and_wake_up_bit(int bit, atomic_word& word, const site& at = site::here()) {
    clear_bit_unlock(bit, word, at);
    smp_mb__after_atomic(at);
    wake_up_bit(word, bit, at);
}

/// Clears the bit, and wakes the threads that wait for it if it was set. Returns whether it was
/// set. Fully ordered. include/linux/wait_bit.h.
inline bool test_and_clear_wake_up_bit(int bit, atomic_word& word, const site& at = site::here()) {
    if (!test_and_clear_bit(bit, word, at))
        return false;
    wake_up_bit(word, bit, at);
    return true;
}

} // namespace wbsync
