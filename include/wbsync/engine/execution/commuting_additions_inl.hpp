// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/commuting_additions.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>

namespace wbsync::engine {

WBSYNC_INLINE void commuting_additions::forget() {
    ordered_.clear();
    start_over_ = false;
}

WBSYNC_INLINE void commuting_additions::is_observed(object_id x) {
    ordered_.push_back(x);
    start_over_ = true;
}

WBSYNC_INLINE bool commuting_additions::commute(object_id x) const {
    return std::find(ordered_.begin(), ordered_.end(), x) == ordered_.end();
}

} // namespace wbsync::engine
