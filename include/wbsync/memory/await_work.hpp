// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/await_work.hpp>
#else

#include <wbsync/memory/atomic.hpp>

namespace wbsync {

namespace detail {

/// Finding "misuse" in a thread that is not a daemon.
void expect_daemon(const site& at);

} // namespace detail

/// The beginning of a daemon's loop: waits like await_acquire(), and returns true. When all other
/// threads are done and there is no such value, the daemon is told to quit: the result is false,
/// and the daemon must return without another step. In a thread that scenario::daemon() did not
/// declare: finding "misuse". The kernel's kthreads wait like that for work or for kthread_stop().
template <std::signed_integral Int, class Predicate>
[[nodiscard]] bool await_work(const atomic_integer<Int>& v, Predicate accepts,
                              const site& at = site::here()) {
    detail::expect_daemon(at);
    return v.value.await([&](std::int64_t x) { return accepts(v.number(x)); },
                         memory_order::acquire, "await_work", at, nullptr, true);
}

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/memory/await_work_inl.hpp>
#endif

#endif
