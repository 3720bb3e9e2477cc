// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/coverage.hpp>

#include <string>

namespace wbsync::search {

/// Why a search in which nothing failed says nothing, and what to do about it; empty: it does say
/// something.
///
/// O(1).
inline std::string vacuity_of(const engine::coverage& seen) {
    if (seen.threads >= 2 && !seen.shared)
        return "no object was touched by two threads; only what is declared with a type of wbsync "
               "is watched: plain<T> for an ordinary variable, atomic_t for an atomic one";
    if (!seen.could_fail)
        return "nothing was evaluated that could have failed; state what must hold with BUG_ON() "
               "or ensure(), in a thread or in a public finally(), and declare ordinary shared "
               "variables as plain<T>";
    return {};
}

} // namespace wbsync::search
