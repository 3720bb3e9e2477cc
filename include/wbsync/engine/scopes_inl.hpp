// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/scopes.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void scopes::reset() noexcept {
    used_ = 0;
    ended_.clear();
}

WBSYNC_INLINE lifetime& scopes::add() {
    if (used_ == lives_.size())
        lives_.push_back(std::make_unique<lifetime>());
    return *lives_[used_++];
}

WBSYNC_INLINE const scopes::ended* scopes::find(const void* handle) const noexcept {
    for (std::size_t i = ended_.size(); i != 0; --i)
        if (ended_[i - 1].handle == handle)
            return &ended_[i - 1];
    return nullptr;
}

} // namespace wbsync::engine
