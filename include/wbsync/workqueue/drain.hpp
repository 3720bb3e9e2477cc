// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/drain.hpp>
#else

#include <wbsync/workqueue/workqueue.hpp>

#include <vector>

namespace wbsync {

namespace detail {

inline void drain(workqueue_struct& wq, const char* verb, const site& at) {
    might_sleep(verb, at);
    engine::execution* run = engine::execution::current();
    wq.use(verb, at);
    if (run == nullptr || !run->running())
        return;
    expect_not_inside(*run, nullptr, &wq, verb, at);
    const auto of_wq = [&wq](const work_instance& i) { return i.wq == &wq; };
    const auto kworkers = wq.kworkers(at);
    std::vector<std::int64_t> done(kworkers.size(), 0);
    const std::size_t number = wq.start_drain();
    for (bool again = true; again;) {
        again = false;
        std::vector<std::int64_t> last;
        for (const kworker* k : kworkers) {
            last.push_back(k->last_instance(of_wq, verb, at));
            wq.drain_sees(number, *k);
        }
        for (std::size_t i = 0; i != last.size(); ++i)
            if (last[i] != done[i]) {
                kworkers[i]->wait_for(last[i], verb, at);
                again = true; // it may have queued others
            }
        done = last;
    }
    wq.end_drain(*run, number, verb, at);
}

} // namespace detail

/// Flushes the workqueue again and again until it is empty. Meanwhile only its own works may queue
/// on it; anything else that is not ordered before or after it is a finding "misuse", where the
/// kernel warns and drops the work. Acquire. May sleep. From a function of the queue: finding
/// "deadlock". kernel/workqueue.c.
inline void drain_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    detail::drain(wq, "drain_workqueue", at);
}

/// Drains the workqueue and ends its life: a use afterwards, also by a timer that has not fired, or
/// one that is not ordered before, is a finding "use-after-free". kernel/workqueue.c.
inline void destroy_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    detail::drain(wq, "destroy_workqueue", at);
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        return;
    if (run->recording())
        run->note({.kind = event_kind::free,
                   .verb = "destroy_workqueue",
                   .object = {.name = wq.name().str()},
                   .where = at});
    run->end(wq.life(), "destroy_workqueue", at);
}

} // namespace wbsync

#endif
