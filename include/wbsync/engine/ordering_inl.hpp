// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/ordering.hpp>
#include <wbsync/linkage.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/core.h>

namespace wbsync {

WBSYNC_INLINE std::string ordering_place::str() const {
    return fmt::format("{}:{} in {}: {}, {}{}", file, line, function, verb, name_of(asked),
                       part.empty() ? "" : fmt::format(" {} it", part));
}

WBSYNC_INLINE bool weakening::is_of(const ordering_place& p) const {
    const auto same = [](const std::string& wanted, const std::string& is) {
        return wanted.empty() || wanted == is;
    };
    return same(file, p.file) && (line == 0 || line == p.line) && same(function, p.function) &&
           same(verb, p.verb) && same(part, p.part);
}

WBSYNC_INLINE std::string weakening::str() const {
    const auto or_any = [](const std::string& s) { return s.empty() ? "any" : s.c_str(); };
    return fmt::format("{}:{} in {}: {}, {}: {}", or_any(file),
                       line == 0 ? "any" : fmt::format("{}", line), or_any(function), or_any(verb),
                       or_any(part), name_of(left));
}

WBSYNC_INLINE std::uint32_t key_of(const std::vector<weakening>& all) {
    if (all.empty())
        return 0;
    std::uint32_t key = 2166136261; // FNV-1a
    for (const weakening& w : all)
        for (const char c : w.str() + '\n')
            key = (key ^ static_cast<unsigned char>(c)) * 16777619;
    return key | 1;
}

} // namespace wbsync
