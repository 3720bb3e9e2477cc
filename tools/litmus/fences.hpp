// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

namespace wbsync::litmus {

/// Removes fences that order nothing: smp_mb__before_atomic() without a read-modify-write after it,
/// smp_mb__after_atomic() without one before it, and so on for locks and sections of SRCU.
void remove_lone_fences(litmus_test& test);

} // namespace wbsync::litmus
