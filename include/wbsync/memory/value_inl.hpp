// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/memory/value.hpp>

namespace wbsync::detail {

/// Calls `tell` with whom to tell and the current thread, if anybody asks.
template <class F>
void tell_dependencies(F tell) {
    if (engine::dependencies* const to = followed())
        tell(*to, engine::execution::current()->self());
}

WBSYNC_INLINE dependency join(dependency a, dependency b) {
    dependency both = 0;
    tell_dependencies([&](engine::dependencies& to, int me) { both = to.join(me, a, b); });
    return both;
}

WBSYNC_INLINE void decide(dependency of) {
    tell_dependencies([&](engine::dependencies& to, int me) { to.decides(me, of); });
}

WBSYNC_INLINE void begin_branch(dependency of) {
    tell_dependencies([&](engine::dependencies& to, int me) { to.begin_branch(me, of); });
}

WBSYNC_INLINE void end_branch() {
    tell_dependencies([&](engine::dependencies& to, int me) { to.end_branch(me); });
}

WBSYNC_INLINE void depend_next_store(dependency of, bool replaces) {
    tell_dependencies([&](engine::dependencies& to, int me) { to.next_store(me, of, replaces); });
}

WBSYNC_INLINE void depend_address(dependency of, const void* object, std::size_t size) {
    tell_dependencies([&](engine::dependencies& to, int me) {
        if (const auto* block = engine::execution::current()->blocks().containing(object))
            to.points_to(me, of, block->at, block->size);
        else
            to.points_to(me, of, object, size);
    });
}

WBSYNC_INLINE void lead_address(const void* from, const void* object, std::size_t size) {
    tell_dependencies(
        [&](engine::dependencies& to, int me) { to.leads_to(me, from, object, size); });
}

} // namespace wbsync::detail
