// SPDX-License-Identifier: BSD-3-Clause
// Models under the kernel's memory model: the shapes that tell it from others, with as many final
// states as it gives them; and what only it knows of the engine's choices.

#include "checks/engine/lkmm_shapes.hpp"
#include "checks/engine/differential.hpp"

#include <doctest/doctest.h>

using wbsync::memory_kind;
using wbsync::scheduler_kind;

namespace {

fuzz::exploration explore(const lkmm_shapes::shape& s, memory_kind memory,
                          scheduler_kind how = scheduler_kind::dpor) {
    const fuzz::program p{s.what};
    REQUIRE(fuzz::well_formed(p));
    return fuzz::explore(p, fuzz::orders(p).front(), memory, how, 100'000);
}

} // namespace

TEST_CASE("lkmm: the shapes have the states that the kernel's memory model gives them") {
    for (const lkmm_shapes::shape& s : lkmm_shapes::all()) {
        CAPTURE(s.name);
        const fuzz::exploration seen = explore(s, memory_kind::lkmm);
        CHECK(seen.finals.size() == s.states);
        CHECK(seen.findings.empty());
        CHECK(seen.limit.empty());
        CHECK(seen.sleep_set_blocked == 0);
        CHECK(seen.finals == explore(s, memory_kind::lkmm, scheduler_kind::reference).finals);
    }
}

TEST_CASE("lkmm: whatever happens under sc can happen under it") {
    for (const lkmm_shapes::shape& s : lkmm_shapes::all()) {
        CAPTURE(s.name);
        CHECK(fuzz::includes(explore(s, memory_kind::lkmm).finals,
                             explore(s, memory_kind::sc).finals));
    }
}
