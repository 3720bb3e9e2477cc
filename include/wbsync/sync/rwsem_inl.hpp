// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/rwsem.hpp>

#include <fmt/core.h>

namespace wbsync {

inline void rw_semaphore::read_lock(const char* verb, const site& at) {
    detail::lock_wanted(value, detail::lock_kind::sleeping, verb, at);
    value.await_add(&lets_readers_in, 1, {verb, event_kind::down}, at);
    entered(writers_);
    detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
}

inline bool rw_semaphore::read_trylock(const char* verb, const site& at) {
    const bool taken = value
                           .update_if(
                               &lets_readers_in, [](std::int64_t v) { return v + 1; },
                               engine::memory_order::relaxed, false, {verb, event_kind::down}, at)
                           .first;
    if (taken) {
        entered(writers_);
        detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
    }
    return taken;
}

inline void rw_semaphore::read_unlock(const char* verb, const site& at) {
    must_be_held(inside(value.newest(at)) > 0, verb, at);
    detail::lock_given_back(value, verb, at);
    value.add(-1, {verb, event_kind::up}, at);
    leaves(readers_);
    touched_after(verb, at);
}

inline void rw_semaphore::write_lock(const char* verb, const site& at) {
    detail::lock_wanted(value, detail::lock_kind::sleeping, verb, at);
    const std::int64_t me = writer();
    const std::int64_t before =
        value.update([me](std::int64_t v) { return v == 0 ? me : v + waits; },
                     engine::memory_order::relaxed, {verb, event_kind::down}, at);
    if (before != 0)
        value.await_update([](std::int64_t v) { return inside(v) == 0; },
                           [me](std::int64_t v) { return v - waits + me; },
                           engine::memory_order::relaxed, {verb, event_kind::down}, at);
    entered(writers_);
    entered(readers_);
    detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
}

inline bool rw_semaphore::write_trylock(const char* verb, const site& at) {
    const bool taken =
        value
            .update_if([](std::int64_t v) { return v == 0; },
                       [me = writer()](std::int64_t) { return me; }, engine::memory_order::relaxed,
                       false, {verb, event_kind::down}, at)
            .first;
    if (taken) {
        entered(writers_);
        entered(readers_);
        detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
    }
    return taken;
}

inline void rw_semaphore::write_unlock(const char* verb, const site& at) {
    leaves_as_writer(0, verb, at, true);
    touched_after(verb, at);
}

inline std::int64_t rw_semaphore::writer() {
    const engine::execution* run = engine::execution::current();
    return run == nullptr ? -1 : -(run->self() + 1);
}

inline std::int64_t rw_semaphore::inside(std::int64_t v) {
    const std::int64_t low = v & (waits - 1);
    return low >= waits / 2 ? low - waits : low;
}

inline event_value rw_semaphore::show(std::int64_t v) {
    const std::int64_t writers = (v - inside(v)) / waits;
    const event_value now = show_inside(inside(v));
    if (writers == 0)
        return now;
    return text_of(now) + (writers == 1 ? std::string{", a writer waits"}
                                        : fmt::format(", {} writers wait", writers));
}

inline event_value rw_semaphore::show_inside(std::int64_t v) {
    const engine::execution* run = engine::execution::current();
    if (v == 0 || run == nullptr)
        return lock_owner{};
    const auto writer = static_cast<int>(-v - 1);
    if (v < 0)
        return lock_owner{writer, run->thread_name(writer)};
    return fmt::format("held by {} reader{}", v, v == 1 ? "" : "s");
}

inline void rw_semaphore::leaves_as_writer(std::int64_t readers, const char* verb, const site& at,
                                           bool gives_back) {
    const std::int64_t me = writer();
    must_be_held(inside(value.newest(at)) == me, verb, at);
    if (gives_back)
        detail::lock_given_back(value, verb, at);
    value.update([=](std::int64_t v) { return v - me + readers; }, engine::memory_order::relaxed,
                 {verb, event_kind::up}, at);
    leaves(writers_);
}

inline void rw_semaphore::leaves(engine::view& known) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running()) {
        known.join(run->memory().now(run->self()));
        run->memory().tick(run->self());
    }
}

inline void rw_semaphore::entered(const engine::view& known) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        run->memory().learn(run->self(), known);
}

inline void rw_semaphore::must_be_held(bool held, const char* verb, const site& at) const {
    engine::execution* run = engine::execution::current();
    if (run != nullptr && run->running() && !held)
        run->fail("misuse",
                  fmt::format("{}({}) by {}, and it is {}", verb, value.name().str(),
                              run->thread_name(run->self()), text_of(show(value.newest(at)))),
                  at);
}

inline void rw_semaphore::touched_after(const char* verb, const site& at) const {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        value.touch(verb, at);
}

} // namespace wbsync
