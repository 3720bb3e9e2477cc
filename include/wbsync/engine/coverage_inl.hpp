// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/coverage.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>
#include <bit>

namespace wbsync::engine {

WBSYNC_INLINE void coverage::frees(std::size_t block, thread_id t) {
    if (block >= freed_by.size())
        freed_by.resize(block + 1);
    thread_set& by = freed_by[block];
    by |= only(t);
    could_fail = could_fail || std::popcount(by) > 1;
}

WBSYNC_INLINE void coverage::join(const coverage& other) {
    shared = shared || other.shared;
    could_fail = could_fail || other.could_fail;
    weakened |= other.weakened;
    threads = std::max(threads, other.threads);
    for (std::size_t b = 0; b != other.freed_by.size(); ++b)
        for (thread_set left = other.freed_by[b]; left != 0; left &= left - 1)
            frees(b, std::countr_zero(left));
}

WBSYNC_INLINE bool object_users::shares(object_id object, thread_id t, std::uint64_t stamp) {
    if (object >= users_.size())
        users_.resize(object + 1U);
    user& u = users_[object];
    if (u.stamp == stamp)
        return u.thread != t;
    u = {stamp, t};
    return false;
}

} // namespace wbsync::engine
