// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/held.hpp"

namespace conformance {

/// Two mutexes, and what they protect.
struct mutexes : two_locks<wbsync::mutex> {
    static constexpr const char* name = "mutex";

    void leave(std::size_t thread) {
        give_back(thread, [](wbsync::mutex& m, held::how) { wbsync::mutex_unlock(m); });
    }

    static std::vector<operations_on<mutexes>> all();
};

inline std::vector<operations_on<mutexes>> mutexes::all() {
    using namespace wbsync;
    using o = mutexes;
    return {{
        takes<o>("mutex_lock", [](auto& l) { mutex_lock(l); }),
        takes<o>("mutex_trylock", [](auto& l) { return mutex_trylock(l); }),
        gives_back<o>("mutex_unlock", [](auto& l) { mutex_unlock(l); }),
        // Reads the newest value, without a step: for checks about an execution.
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
