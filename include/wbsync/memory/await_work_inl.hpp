// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/memory/await_work.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

WBSYNC_INLINE void expect_daemon(const site& at) {
    engine::execution* run = engine::execution::current();
    if (run != nullptr &&
        (!run->running() || run->kind(run->self()) != engine::thread_kind::daemon))
        run->fail("misuse",
                  fmt::format("await_work() {}: only a daemon, which s.daemon() declares, can be "
                              "told to quit; another thread waits with await()",
                              run->running() ? "by " + run->thread_name(run->self())
                                             : "where no thread runs"),
                  at);
}

} // namespace wbsync::detail
