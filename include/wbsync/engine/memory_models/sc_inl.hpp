// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/sc.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE bool sc::list_options(thread_id /*t*/, const location& x, const store_past& /*past*/,
                                    value_condition /*wanted*/, read_options& out) {
    out.assign(1, {x.newest(), 0, x.value()});
    return false;
}

WBSYNC_INLINE void sc::list_options_without(const removed_steps& gone, thread_id /*t*/,
                                            const location& x, const store_past& /*past*/,
                                            value_condition /*wanted*/, read_options& out) {
    out.assign(1, {x.newest_without(gone), 0, x.value_without(gone)});
}

WBSYNC_INLINE void sc::list_places(thread_id /*t*/, const location& x, const store_past& /*past*/,
                                   bool /*reads*/, read_options& out) {
    out.assign(1, {x.newest(), 0, 0});
}

} // namespace wbsync::engine
