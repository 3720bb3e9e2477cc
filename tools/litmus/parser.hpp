// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <string_view>

namespace wbsync::litmus {

/// Reads a litmus test of the kernel (the C format of herd7). Throws source_error, with line and
/// column, for what is no such test and for every construct that is not supported.
litmus_test parse(std::string_view text);

} // namespace wbsync::litmus
