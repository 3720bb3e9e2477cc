// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/sync/completion.hpp>
#include <wbsync/sync/lock_order.hpp>

namespace wbsync {

inline void completion::leave_lock(engine::execution& run, const char* verb, const site& at) {
    run.memory().tick(run.self()); // knowing `done` does not imply knowing this
    done.value.touch(verb, at);
    left_.join(run.memory().propagated(run.self()));
    run.memory().tick(run.self());
    detail::lock_order::unlocks();
}

inline void completion::enter_lock(engine::execution& run) const {
    run.memory().learn(run.self(), left_);
    detail::lock_order::locks();
    detail::lock_order::unlocks();
}

} // namespace wbsync

namespace wbsync::detail {

inline void after_completing(completion& x, const char* verb, const site& at) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        x.leave_lock(*run, verb, at);
}

inline void after_seeing(const completion& x) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        x.enter_lock(*run);
}

} // namespace wbsync::detail

namespace wbsync {

inline void complete(completion& x, const site& at) {
    detail::lock_order::locks();
    x.done.value.add(1, {"complete", event_kind::wake}, at);
    detail::after_completing(x, "complete", at);
}

inline void complete_all(completion& x, const site& at) {
    detail::lock_order::locks();
    x.done.value.store(completion::all, memory_order::relaxed,
                       part_of({"complete_all", event_kind::wake}), at);
    detail::after_completing(x, "complete_all", at);
}

inline void wait_for_completion(completion& x, const site& at) {
    might_sleep("wait_for_completion", at);
    x.done.value.await_update([](std::int64_t v) { return v > 0; }, &detail::consume,
                              memory_order::relaxed, {"wait_for_completion", event_kind::wait}, at);
    detail::after_seeing(x);
}

inline bool try_wait_for_completion(completion& x, const site& at) {
    if (!x.done.value
             .update_if([](std::int64_t v) { return v > 0; }, &detail::consume,
                        memory_order::relaxed, false, "try_wait_for_completion", at)
             .first)
        return false;
    detail::after_seeing(x);
    return true;
}

inline bool completion_done(const completion& x, const site& at) {
    if (x.done.value.load(memory_order::relaxed, "completion_done", at) == 0)
        return false;
    detail::after_seeing(x);
    return true;
}

} // namespace wbsync
