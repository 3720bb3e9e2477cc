// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tools/children.hpp"

#include <cstddef>
#include <string>

namespace wbsync::bench {

/// Runs `work`, which returns a text and throws nothing, in a process of its own. All that this
/// program needs of tools/.
template <class Work>
tools::child_end in_process(const Work& work) {
    tools::child_end seen;
    tools::child_work alone;
    alone.order = {0};
    alone.run = [&](std::size_t, const tools::child_side&) { return work(); };
    alone.done = [&](std::size_t, const tools::child_end& end) { seen = end; };
    (void)tools::run_in_children(alone);
    return seen;
}

} // namespace wbsync::bench
