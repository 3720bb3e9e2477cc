// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <cstdint>

namespace wbsync::litmus {

/// What read-modify-writes order, named as herd7 does.
enum class variant : std::uint8_t {
    /// Those that are fully ordered have a full fence before and after. No other has an order:
    /// herd7 reads the kernel's current model without the tags of the `_acquire` and `_release`
    /// forms, and atomic_add_unless() has none of its fences.
    lkmmv1,
    /// As Documentation/atomic_t.txt says.
    lkmmv2,
};

/// Lets the test call functions that order what they do in that variant.
void apply(variant v, litmus_test& test);

} // namespace wbsync::litmus
