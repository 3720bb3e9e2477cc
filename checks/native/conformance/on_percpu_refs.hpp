// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <array>

namespace conformance {

/// A percpu_ref. Its switch to one count is a callback of RCU, which another thread invokes.
struct percpu_refs {
    static constexpr const char* name = "percpu_ref";
    static constexpr bool is_served = true;

    wbsync::percpu_ref r{"r", [this](wbsync::percpu_ref&) { wbsync::atomic_inc(released); }};
    wbsync::atomic_t released{"released"};
    wbsync::atomic_t killed{"killed"};
    std::array<int, most_threads> references{};
    bool exited = false;

    void declare(wbsync::scenario& s) { wbsync::rcu_callback_thread(s); }
    void leave(std::size_t thread) {
        for (; references[thread] > 0; --references[thread])
            wbsync::percpu_ref_put(r);
    }
    void end(values& v) const {
        v.push_back(wbsync::atomic_read(released));
        v.push_back(wbsync::atomic_read(killed));
    }

    /// Careful scripts wait for rest after an operation that takes a grace period.
    static void settle(const call& c) {
        if (c.careful)
            wbsync::rcu_barrier();
    }

    static operations_on<percpu_refs> gets();
    static operations_on<percpu_refs> kills();
    static std::vector<operations_on<percpu_refs>> all() { return {gets(), kills()}; }
};

inline operations_on<percpu_refs> percpu_refs::gets() {
    using namespace wbsync;
    using o = percpu_refs;
    return {
        op<o>("percpu_ref_get",
              [](o& p, const call& c) {
                  if (c.careful && p.references[c.thread] == 0 && !percpu_ref_tryget(p.r))
                      return left_out; // needs a reference of its own
                  else if (c.careful && p.references[c.thread] == 0)
                      ++p.references[c.thread];
                  percpu_ref_get(p.r);
                  return std::int64_t{++p.references[c.thread]};
              }),
        op<o>("percpu_ref_tryget",
              [](o& p, const call& c) {
                  const bool got = percpu_ref_tryget(p.r);
                  p.references[c.thread] += got ? 1 : 0;
                  return got;
              }),
        op<o>("percpu_ref_tryget_live",
              [](o& p, const call& c) {
                  const bool got = percpu_ref_tryget_live(p.r);
                  p.references[c.thread] += got ? 1 : 0;
                  return got;
              }),
        op<o>("percpu_ref_put",
              [](o& p, const call& c) {
                  if (c.careful && p.references[c.thread] == 0)
                      return left_out;
                  percpu_ref_put(p.r);
                  return std::int64_t{--p.references[c.thread]};
              }),
        op<o>("percpu_ref_is_dying", [](o& p, const call&) { return percpu_ref_is_dying(p.r); }),
        op<o>("percpu_ref_is_zero", [](o& p, const call&) { return percpu_ref_is_zero(p.r); }),
    };
}

inline operations_on<percpu_refs> percpu_refs::kills() {
    using namespace wbsync;
    using o = percpu_refs;
    return {
        op<o>("percpu_ref_kill",
              [](o& p, const call& c) {
                  if (atomic_xchg(p.killed, 1) != 0 && c.careful)
                      return left_out;
                  percpu_ref_kill(p.r);
                  settle(c);
                  return std::int64_t{1};
              }),
        op<o>("percpu_ref_kill_and_confirm",
              [](o& p, const call& c) {
                  if (atomic_xchg(p.killed, 1) != 0 && c.careful)
                      return left_out;
                  percpu_ref_kill_and_confirm(p.r, [&p](percpu_ref&) { atomic_add(10, p.killed); });
                  settle(c);
                  return std::int64_t{1};
              }),
        op<o>("percpu_ref_switch_to_atomic_sync",
              [](o& p, const call& c) {
                  percpu_ref_switch_to_atomic_sync(p.r);
                  settle(c);
              }),
        alone(op<o>("percpu_ref_exit",
                    [](o& p, const call& c) {
                        if (!c.careful)
                            percpu_ref_exit(p.r);
                    })),
    };
}

} // namespace conformance
