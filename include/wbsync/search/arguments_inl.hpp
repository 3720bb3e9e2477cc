// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/search/arguments.hpp>

#include <string>
#include <string_view>

#include <fmt/core.h>

namespace wbsync::search::detail {

WBSYNC_INLINE std::string tell_fraction(long double value) {
    return fmt::format("{:a}", value);
}

WBSYNC_INLINE std::string tell_text(std::string_view letters) {
    return fmt::format("\"{}\"({})", letters, letters.size());
}

} // namespace wbsync::search::detail
