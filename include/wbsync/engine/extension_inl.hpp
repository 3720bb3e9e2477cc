// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/extension.hpp>
#include <wbsync/linkage.hpp>

#include <cstddef>

namespace wbsync::engine {

WBSYNC_INLINE extension& extension_set::add(const void* key, extension* made) {
    all_.push_back({key, std::unique_ptr<extension>(made)});
    made->reset();
    return *made;
}

WBSYNC_INLINE void extension_set::clear() {
    all_.clear();
}

WBSYNC_INLINE void extension_set::reset() {
    for (std::size_t i = 0; i != all_.size(); ++i)
        all_[i].is->reset();
}

WBSYNC_INLINE void extension_set::thread_ends(execution& run) {
    for (std::size_t i = 0; i != all_.size(); ++i)
        all_[i].is->thread_ends(run);
}

} // namespace wbsync::engine
