// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/sync/wait.hpp>

#include <bit>
#include <exception>

#include <fmt/core.h>

namespace wbsync::detail {

inline std::string wait_queue::until_woken::waits_for() const {
    return fmt::format("schedule({}), which is {}", wakeups_.name.str(), wakeups_.value());
}

inline void waiting_threads::reset() {
    used_wakeups = {};
    key = {};
    prepared = {};
    entries = {};
    for (engine::thread_id t = 0; t != engine::max_threads; ++t)
        removals[t].clear();
    left_.clear();
}

inline const waiting_threads::removal*
waiting_threads::find(engine::thread_id t, engine::object_id queue, std::size_t since) const {
    const auto& all = removals[t];
    for (std::size_t i = since; i < all.size(); ++i)
        if (all[i].queue == queue)
            return &all[i];
    return nullptr;
}

inline engine::view& waiting_threads::left(engine::object_id queue) {
    for (auto& [id, known] : left_)
        if (id == queue)
            return known;
    return left_.emplace_back(queue, engine::view{}).second;
}

inline bool waiters::add(engine::thread_id t, bool exclusive) {
    const int n = row();
    all_ |= std::uint64_t{1} << t;
    if (exclusive && n < most)
        all_ |= static_cast<std::uint64_t>(t + 1) << position(n);
    return !exclusive || n < most;
}

inline void waiters::remove(engine::thread_id t) {
    const waiters old = *this;
    all_ &= (std::uint64_t{1} << engine::max_threads) - 1;
    all_ &= ~(std::uint64_t{1} << t);
    int n = 0;
    for (int i = 0; i != old.row(); ++i)
        if (old.exclusive(i) != t)
            all_ |= static_cast<std::uint64_t>(old.exclusive(i) + 1) << position(n++);
}

inline bool waiters::is_exclusive(engine::thread_id t) const {
    for (int i = 0; i != row(); ++i)
        if (exclusive(i) == t)
            return true;
    return false;
}

inline int waiters::row() const {
    int n = 0;
    while (n != most && exclusive(n) >= 0)
        ++n;
    return n;
}

inline bool wait_queue::add_self(bool exclusive, const site& at) {
    bool room = true;
    const auto before = change(
        [&](std::int64_t v) {
            waiters w(v);
            if (!w.has(run_.self()))
                room = w.add(run_.self(), exclusive);
            return w.value();
        },
        "prepare_to_wait", at);
    if (!room)
        run_.fail("misuse", "too many exclusive waiters on " + who_.name().str(), at);
    run_.full_fence(at, "prepare_to_wait", "after");
    return waiters(before).has(run_.self());
}

inline bool wait_queue::is_off(std::size_t since) const {
    const auto* r = sleepers_.find(run_.self(), queue_.id, since);
    return r != nullptr && run_.memory().propagated(run_.self()).clock.covers(r->by, r->left);
}

inline void wait_queue::sleep(engine::execution& run, const site& at) {
    const std::int64_t next = waiting_threads::of(run).used_wakeups[run.self()] + 1;
    engine::variable mine(wakeups(run, run.self()), run.stamp());
    mine.await([next](std::int64_t n) { return n >= next; }, memory_order::acquire, "schedule", at);
}

inline void wait_queue::wake(int exclusive, int key, const site& at) {
    engine::thread_set set = 0;
    change(
        [&](std::int64_t v) {
            waiters w(v);
            set =
                w.to_wake(exclusive, [&](engine::thread_id t) { return sleepers_.key[t] == key; });
            for (engine::thread_set left = set; left != 0; left &= left - 1)
                w.remove(std::countr_zero(left));
            return w.value();
        },
        {"__wake_up", event_kind::wake}, at);
    const engine::view known = run_.memory().now(run_.self());
    const engine::timestamp left_at = leave_lock(at);
    for (engine::thread_set left = set; left != 0; left &= left - 1)
        sleepers_.removals[std::countr_zero(left)].push_back(
            {queue_.id, known, run_.self(), left_at});
    for (; set != 0; set &= set - 1)
        wake_one(std::countr_zero(set), known, at);
}

inline event_value wait_queue::show(std::int64_t v) {
    std::string text;
    for (engine::thread_id t = 0; t != engine::max_threads; ++t)
        if (waiters(v).has(t))
            text += (text.empty() ? "" : " ") + engine::execution::current()->thread_name(t) +
                    (waiters(v).is_exclusive(t) ? " (exclusive)" : "");
    return text.empty() ? "empty" : text;
}

inline bool wait_queue::remove_self(std::size_t since, const site& at) {
    const engine::thread_id me = run_.self();
    const bool was_on = who_.update_unless([&] { return !waiters(queue_.value()).has(me); },
                                           [&](std::int64_t v) {
                                               waiters w(v);
                                               w.remove(me);
                                               return w.value();
                                           },
                                           memory_order::acq_rel, "finish_wait", at);
    if (was_on) {
        enter_lock();
        lock_order::locks();
        lock_order::unlocks();
        return true;
    }
    run_.access(queue_, "finish_wait", at);
    if (const auto* r = sleepers_.find(me, queue_.id, since); r != nullptr)
        run_.memory().learn(me, r->known);
    if (run_.recording())
        run_.note({.kind = event_kind::note,
                   .verb = "finish_wait",
                   .object = {queue_.id, queue_.name.str()},
                   .where = at,
                   .message = "woken meanwhile"});
    return false;
}

inline engine::timestamp wait_queue::leave_lock(const site& at) {
    const engine::thread_id me = run_.self();
    run_.memory().tick(me);
    run_.access(queue_, "__wake_up", at);
    const engine::view& now = run_.memory().now(me);
    sleepers_.left(queue_.id).join(now);
    const engine::timestamp when = now.clock[me];
    run_.memory().tick(me);
    return when;
}

inline void wait_queue::wake_one(engine::thread_id t, const engine::view& knows, const site& at) {
    engine::location& x = wakeups(run_, t);
    engine::variable(x, run_.stamp())
        .update([](std::int64_t n) { return n + 1; }, memory_order::release,
                {"try_to_wake_up", event_kind::wake}, at);
    run_.memory().pass_on(run_.self(), x, knows);
}

inline engine::execution& where_one_can_wait(const char* verb, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        violated("misuse", fmt::format("{} would wait for ever: no thread runs any more", verb),
                 at);
    return *run;
}

} // namespace wbsync::detail

namespace wbsync {

inline void init_waitqueue_head(wait_queue_head_t& wq, const site& at) {
    if (wq.value.newest(at) != 0)
        violated(
            "misuse",
            fmt::format("init_waitqueue_head({}) while it is not empty", wq.value.name().str()),
            at);
    wq.value.store(0, memory_order::relaxed, part_of("init_waitqueue_head"), at);
}

inline wait_queue_entry::~wait_queue_entry() {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running() || !queued || std::uncaught_exceptions() != 0 ||
        detail::wait_queue(*on).is_off(since))
        return;
    run->fail("use-after-scope",
              fmt::format("an entry of {} may still be on {} when its scope ends: "
                          "finish_wait() is missing",
                          run->thread_name(run->self()), on->name.str()),
              put_at);
}

} // namespace wbsync

namespace wbsync::detail {

inline void prepare(wait_queue_head_t& wq, wait_queue_entry& wait, bool exclusive, const site& at) {
    engine::execution& run = where_one_can_wait("prepare_to_wait", at);
    wait.put_at = at;
    wait.on = &wq.value.object("prepare_to_wait", at);
    wait_queue queue(*wait.on);
    waiting_threads::of(run).key[run.self()] = 0;
    if (!queue.add_self(exclusive, at)) {
        if (wait.queued)
            queue.use_wakeup();
        wait.since = queue.removals();
    }
    if (!std::exchange(wait.queued, true))
        ++waiting_threads::of(run).entries[run.self()];
    waiting_threads::of(run).prepared[run.self()] = true;
}

} // namespace wbsync::detail

namespace wbsync {

inline void finish_wait(wait_queue_head_t& wq, wait_queue_entry& wait, const site& at) {
    engine::execution& run = detail::where_one_can_wait("finish_wait", at);
    detail::waiting_threads::of(run).prepared[run.self()] = false;
    if (!std::exchange(wait.queued, false))
        return;
    --detail::waiting_threads::of(run).entries[run.self()];
    if (wait.on->handle != &wq.value)
        run.fail("misuse",
                 "finish_wait() of an entry that is on another queue, " + wait.on->name.str(), at);
    detail::wait_queue(*wait.on).leave(wait.since, at);
}

inline void schedule(const site& at) {
    engine::execution& run = detail::where_one_can_wait("schedule", at);
    might_sleep("schedule", at);
    if (std::exchange(detail::waiting_threads::of(run).prepared[run.self()], false))
        detail::wait_queue::sleep(run, at);
}

inline bool wq_has_sleeper(const wait_queue_head_t& wq, const site& at) {
    detail::full_fence(at, "wq_has_sleeper");
    return waitqueue_active(wq, at);
}

inline void wake_up_nr(wait_queue_head_t& wq, int n, const site& at) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        detail::wait_queue(wq.value.object("__wake_up", at)).wake(n, 0, at);
}

} // namespace wbsync
