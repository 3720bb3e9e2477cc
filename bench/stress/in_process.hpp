// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/children.hpp>

#include <cstddef>
#include <string>

namespace wbsync::bench {

/// Runs `work`, which returns a text and throws nothing, in a process of its own. This is all that
/// this program needs of tools/.
template <class Work>
program::child_end in_process(const Work& work) {
    program::child_end seen;
    program::child_work alone;
    alone.order = {0};
    alone.run = [&](std::size_t, const program::child_side&) { return work(); };
    alone.done = [&](std::size_t, const program::child_end& end) { seen = end; };
    (void)program::run_in_children(alone);
    return seen;
}

} // namespace wbsync::bench
