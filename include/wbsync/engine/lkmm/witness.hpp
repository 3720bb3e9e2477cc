// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/model.hpp>

#include <string_view>
#include <vector>

namespace wbsync::engine::lkmm {

/// A step of a cycle: which relation leads from one event to the next.
struct step {
    event_index from;
    event_index to;
    std::string_view name; ///< of linux-kernel.cat; "rmw^-1" and the like if followed backwards

    bool operator==(const step&) const = default;
};

/// Why `m` forbids the graph that it judged last: a cycle of the relations that the axiom is made
/// of, each step ending where the next one begins. `broken` is what judge() returned; for
/// axiom::none there is no cycle. Composed relations (hb, pb, prop, cumul-fence, rcu-order, rb) are
/// taken apart. The same graph always gives the same cycle.
///
/// O(n³), and O(n⁴) with grace periods: meant for the user, not for the search.
[[nodiscard]] std::vector<step> witness(const model& m, axiom broken);

} // namespace wbsync::engine::lkmm

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/lkmm/witness_inl.hpp>
#endif
