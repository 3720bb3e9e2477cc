// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/rcu/rcu.hpp>
#include <wbsync/scenario.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace wbsync {

/// The link by which an object waits for its callback.
struct rcu_head {
    std::function<void()> callback;
};

namespace detail {

/// RCU's callbacks: one list and one thread that serves it. A batch takes all that is queued when
/// its grace period starts, so callers share grace periods as much as they ever can.
class rcu_callbacks final : public engine::extension {
public:
    void reset() override {
        heads_.clear();
        served_ = false;
    }

    void serve(scenario& s) {
        served_ = true;
        s.daemon("rcu_callbacks", [this] { thread(); });
    }

    void add(engine::execution& run, rcu_head& head, const site& at) {
        if (!served_)
            violated("misuse",
                     "call_rcu() needs the callback thread: call rcu_callback_thread(s) in "
                     "threads()",
                     at);
        run.full_fence();
        counter(run, 1, "rcu.queued")
            .update(
                [&](std::int64_t n) {
                    heads_.push_back(&head);
                    return n + 1;
                },
                memory_order::release, "call_rcu", at);
    }

    void barrier(engine::execution& run, const site& at) {
        run.full_fence();
        const auto queued =
            counter(run, 1, "rcu.queued").load_newest(memory_order::acquire, "rcu_barrier", at);
        if (queued != 0)
            counter(run, 2, "rcu.invoked")
                .await([queued](std::int64_t n) { return n >= queued; }, memory_order::acquire,
                       "rcu_barrier", at);
        run.full_fence();
    }

private:
    static engine::variable counter(engine::execution& run, unsigned number, const char* name) {
        return {run.shared_location(engine::execution::reserved_object(number), name, 0),
                run.stamp()};
    }

    void thread() {
        engine::execution& run = *engine::execution::current();
        const site at = site::here();
        for (std::int64_t invoked = 0;;) {
            std::int64_t queued = 0;
            if (!counter(run, 1, "rcu.queued")
                     .await([invoked](std::int64_t n) { return n > invoked; },
                            memory_order::acquire, "rcu_callbacks", at, &queued, true))
                return;
            rcu_state::of(run).periods.synchronize(run, "grace period", at);
            for (; invoked != queued;) {
                heads_[static_cast<std::size_t>(invoked)]->callback();
                ++invoked;
                counter(run, 2, "rcu.invoked")
                    .store(invoked, memory_order::release, "rcu_callbacks", at);
            }
        }
    }

    std::vector<rcu_head*> heads_;
    bool served_ = false;
};

} // namespace detail

/// Declares the daemon that runs RCU callbacks; a model that uses call_rcu() calls it in threads().
inline void rcu_callback_thread(scenario& s) {
    engine::execution::current()->get<detail::rcu_callbacks>().serve(s);
}

/// Queues `callback`, to be run by the callback thread after a grace period that starts after this
/// call. Does not block; full barrier before. kernel/rcu/tree.c.
inline void call_rcu(rcu_head& head, std::function<void()> callback,
                     const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        violated("misuse", "call_rcu() can only be used by a thread of the model", at);
    head.callback = std::move(callback);
    run->get<detail::rcu_callbacks>().add(*run, head, at);
}

/// Blocks until every callback queued before it has been invoked. Not a grace period: with no
/// callbacks queued it returns at once, whatever sections are open.
inline void rcu_barrier(const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    might_sleep("rcu_barrier", at);
    run->get<detail::rcu_callbacks>().barrier(*run, at);
}

} // namespace wbsync
