// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

/// Does the part stand somewhere in the text?
inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}
