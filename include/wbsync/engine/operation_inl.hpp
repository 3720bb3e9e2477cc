// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>
#include <wbsync/linkage.hpp>
#include <wbsync/wrapping.hpp>

namespace wbsync::engine {

WBSYNC_INLINE access_class operation::access_now() const {
    if (changes == nullptr || mutated(mutant::failed_update_is_write))
        return access;
    return changes->happens() ? access_class::write : access_class::read;
}

WBSYNC_INLINE access_class operation::access_without(const removed_steps& gone) const {
    if (changes == nullptr || mutated(mutant::failed_update_is_write))
        return access;
    return changes->happens_without(gone) ? access_class::write : access_class::read;
}

} // namespace wbsync::engine
