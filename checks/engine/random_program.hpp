// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/operation.hpp"
#include "checks/support/splitmix64.hpp"

#include <wbsync/memory/atomic_operations.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Random small programs over the operations of the library, for tests that compare schedulers.
namespace fuzz {

using random = splitmix64;

struct program {
    std::vector<std::vector<operation>> threads;

    [[nodiscard]] int size() const {
        std::size_t n = 0;
        for (const auto& t : threads)
            n += t.size();
        return static_cast<int>(n);
    }

    /// Results are numbered thread by thread.
    [[nodiscard]] int results_before(std::size_t thread) const {
        int n = 0;
        for (std::size_t t = 0; t != thread; ++t)
            for (const operation& o : threads[t])
                n += gives_result(o.what) ? 1 : 0;
        return n;
    }

    template <class Predicate>
    [[nodiscard]] bool has(Predicate predicate) const {
        for (const auto& t : threads)
            for (const operation& o : t)
                if (predicate(o.what))
                    return true;
        return false;
    }
    [[nodiscard]] bool has(kind k) const {
        return has([k](kind other) { return other == k; });
    }

    friend bool operator==(const program&, const program&) = default;
};

/// Sections end, and contain nothing forbidden; operations that use a result have one.
inline bool well_formed(const program& p) {
    for (const auto& thread : p.threads) {
        bool result = false;
        std::vector<kind> open; // ends that must come
        for (const operation& o : thread) {
            if ((o.conditional || needs_result(o.what)) && !result)
                return false;
            result = result || may_decide(o.what);
            for (const kind end : open)
                if (is_misplaced(o.what, end))
                    return false;
            if (ends_section(o.what) && std::erase(open, o.what) == 0)
                return false;
            if (const auto end = end_of(o.what))
                open.push_back(*end);
        }
        if (!open.empty())
            return false;
    }
    return true;
}

/// The parameters of the random choice.
struct shape {
    int min_threads = 2;
    int max_threads = 4;
    int min_operations = 4;
    int max_operations = 8;
    std::uint64_t groups = usual_groups; ///< bit per entry of groups()
    bool symmetric = false;              ///< some threads are copies of others
};

namespace detail {

inline operation draw_operation(random& r, const std::vector<kind>& kinds, int variables) {
    operation o;
    o.what = kinds[static_cast<std::size_t>(r.below(static_cast<int>(kinds.size())))];
    o.variable = static_cast<std::int8_t>(r.below(variables));
    o.value = static_cast<std::int8_t>(r.between(1, 4));
    if (o.what == kind::atomic)
        o.row = static_cast<std::uint8_t>(r.below(wbsync::atomic_operations.size()));
    if (o.what == kind::await_not)
        o.value = static_cast<std::int8_t>(r.below(2));
    if (o.what == kind::await_equal || o.what == kind::await_acquire_equal ||
        o.what == kind::wait_var || o.what == kind::wait_event || o.what == kind::bug_on)
        o.value = static_cast<std::int8_t>(r.below(4));
    return o;
}

/// Drops operations that use a result that does not exist.
inline void drop_unfounded(std::vector<operation>& thread) {
    bool result = false;
    std::erase_if(thread, [&](const operation& o) {
        result = result || may_decide(o.what);
        return needs_result(o.what) && !result;
    });
}

/// Inserts the ends of sections at random places.
inline std::vector<operation> close_sections(random& r, const std::vector<operation>& drawn) {
    std::vector<operation> thread;
    std::vector<kind> open;
    const auto close = [&](kind end) {
        thread.push_back({end, 0, 0, false});
        std::erase(open, end);
    };
    for (const operation& o : drawn) {
        for (const kind end : std::vector<kind>{open})
            if (is_misplaced(o.what, end))
                close(end);
        thread.push_back(o);
        if (const auto end = end_of(o.what))
            open.push_back(*end);
        while (!open.empty() && r.one_in(4))
            close(open[static_cast<std::size_t>(r.below(static_cast<int>(open.size())))]);
    }
    while (!open.empty())
        close(open.back());
    return thread;
}

inline void make_conditional(random& r, std::vector<operation>& thread) {
    bool result = false;
    for (operation& o : thread) {
        const bool paired = end_of(o.what).has_value() || ends_section(o.what);
        if (result && !paired && r.one_in(4))
            o.conditional = true;
        result = result || may_decide(o.what);
    }
}

} // namespace detail

/// The program of a seed. Each uses only a random choice of the groups, so that mixes of few kinds
/// occur as well as the mix of all.
inline program draw(std::uint64_t seed, const shape& how) {
    random r(seed);
    std::vector<kind> kinds;
    while (kinds.empty())
        for (std::size_t g = 0; g != groups().size(); ++g)
            if (((how.groups >> g) & 1) != 0 && r.one_in(groups()[g].one_in))
                kinds.insert(kinds.end(), groups()[g].kinds.begin(), groups()[g].kinds.end());
    const int variables = r.between(1, max_variables);
    // Few programs with four threads: these take the reference longest.
    int threads = r.between(how.min_threads, how.max_threads);
    if (threads > 3 && how.min_threads < threads && !r.one_in(2))
        --threads;
    const int operations = r.between(std::max(how.min_operations, threads), how.max_operations);

    program p;
    p.threads.resize(static_cast<std::size_t>(threads));
    int budget = operations;
    for (int i = 0; i < threads || budget > 0; ++i) {
        const int t = i < threads ? i : r.below(threads);
        p.threads[static_cast<std::size_t>(t)].push_back(
            detail::draw_operation(r, kinds, variables));
        const kind k = p.threads[static_cast<std::size_t>(t)].back().what;
        budget -= cost_of(k);
    }
    const bool conditions = r.one_in(3);
    for (auto& thread : p.threads) {
        detail::drop_unfounded(thread);
        thread = detail::close_sections(r, thread);
        if (conditions)
            detail::make_conditional(r, thread);
    }
    if (how.symmetric)
        for (std::size_t t = 1; t != p.threads.size(); ++t)
            if (t == 1 || r.one_in(2))
                p.threads[t] = p.threads[t - 1];
    return p;
}

} // namespace fuzz
