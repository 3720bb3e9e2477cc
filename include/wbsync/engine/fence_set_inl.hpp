// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/fence_set.hpp>
#include <wbsync/linkage.hpp>

#include <bit>

namespace wbsync::engine {

WBSYNC_INLINE void fence_set::insert_first(thread_id t, timestamp n) noexcept {
    if (count_[t] < n)
        count_[t] = n;
}

WBSYNC_INLINE bool fence_set::empty(thread_set threads) const noexcept {
    for (thread_set left = threads; left != 0; left &= left - 1)
        if (count_[std::countr_zero(left)] != 0)
            return false;
    return true;
}

WBSYNC_INLINE void view::join(const view& other) noexcept {
    clock.join(other.clock);
    fences.join(other.fences);
    stores.join(other.stores);
}

} // namespace wbsync::engine
