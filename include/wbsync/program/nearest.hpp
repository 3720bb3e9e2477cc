// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace wbsync::program {

/// How many letters have to be inserted, deleted or replaced to make one of the other (Levenshtein,
/// Soviet Physics Doklady 10, 1966). O(a * b).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1); // from the letters of a so far to those of b
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i != a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j != b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// At most `most` of the names, those that are nearest to what was asked for, the nearest first.
inline std::vector<std::string> nearest(std::string_view asked, std::vector<std::string> names,
                                        std::size_t most) {
    std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
        return edit_distance(asked, a) < edit_distance(asked, b);
    });
    names.resize(std::min(names.size(), most));
    return names;
}

} // namespace wbsync::program
