// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/operation.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

/// RC11 as axioms on whole execution graphs (Lahav et al., "Repairing sequential consistency in
/// C/C++11", PLDI 2017, with C++20's release sequences).
namespace fuzz::axiomatic {

using node_set = std::uint64_t;

class relation {
public:
    void add(int from, int to) { row(from) |= node_set{1} << to; }
    [[nodiscard]] bool has(int from, int to) const { return ((row(from) >> to) & 1) != 0; }
    [[nodiscard]] node_set after(int from) const { return row(from); }

    relation& operator|=(const relation& other) {
        for (std::size_t i = 0; i != rows_.size(); ++i)
            rows_[i] |= other.rows_[i];
        return *this;
    }

    void close(int n) {
        for (int k = 0; k != n; ++k)
            for (int i = 0; i != n; ++i)
                if (has(i, k))
                    row(i) |= row(k);
    }

    /// Composition: this relation, then `other`.
    [[nodiscard]] relation then(const relation& other) const {
        relation both;
        for (std::size_t i = 0; i != rows_.size(); ++i)
            for (node_set left = rows_[i]; left != 0; left &= left - 1)
                both.rows_[i] |= other.row(std::countr_zero(left));
        return both;
    }

    [[nodiscard]] bool reflexive_somewhere(int n) const {
        for (int i = 0; i != n; ++i)
            if (has(i, i))
                return true;
        return false;
    }

private:
    [[nodiscard]] node_set& row(int i) { return rows_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] const node_set& row(int i) const { return rows_[static_cast<std::size_t>(i)]; }

    std::array<node_set, 64> rows_{};
};

inline constexpr int initial = -1;

/// A node of an execution graph. Grace periods and sections have no accesses: `leave` is the end of
/// a section as seen by the grace period that waits for it (with everything that was read so far);
/// `enter` is its start as seen by those that later read what the section writes.
struct node {
    enum class sort : std::uint8_t { access, fence, enter, leave, start, end };

    int thread = 0;
    sort what = sort::access;
    bool reads = false;
    bool writes = false;
    bool acquires = false;
    bool releases = false;
    bool full = false;
    int object = 0;
    int from = initial; ///< the node that it reads from
    std::int64_t value = 0;

    /// For a fence that belongs to an earlier operation: everything up to these nodes, in their
    /// threads, comes before it, but not what lies in between.
    bool only_after = false;
    std::vector<int> after;
    /// For a lock: the unlock whose store it reads, and the last unlock of its own thread.
    std::vector<int> unlocks;

    [[nodiscard]] bool is_fence() const { return what != sort::access; }
};

class graph {
public:
    std::vector<node> nodes;
    relation extra;                                        ///< between grace periods and sections
    std::array<std::vector<int>, max_variables + 2> order; ///< modification order

    int add(const node& n) {
        nodes.push_back(n);
        const int i = static_cast<int>(nodes.size()) - 1;
        if (n.writes)
            order[static_cast<std::size_t>(n.object)].push_back(i);
        return i;
    }

    [[nodiscard]] std::int64_t value(int written_by) const {
        return written_by == initial ? 0 : at(written_by).value;
    }
    [[nodiscard]] int newest(int object) const {
        const auto& o = order[static_cast<std::size_t>(object)];
        return o.empty() ? initial : o.back();
    }

    [[nodiscard]] bool consistent() const {
        const int n = static_cast<int>(nodes.size());
        const relation before = program_order(n);
        relation hb = before;
        hb |= extra;
        relation propagated; // from stores alone, without the rest of their past
        add_synchronisation(before, hb, propagated);
        hb.close(n);
        propagated |= propagated.then(hb);
        const relation eco = communication(n);
        if (hb.reflexive_somewhere(n) || hb.then(eco).reflexive_somewhere(n) ||
            propagated.then(eco).reflexive_somewhere(n))
            return false;
        relation psc = hb.then(eco).then(hb);
        psc |= hb;
        relation between_fences;
        for (int f = 0; f != n; ++f)
            for (int g = 0; g != n; ++g)
                if (at(f).full && at(g).full && psc.has(f, g))
                    between_fences.add(f, g);
        between_fences.close(n);
        return !between_fences.reflexive_somewhere(n);
    }

private:
    [[nodiscard]] const node& at(int i) const { return nodes[static_cast<std::size_t>(i)]; }

    static void add_from(node_set from, int to, relation& r) {
        for (; from != 0; from &= from - 1)
            r.add(std::countr_zero(from), to);
    }

    [[nodiscard]] relation program_order(int n) const {
        relation r;
        for (int i = 0; i != n; ++i)
            for (int j = 0; j != n; ++j)
                if (i != j && comes_before(i, j) && at(i).what != node::sort::leave &&
                    at(j).what != node::sort::enter)
                    r.add(i, j);
        return r;
    }

    [[nodiscard]] bool comes_before(int i, int j) const {
        if (!at(j).only_after)
            return i < j && at(i).thread == at(j).thread;
        return std::any_of(at(j).after.begin(), at(j).after.end(),
                           [&](int k) { return i <= k && at(i).thread == at(k).thread; });
    }

    /// What was read before an unlock is acquired at the next lock.
    [[nodiscard]] bool acquires(const relation& before, int r, int t) const {
        if (at(t).acquires && (t == r || (at(t).is_fence() && before.has(r, t))))
            return true;
        return std::any_of(at(t).unlocks.begin(), at(t).unlocks.end(),
                           [&](int u) { return before.has(r, u); });
    }

    /// The stores before an unlock whose next lock comes before store `w`.
    [[nodiscard]] node_set ordered_by_locks(const relation& before, int w) const {
        node_set stores = 0;
        const int n = static_cast<int>(nodes.size());
        for (int l = 0; l != n; ++l)
            for (const int u : at(l).unlocks)
                for (int s = 0; s != n; ++s)
                    if (before.has(l, w) && before.has(s, u) && at(s).writes)
                        stores |= node_set{1} << s;
        return stores;
    }

    void add_synchronisation(const relation& before, relation& hb, relation& propagated) const {
        const int n = static_cast<int>(nodes.size());
        for (int r = 0; r != n; ++r) {
            if (!at(r).reads)
                continue;
            node_set sources = 0;
            node_set stores = 0;
            for (int w = at(r).from; w != initial; w = at(w).reads ? at(w).from : initial) {
                for (int s = 0; s != n; ++s)
                    if (at(s).releases && (s == w || (at(s).is_fence() && before.has(s, w))))
                        sources |= node_set{1} << s;
                stores |= ordered_by_locks(before, w);
            }
            for (int t = 0; t != n; ++t) {
                if (!acquires(before, r, t))
                    continue;
                add_from(sources, t, hb);
                add_from(stores, t, propagated);
            }
        }
    }

    /// (reads-from, modification order, from-read)+
    [[nodiscard]] relation communication(int n) const {
        relation eco;
        for (const auto& stores : order)
            for (std::size_t i = 0; i != stores.size(); ++i)
                for (std::size_t j = i + 1; j != stores.size(); ++j)
                    eco.add(stores[i], stores[j]);
        for (int r = 0; r != n; ++r) {
            if (!at(r).reads)
                continue;
            bool newer = at(r).from == initial;
            if (!newer)
                eco.add(at(r).from, r);
            for (const int w : order[static_cast<std::size_t>(at(r).object)]) {
                if (newer && w != r)
                    eco.add(r, w);
                newer = newer || w == at(r).from;
            }
        }
        eco.close(n);
        return eco;
    }
};

} // namespace fuzz::axiomatic
