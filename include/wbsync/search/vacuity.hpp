// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/coverage.hpp>
#include <wbsync/options.hpp>

#include <string>

#include <fmt/core.h>

namespace wbsync::search {

/// Why a search without a failure says nothing, and what to do about it; empty: it does say
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

/// Why a search under options::weaken says nothing: a weakening was never used; empty: all were.
inline std::string unused_weakening(const engine::coverage& seen, const options& with) {
    for (std::size_t i = 0; i != with.weaken.size(); ++i)
        if (((seen.weakened >> i) & 1) == 0)
            return fmt::format("options::weaken changes nothing: no execution came to a place that "
                               "is '{}', and orders more than that; options::orderings lists the "
                               "places",
                               with.weaken[i].str());
    return {};
}

/// The first of the two reasons that applies.
inline std::string vacuity_of(const engine::coverage& seen, const options& with) {
    std::string why = unused_weakening(seen, with);
    if (why.empty() && !with.accept_vacuous)
        why = vacuity_of(seen);
    return why;
}

} // namespace wbsync::search
