// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/rcu/callback_list.hpp>

#include <utility>

#include <fmt/core.h>

namespace wbsync {

inline void rcu_head::queue(engine::execution& run, std::function<void()> callback,
                            const char* verb, const site& at) {
    scope_.use(verb, at);
    run.access(owner_, verb, at);
    if (waits_ || (invoked_by_ >= 0 &&
                   !run.memory().propagated(run.self()).clock.covers(invoked_by_, invoked_)))
        run.fail("misuse",
                 fmt::format("{} with an rcu_head whose callback, queued at {}, may not have "
                             "been invoked yet",
                             verb, queued_at_.str()),
                 at);
    waits_ = true;
    queued_at_ = at;
    callback_ = std::move(callback);
}

inline void rcu_head::invoke(engine::execution& run, const char* what,
                             const engine::lifetime* domain) {
    run.access(domain, what, queued_at_);
    run.access(owner_, what, queued_at_);
    waits_ = false;
    invoked_by_ = run.self();
    invoked_ = run.memory().now(run.self()).clock[run.self()];
    const std::function<void()> callback = std::move(callback_);
    auto& context = detail::atomic_context::of(run);
    context.enter(run, {what, nullptr, queued_at_});
    context.expect_balanced(run, callback, [what, at = queued_at_] {
        return fmt::format("{} queued at {}", what, at.str());
    });
    context.leave(run, what);
}

} // namespace wbsync

namespace wbsync::detail {

inline void callback_list::add(engine::execution& run, rcu_head& head,
                               std::function<void()> callback, callback_kind kind, const char* verb,
                               const site& at) {
    run.full_fence(at, verb, "before");
    queued(run).update(
        [&](std::int64_t n) {
            head.queue(run, std::move(callback), verb, at);
            waiting_.push_back({&head, head.life(), kind, at});
            return n + 1;
        },
        memory_order::release, verb, at);
}

inline std::int64_t callback_list::snapshot(engine::execution& run, callback_kind kind,
                                            const char* verb, const site& at) const {
    std::int64_t n = queued(run).load_newest(memory_order::acquire, verb, at);
    while (n != 0 && waiting_[static_cast<std::size_t>(n - 1)].kind != kind)
        --n;
    return n;
}

inline void callback_list::rcu_do_batch() {
    engine::execution& run = *engine::execution::current();
    const site at = site::here();
    for (std::int64_t next = 0;;) {
        std::int64_t end = 0;
        if (!queued(run).await([next](std::int64_t n) { return n > next; }, memory_order::acquire,
                               names_.daemon, at, &end, true))
            return;
        periods_->synchronize(run, "grace period", at_of(next));
        for (; next != end; ++next) {
            const site at_queueing = at_of(next);
            const waiting first = waiting_[static_cast<std::size_t>(next)];
            run.access(first.life, names_.callback, first.queued_at);
            first.head->invoke(run, names_.callback, domain_);
            invoked(run).add(names_.daemon, at_queueing);
        }
    }
}

} // namespace wbsync::detail
