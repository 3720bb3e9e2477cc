// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/completion.hpp>
#else

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/sync/lock_order.hpp>

namespace wbsync {

/// Something that threads wait for until it is done. In the kernel a count and a queue under one
/// lock; here one variable, and what its lock hands over. include/linux/completion.h.
class completion {
public:
    explicit completion(const label& name) : name_(name), done({name_, "done"}) {}
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;

    /// Value of `done` after complete_all(); UINT_MAX in the kernel.
    static constexpr std::int64_t all = 0xffff'ffff;

    /// The completer's last touch of the completion, when it leaves the lock. Not a step: `done`
    /// says so already, but to whoever does not take the lock this is still to come.
    void leave_lock(engine::execution& run, const char* verb, const site& at) {
        run.memory().tick(run.self()); // what `done` tells others does not cover this
        done.value.touch(verb, at);
        left_.join(run.memory().propagated(run.self()));
        run.memory().tick(run.self());
        detail::lock_order::unlocks();
    }
    /// Takes the lock after the completers so far have left it.
    void enter_lock(engine::execution& run) const {
        run.memory().learn(run.self(), left_);
        detail::lock_order::locks();
        detail::lock_order::unlocks();
    }

private:
    label name_;

public:
    atomic_t done; ///< how often it was completed and not yet waited for

private:
    engine::view left_; ///< what those knew who left the lock
};

namespace detail {

inline void after_completing(completion& x, const char* verb, const site& at) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        x.leave_lock(*run, verb, at);
}

inline void after_seeing(const completion& x) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        x.enter_lock(*run);
}

inline std::int64_t consume(std::int64_t done) {
    return done >= completion::all ? done : done - 1;
}

} // namespace detail

/// Lets one thread that waits go on, or the next one that will. Release, for those who wait with
/// the functions below. Its last touch of the completion comes after `done` is set: whoever frees
/// it because of anything else than these functions commits a use after free. Never blocks; two of
/// them commute. kernel/sched/completion.c.
inline void complete(completion& x, const site& at = site::here()) {
    detail::lock_order::locks();
    x.done.value.add(1, {"complete", event_kind::wake}, at);
    detail::after_completing(x, "complete", at);
}

/// Lets all threads go on, now and later, until reinit_completion(). Otherwise as complete().
/// kernel/sched/completion.c.
inline void complete_all(completion& x, const site& at = site::here()) {
    detail::lock_order::locks();
    x.done.value.store(completion::all, memory_order::relaxed,
                       part_of({"complete_all", event_kind::wake}), at);
    detail::after_completing(x, "complete_all", at);
}

/// Blocks until it is done; uses one complete() up. Acquire, and after the completers have left the
/// completion: it may be freed now. Under a spinlock or in an RCU section: finding "misuse".
/// kernel/sched/completion.c.
inline void wait_for_completion(completion& x, const site& at = site::here()) {
    might_sleep("wait_for_completion", at);
    x.done.value.await_update([](std::int64_t v) { return v > 0; }, &detail::consume,
                              memory_order::relaxed, {"wait_for_completion", event_kind::wait}, at);
    detail::after_seeing(x);
}

/// The same if it need not wait; returns whether it was done. A failure is a relaxed load.
/// kernel/sched/completion.c.
inline bool try_wait_for_completion(completion& x, const site& at = site::here()) {
    if (!x.done.value
             .update_if([](std::int64_t v) { return v > 0; }, &detail::consume,
                        memory_order::relaxed, false, "try_wait_for_completion", at)
             .first)
        return false;
    detail::after_seeing(x);
    return true;
}

/// Would wait_for_completion() go on at once? A relaxed look; if it is true then after the
/// completers have left the lock, so that the completion may be freed. kernel/sched/completion.c.
inline bool completion_done(const completion& x, const site& at = site::here()) {
    if (x.done.value.load(memory_order::relaxed, "completion_done", at) == 0)
        return false;
    detail::after_seeing(x);
    return true;
}

/// Not done again. A plain store in the kernel: nobody may use the completion meanwhile.
/// include/linux/completion.h.
inline void reinit_completion(completion& x, const site& at = site::here()) {
    x.done.value.store(0, memory_order::relaxed, part_of("reinit_completion"), at);
}

} // namespace wbsync

#endif
