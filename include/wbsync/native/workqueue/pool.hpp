// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/native/monitor.hpp>
#include <wbsync/native/thread_body.hpp>
#include <wbsync/native/variable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wbsync {

class work_struct;
class workqueue_struct;

namespace native {

/// What the pool has to know about a workqueue. It outlives the workqueue: the turn of a cancelled
/// instance may come when the workqueue is gone.
struct queue_state {
    queue_state(const called& itself, int most, const char* of)
        : name(itself), property(of), max_active(most) {}

    void use(const char* verb, const site& at) const {
        if (destroyed.load(std::memory_order_relaxed))
            violated(property, fmt::format("{}({}) after destroy_workqueue()", verb, name.str()),
                     at);
    }

    called name;
    const char* property; ///< violated by a use after destroy_workqueue()
    std::atomic<bool> destroyed{false};
    int max_active;   ///< 0: no limit
    int active = 0;   ///< running works
    int draining = 0; ///< drains under way
};

/// The state of a work. It outlives the work_struct, which its function may free.
///
/// `data` is one word, as in the kernel: PENDING, how many have disabled the work, and the number
/// of the instance that became pending last. A thread that comes with another number to put an
/// instance on its queue is too late: the instance was cancelled.
struct work_state {
    static constexpr std::int64_t is_pending = 1;
    static constexpr std::int64_t disabled = 2; ///< the value of one disable_work()
    static constexpr std::int64_t disables = 0xfffe;
    static constexpr std::int64_t instance = 0x1'0000; ///< the step from one instance to the next

    work_state(const label& called_so, work_struct& itself, std::function<void(work_struct&)> runs)
        : name(called_so), work(&itself), function(std::move(runs)), data(label{"PENDING"}) {}

    label name;
    work_struct* work;
    std::function<void(work_struct&)> function;
    atomic_t data;
    bool after_grace_period = false; ///< part of an rcu_work

    // To be accessed with the pool's lock held.
    workqueue_struct* pending_on = nullptr;
    std::int64_t queued = 0;  ///< number of the instance on the queue; 0: there is none
    std::int64_t running = 0; ///< number of the running instance
    bool has_timer = false;

    [[nodiscard]] static std::int64_t number_of(std::int64_t v) noexcept { return v / instance; }

    /// Fully ordered. Returns the old value.
    template <class F>
    std::int64_t change(F f) {
        return wbsync::detail::fully_ordered(data, f, "work", {});
    }

    /// Sets PENDING, fully ordered. Returns the number of the new instance; 0: the work was pending
    /// already, or is disabled. Even then, what came before is visible to the next run.
    std::int64_t set_pending() {
        const std::int64_t before = change([](std::int64_t v) {
            return (v & (is_pending | disables)) != 0 ? v : v + instance + is_pending;
        });
        return (before & (is_pending | disables)) != 0 ? 0 : number_of(before) + 1;
    }
    /// Takes PENDING away; returns whether it was set. `disable`: how many more times the work is
    /// disabled.
    bool clear_pending(std::int64_t disable = 0) {
        return (change(
                    [disable](std::int64_t v) { return (v & ~is_pending) + disable * disabled; }) &
                is_pending) != 0;
    }
    [[nodiscard]] bool is_still_pending(std::int64_t number) const {
        const auto v = data.value.newest();
        return (v & is_pending) != 0 && number_of(v) == number;
    }
};

/// The kworkers of a run, their works in the order in which they were queued, and the timers. A
/// work that finds all kworkers busy gets a new one.
class worker_pool final : public service {
public:
    static worker_pool& of(run_state& run) { return run.get<worker_pool>(); }
    static worker_pool& get() {
        run_state* const run = run_state::current();
        if (run == nullptr)
            throw std::logic_error("wbsync: a work can only be used while a model runs");
        return of(*run);
    }

    [[nodiscard]] bool is_idle() override {
        const within lock(monitor_);
        return instances_.empty() && running_.empty() && timers_.empty();
    }
    void quit() override {
        within lock(monitor_);
        quits_ = true;
        lock.changed();
    }

    using state = std::shared_ptr<work_state>;
    using queue = std::shared_ptr<queue_state>;

    /// Puts the instance on its queue, unless it was cancelled meanwhile.
    void insert(const state& w, workqueue_struct* wq, const queue& q, std::int64_t number,
                const site& at) {
        scheduling_point();
        within lock(monitor_);
        insert_locked(lock, w, wq, q, number, at);
    }

    /// Puts the instance on its queue when `delay` has passed.
    void insert_later(const state& w, workqueue_struct* wq, const queue& q, std::int64_t number,
                      unsigned long delay, const site& at) {
        scheduling_point();
        run_state& run = *run_state::current();
        run.moves();
        within lock(monitor_);
        if (!w->is_still_pending(number))
            return;
        w->has_timer = true;
        timers_.push_back(
            {w, wq, q, number, at,
             std::chrono::steady_clock::now() +
                 std::chrono::microseconds(std::min(delay, longest_delay) * run.with().jiffy)});
        if (!has_timer_thread_) {
            has_timer_thread_ = true;
            start_server(run, "timers", [this] { guarded([this] { run_timers(); }); });
        }
        lock.changed();
    }

    /// Makes the timer of the work fire now, if it has one.
    void fire(const state& w) {
        within lock(monitor_);
        const auto t = timer_of(*w);
        if (t == timers_.end())
            return;
        const timer due = *t;
        timers_.erase(t);
        fire_locked(lock, due);
    }

    /// Takes the pending instance away, so that it never runs. Returns whether there was one.
    bool cancel(const state& w, bool disable) {
        scheduling_point();
        within lock(monitor_);
        const bool was_pending = w->clear_pending(disable ? 1 : 0);
        forget(*w);
        lock.changed();
        return was_pending;
    }
    /// Like cancel(), and gets a new instance at once, whose number it returns; 0: the work is
    /// disabled.
    std::pair<bool, std::int64_t> replace(const state& w) {
        scheduling_point();
        within lock(monitor_);
        const auto before = w->change([](std::int64_t v) {
            return (v & work_state::disables) != 0
                       ? v
                       : (v | work_state::is_pending) + work_state::instance;
        });
        const bool was_pending = (before & work_state::is_pending) != 0;
        if ((before & work_state::disables) != 0)
            return {was_pending, 0};
        forget(*w);
        lock.changed();
        return {was_pending, work_state::number_of(before) + 1};
    }

    /// Waits for the last instance that is on the queue or runs; returns whether there was one.
    bool flush(const state& w, const char* verb, const site& at) {
        scheduling_point();
        within lock(monitor_);
        const std::int64_t last = w->queued != 0 ? w->queued : w->running;
        if (last == 0)
            return false;
        count_flush();
        lock.wait([&] { return w->queued != last && w->running != last; }, verb, w->name, at);
        return true;
    }
    /// Waits for the instance that runs.
    void wait_until_not_running(const state& w, const char* verb, const site& at) {
        within lock(monitor_);
        const std::int64_t now = w->running;
        if (now != 0)
            lock.wait([&] { return w->running != now; }, verb, w->name, at);
    }
    /// Waits for all instances on the workqueue and for those that run.
    void flush(const queue& q, const char* verb, const site& at) {
        scheduling_point();
        within lock(monitor_);
        const std::uint64_t next = next_place_;
        if (lock.wait([&] { return !any_of(*q, next); }, verb, q->name, at))
            count_flush();
    }
    /// Waits until the workqueue is empty. Meanwhile only its own works may queue.
    void drain(const queue& q, const char* verb, const site& at) {
        scheduling_point();
        within lock(monitor_);
        ++q->draining;
        lock.wait([&] { return !any_of(*q, next_place_); }, verb, q->name, at);
        --q->draining;
    }
    /// Is the work pending or running?
    [[nodiscard]] bool busy(const work_state& w) {
        const within lock(monitor_);
        return (w.data.value.newest() & work_state::is_pending) != 0 || w.running != 0;
    }

private:
    static constexpr std::size_t most_kworkers = 512;
    static constexpr unsigned long longest_delay = 1'000'000'000; ///< a longer delay is for ever

    struct instance {
        state work;
        workqueue_struct* wq;
        queue q;
        std::int64_t number;
        std::uint64_t place;
        site queued_at;
    };
    struct timer {
        state work;
        workqueue_struct* wq;
        queue q;
        std::int64_t number;
        site queued_at;
        std::chrono::steady_clock::time_point due;
    };

    static void count_flush() {
        run_state::current()->flushes.fetch_add(1, std::memory_order_relaxed);
    }

    void insert_locked(within& lock, const state& w, workqueue_struct* wq, const queue& q,
                       std::int64_t number, const site& at) {
        if (!w->is_still_pending(number) || w->queued == number)
            return;
        if (q->draining != 0 && me() != nullptr && me()->wq != wq) {
            lock.leave();
            violated("misuse",
                     fmt::format("{} is queued while {} is drained: only its own works may queue "
                                 "then",
                                 w->name.str(), q->name.str()),
                     at);
        }
        run_state& run = *run_state::current();
        run.moves();
        w->queued = number;
        w->pending_on = wq;
        instances_.push_back({w, wq, q, number, next_place_++, at});
        if (idle_ < instances_.size() && kworkers_ < most_kworkers) {
            ++idle_; // counts as idle until it has found the work
            start_server(run, label{"kworker", static_cast<int>(kworkers_++)},
                         [this] { guarded([this] { worker_thread(); }); });
        }
        lock.changed();
    }

    void fire_locked(within& lock, const timer& due) {
        due.work->has_timer = false;
        if (due.q->destroyed)
            lock.leave();
        due.q->use("delayed_work_timer_fn", due.queued_at);
        insert_locked(lock, due.work, due.wq, due.q, due.number, due.queued_at);
    }

    /// Takes the work off its queue and clears its timer.
    void forget(work_state& w) {
        const auto on = std::find_if(instances_.begin(), instances_.end(),
                                     [&](const instance& i) { return i.work.get() == &w; });
        if (on != instances_.end())
            instances_.erase(on);
        if (const auto t = timer_of(w); t != timers_.end())
            timers_.erase(t);
        w.queued = 0;
        w.has_timer = false;
    }

    std::vector<timer>::iterator timer_of(const work_state& w) {
        return std::find_if(timers_.begin(), timers_.end(),
                            [&](const timer& t) { return t.work.get() == &w; });
    }

    /// Is there an instance of the queue that was queued before that place?
    [[nodiscard]] bool any_of(const queue_state& q, std::uint64_t before) const {
        const auto is = [&](const instance& i) { return i.q.get() == &q && i.place < before; };
        return std::any_of(instances_.begin(), instances_.end(), is) ||
               std::any_of(running_.begin(), running_.end(), is);
    }

    /// The first instance whose work does not run, and whose workqueue has room.
    std::vector<instance>::iterator next_instance() {
        return std::find_if(instances_.begin(), instances_.end(), [](const instance& i) {
            return i.work->running == 0 && (i.q->max_active == 0 || i.q->active < i.q->max_active);
        });
    }

    template <class Body>
    static void guarded(Body body) {
        try {
            body();
        } catch (const stopped&) {
        }
    }

    void worker_thread() {
        within lock(monitor_);
        for (;;) {
            lock.wait([&] { return next_instance() != instances_.end() || quits_; },
                      "worker_thread", {}, {});
            const auto next = next_instance();
            if (next == instances_.end())
                return;
            --idle_;
            const instance now = std::move(*next);
            instances_.erase(next);
            work_state& w = *now.work;
            w.queued = 0;
            w.running = now.number;
            ++now.q->active;
            running_.push_back(now);
            w.clear_pending(); // with full barriers, before the function runs
            lock.leave();
            process(now);
            monitor_.lock();
            w.running = 0;
            --now.q->active;
            running_.erase(std::find_if(running_.begin(), running_.end(),
                                        [&](const instance& i) { return i.place == now.place; }));
            ++idle_;
            monitor_.changed();
            monitor_.unlock();
            expect_to_go_on();
            lock.enter(monitor_);
        }
    }

    static void process(const instance& now) {
        thread_record& t = *this_thread;
        t.work = now.work.get();
        t.wq = now.wq;
        run_guarded(t, [&] { now.work->function(*now.work->work); });
        t.work = nullptr;
        t.wq = nullptr;
    }

    void run_timers() {
        within lock(monitor_);
        for (;;) {
            lock.wait([&] { return !timers_.empty() || quits_; }, "timers", {}, {});
            if (timers_.empty())
                return;
            const auto first =
                std::min_element(timers_.begin(), timers_.end(),
                                 [](const timer& a, const timer& b) { return a.due < b.due; });
            const auto now = std::chrono::steady_clock::now();
            if (first->due <= now) {
                const timer due = std::move(*first);
                timers_.erase(first);
                fire_locked(lock, due);
                continue;
            }
            const auto left = std::min<std::chrono::steady_clock::duration>(
                first->due - now, std::chrono::microseconds(200));
            lock.leave();
            std::this_thread::sleep_for(left);
            expect_to_go_on();
            lock.enter(monitor_);
        }
    }

    monitor monitor_; ///< of all members below
    std::vector<instance> instances_;
    std::vector<instance> running_;
    std::vector<timer> timers_;
    std::uint64_t next_place_ = 1;
    std::size_t kworkers_ = 0;
    std::size_t idle_ = 0; ///< kworkers without work
    bool has_timer_thread_ = false;
    bool quits_ = false;
};

} // namespace native
} // namespace wbsync
