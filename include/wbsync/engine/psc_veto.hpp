// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/psc.hpp>

namespace wbsync::engine {

/// Which stores the psc axiom forbids a load to pass over: the load would come before the store and
/// all that reads it, and so close a cycle of full fences.
///
/// Store buffering, with both fences; each thread has one, F and G:
///
///     thread 0: x = 1; F; r = y          thread 1: y = 1; G; s = x
///
///     F --hb--> r = y --fr--> y = 1 --hb--> G      an edge F -> G, if r passes over y = 1
///     G --hb--> s = x --fr--> x = 1 --hb--> F      an edge G -> F, if s passes over x = 1
///
/// Thread 0 has run first, so r is 0 and F is before G. Now thread 1 comes to `s = x`: G happens
/// before the load, F is before G, and x = 1 happens before F. The load must not pass over x = 1.
///
/// For one load, in an execution without the steps for which `gone` holds. Made anew for each load,
/// since any step may add fences. The closure over the fences is computed once, when the first
/// store is asked for: O(fences * stores * threads), for the stores of all locations. Then each
/// store costs O(threads).
template <class Gone>
class psc_veto {
public:
    /// `before`: the full fences that happen before the load. It must outlive this object.
    psc_veto(psc_order& psc, const fence_set& before, Gone gone)
        : psc_(psc), before_(before), gone_(gone) {}

    [[nodiscard]] bool is_gone(step_index s) const { return gone_(s); }

    /// Must the load not pass over the stores of `x` at the indices `first` to `last`? An empty
    /// range, with `first` greater than `last`, is always allowed.
    [[nodiscard]] bool forbids(const location& x, int first, int last) {
        if (psc_.is_empty(before_) || first > last || mutated(mutant::no_psc_veto))
            return false;
        if (!known_)
            before_all_ = psc_.remaining(psc_.closure(before_, gone_), gone_);
        known_ = true;
        for (int i = first; i <= last; ++i)
            if (!gone_(x.at(i).step) && psc_.any_after(x.at(i), before_all_))
                return true;
        return false;
    }

private:
    psc_order& psc_;
    const fence_set& before_;
    Gone gone_;
    bool known_ = false;
    fence_set before_all_; ///< the fences that are before the load, directly or through others
};

} // namespace wbsync::engine
