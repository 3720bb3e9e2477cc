// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/wait_bit.hpp>

namespace wbsync::detail {

inline void var_queue::wake(int exclusive, const site& at) {
    wait_queue queue(who_);
    if (queue.active(at))
        queue.wake(exclusive, key_, at);
}

inline void wake_up_key(const atomic_word& var, int key, int exclusive, const site& at) {
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        var_queue(var.value, key, at).wake(exclusive, at);
}

} // namespace wbsync::detail
