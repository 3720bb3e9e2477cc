// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "deadline.hpp"

#include <string>
#include <vector>

namespace wbsync::litmus {

/// An access that an auxiliary thread may perform at another time than the program does.
struct detached_access {
    int process = 0;
    int site = 0;
    /// The access before which it may be performed early; -1: it may be performed late instead.
    int before_site = -1;
    const expression* what = nullptr; ///< nullptr: a plain store
    const statement* plain_store = nullptr;
    std::string thread; ///< name of the auxiliary thread
};

/// The accesses that have to be performed out of program order so that no outcome is missed.
///
/// The exploration performs the accesses of a thread in program order and never lets a load read a
/// store that is performed later (stores may take any place in modification order). So an outcome
/// is missed iff it needs a cycle of program order, reads-from, locks and grace periods. Such a
/// cycle is possible if it goes through a load and a later access that are not ordered: by LKMM,
/// fences, acquire and release, dependencies, and the location order accesses. It is enough if one
/// such pair of every cycle of the test can be reversed, so as few accesses as possible are
/// detached, and none in a test without such a cycle.
///
/// A load is performed late, together with what must come after it, such as a release. If that is
/// not possible, because a branch needs its value, the other access is performed early. A plain
/// store may even be performed before the branch that decides about it (LKMM: control dependencies
/// do not order plain accesses): then it is guessed whether the store will be executed.
struct reordering {
    std::vector<detached_access> accesses;
    std::string impossible; ///< why some cycle cannot be explored; empty: all can

    [[nodiscard]] bool empty() const noexcept { return accesses.empty() && impossible.empty(); }
};

/// If the time runs out first, `impossible` says so.
reordering find_reordering(const litmus_test& test, const deadline& until = deadline());

} // namespace wbsync::litmus
