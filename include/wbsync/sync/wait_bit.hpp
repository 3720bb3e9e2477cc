// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/might_sleep.hpp>

#include <bit>
#include <string>

namespace wbsync {

namespace detail {

/// The wait queue of one variable. In the kernel variables share hashed queues; a collision only
/// wakes too often, which wait_var_event() does not mind.
///
/// `queue` has a bit for each waiting thread. `wake-ups` counts, for each thread, how often it was
/// woken; a sleeper waits for a count that it has not used up yet.
class var_queue {
public:
    var_queue(const engine::variable& var, const site& at)
        : run_(*engine::execution::current()),
          queue_(var.companion("waitqueue", 0, at), run_.stamp(), &show) {}

    /// prepare_to_wait(): under the queue's lock, then set_current_state() with its full barrier.
    void add_self(const site& at) {
        queue_.update([me = bit(run_.self())](std::int64_t q) { return q | me; },
                      memory_order::acq_rel, "prepare_to_wait", at);
        run_.full_fence();
    }

    /// finish_wait(). Returns whether somebody has taken the thread off the queue already.
    bool remove_self(const site& at) {
        const std::int64_t me = bit(run_.self());
        return (queue_.update([me](std::int64_t q) { return q & ~me; }, memory_order::acq_rel,
                              "finish_wait", at) &
                me) == 0;
    }

    /// schedule(): sleeps until the wake-up number `count` of this thread.
    void sleep(std::int64_t count, const site& at) {
        engine::variable mine(wakeups(run_.self()), run_.stamp());
        mine.await([count](std::int64_t n) { return n >= count; }, memory_order::acquire,
                   "schedule", at);
    }

    /// waitqueue_active(): a relaxed look, which is why the caller needs a barrier before it.
    [[nodiscard]] bool active(const site& at) const {
        return queue_.load(memory_order::relaxed, "waitqueue_active", at) != 0;
    }

    /// Takes everybody off the queue and wakes them.
    void wake_all(const site& at) {
        std::int64_t sleepers = queue_.update([](std::int64_t) { return std::int64_t{0}; },
                                              memory_order::acq_rel, "__wake_up", at);
        for (; sleepers != 0; sleepers &= sleepers - 1) {
            engine::variable his(wakeups(std::countr_zero(static_cast<std::uint64_t>(sleepers))),
                                 run_.stamp());
            his.update([](std::int64_t n) { return n + 1; }, memory_order::release,
                       "try_to_wake_up", at);
        }
    }

private:
    static std::int64_t bit(engine::thread_id t) { return std::int64_t{1} << t; }

    static std::string show(std::int64_t q) {
        std::string text;
        for (; q != 0; q &= q - 1)
            text +=
                (text.empty() ? "" : " ") + engine::execution::current()->thread_name(
                                                std::countr_zero(static_cast<std::uint64_t>(q)));
        return text.empty() ? "empty" : text;
    }

    [[nodiscard]] engine::location& wakeups(engine::thread_id t) const {
        return run_.shared_location(
            engine::execution::reserved_object(8 + static_cast<unsigned>(t)), label{"wakeups", t},
            0);
    }

    engine::execution& run_;
    engine::variable queue_;
};

/// How many of its wake-ups each thread has used up.
class used_wakeups final : public engine::extension {
public:
    void reset() override { count = {}; }
    engine::per_thread<std::int64_t> count;
};

} // namespace detail

/// Blocks until `condition()` is true. Tests it first, and then no barrier is implied: a condition
/// that is to order what follows must load with acquire, as the kernel's documentation says. When
/// it has to wait: puts itself on the queue, full barrier, tests again, sleeps until wake_up_var().
/// include/linux/wait_bit.h; kernel/sched/wait_bit.c.
template <class Condition>
void wait_var_event(const atomic_t& var, Condition condition, const site& at = site::here()) {
    might_sleep("wait_var_event", at);
    if (condition())
        return;
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        violated("misuse", "wait_var_event() would wait for ever: no thread runs any more", at);
    detail::var_queue queue(var.value, at);
    std::int64_t& used = run->get<detail::used_wakeups>().count[run->self()];
    for (;;) {
        queue.add_self(at);
        if (condition()) {
            if (queue.remove_self(at))
                ++used; // woken meanwhile: do not sleep less next time
            return;
        }
        queue.sleep(++used, at);
        if (condition())
            return;
    }
}

/// Wakes everybody who waits for the variable, if the queue looks non-empty. The look is relaxed:
/// between making the condition true and this call a full barrier is needed, which for example
/// atomic_dec_and_test() has. The variable itself is not touched.
inline void wake_up_var(const atomic_t& var, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    detail::var_queue queue(var.value, at);
    if (queue.active(at))
        queue.wake_all(at);
}

} // namespace wbsync
