// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/vector_clock.hpp>

#include <array>
#include <bit>
#include <cstdint>

namespace wbsync::engine {

/// Full fences recorded in one execution. An execution that needs more is cut short and says so.
inline constexpr int max_fences = 256;

/// Set of the full fences of one execution. Operations look at no more words than the execution has
/// needed so far; those beyond are zero.
class fence_set {
public:
    /// A new execution: there are no fences.
    static void forget_all() noexcept { in_use_ = 0; }

    void insert(int f) noexcept {
        const auto i = static_cast<std::size_t>(f) / 64;
        words_[i] |= bit(f);
        if (i >= in_use_)
            in_use_ = i + 1;
    }
    void erase(int f) noexcept { words_[static_cast<std::size_t>(f) / 64] &= ~bit(f); }

    void join(const fence_set& other) noexcept {
        for (std::size_t i = 0; i != in_use_; ++i)
            words_[i] |= other.words_[i];
    }

    [[nodiscard]] fence_set without(const fence_set& other) const noexcept {
        fence_set rest = *this;
        for (std::size_t i = 0; i != in_use_; ++i)
            rest.words_[i] &= ~other.words_[i];
        return rest;
    }

    [[nodiscard]] bool empty() const noexcept {
        std::uint64_t all = 0;
        for (std::size_t i = 0; i != in_use_; ++i)
            all |= words_[i];
        return all == 0;
    }

    /// The greatest element of a set that is not empty.
    [[nodiscard]] int last() const noexcept {
        std::size_t i = in_use_ - 1;
        while (words_[i] == 0)
            --i;
        return static_cast<int>(i) * 64 + 63 - std::countl_zero(words_[i]);
    }

    template <class F>
    [[nodiscard]] bool any_of(F holds) const {
        for (std::size_t i = 0; i != in_use_; ++i)
            for (std::uint64_t w = words_[i]; w != 0; w &= w - 1)
                if (holds(static_cast<int>(i) * 64 + std::countr_zero(w)))
                    return true;
        return false;
    }

    template <class F>
    void for_each(F visit) const {
        for (std::size_t i = 0; i != in_use_; ++i)
            for (std::uint64_t w = words_[i]; w != 0; w &= w - 1)
                visit(static_cast<int>(i) * 64 + std::countr_zero(w));
    }

private:
    static std::uint64_t bit(int f) noexcept { return std::uint64_t{1} << (f % 64); }

    static inline constinit std::size_t in_use_ = 0;

    std::array<std::uint64_t, max_fences / 64> words_{};
};

/// What happens-before a point of an execution: events, as a clock, and full fences, as a set.
struct view {
    vector_clock clock;
    fence_set fences;
    /// The stores up to these times are known, too. Loads of then are performed, and not known.
    vector_clock stores;

    void join(const view& other) noexcept {
        clock.join(other.clock);
        fences.join(other.fences);
        stores.join(other.stores);
    }
};

} // namespace wbsync::engine
