// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

namespace wbsync::litmus {

/// Replaces the loops and returns of a thread by branches, as herd7 replaces loops: a round is a
/// branch on the condition of the loop, with the round and all later ones inside of it. So what a
/// thread does in a loop depends on the conditions of this and earlier rounds, and what follows the
/// loop depends on none of them. What follows a branch with a `return` is moved into the arms that
/// do not return, and depends on the branch's condition.
///
/// A loop whose condition is known without any load is followed for 256 rounds, any other loop for
/// 8. Then it is `unfinished`. Throws source_error if the thread would have too many statements.
void flatten(process& p);

} // namespace wbsync::litmus
