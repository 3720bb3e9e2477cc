// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/percentiles.hpp"
#include "bench/latency/versions.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace wbsync::bench {

/// One setting, and the measurements of each version in it.
struct table {
    setting how;
    std::array<samples, versions.size()> of;

    /// Has a version violated something that is not known to be wrong?
    [[nodiscard]] bool surprises() const {
        for (std::size_t v = 0; v != versions.size(); ++v)
            if (!versions[v].races && !of[v].violations.empty())
                return true;
        return false;
    }
};

/// Up to `shutdowns` more umounts of a version: fewer if a property is violated, which ends a run.
inline void take_turn(const version& v, const setting& how, int shutdowns, std::uint64_t seed,
                      samples& into) {
    const native::result r = v.run(how, shutdowns, seed, &into);
    into.grace_periods += r.grace_periods;
    into.flushes += r.flushes;
    if (r.found)
        ++into.violations[r.found->property];
}

/// The versions take turns, and a different one is first each time: what disturbs the machine for a
/// while disturbs them all. A version whose runs keep ending early is given up in the end.
inline table measure(const setting& how, const plan& p) {
    table t{how, {}};
    const int most_turns = 3 * ((p.shutdowns + p.turn - 1) / p.turn) + 10;
    bool missing = true;
    for (int turn = 0; missing && turn != most_turns; ++turn) {
        missing = false;
        for (std::size_t n = 0; n != versions.size(); ++n) {
            const std::size_t v = (n + static_cast<std::size_t>(turn)) % versions.size();
            const int left = p.shutdowns - static_cast<int>(t.of[v].umounts.size());
            if (left > 0)
                take_turn(versions[v], how, std::min(left, p.turn),
                          p.seed + static_cast<std::uint64_t>(turn), t.of[v]);
            missing = missing || static_cast<int>(t.of[v].umounts.size()) < p.shutdowns;
        }
    }
    return t;
}

} // namespace wbsync::bench
