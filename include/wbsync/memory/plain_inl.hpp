// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/memory/plain.hpp>

#include <utility>

#include <fmt/core.h>

namespace wbsync::detail {

WBSYNC_INLINE void note_plain_read(engine::execution& run, const label& name, event_value value,
                                   const site& at) {
    run.note({.kind = event_kind::plain_read,
              .verb = "read",
              .object = {.name = name.str()},
              .before = std::move(value),
              .where = at});
}

WBSYNC_INLINE void note_plain_write(engine::execution& run, const label& name, event_value value,
                                    const site& at) {
    run.note({.kind = event_kind::plain_write,
              .verb = "write",
              .object = {.name = name.str()},
              .after = std::move(value),
              .where = at});
}

WBSYNC_INLINE void fail_race(engine::execution& run, const plain_conflict& two,
                             const plain_access& earlier, const site& at) {
    run.races({"data-race",
               fmt::format("{} of {} races with the {} by {} at {}", two.now, two.of.str(),
                           two.then, run.thread_name(earlier.thread), earlier.where.str()),
               at,
               run.self(),
               {collision::pair::race, two.of.str(), two.then, earlier.thread, earlier.where}});
}

} // namespace wbsync::detail
