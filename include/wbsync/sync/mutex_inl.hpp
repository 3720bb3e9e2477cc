// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/mutex.hpp>

namespace wbsync {

inline void mutex::unlock(const char* verb, const site& at) {
    exclusive_lock::unlock(verb, at);
    if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
        value.touch(verb, at);
}

} // namespace wbsync
