// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/completion.hpp>
#else

#include <wbsync/memory/atomic.hpp>

namespace wbsync {

/// Something that threads wait for until it is done. In the kernel it is a count and a queue under
/// one lock; here it is one variable, and what its lock hands over. include/linux/completion.h.
class completion {
public:
    explicit completion(const label& name) : name_(name), done({name_, "done"}) {}
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;

    /// Value of `done` after complete_all(); UINT_MAX in the kernel.
    static constexpr std::int64_t all = 0xffff'ffff;

    /// The completer's last touch of the completion, when it leaves the lock. Not a step: `done` is
    /// set already, but for a thread that does not take the lock this touch is still to come.
    void leave_lock(engine::execution& run, const char* verb, const site& at);
    /// Takes the lock after all completers so far have left it.
    void enter_lock(engine::execution& run) const;

private:
    label name_;

public:
    atomic_t done; ///< how often it was completed and not yet waited for

private:
    engine::view left_; ///< what the completers knew when they left the lock
};

namespace detail {

void after_completing(completion& x, const char* verb, const site& at);

void after_seeing(const completion& x);

inline std::int64_t consume(std::int64_t done) {
    return done >= completion::all ? done : done - 1;
}

} // namespace detail

/// Lets one thread go on that waits now, or the next one that will. Release, for those who wait
/// with the functions below. Its last touch of the completion comes after `done` is set: freeing
/// the completion because of anything but these functions is a use after free. Never blocks; two
/// calls commute. kernel/sched/completion.c.
void complete(completion& x, const site& at = site::here());

/// Lets all threads go on, now and later, until reinit_completion(). Otherwise like complete().
/// kernel/sched/completion.c.
void complete_all(completion& x, const site& at = site::here());

/// Blocks until the completion is done; uses up one complete(). Acquire, and comes after the
/// completers have left the completion: it may be freed now. Under a spinlock or in an RCU section:
/// finding "misuse". kernel/sched/completion.c.
void wait_for_completion(completion& x, const site& at = site::here());

/// wait_for_completion() if it need not wait; returns whether the completion was done. A failure is
/// a relaxed load. kernel/sched/completion.c.
bool try_wait_for_completion(completion& x, const site& at = site::here());

/// Would wait_for_completion() go on at once? A relaxed load. If the result is true, it comes after
/// the completers have left the lock, so that the completion may be freed.
/// kernel/sched/completion.c.
bool completion_done(const completion& x, const site& at = site::here());

/// Makes the completion not done again. A plain store in the kernel: nobody may use the completion
/// meanwhile. include/linux/completion.h.
inline void reinit_completion(completion& x, const site& at = site::here()) {
    x.done.value.store(0, memory_order::relaxed, part_of("reinit_completion"), at);
}

} // namespace wbsync

#include <wbsync/sync/completion_inl.hpp>

#endif
