// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/support/primitives_program.hpp"

namespace primitives {

/// Store buffering of m.x and m.y against a thread that has smp_mb(). If the other thread is
/// `ordered`, one of the two sees the other; if it is `unordered`, both may miss it under `weak`.
/// These functions store to m.x, and record in m.missed_y whether m.y was 0 afterwards. `End`
/// cleans up.
template <class State, void (*End)(State&) = nullptr>
void check_full_barrier(void (*ordered)(State&), void (*unordered)(State&)) {
    constexpr auto y_side = [](State& m) {
        WRITE_ONCE(m.y, 1);
        smp_mb();
        m.missed_x = READ_ONCE(m.x) == 0;
    };
    constexpr auto not_both = [](State& m) {
        if constexpr (End != nullptr)
            End(m);
        BUG_ON(m.missed_x && m.missed_y);
    };
    check_holds<State>({{ordered, y_side}, not_both});
    check_fails_weakly<State>({{unordered, y_side}, not_both}, "BUG_ON");
}

} // namespace primitives
