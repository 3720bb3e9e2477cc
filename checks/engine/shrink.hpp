// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/random_program.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace fuzz {

/// Makes a program smaller, one thread or operation at a time, as long as `fails` holds.
class shrinker {
public:
    explicit shrinker(std::function<bool(const program&)> fails) : fails_(std::move(fails)) {}

    program operator()(program p) const {
        while (const auto smaller = step(p))
            p = *smaller;
        return p;
    }

private:
    [[nodiscard]] std::optional<program> step(const program& p) const {
        for (std::size_t t = 0; t != p.threads.size(); ++t) {
            program q = p;
            q.threads.erase(at(q.threads, t));
            if (remains(q))
                return q;
        }
        for (std::size_t t = 0; t != p.threads.size(); ++t)
            for (std::size_t i = 0; i != p.threads[t].size(); ++i) {
                if (auto q = without(p, t, i))
                    return q;
                if (auto q = simpler(p, t, i))
                    return q;
            }
        return std::nullopt;
    }

    [[nodiscard]] bool remains(const program& p) const {
        return !p.threads.empty() && well_formed(p) && fails_(p);
    }

    /// Drops an operation; with the start of a section it also drops the end.
    [[nodiscard]] std::optional<program> without(const program& p, std::size_t t,
                                                 std::size_t i) const {
        program q = p;
        auto& thread = q.threads[t];
        if (const auto end = end_of(thread[i].what))
            thread.erase(std::find_if(at(thread, i), thread.end(),
                                      [&](const operation& o) { return o.what == *end; }));
        thread.erase(at(thread, i));
        return remains(q) ? std::optional{q} : std::nullopt;
    }

    [[nodiscard]] std::optional<program> simpler(const program& p, std::size_t t,
                                                 std::size_t i) const {
        std::vector<operation> ideas;
        for (const kind k : weaker(p.threads[t][i].what)) {
            ideas.push_back(p.threads[t][i]);
            ideas.back().what = k;
        }
        if (p.threads[t][i].conditional) {
            ideas.push_back(p.threads[t][i]);
            ideas.back().conditional = false;
        }
        for (const operation& idea : ideas) {
            program q = p;
            q.threads[t][i] = idea;
            if (remains(q))
                return q;
        }
        return std::nullopt;
    }

    static std::vector<kind> weaker(kind k) {
        switch (k) {
        case kind::load_acquire:
        case kind::free_load: return {kind::load};
        case kind::free_fetch_add: return {kind::add, kind::fetch_add_relaxed, kind::free_load};
        case kind::free_xchg: return {kind::store, kind::free_load};
        case kind::store_release: return {kind::store};
        case kind::fetch_add: return {kind::add, kind::load, kind::store, kind::fetch_add_relaxed};
        case kind::fetch_add_relaxed: return {kind::add, kind::load, kind::store};
        case kind::fetch_add_acquire: return {kind::load_acquire, kind::fetch_add_relaxed};
        case kind::fetch_add_release: return {kind::store_release, kind::fetch_add_relaxed};
        case kind::xchg: return {kind::store, kind::load};
        case kind::add: return {kind::store};
        case kind::await_acquire_equal: return {kind::await_equal};
        case kind::cmpxchg: return {kind::fetch_add_relaxed, kind::store, kind::load};
        case kind::wait_var: return {kind::await_equal};
        default: return {};
        }
    }

    template <class T>
    static typename std::vector<T>::iterator at(std::vector<T>& v, std::size_t i) {
        return v.begin() + static_cast<std::ptrdiff_t>(i);
    }

    std::function<bool(const program&)> fails_;
};

} // namespace fuzz
