// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace bench::peers {

/// A number, and how often the variable that holds it has changed, as one word: a
/// compare-and-exchange then fails even if the same number is there again.
struct counted {
    std::int64_t number;
    std::int64_t count;

    explicit counted(std::int64_t word) : number(word & 0xffff), count(word >> 16) {}
    static std::int64_t word(std::int64_t number, std::int64_t count) {
        return count << 16 | number;
    }

    /// The word that replaces this one.
    [[nodiscard]] std::int64_t followed_by(std::int64_t other) const {
        return word(other, count + 1);
    }
};

} // namespace bench::peers
