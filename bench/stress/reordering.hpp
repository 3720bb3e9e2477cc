// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <string_view>

namespace wbsync::bench {

/// The machine that this program was compiled for.
#if defined(__x86_64__)
inline constexpr std::string_view architecture = "x86_64";
#elif defined(__aarch64__)
inline constexpr std::string_view architecture = "aarch64";
#else
inline constexpr std::string_view architecture = "another architecture";
#endif

/// The reordering that a finding under `weak` alone needs.
struct reordering {
    std::string_view suffix; ///< of the model's name
    std::string_view what;   ///< none is a store with a later load, so TSO keeps it in order
};

inline constexpr std::array reorderings{
    reordering{"-hash", "a store with a later atomic decrement"},
};

/// nullptr: not known.
inline const reordering* reordering_of(std::string_view model) {
    for (const reordering& r : reorderings)
        if (const auto at = model.find(r.suffix);
            at != std::string_view::npos &&
            (at + r.suffix.size() == model.size() || model[at + r.suffix.size()] == '/'))
            return &r;
    return nullptr;
}

/// Can this machine reorder in that way?
inline bool is_possible_here(const reordering* r) {
    return architecture != "x86_64" || r == nullptr;
}

} // namespace wbsync::bench
