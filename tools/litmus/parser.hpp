// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "deadline.hpp"

#include <string_view>

namespace wbsync::litmus {

/// Parses a litmus test of the kernel (the C format of herd7). Throws source_error, with line and
/// column, for anything that is not such a test and for every unsupported construct; throws
/// out_of_time if the file is too long for the time that is left.
litmus_test parse(std::string_view text, const deadline& until = deadline());

} // namespace wbsync::litmus
