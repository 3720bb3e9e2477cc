// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

namespace conformance {

/// A completion and a wait queue. A wait that never ends is a deadlock on both platforms.
struct waits {
    static constexpr const char* name = "completion, wait_queue_head_t";

    wbsync::completion done{"done"};
    wbsync::wait_queue_head_t queue{"queue"};
    wbsync::atomic_t x{"x"};

    void end(values& v) const {
        v.push_back(wbsync::completion_done(done));
        v.push_back(wbsync::atomic_read(x));
    }

    static operations_on<waits> of_completions();
    static operations_on<waits> of_queues();
    static std::vector<operations_on<waits>> all() { return {of_completions(), of_queues()}; }
};

inline operations_on<waits> waits::of_completions() {
    using namespace wbsync;
    using o = waits;
    return {
        op<o>("complete", [](o& w, const call&) { complete(w.done); }),
        op<o>("complete_all", [](o& w, const call&) { complete_all(w.done); }),
        op<o>("wait_for_completion", [](o& w, const call&) { wait_for_completion(w.done); }),
        op<o>("try_wait_for_completion",
              [](o& w, const call&) { return try_wait_for_completion(w.done); }),
        op<o>("completion_done", [](o& w, const call&) { return completion_done(w.done); }),
        alone(op<o>("reinit_completion", [](o& w, const call&) { reinit_completion(w.done); })),
    };
}

inline operations_on<waits> waits::of_queues() {
    using namespace wbsync;
    using o = waits;
    return {
        op<o>("wait_event",
              [](o& w, const call& c) {
                  wait_event(w.queue, [&] { return READ_ONCE(w.x) != c.n; });
              }),
        op<o>("wait_event_exclusive",
              [](o& w, const call& c) {
                  wait_event_exclusive(w.queue, [&] { return READ_ONCE(w.x) != c.n; });
              }),
        op<o>("prepare_to_wait",
              [](o& w, const call& c) {
                  wait_queue_entry wait;
                  c.i == 0 ? prepare_to_wait(w.queue, wait)
                           : prepare_to_wait_exclusive(w.queue, wait);
                  const auto n = READ_ONCE(w.x);
                  if (n == c.n)
                      schedule();
                  finish_wait(w.queue, wait);
                  return n;
              }),
        silent(op<o>("wake_up", [](o& w, const call&) { wake_up(w.queue); })),
        silent(op<o>("wake_up_all", [](o& w, const call&) { wake_up_all(w.queue); })),
        op<o>("atomic_set, wake_up",
              [](o& w, const call& c) {
                  atomic_set(w.x, c.n);
                  wake_up(w.queue);
              }),
        op<o>("waitqueue_active", [](o& w, const call&) { return waitqueue_active(w.queue); }),
        op<o>("wq_has_sleeper", [](o& w, const call&) { return wq_has_sleeper(w.queue); }),
    };
}

} // namespace conformance
