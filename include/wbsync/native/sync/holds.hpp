// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>

#include <algorithm>

namespace wbsync::native {

// The semaphores that the calling thread holds; semaphores have no single owner that they could
// name.

inline bool holds(const void* lock) {
    const thread_record* const t = me();
    return t == nullptr || std::any_of(t->holds.begin(), t->holds.end(),
                                       [lock](const auto& h) { return h.first == lock; });
}
inline void now_holds(const void* lock) {
    if (thread_record* const t = me(); t != nullptr)
        t->holds.emplace_back(lock, 1);
}
inline void gives_back(const void* lock, const char* verb, const called& name, const site& at) {
    thread_record* const t = me();
    if (t == nullptr)
        return;
    const auto found = std::find_if(t->holds.begin(), t->holds.end(),
                                    [lock](const auto& h) { return h.first == lock; });
    if (found == t->holds.end())
        violated(
            "misuse",
            fmt::format("{}({}) by {}, which does not hold it", verb, name.str(), t->name.str()),
            at);
    t->holds.erase(found);
}

} // namespace wbsync::native
