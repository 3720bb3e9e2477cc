// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <array>

namespace conformance {

/// Sections, grace periods and callbacks of RCU and SRCU. A thread that serves them runs, too.
struct rcus {
    static constexpr const char* name = "rcu, srcu";
    static constexpr bool is_served = true;

    struct object {
        wbsync::atomic_t value{"value"};
        wbsync::rcu_head rcu;
    };

    std::array<wbsync::rcu_head, most_threads> heads{};
    std::array<wbsync::rcu_head, most_threads> srcu_heads{};
    wbsync::srcu_struct domain{"domain"};
    wbsync::atomic_t called{"called"};
    std::array<int, most_threads> nested{};
    std::array<int, most_threads> index{-1, -1};

    void declare(wbsync::scenario& s) {
        wbsync::rcu_callback_thread(s);
        wbsync::srcu_callback_thread(s, domain);
    }
    void leave(std::size_t thread) {
        for (; nested[thread] != 0; --nested[thread])
            wbsync::rcu_read_unlock();
        if (index[thread] >= 0)
            wbsync::srcu_read_unlock(domain, std::exchange(index[thread], -1));
    }
    void end(values& v) const { v.push_back(wbsync::atomic_read(called)); }

    /// Would waiting for readers wait for itself?
    [[nodiscard]] bool inside(const call& c) const {
        return c.careful && (nested[c.thread] != 0 || index[c.thread] >= 0);
    }

    static operations_on<rcus> of_rcu();
    static operations_on<rcus> of_srcu();
    static std::vector<operations_on<rcus>> all() { return {of_rcu(), of_srcu()}; }
};

inline operations_on<rcus> rcus::of_rcu() {
    using namespace wbsync;
    using o = rcus;
    return {
        op<o>("rcu_read_lock",
              [](o& r, const call& c) {
                  rcu_read_lock();
                  return std::int64_t{++r.nested[c.thread]};
              }),
        op<o>("rcu_read_unlock",
              [](o& r, const call& c) {
                  if (c.careful && r.nested[c.thread] == 0)
                      return left_out;
                  rcu_read_unlock();
                  return std::int64_t{--r.nested[c.thread]};
              }),
        silent(op<o>("synchronize_rcu",
                     [](o& r, const call& c) {
                         if (!r.inside(c))
                             synchronize_rcu();
                     })),
        // Has a barrier: in the checker, using a head again before its callback is misuse even if
        // the callback happened to come first.
        op<o>("call_rcu",
              [](o& r, const call& c) {
                  if (r.nested[c.thread] != 0 || r.index[c.thread] >= 0)
                      return left_out;
                  call_rcu(r.heads[c.thread], [&r] { atomic_inc(r.called); });
                  rcu_barrier();
                  return std::int64_t{1};
              }),
        silent(op<o>("kfree_rcu",
                     [](o&, const call&) { kfree_rcu(kmalloc<object>("object"), &object::rcu); })),
        silent(op<o>("rcu_barrier",
                     [](o& r, const call& c) {
                         if (!r.inside(c))
                             rcu_barrier();
                     })),
        silent(op<o>("kvfree_rcu_barrier",
                     [](o& r, const call& c) {
                         if (!r.inside(c))
                             kvfree_rcu_barrier();
                     })),
        op<o>("atomic_read(called)", [](o& r, const call&) { return atomic_read(r.called); }),
    };
}

inline operations_on<rcus> rcus::of_srcu() {
    using namespace wbsync;
    using o = rcus;
    return {
        op<o>("srcu_read_lock",
              [](o& r, const call& c) {
                  if (!c.careful || r.index[c.thread] >= 0)
                      return left_out; // the native platform does not know whose section it is
                  r.index[c.thread] = srcu_read_lock(r.domain);
                  return std::int64_t{1};
              }),
        op<o>("srcu_read_unlock",
              [](o& r, const call& c) {
                  if (c.careful && r.index[c.thread] < 0)
                      return left_out;
                  srcu_read_unlock(r.domain, std::exchange(r.index[c.thread], -1));
                  return std::int64_t{1};
              }),
        silent(op<o>("synchronize_srcu",
                     [](o& r, const call& c) {
                         if (!r.inside(c))
                             synchronize_srcu(r.domain);
                     })),
        op<o>("call_srcu",
              [](o& r, const call& c) {
                  if (r.nested[c.thread] != 0 || r.index[c.thread] >= 0)
                      return left_out;
                  call_srcu(r.domain, r.srcu_heads[c.thread], [&r] { atomic_inc(r.called); });
                  srcu_barrier(r.domain);
                  return std::int64_t{1};
              }),
        silent(op<o>("srcu_barrier",
                     [](o& r, const call& c) {
                         if (!r.inside(c))
                             srcu_barrier(r.domain);
                     })),
    };
}

} // namespace conformance
