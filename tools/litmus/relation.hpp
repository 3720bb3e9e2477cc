// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wbsync::litmus {

/// A set of events, which are numbers below n.
class event_set {
public:
    explicit event_set(std::size_t n = 0) : words_((n + 63) / 64) {}

    void add(std::size_t e) { words_[e / 64] |= std::uint64_t{1} << (e % 64); }
    [[nodiscard]] bool has(std::size_t e) const { return ((words_[e / 64] >> (e % 64)) & 1U) != 0; }

    [[nodiscard]] event_set operator|(const event_set& o) const {
        event_set s = *this;
        for (std::size_t i = 0; i != words_.size(); ++i)
            s.words_[i] |= o.words_[i];
        return s;
    }
    [[nodiscard]] bool empty() const {
        return std::all_of(words_.begin(), words_.end(), [](std::uint64_t w) { return w == 0; });
    }
    [[nodiscard]] const std::vector<std::uint64_t>& words() const noexcept { return words_; }

private:
    std::vector<std::uint64_t> words_;
};

/// A relation between events, as a matrix of bits.
class relation {
public:
    explicit relation(std::size_t n = 0) : n_(n), width_((n + 63) / 64), bits_(n * width_) {}

    [[nodiscard]] std::size_t size() const noexcept { return n_; }

    void add(std::size_t a, std::size_t b) {
        bits_[a * width_ + b / 64] |= std::uint64_t{1} << (b % 64);
    }
    [[nodiscard]] bool has(std::size_t a, std::size_t b) const {
        return ((bits_[a * width_ + b / 64] >> (b % 64)) & 1U) != 0;
    }
    [[nodiscard]] bool empty() const {
        return std::all_of(bits_.begin(), bits_.end(), [](std::uint64_t w) { return w == 0; });
    }
    bool operator==(const relation&) const = default;

    relation& operator|=(const relation& o) {
        for (std::size_t i = 0; i != bits_.size(); ++i)
            bits_[i] |= o.bits_[i];
        return *this;
    }
    relation& operator&=(const relation& o) {
        for (std::size_t i = 0; i != bits_.size(); ++i)
            bits_[i] &= o.bits_[i];
        return *this;
    }
    relation& operator-=(const relation& o) {
        for (std::size_t i = 0; i != bits_.size(); ++i)
            bits_[i] &= ~o.bits_[i];
        return *this;
    }
    friend relation operator|(relation a, const relation& b) { return a |= b; }
    friend relation operator&(relation a, const relation& b) { return a &= b; }
    friend relation operator-(relation a, const relation& b) { return a -= b; }

    /// Calls f(b) for each b that a is related to.
    template <class F>
    void each_after(std::size_t a, F f) const {
        for (std::size_t w = 0; w != width_; ++w)
            for (std::uint64_t left = bits_[a * width_ + w]; left != 0; left &= left - 1)
                f(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }

    /// One step of this relation, then one of `o`.
    [[nodiscard]] relation then(const relation& o) const {
        relation r(n_);
        for (std::size_t a = 0; a != n_; ++a)
            each_after(a, [&](std::size_t b) { r.include(a, o, b); });
        return r;
    }

    [[nodiscard]] relation inverse() const {
        relation r(n_);
        for (std::size_t a = 0; a != n_; ++a)
            each_after(a, [&](std::size_t b) { r.add(b, a); });
        return r;
    }

    /// One step or more.
    [[nodiscard]] relation plus() const {
        relation r = *this;
        for (std::size_t k = 0; k != n_; ++k)
            for (std::size_t a = 0; a != n_; ++a)
                if (r.has(a, k))
                    r.include(a, r, k);
        return r;
    }
    /// No step or one.
    [[nodiscard]] relation maybe() const {
        relation r = *this;
        for (std::size_t a = 0; a != n_; ++a)
            r.add(a, a);
        return r;
    }
    [[nodiscard]] relation star() const { return plus().maybe(); }

    /// Only what begins in the set.
    [[nodiscard]] relation from(const event_set& s) const {
        relation r(n_);
        for (std::size_t a = 0; a != n_; ++a)
            if (s.has(a))
                r.include(a, *this, a);
        return r;
    }
    /// Only what ends in the set.
    [[nodiscard]] relation to(const event_set& s) const {
        relation r = *this;
        for (std::size_t a = 0; a != n_; ++a)
            for (std::size_t w = 0; w != width_; ++w)
                r.bits_[a * width_ + w] &= s.words()[w];
        return r;
    }

    [[nodiscard]] bool irreflexive() const {
        for (std::size_t a = 0; a != n_; ++a)
            if (has(a, a))
                return false;
        return true;
    }
    [[nodiscard]] bool acyclic() const { return plus().irreflexive(); }

private:
    void include(std::size_t a, const relation& o, std::size_t b) {
        for (std::size_t w = 0; w != width_; ++w)
            bits_[a * width_ + w] |= o.bits_[b * width_ + w];
    }

    std::size_t n_;
    std::size_t width_;
    std::vector<std::uint64_t> bits_;
};

/// Every event of `a` is related to every one of `b`.
inline relation product(const event_set& a, const event_set& b, std::size_t n) {
    relation r(n);
    for (std::size_t i = 0; i != n; ++i)
        for (std::size_t j = 0; a.has(i) && j != n; ++j)
            if (b.has(j))
                r.add(i, j);
    return r;
}

} // namespace wbsync::litmus
