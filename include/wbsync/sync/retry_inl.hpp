// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/retry.hpp>

namespace wbsync {

inline void cpu_relax(const site& at) {
    engine::execution* const run = engine::execution::current();
    if (run != nullptr)
        run->local_step(at); // a loop of these alone ends as well
}

} // namespace wbsync
