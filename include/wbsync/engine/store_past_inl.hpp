// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/store_past.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE bool store_past::holds(const store_record& s) const {
    return clock == nullptr || (clock->covers(s.thread, s.seq) && order->is_forced(thread, s.step));
}

} // namespace wbsync::engine
