// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/trace.hpp>
#include <wbsync/engine/vector_clock.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync {

WBSYNC_INLINE trace_step step_of(const finding& f, int t) {
    return {.kind = event_kind::finding,
            .thread = t,
            .verb = f.property,
            .where = f.where,
            .property = f.property,
            .message = f.message};
}

} // namespace wbsync
