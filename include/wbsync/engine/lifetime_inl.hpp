// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lifetime.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void lifetime::begin(const label& name, const char* property) {
    name_ = name;
    property_ = property;
    alive_ = true;
    last_access_ = {};
    user_ = -1;
    before_ = nullptr;
}

} // namespace wbsync::engine
