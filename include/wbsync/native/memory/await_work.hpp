// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>

namespace wbsync {

/// The beginning of a daemon's loop. False: all other threads are done, and the daemon has to
/// return.
template <std::signed_integral Int, class Predicate>
[[nodiscard]] bool await_work(const atomic_integer<Int>& v, Predicate accepts,
                              const site& at = site::here()) {
    native::thread_record* const self = native::me();
    native::run_state* const run = native::run_state::current();
    if (self == nullptr || run == nullptr || self->kind != native::thread_kind::daemon)
        violated("misuse",
                 "await_work(): only a daemon, which s.daemon() declares, can be told to quit", at);
    const native::waiting here("await_work", v.value.name(), at);
    for (native::backoff rounds;; rounds.pause()) {
        const auto question = run->asked.load(std::memory_order_seq_cst);
        if (accepts(v.number(v.value.load(memory_order::acquire, "await_work", at)))) {
            run->moves();
            self->idle.store(0, std::memory_order_release);
            return true;
        }
        self->idle.store(question, std::memory_order_release);
        if (run->quitting.load(std::memory_order_acquire))
            return false;
    }
}

} // namespace wbsync
