// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/held.hpp"

namespace conformance {

/// Two mutexes, and what they protect.
struct mutexes {
    static constexpr const char* name = "mutex";

    wbsync::mutex a{"a"};
    wbsync::mutex b{"b"};
    wbsync::atomic_t value{"value"};
    held by;

    [[nodiscard]] wbsync::mutex& at(const call& c) { return one_of(a, b, c.i); }

    void leave(std::size_t thread) {
        if (by.of(thread, 1) != held::no)
            wbsync::mutex_unlock(b);
        if (by.of(thread, 0) != held::no)
            wbsync::mutex_unlock(a);
    }
    void end(values& v) const { v.push_back(wbsync::atomic_read(value)); }

    static std::vector<operations_on<mutexes>> all();
};

inline std::vector<operations_on<mutexes>> mutexes::all() {
    using namespace wbsync;
    using o = mutexes;
    return {{
        lock_op<o>("mutex_lock", held::no, held::yes,
                   [](o& l, const call& c) { mutex_lock(l.at(c)); }),
        lock_op<o>("mutex_trylock", held::no, held::yes,
                   [](o& l, const call& c) { return mutex_trylock(l.at(c)); }),
        lock_op<o>("mutex_unlock", held::yes, held::no,
                   [](o& l, const call& c) { mutex_unlock(l.at(c)); }),
        // The newest value, and no step: it is for checks about an execution.
        alone(
            op<o>("mutex_is_locked", [](o& l, const call& c) { return mutex_is_locked(l.at(c)); })),
        op<o>("lockdep_is_held(mutex)",
              [](o& l, const call& c) { return lockdep_is_held(l.at(c)); }),
        op<o>("wait_var_event_mutex",
              [](o& l, const call& c) {
                  if (c.careful && l.by.of(c.thread, 0) != held::yes)
                      return left_out;
                  if (l.by.of(c.thread, 1) != held::no)
                      return left_out; // it would take them in the other order
                  wait_var_event_mutex(
                      l.value, [&] { return READ_ONCE(l.value) != c.n; }, l.a);
                  return std::int64_t{1};
              }),
        op<o>("wake_up_var_locked",
              [](o& l, const call& c) {
                  if (c.careful && l.by.of(c.thread, 0) != held::yes)
                      return left_out;
                  atomic_set(l.value, c.n);
                  wake_up_var_locked(l.value, l.a);
                  return std::int64_t{1};
              }),
    }};
}

} // namespace conformance
