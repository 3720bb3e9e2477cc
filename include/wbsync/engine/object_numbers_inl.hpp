// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/object_numbers.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE bool object_numbers::used_up(thread_id creator) const noexcept {
    return created_[index(creator)] ==
           (creator < 0 ? setup_objects - reserved_numbers : thread_objects);
}

WBSYNC_INLINE object_id object_numbers::next(thread_id creator) noexcept {
    const unsigned n = created_[index(creator)]++;
    return static_cast<object_id>(creator < 0 ? n : first_of(creator) + n);
}

WBSYNC_INLINE object_id object_numbers::exchanged(object_id x, thread_id p, thread_id q) noexcept {
    const unsigned within = x % all_objects; // companions are numbered like their owners
    if (within < setup_objects)
        return x;
    const auto creator = static_cast<thread_id>((within - setup_objects) / thread_objects);
    const thread_id other = creator == p ? q : creator == q ? p : creator;
    return static_cast<object_id>(x + (other - creator) * static_cast<int>(thread_objects));
}

} // namespace wbsync::engine
