// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/retry.hpp>

namespace wbsync {

inline void cpu_relax(const site& at) {
    engine::execution* const run = engine::execution::current();
    if (run != nullptr)
        run->local_step(at); // so that a loop of only these ends
}

} // namespace wbsync
