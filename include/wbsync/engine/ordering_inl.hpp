// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/ordering.hpp>
#include <wbsync/linkage.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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

namespace wbsync::engine {

WBSYNC_INLINE ordering ordering_policy::decide(const site& at, const char* verb, const char* part,
                                               ordering asked) {
    const auto [known, is_new] =
        known_.try_emplace(key{at.file, at.function, verb, part, at.line, asked}, asked);
    if (is_new)
        known->second = decide(place_of(at, verb, part, asked));
    return known->second;
}

WBSYNC_INLINE std::size_t ordering_policy::hash::operator()(const key& k) const noexcept {
    std::size_t h = k.line * 8U + static_cast<unsigned>(k.asked);
    for (const char* text : {k.file, k.function, k.verb, k.part})
        h = h * 31 + std::hash<const void*>{}(text);
    return h;
}

WBSYNC_INLINE ordering_place ordering_policy::place_of(const site& at, const char* verb,
                                                       const char* part, ordering asked) {
    const std::string_view path{at.file};
    const auto slash = path.find_last_of('/');
    return {std::string{slash == path.npos ? path : path.substr(slash + 1)},
            at.line,
            at.function,
            verb,
            part,
            asked};
}

WBSYNC_INLINE ordering ordering_policy::decide(const ordering_place& p) {
    if (seen_ != nullptr)
        seen_->insert(p);
    ordering gets = p.asked;
    for (std::size_t i = 0; i != weakened_.size(); ++i) {
        const ordering left = weakened_[i].is_of(p) ? weaker(gets, weakened_[i].left) : gets;
        if (left != gets)
            applied_ |= std::uint64_t{1} << i;
        gets = left;
    }
    return gets;
}

} // namespace wbsync::engine
