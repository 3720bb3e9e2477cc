// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/exercise.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>

namespace wbsync::engine {

WBSYNC_INLINE void exercise::starts_threads() {
    covered_.threads = std::max(covered_.threads, state_.threads.without_servers());
}

WBSYNC_INLINE void exercise::announces(const operation& op) {
    if (op.when != nullptr && !op.idle)
        covered_.could_fail = true;
    if (!covered_.shared && op.name != nullptr)
        covered_.shared = users_.shares(op.object, state_.self, state_.stamp);
}

WBSYNC_INLINE void exercise::frees(std::size_t block) {
    if (state_.running() && !covered_.could_fail)
        covered_.frees(block, state_.self);
}

WBSYNC_INLINE void exercise::touches(thread_id& user) noexcept {
    if (covered_.shared || !state_.running())
        return;
    if (user < 0)
        user = state_.self;
    covered_.shared = user != state_.self;
}

} // namespace wbsync::engine
