// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/rcu/callbacks.hpp>

#include <array>

#include <fmt/core.h>

namespace wbsync::detail {

inline void rcu_callbacks::reset() {
    lists_.clear();
    served_ = false;
}

inline void rcu_callbacks::serve(int n, const site& at) {
    if (served_ || (n != 1 && n != most))
        violated(
            "misuse",
            fmt::format("rcu_callback_thread(s, cpus) is called once, with 1 or {} CPUs", most),
            at);
    served_ = true;
    engine::execution& run = *engine::execution::current();
    make(run, n);
    for (int i = 0; i != n; ++i)
        run.add_thread(
            n == 1 ? label{"rcu_callbacks"} : label{"rcu_callbacks", i},
            [list = &lists_[static_cast<std::size_t>(i)]] { list->rcu_do_batch(); },
            engine::thread_kind::server);
}

inline void rcu_callbacks::add(engine::execution& run, rcu_head& head,
                               std::function<void()> callback, callback_kind kind, const char* verb,
                               const site& at) {
    if (!served_)
        violated("misuse",
                 fmt::format("{}() needs the callback thread: call rcu_callback_thread(s) in "
                             "threads()",
                             verb),
                 at);
    const int cpu = lists_.size() == 1 ? 0 : cpus::of(run).current(run, at);
    lists_[static_cast<std::size_t>(cpu)].add(run, head, std::move(callback), kind, verb, at);
}

inline void rcu_callbacks::barrier(engine::execution& run, callback_kind kind, const char* verb,
                                   const site& at) {
    make(run, 1);
    run.full_fence(at, verb, "before");
    std::array<std::int64_t, most> queued{};
    for (std::size_t i = 0; i != lists_.size(); ++i)
        queued[i] = lists_[i].snapshot(run, kind, verb, at);
    for (std::size_t i = 0; i != lists_.size(); ++i)
        lists_[i].wait_for(run, queued[i], verb, at);
    run.full_fence(at, verb, "after");
}

inline void rcu_callbacks::make(engine::execution& run, int n) {
    for (int i = static_cast<int>(lists_.size()); i < n; ++i) {
        const auto cpu = static_cast<unsigned>(i);
        const int index = n == 1 ? -1 : i;
        lists_.emplace_back(engine::object_numbers::reserved(reserved_object::rcu_queued, cpu),
                            label{"rcu.queued", index},
                            engine::object_numbers::reserved(reserved_object::rcu_invoked, cpu),
                            label{"rcu.invoked", index}, rcu_state::of(run).periods,
                            callback_list::names{"an RCU callback", "rcu_callbacks"});
    }
}

inline void call_rcu(rcu_head& head, std::function<void()> callback, callback_kind kind,
                     const char* verb, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        violated("misuse", fmt::format("{}() can only be used by a thread of the model", verb), at);
    run->get<rcu_callbacks>().add(*run, head, std::move(callback), kind, verb, at);
}

inline void rcu_barrier(callback_kind kind, const char* verb, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    might_sleep(verb, at);
    run->get<rcu_callbacks>().barrier(*run, kind, verb, at);
}

} // namespace wbsync::detail
