// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/drain.hpp>

#include <vector>

namespace wbsync::detail {

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

} // namespace wbsync::detail

namespace wbsync {

inline void destroy_workqueue(workqueue_struct& wq, const site& at) {
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
