// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/vector_clock.hpp>

#include <array>
#include <bit>
#include <cstdint>

namespace wbsync::engine {

/// Full fences recorded in one execution. An execution that needs more is cut short and says so.
inline constexpr int max_fences = 256;

/// Set of the full fences of one execution.
class fence_set {
public:
    void insert(int f) noexcept { word(f) |= bit(f); }
    void erase(int f) noexcept { word(f) &= ~bit(f); }

    void join(const fence_set& other) noexcept {
        for (std::size_t i = 0; i != words_.size(); ++i)
            words_[i] |= other.words_[i];
    }

    [[nodiscard]] fence_set without(const fence_set& other) const noexcept {
        fence_set rest = *this;
        for (std::size_t i = 0; i != words_.size(); ++i)
            rest.words_[i] &= ~other.words_[i];
        return rest;
    }

    [[nodiscard]] bool empty() const noexcept {
        std::uint64_t all = 0;
        for (const auto w : words_)
            all |= w;
        return all == 0;
    }

    [[nodiscard]] bool intersects(const fence_set& other) const noexcept {
        std::uint64_t common = 0;
        for (std::size_t i = 0; i != words_.size(); ++i)
            common |= words_[i] & other.words_[i];
        return common != 0;
    }

    friend bool operator==(const fence_set&, const fence_set&) = default;

    template <class F>
    void for_each(F visit) const {
        for (std::size_t i = 0; i != words_.size(); ++i)
            for (std::uint64_t w = words_[i]; w != 0; w &= w - 1)
                visit(static_cast<int>(i) * 64 + std::countr_zero(w));
    }

private:
    static std::uint64_t bit(int f) noexcept { return std::uint64_t{1} << (f % 64); }
    std::uint64_t& word(int f) noexcept { return words_[static_cast<std::size_t>(f) / 64]; }

    std::array<std::uint64_t, max_fences / 64> words_{};
};

/// What happens-before a point of an execution: events, as a clock, and full fences, as a set.
struct view {
    vector_clock clock;
    fence_set fences;

    void join(const view& other) noexcept {
        clock.join(other.clock);
        fences.join(other.fences);
    }
};

} // namespace wbsync::engine
