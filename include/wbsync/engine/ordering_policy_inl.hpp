// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/ordering_policy.hpp>
#include <wbsync/linkage.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

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
            std::string{at.function_name()},
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
