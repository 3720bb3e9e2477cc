// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

namespace conformance {

/// Works and delayed works; kworkers run them at the same time.
struct works {
    static constexpr const char* name = "workqueue";
    static constexpr bool is_served = true;

    wbsync::atomic_t ran{"ran"};
    wbsync::workqueue_struct wq{"wq"};
    wbsync::work_struct a{wq, "a", [this](wbsync::work_struct&) { wbsync::atomic_add(1, ran); }};
    wbsync::delayed_work d{wq, "d", [this](wbsync::work_struct&) { wbsync::atomic_add(100, ran); }};
    int disables = 0;

    void end(values& v) const { v.push_back(wbsync::atomic_read(ran)); }

    static operations_on<works> of_works();
    static operations_on<works> of_delayed();
    static std::vector<operations_on<works>> all() { return {of_works(), of_delayed()}; }
};

inline operations_on<works> works::of_works() {
    using namespace wbsync;
    using o = works;
    return {
        op<o>("queue_work", [](o& w, const call&) { return queue_work(w.wq, w.a); }),
        op<o>("flush_work", [](o& w, const call&) { return flush_work(w.a); }),
        silent(op<o>("flush_workqueue", [](o& w, const call&) { flush_workqueue(w.wq); })),
        // No timer may fire meanwhile, or seem to the checker as if it could.
        silent(alone(op<o>("drain_workqueue",
                           [](o& w, const call&) {
                               flush_delayed_work(w.d);
                               drain_workqueue(w.wq);
                           }))),
        op<o>("work_pending", [](o& w, const call&) { return work_pending(w.a); }),
        op<o>("cancel_work", [](o& w, const call&) { return cancel_work(w.a); }),
        op<o>("cancel_work_sync", [](o& w, const call&) { return cancel_work_sync(w.a); }),
        alone(op<o>("disable_work",
                    [](o& w, const call&) {
                        ++w.disables;
                        return disable_work(w.a);
                    })),
        alone(op<o>("disable_work_sync",
                    [](o& w, const call&) {
                        ++w.disables;
                        return disable_work_sync(w.a);
                    })),
        alone(op<o>("enable_work",
                    [](o& w, const call& c) {
                        if (c.careful && w.disables == 0)
                            return left_out;
                        --w.disables;
                        return std::int64_t{enable_work(w.a)};
                    })),
        op<o>("atomic_read(ran)", [](o& w, const call&) { return atomic_read(w.ran); }),
    };
}

inline operations_on<works> works::of_delayed() {
    using namespace wbsync;
    using o = works;
    return {
        op<o>("queue_delayed_work",
              [](o& w, const call& c) {
                  return queue_delayed_work(w.wq, w.d, static_cast<unsigned>(c.i));
              }),
        op<o>("mod_delayed_work",
              [](o& w, const call& c) {
                  return mod_delayed_work(w.wq, w.d, static_cast<unsigned>(c.i));
              }),
        op<o>("flush_delayed_work", [](o& w, const call&) { return flush_delayed_work(w.d); }),
        op<o>("cancel_delayed_work", [](o& w, const call&) { return cancel_delayed_work(w.d); }),
        op<o>("cancel_delayed_work_sync",
              [](o& w, const call&) { return cancel_delayed_work_sync(w.d); }),
        op<o>("delayed_work_pending", [](o& w, const call&) { return delayed_work_pending(w.d); }),
    };
}

} // namespace conformance
