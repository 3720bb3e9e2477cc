// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/litmus.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void litmus::completes_message(view& message, const thread_view& of, bool release) {
    if (release)
        message.join(of.read);
    message.fences.join(of.now.fences);
}

} // namespace wbsync::engine
