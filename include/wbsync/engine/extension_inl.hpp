// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/extension.hpp>
#include <wbsync/linkage.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace wbsync::engine {

WBSYNC_INLINE void extension_set::clear() {
    all_.clear();
    keys_.clear();
}

WBSYNC_INLINE void extension_set::reset() {
    for (const auto& e : all_)
        e->reset();
}

WBSYNC_INLINE void extension_set::thread_ends(execution& run) {
    for (const auto& e : all_)
        e->thread_ends(run);
}

} // namespace wbsync::engine
