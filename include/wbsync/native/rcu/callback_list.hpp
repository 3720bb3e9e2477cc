// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/native/monitor.hpp>
#include <wbsync/native/thread_body.hpp>
#include <wbsync/native/variable.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace wbsync {

/// The member by which an object waits for its callback. Using it again before its callback was
/// invoked: violation "misuse".
class rcu_head {
public:
    rcu_head() = default;
    rcu_head(const rcu_head&) = delete;
    rcu_head& operator=(const rcu_head&) = delete;

    std::atomic<bool> waits{false};
};

namespace native {

/// The purpose of a callback: a barrier waits for those of its own kind.
enum class callback_kind : std::uint8_t { function, free };

/// Callbacks that wait for a grace period, and the thread that invokes them, which the first
/// callback starts. It takes all queued callbacks, waits for one grace period, and invokes them in
/// order. liburcu's own call_rcu() sleeps for 10 milliseconds between two batches, and so does its
/// rcu_barrier(): that is too long compared with what is measured.
class callback_list {
public:
    callback_list(const label& thread, std::function<void()> grace_period)
        : name_(thread), synchronize_(std::move(grace_period)) {}

    void add(rcu_head& head, std::function<void()> callback, callback_kind kind, const char* verb,
             const site& at) {
        scheduling_point();
        full_fence();
        if (head.waits.exchange(true, std::memory_order_acquire))
            violated(
                "misuse",
                fmt::format("{} with an rcu_head whose callback has not been invoked yet", verb),
                at);
        run_state& run = *run_state::current();
        run.moves();
        within lock(monitor_);
        queue_.push_back({&head, std::move(callback), at});
        ++queued_[index(kind)];
        kinds_.push_back(kind);
        if (thread_ == nullptr)
            thread_ = &start_server(run, name_, [this] { serve(); });
        lock.changed();
    }

    /// Waits for the callbacks of the kind that were queued before.
    void barrier(callback_kind kind, const char* verb, const site& at) {
        scheduling_point();
        full_fence();
        {
            within lock(monitor_);
            const auto last = queued_[index(kind)];
            lock.wait([&] { return invoked_[index(kind)] >= last; }, verb, name_, at);
        }
        full_fence();
    }

    [[nodiscard]] bool is_idle() {
        within lock(monitor_);
        return queue_.empty() && !busy_;
    }
    void quit() {
        within lock(monitor_);
        quits_ = true;
        lock.changed();
    }

private:
    struct entry {
        rcu_head* head;
        std::function<void()> callback;
        site queued_at;
    };

    static std::size_t index(callback_kind kind) { return static_cast<std::size_t>(kind); }

    void serve() {
        try {
            for (;;) {
                std::deque<entry> batch;
                {
                    within lock(monitor_);
                    busy_ = false;
                    lock.wait([&] { return !queue_.empty() || quits_; }, "rcu_do_batch", name_, {});
                    if (queue_.empty())
                        return;
                    busy_ = true;
                    batch.swap(queue_);
                }
                synchronize_();
                for (entry& e : batch)
                    invoke(e);
            }
        } catch (const stopped&) { // the rest is not invoked
        }
    }

    void invoke(entry& e) {
        expect_to_go_on();
        e.head->waits.store(false, std::memory_order_release);
        thread_record& t = *this_thread;
        run_guarded(t, [&] {
            t.enters_atomic(t.callbacks, e.queued_at);
            std::exchange(e.callback, nullptr)();
            --t.callbacks;
        });
        within lock(monitor_);
        const callback_kind kind = kinds_.front();
        kinds_.pop_front();
        ++invoked_[index(kind)];
        lock.changed();
    }

    label name_;
    std::function<void()> synchronize_;
    monitor monitor_; ///< of all members below
    std::deque<entry> queue_;
    std::deque<callback_kind> kinds_; ///< of callbacks not invoked yet
    std::array<std::uint64_t, 2> queued_{};
    std::array<std::uint64_t, 2> invoked_{};
    thread_record* thread_ = nullptr;
    bool busy_ = false;
    bool quits_ = false;
};

} // namespace native
} // namespace wbsync
