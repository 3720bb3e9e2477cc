// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/thread_body.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void thread_body::drop(bool destroy) {
    void* object = std::exchange(object_, nullptr);
    if (object != nullptr && destroy)
        destroy_(object);
}

} // namespace wbsync::engine
