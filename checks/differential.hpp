// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/program_model.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

namespace fuzz {

/// All that one scheduler says about a program.
struct exploration {
    std::set<state> seen;
    std::uint64_t executions = 0;
    std::uint64_t redundant = 0;
    std::string limit; ///< not empty: it is not all
};

/// "deadlock: no thread can run: P1 waits for …; P0 waits for …", in an order that does not depend on
/// that of the threads.
inline std::string normal(const wbsync::finding& f) {
    constexpr std::string_view start = "no thread can run:";
    if (!f.message.starts_with(start)) return f.property + ": " + f.message + "\n";
    std::vector<std::string> who;
    std::string_view rest = std::string_view{f.message}.substr(start.size());
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        who.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::sort(who.begin(), who.end());
    return fmt::format("{}:{}\n", f.property, fmt::join(who, ";"));
}

/// `order`: in which the threads are declared.
inline exploration explore(const program& p, const std::vector<int>& order,
                           wbsync::memory_kind memory, wbsync::scheduler_kind scheduler,
                           std::uint64_t max_executions) {
    outcomes into;
    wbsync::options with;
    with.memory = memory;
    with.scheduler = scheduler;
    with.max_executions = max_executions;
    with.all_findings = true;
    with.trace = false;
    with.on_execution = [&](const std::vector<wbsync::finding>& findings) {
        if (!into.ended && findings.empty()) return; // given up as redundant
        for (const wbsync::finding& f : findings) into.last.findings += normal(f);
        into.seen.insert(into.last);
    };
    const wbsync::result r = wbsync::check<program_model>(with, &p, &order, &into);
    return {std::move(into.seen), r.executions, r.redundant, r.limit};
}

/// What is wrong with the exploration of a program.
enum class flaw : std::uint8_t {
    none,
    too_large,  ///< for the reference: nothing was compared
    outcomes,   ///< the sets of outcomes differ
    deadlocks,  ///< only in deadlocks that the reference does not see
    sc,         ///< an outcome under sc is none under weak
    redundant,  ///< an execution was given up
    count,      ///< more executions than the reference
    order,      ///< another number of executions with the threads declared in another order
};

constexpr const char* name_of(flaw f) {
    switch (f) {
    case flaw::none: return "no flaw";
    case flaw::too_large: return "too large";
    case flaw::outcomes: return "the outcomes differ";
    case flaw::deadlocks: return "deadlocks that the reference does not see";
    case flaw::sc: return "sc has an outcome that weak does not have";
    case flaw::redundant: return "redundant executions";
    case flaw::count: return "more executions than the reference";
    case flaw::order: return "the count depends on the order of the threads";
    }
    return "";
}

struct comparison {
    flaw what = flaw::none;
    std::vector<int> order; ///< of declaration, with which the flaw was seen
    exploration reference;
    exploration dpor;
    exploration sc;
};

inline constexpr std::uint64_t max_reference_executions = 200'000;

/// Orders in which to declare `n` threads: as they are, rotated, and reversed.
inline std::vector<std::vector<int>> orders(int n) {
    std::vector<int> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    std::vector<std::vector<int>> all;
    for (int k = 0; k != n; ++k) {
        all.push_back(order);
        std::rotate(order.begin(), order.begin() + 1, order.end());
    }
    std::reverse(order.begin(), order.end());
    if (n > 2) all.push_back(order);
    return all;
}

inline bool includes(const std::set<state>& all, const std::set<state>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

inline flaw flaw_of(const comparison& c) {
    if (c.dpor.seen != c.reference.seen) {
        bool only = includes(c.dpor.seen, c.reference.seen);
        for (const state& s : c.dpor.seen)
            only = only && (!s.findings.empty() || c.reference.seen.contains(s));
        if (!only) return flaw::outcomes;
    }
    if (c.dpor.redundant != 0) return flaw::redundant;
    if (c.dpor.executions > c.reference.executions) return flaw::count;
    if (c.dpor.seen != c.reference.seen) return flaw::deadlocks;
    return flaw::none;
}

inline comparison compare(const program& p, wbsync::memory_kind memory,
                          std::uint64_t limit = max_reference_executions) {
    using wbsync::scheduler_kind;
    comparison c;
    const auto all = orders(static_cast<int>(p.threads.size()));
    c.order = all.front();
    c.reference = explore(p, c.order, memory, scheduler_kind::reference, limit);
    if (!c.reference.limit.empty()) {
        c.what = flaw::too_large;
        return c;
    }
    std::uint64_t executions = 0;
    for (const auto& order : all) {
        c.order = order;
        c.dpor = explore(p, order, memory, scheduler_kind::dpor, limit);
        c.what = flaw_of(c);
        if (c.what != flaw::none) return c;
        if (order == all.front()) executions = c.dpor.executions;
        if (c.dpor.executions != executions) {
            c.what = flaw::order;
            return c;
        }
    }
    if (memory == wbsync::memory_kind::weak) {
        c.sc = explore(p, c.order, wbsync::memory_kind::sc, scheduler_kind::dpor, limit);
        if (!includes(c.dpor.seen, c.sc.seen)) c.what = flaw::sc;
    }
    return c;
}

/// Drops and weakens operations one by one as long as the flaw remains.
class shrinker {
public:
    shrinker(wbsync::memory_kind memory, flaw keep) : memory_(memory), keep_(keep) {}

    program operator()(program p) const {
        while (const auto smaller = step(p)) p = *smaller;
        return p;
    }

private:
    [[nodiscard]] bool remains(const program& p) const {
        return well_formed(p) && compare(p, memory_).what == keep_;
    }

    [[nodiscard]] std::optional<program> step(const program& p) const {
        for (std::size_t t = 0; t != p.threads.size(); ++t) {
            program q = p;
            q.threads.erase(q.threads.begin() + static_cast<std::ptrdiff_t>(t));
            if (!q.threads.empty() && remains(q)) return q;
        }
        for (std::size_t t = 0; t != p.threads.size(); ++t)
            for (std::size_t i = 0; i != p.threads[t].size(); ++i) {
                if (auto q = without(p, t, i)) return q;
                if (auto q = simpler(p, t, i)) return q;
            }
        return std::nullopt;
    }

    /// Drops an operation, and with the start of a section its end.
    [[nodiscard]] std::optional<program> without(const program& p, std::size_t t,
                                                 std::size_t i) const {
        program q = p;
        auto& thread = q.threads[t];
        const kind k = thread[i].what;
        if (k == kind::unlock || k == kind::read_unlock) return std::nullopt;
        if (k == kind::lock || k == kind::read_lock) {
            const kind end = k == kind::lock ? kind::unlock : kind::read_unlock;
            const auto from = thread.begin() + static_cast<std::ptrdiff_t>(i);
            thread.erase(std::find_if(from, thread.end(),
                                      [&](const operation& o) { return o.what == end; }));
        }
        thread.erase(thread.begin() + static_cast<std::ptrdiff_t>(i));
        return remains(q) ? std::optional{q} : std::nullopt;
    }

    [[nodiscard]] std::optional<program> simpler(const program& p, std::size_t t,
                                                 std::size_t i) const {
        const operation& o = p.threads[t][i];
        std::vector<operation> ideas;
        if (o.conditional) {
            ideas.push_back(o);
            ideas.back().conditional = false;
        }
        for (const kind k : weaker(o.what)) {
            ideas.push_back(o);
            ideas.back().what = k;
        }
        for (const operation& idea : ideas) {
            program q = p;
            q.threads[t][i] = idea;
            if (remains(q)) return q;
        }
        return std::nullopt;
    }

    static std::vector<kind> weaker(kind k) {
        switch (k) {
        case kind::load_acquire: return {kind::load};
        case kind::store_release: return {kind::store};
        case kind::fetch_add: return {kind::add, kind::fetch_add_relaxed};
        case kind::fetch_add_relaxed: return {kind::add};
        case kind::fetch_add_acquire: return {kind::add, kind::load_acquire, kind::fetch_add_relaxed};
        case kind::fetch_add_release: return {kind::add, kind::store_release, kind::fetch_add_relaxed};
        case kind::xchg: return {kind::store};
        case kind::await_acquire_equal: return {kind::await_equal};
        default: return {};
        }
    }

    wbsync::memory_kind memory_;
    flaw keep_;
};

// --- printing -----------------------------------------------------------------------------------

inline std::string statement(const operation& o, int result, int condition) {
    const std::string x = fmt::format("x{}", o.variable);
    const int n = o.value;
    const auto equal = [&](const char* verb, const char* op) {
        return fmt::format("{}({}, [](auto v) {{ return v {} {}; }})", verb, x, op, n);
    };
    std::string text;
    switch (o.what) {
    case kind::load: text = fmt::format("READ_ONCE({})", x); break;
    case kind::load_acquire: text = fmt::format("smp_load_acquire({})", x); break;
    case kind::store: text = fmt::format("WRITE_ONCE({}, {})", x, n); break;
    case kind::store_release: text = fmt::format("smp_store_release({}, {})", x, n); break;
    case kind::fetch_add: text = fmt::format("atomic_fetch_add({}, {})", n, x); break;
    case kind::fetch_add_relaxed:
        text = fmt::format("atomic_fetch_add_relaxed({}, {})", n, x);
        break;
    case kind::fetch_add_acquire:
        text = fmt::format("atomic_fetch_add_acquire({}, {})", n, x);
        break;
    case kind::fetch_add_release:
        text = fmt::format("atomic_fetch_add_release({}, {})", n, x);
        break;
    case kind::xchg: text = fmt::format("atomic_xchg({}, {})", x, n); break;
    case kind::add: text = fmt::format("atomic_add({}, {})", n, x); break;
    case kind::mb: text = "smp_mb()"; break;
    case kind::rmb: text = "smp_rmb()"; break;
    case kind::wmb: text = "smp_wmb()"; break;
    case kind::await_equal: text = equal("await", "=="); break;
    case kind::await_not: text = equal("await", "!="); break;
    case kind::await_acquire_equal: text = equal("await_acquire", "=="); break;
    case kind::lock: text = "spin_lock(l)"; break;
    case kind::unlock: text = "spin_unlock(l)"; break;
    case kind::read_lock: text = "rcu_read_lock()"; break;
    case kind::read_unlock: text = "rcu_read_unlock()"; break;
    case kind::synchronize: text = "synchronize_rcu()"; break;
    }
    if (gives_result(o.what)) text = fmt::format("r{} = {}", result, text);
    if (o.conditional) text = fmt::format("if (r{} != 0) {}", condition, text);
    return text + ";";
}

/// The program as a model that can be pasted into a test.
inline std::string source(const program& p, const std::vector<int>& order) {
    bool locks = false;
    std::string threads;
    for (const int declared : order) {
        const auto t = static_cast<std::size_t>(declared);
        int results = p.results_before(t);
        threads += fmt::format("        s.thread(\"P{}\", [this] {{\n", t);
        int condition = -1;
        for (const operation& o : p.threads[t]) {
            threads += "            " + statement(o, results, condition) + "\n";
            locks = locks || o.what == kind::lock;
            if (gives_result(o.what)) condition = results++;
        }
        threads += "        });\n";
    }
    const int results = p.results_before(p.threads.size());
    std::string list;
    for (int r = 0; r != results; ++r) list += fmt::format("r{}, ", r);
    std::string text = "struct shrunk {\n"
                       "    std::set<std::vector<std::int64_t>>* seen;\n"
                       "    atomic_t x0{\"x0\"}, x1{\"x1\"}, x2{\"x2\"};\n";
    if (locks) text += "    spinlock_t l{\"l\"};\n";
    for (int r = 0; r != results; ++r) text += fmt::format("    std::int64_t r{} = -1;\n", r);
    text += "    explicit shrunk(std::set<std::vector<std::int64_t>>* into) : seen(into) {}\n"
            "    void threads(scenario& s) {\n" +
            threads + "    }\n    void finally() {\n        seen->insert({" + list +
            "x0.value.newest(), x1.value.newest(), x2.value.newest()});\n    }\n};\n";
    return text;
}

inline std::string str(const state& s, const program& p) {
    std::string text = "//   results";
    int results = 0;
    for (const auto& t : p.threads)
        for (const operation& o : t)
            if (gives_result(o.what))
                text += fmt::format(" r{}={}", results,
                                    s.results[static_cast<std::size_t>(results)]),
                    ++results;
    text += fmt::format(", x0={} x1={} x2={}", s.values[0], s.values[1], s.values[2]);
    if (!s.findings.empty()) text += fmt::format("; {}", s.findings.substr(0, s.findings.size() - 1));
    return text + "\n";
}

/// What differs, as comments to put above the model.
inline std::string str(const comparison& c, const program& p) {
    std::string text = fmt::format(
        "// {}: reference {} executions, dpor {} (+ {} redundant)\n", name_of(c.what),
        c.reference.executions, c.dpor.executions, c.dpor.redundant);
    for (const state& s : c.sc.seen)
        if (!c.dpor.seen.contains(s)) text += "// sc only:\n" + str(s, p);
    if (c.what != flaw::outcomes && c.what != flaw::deadlocks) return text;
    for (const state& s : c.reference.seen)
        if (!c.dpor.seen.contains(s)) text += "// missed by dpor:\n" + str(s, p);
    for (const state& s : c.dpor.seen)
        if (!c.reference.seen.contains(s)) text += "// dpor only:\n" + str(s, p);
    return text;
}

} // namespace fuzz
