// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/sync/lockdep.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/core.h>

namespace wbsync::detail {

WBSYNC_INLINE void lockdep::fails_to_hold(const label& lock, const site& at) {
    engine::execution& run = *engine::execution::current();
    run.fail("misuse",
             fmt::format("lockdep_assert_held({}): {} does not hold it", lock.str(),
                         run.thread_name(run.self())),
             at);
}

WBSYNC_INLINE void lockdep::reset() {
    for (int t = 0; t != engine::max_threads; ++t) {
        held_[t].clear();
        off_[t] = 0;
    }
    orders_.clear();
    off_for_all_ = 0;
}

WBSYNC_INLINE void lockdep::thread_ends(engine::execution& run) {
    const auto& mine = held_[run.self()];
    if (!mine.empty())
        run.fail("misuse",
                 fmt::format("thread {} ends and still holds {}", run.thread_name(run.self()),
                             mine.back().name->str()),
                 {});
}

WBSYNC_INLINE void lockdep::asks_for(engine::execution& run, const use& wanted) {
    if (off_for_all_ > 0 || off_[run.self()] > 0)
        return;
    for (const use& h : held_[run.self()]) {
        if (h.lock == wanted.lock)
            run.fail("lockdep",
                     fmt::format("{0}({1}) by {2}, which holds it already since {3}({1}) at "
                                 "{4}: a deadlock",
                                 wanted.verb, wanted.name->str(), run.thread_name(run.self()),
                                 h.verb, h.where.str()),
                     wanted.where);
    }
    for (const use& h : held_[run.self()])
        note_order(run, h, wanted);
}

WBSYNC_INLINE void lockdep::takes(engine::execution& run, const use& lock) {
    held_[run.self()].push_back(lock);
    if (lock.kind == lock_kind::spinning)
        atomic_context::of(run).enter(run, {spinlock, lock.name, lock.where});
}

WBSYNC_INLINE bool lockdep::gives_back(engine::execution& run, engine::object_id lock) {
    auto& mine = held_[run.self()];
    const auto newest =
        std::find_if(mine.rbegin(), mine.rend(), [&](const use& h) { return h.lock == lock; });
    if (newest == mine.rend())
        return false;
    if (newest->kind == lock_kind::spinning)
        atomic_context::of(run).leave(run, spinlock, newest->name);
    mine.erase(std::next(newest).base());
    return true;
}

WBSYNC_INLINE bool lockdep::holds(const engine::execution& run, engine::object_id lock) const {
    const auto& mine = held_[run.self()];
    return std::any_of(mine.begin(), mine.end(), [&](const use& h) { return h.lock == lock; });
}

WBSYNC_INLINE void lockdep::note_order(engine::execution& run, const use& first,
                                       const use& second) {
    for (const order& o : orders_)
        if (o.first.lock == first.lock && o.second.lock == second.lock)
            return;
    orders_.push_back({first, second, run.self()});
    chain_.assign(1, orders_.size() - 1);
    if (leads_to(second.lock, first.lock))
        run.fail("lockdep",
                 "locks are taken in a circular order, a possible deadlock: " + describe(run),
                 second.where);
}

WBSYNC_INLINE bool lockdep::leads_to(engine::object_id from, engine::object_id to) {
    for (std::size_t i = 0; i != orders_.size(); ++i) {
        const order& o = orders_[i];
        if (o.first.lock != from || std::find(chain_.begin(), chain_.end(), i) != chain_.end())
            continue;
        chain_.push_back(i);
        if (o.second.lock == to || leads_to(o.second.lock, to))
            return true;
        chain_.pop_back();
    }
    return false;
}

WBSYNC_INLINE std::string lockdep::describe(const engine::execution& run) const {
    std::string text;
    for (const std::size_t i : chain_) {
        const order& o = orders_[i];
        text +=
            fmt::format("{}{} asks for {} at {} and holds {} since {}", text.empty() ? "" : "; ",
                        run.thread_name(o.thread), o.second.name->str(), o.second.where.str(),
                        o.first.name->str(), o.first.where.str());
    }
    return text;
}

WBSYNC_INLINE void lock_wanted(const engine::variable& lock, lock_kind kind, const char* verb,
                               const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    if (kind == lock_kind::sleeping)
        might_sleep(verb, at);
    const engine::location& x = lock.object(verb, at);
    lockdep::of(*run).asks_for(*run, {x.id, &x.name, kind, verb, at});
}

WBSYNC_INLINE void lock_taken(const engine::variable& lock, lock_kind kind, const char* verb,
                              const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    run->evaluates_property(); // even a trylock: its owner must not sleep, and has to release it
    lockdep::of(*run).takes(*run, {lock.id(), &lock.name(), kind, verb, at});
}

WBSYNC_INLINE void lock_given_back(const engine::variable& lock, const char* verb, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run != nullptr && run->running() &&
        !lockdep::of(*run).gives_back(*run, lock.object(verb, at).id))
        run->fail("misuse",
                  fmt::format("{}({}) by {}, which does not hold it", verb, lock.name().str(),
                              run->thread_name(run->self())),
                  at);
}

} // namespace wbsync::detail

namespace wbsync {

WBSYNC_INLINE void lockdep_off() {
    if (engine::execution* run = engine::execution::current())
        detail::lockdep::of(*run).switch_off(*run, 1);
}

WBSYNC_INLINE void lockdep_on() {
    if (engine::execution* run = engine::execution::current())
        detail::lockdep::of(*run).switch_off(*run, -1);
}

} // namespace wbsync
