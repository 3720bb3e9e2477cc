// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/assumptions.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>

namespace wbsync::engine {

WBSYNC_INLINE void assumptions::forget() {
    allowed_ = {};
    start_over_ = false;
}

WBSYNC_INLINE void assumptions::additions_are_observed(object_id x) {
    allowed_.ordered_additions.push_back(x);
    start_over_ = true;
}

WBSYNC_INLINE bool assumptions::additions_commute(object_id x) const {
    const auto& ordered = allowed_.ordered_additions;
    return std::find(ordered.begin(), ordered.end(), x) == ordered.end();
}

WBSYNC_INLINE void assumptions::needs(const late_load& load) {
    if (allows(load))
        return;
    allowed_.late_loads.push_back(load);
    start_over_ = true;
}

WBSYNC_INLINE std::vector<std::int64_t> assumptions::late_values(thread_id thread,
                                                                 object_id object) const {
    std::vector<std::int64_t> values;
    for (const late_load& l : allowed_.late_loads)
        if (l.thread == thread && l.object == object)
            values.push_back(l.value);
    return values;
}

WBSYNC_INLINE bool assumptions::has_no_room_for(const late_load& load) const {
    return late_values(load.thread, load.object).size() >= max_late_values && !allows(load);
}

WBSYNC_INLINE bool assumptions::allows(const late_load& load) const {
    const auto& late = allowed_.late_loads;
    return std::find(late.begin(), late.end(), load) != late.end();
}

} // namespace wbsync::engine
