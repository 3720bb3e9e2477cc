// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine::lkmm {

/// The number of an event in its graph.
using event_index = std::size_t;

/// A set of events, which are numbers below n. Every operation is O(n / 64).
class event_set {
public:
    explicit event_set(std::size_t n = 0) : n_(n), words_((n + 63) / 64) {}

    [[nodiscard]] std::size_t size() const noexcept { return n_; }
    void add(event_index e) { words_[e / 64] |= std::uint64_t{1} << (e % 64); }
    [[nodiscard]] bool has(event_index e) const { return ((words_[e / 64] >> (e % 64)) & 1U) != 0; }
    [[nodiscard]] bool empty() const {
        return std::all_of(words_.begin(), words_.end(), [](std::uint64_t w) { return w == 0; });
    }

    event_set& operator|=(const event_set& o) {
        for (std::size_t i = 0; i != words_.size(); ++i)
            words_[i] |= o.words_[i];
        return *this;
    }
    event_set& operator&=(const event_set& o) {
        for (std::size_t i = 0; i != words_.size(); ++i)
            words_[i] &= o.words_[i];
        return *this;
    }
    event_set& operator-=(const event_set& o) {
        for (std::size_t i = 0; i != words_.size(); ++i)
            words_[i] &= ~o.words_[i];
        return *this;
    }
    friend event_set operator|(event_set a, const event_set& b) { return a |= b; }
    friend event_set operator&(event_set a, const event_set& b) { return a &= b; }
    friend event_set operator-(event_set a, const event_set& b) { return a -= b; }

    /// Calls f(e) for each member.
    template <class F>
    void each(F f) const {
        for (std::size_t w = 0; w != words_.size(); ++w)
            for (std::uint64_t left = words_[w]; left != 0; left &= left - 1)
                f(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }

private:
    friend class relation;

    std::size_t n_;
    std::vector<std::uint64_t> words_;
};

/// A relation between the events of one graph: a matrix of n rows of n bits. The operations of the
/// cat language: `|`, `&` and `-` (cat's `\`) are O(n² / 64).
class relation {
public:
    explicit relation(std::size_t n = 0) : n_(n), width_((n + 63) / 64), bits_(n * width_) {}

    /// [S]: each member to itself.
    explicit relation(const event_set& s) : relation(s.size()) {
        s.each([&](event_index e) { add(e, e); });
    }

    [[nodiscard]] std::size_t size() const noexcept { return n_; }
    void add(event_index a, event_index b) {
        bits_[a * width_ + b / 64] |= std::uint64_t{1} << (b % 64);
    }
    [[nodiscard]] bool has(event_index a, event_index b) const {
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

    /// The events that `a` is related to.
    [[nodiscard]] event_set row(event_index a) const {
        event_set s(n_);
        for (std::size_t w = 0; w != width_; ++w)
            s.words_[w] = bits_[a * width_ + w];
        return s;
    }

    /// Calls f(b) for each b that `a` is related to, in the order of their numbers.
    template <class F>
    void each_after(event_index a, F f) const {
        for (std::size_t w = 0; w != width_; ++w)
            for (std::uint64_t left = bits_[a * width_ + w]; left != 0; left &= left - 1)
                f(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }
    /// Calls f(a, b) for each pair, in the order of their numbers.
    template <class F>
    void each(F f) const {
        for (event_index a = 0; a != n_; ++a)
            each_after(a, [&](event_index b) { f(a, b); });
    }

    /// `this ; o`: O(pairs * n / 64).
    [[nodiscard]] relation then(const relation& o) const {
        relation r(n_);
        each([&](event_index a, event_index b) { r.include(a, o, b); });
        return r;
    }
    /// `this ; [s]`
    [[nodiscard]] relation then(const event_set& s) const {
        relation r = *this;
        for (event_index a = 0; a != n_; ++a)
            for (std::size_t w = 0; w != width_; ++w)
                r.bits_[a * width_ + w] &= s.words_[w];
        return r;
    }
    /// `[s] ; this`
    [[nodiscard]] relation from(const event_set& s) const {
        relation r(n_);
        s.each([&](event_index a) { r.include(a, *this, a); });
        return r;
    }

    [[nodiscard]] relation inverse() const {
        relation r(n_);
        each([&](event_index a, event_index b) { r.add(b, a); });
        return r;
    }
    /// `r+`: O(n³ / 64).
    [[nodiscard]] relation plus() const {
        relation r = *this;
        for (event_index k = 0; k != n_; ++k)
            for (event_index a = 0; a != n_; ++a)
                if (r.has(a, k))
                    r.include(a, r, k);
        return r;
    }
    /// `r?`
    [[nodiscard]] relation maybe() const {
        relation r = *this;
        for (event_index a = 0; a != n_; ++a)
            r.add(a, a);
        return r;
    }
    /// `r*`: O(n³ / 64).
    [[nodiscard]] relation star() const { return plus().maybe(); }

    [[nodiscard]] event_set domain() const {
        event_set s(n_);
        each([&](event_index a, event_index) { s.add(a); });
        return s;
    }
    [[nodiscard]] event_set range() const {
        event_set s(n_);
        each([&](event_index, event_index b) { s.add(b); });
        return s;
    }

    [[nodiscard]] bool irreflexive() const {
        for (event_index a = 0; a != n_; ++a)
            if (has(a, a))
                return false;
        return true;
    }
    /// O(n³ / 64).
    [[nodiscard]] bool acyclic() const { return plus().irreflexive(); }

    /// A shortest cycle: its events, each related to the next one and the last to the first; empty:
    /// there is none. If there are several, the one with the least number. O(n³).
    [[nodiscard]] std::vector<event_index> cycle() const {
        std::vector<event_index> best;
        for (event_index a = 0; a != n_; ++a) {
            std::vector<event_index> found = path(a, a);
            if (found.empty() || (!best.empty() && best.size() < found.size()))
                continue;
            found.pop_back(); // `a` again
            best = std::move(found);
        }
        return best;
    }

    /// A shortest path of at least one step, both ends included; empty: there is none. O(n²).
    [[nodiscard]] std::vector<event_index> path(event_index from, event_index to) const {
        std::vector<event_index> before(n_, n_);
        std::vector<event_index> reached{from};
        for (std::size_t i = 0; i != reached.size(); ++i) {
            const event_index at = reached[i];
            if (has(at, to)) {
                std::vector<event_index> way{to};
                for (event_index e = at; e != from; e = before[e])
                    way.push_back(e);
                way.push_back(from);
                std::reverse(way.begin(), way.end());
                return way;
            }
            each_after(at, [&](event_index next) {
                if (next == from || before[next] != n_)
                    return;
                before[next] = at;
                reached.push_back(next);
            });
        }
        return {};
    }

private:
    void include(event_index a, const relation& o, event_index b) {
        for (std::size_t w = 0; w != width_; ++w)
            bits_[a * width_ + w] |= o.bits_[b * width_ + w];
    }

    std::size_t n_;
    std::size_t width_;
    std::vector<std::uint64_t> bits_;
};

/// `a * b`: each member of `a` to each one of `b`.
inline relation product(const event_set& a, const event_set& b) {
    relation r(a.size());
    a.each([&](event_index i) { b.each([&](event_index j) { r.add(i, j); }); });
    return r;
}

/// `a ; b ; …`, where a set stands for `[set]`. The first argument may be a set if a relation
/// follows.
inline relation seq(relation a) {
    return a;
}
template <class B, class... More>
relation seq(const relation& a, const B& b, const More&... more) {
    return seq(a.then(b), more...);
}
template <class... More>
relation seq(const event_set& a, const relation& b, const More&... more) {
    return seq(b.from(a), more...);
}

} // namespace wbsync::engine::lkmm
