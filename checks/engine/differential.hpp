// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/axiomatic.hpp"
#include "checks/engine/exploration.hpp"
#include "checks/engine/trace_counter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

/// The explorer against the reference scheduler.
namespace fuzz {

/// What is wrong with the exploration of a program.
enum class flaw : std::uint8_t {
    none,
    too_large, ///< for the reference: not compared
    outcomes,  ///< the outcomes differ from the reference's
    sc,        ///< an outcome under sc does not exist under weak
    redundant, ///< an execution was sleep-set blocked
    count,     ///< more executions than the reference
    traces,    ///< not one execution for each trace
    axioms,    ///< the final states differ from those of the memory model's axioms
    order,     ///< the number of executions depends on the order of declaration
    divided,   ///< the search in many tasks has another result
};

constexpr const char* name_of(flaw f) {
    switch (f) {
    case flaw::none: return "no flaw";
    case flaw::too_large: return "too large for the reference";
    case flaw::outcomes: return "the outcomes differ";
    case flaw::sc: return "sc has an outcome that weak does not have";
    case flaw::redundant: return "redundant executions";
    case flaw::count: return "more executions than the reference";
    case flaw::traces: return "not one execution for each trace";
    case flaw::axioms: return "the final states are not those of the axioms";
    case flaw::order: return "the count depends on the order of the threads";
    case flaw::divided: return "the divided search sees something else";
    }
    return "";
}

template <class T>
bool includes(const std::set<T>& all, const std::set<T>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Findings other than deadlocks and BUG_ON.
inline bool hazardous(const exploration& e) {
    return std::any_of(e.findings.begin(), e.findings.end(), [](const std::string& f) {
        return !f.starts_with("deadlock") && !f.starts_with("livelock") && !f.starts_with("bug ");
    });
}

constexpr bool is_await(kind k) {
    return k == kind::await_equal || k == kind::await_not || k == kind::await_acquire_equal;
}

/// If a thread dies of a data race or the like, the place depends on the order of steps that
/// commute, and what follows is only explored for one of these orders. For such programs the
/// explorer must also have a finding, and none that the reference does not have.
///
/// If a wait can only go on with an old value, a deadlock is reported and the execution goes on
/// nevertheless. The explorer does that later than the reference: it need not get stuck at the same
/// places in the end, nor pass all those where the reference gets stuck, but it must pass one.
///
/// A thread that has given up a round of a loop gets no further if another thread dies meanwhile;
/// the reference runs such rounds.
inline bool same_outcomes(const exploration& dpor, const exploration& reference,
                          wbsync::memory_kind memory, const program& p) {
    const bool saved_by_old_values = memory != wbsync::memory_kind::sc && p.has(is_await);
    if (hazardous(dpor) || hazardous(reference))
        return hazardous(dpor) == hazardous(reference) &&
               includes(reference.findings, dpor.findings) &&
               includes(reference.finals, dpor.finals) &&
               (saved_by_old_values || p.has(gives_up) || includes(reference.stuck, dpor.stuck));
    if (dpor.finals != reference.finals)
        return false;
    if (!saved_by_old_values)
        return dpor.findings == reference.findings &&
               (p.has(gives_up) || dpor.stuck == reference.stuck);
    return includes(reference.findings, dpor.findings) &&
           dpor.findings.empty() == reference.findings.empty();
}

/// For programs with hazards, two searches stop at different places: see above.
inline bool same_search(const exploration& a, const exploration& b, bool with_hazards) {
    if (with_hazards)
        return a.findings.empty() == b.findings.empty();
    return a.executions == b.executions && a.finals == b.finals && a.stuck == b.stuck &&
           a.findings == b.findings && a.limit == b.limit;
}

struct comparison {
    flaw what = flaw::none;
    std::vector<int> order; ///< the order of declaration with which the flaw was seen
    exploration reference;
    exploration dpor;
    exploration divided;
    exploration sc;
    std::set<state> axioms; ///< final states according to the axioms
    std::optional<std::uint64_t> traces;
};

/// Orders of declaration for the threads of a program: unchanged, rotated, and reversed. The CPU of
/// a thread depends on its number, so with per-CPU counters there is only one order.
inline std::vector<std::vector<int>> orders(const program& p) {
    const std::size_t n = p.threads.size();
    std::vector<int> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::vector<std::vector<int>> all;
    if (p.has(kind::percpu_add))
        return {order};
    for (std::size_t k = 0; k != n; ++k) {
        all.push_back(order);
        std::rotate(order.begin(), order.begin() + 1, order.end());
    }
    std::reverse(order.begin(), order.end());
    if (n > 2)
        all.push_back(order);
    return all;
}

inline constexpr std::uint64_t max_reference_executions = 200'000;

/// The number of traces, if it is known. A wait that could only go on with an old value counts as a
/// deadlock and goes on: that is not a trace. The counter does not know about additions whose order
/// turned out to matter. And whether a round was in vain depends on the steps that came in between,
/// even if such a step read an older value, and could have come before.
inline std::optional<std::uint64_t> count_traces(const program& p, const std::vector<int>& order,
                                                 wbsync::memory_kind memory,
                                                 const exploration& dpor) {
    if (memory == wbsync::memory_kind::lkmm ||
        (memory == wbsync::memory_kind::weak &&
         (!dpor.findings.empty() || dpor.discarded != 0 || p.has(stores_in_vain))))
        return std::nullopt;
    record last;
    const counting::counted all = counting::traces<program_model>(memory, &p, &order, &last);
    return all.complete && all.exact ? std::optional{all.traces} : std::nullopt;
}

/// After the deadlock of a wait that an old value could end, the execution goes on only if the
/// thread has to read that value: which of two loads has to, depends on the order of the threads.
inline bool goes_on_when_stuck(const exploration& e, wbsync::memory_kind memory, const program& p) {
    return memory != wbsync::memory_kind::sc && p.has(is_await) && !e.findings.empty();
}

inline constexpr std::uint64_t max_counted_executions = 5'000;

inline comparison compare(const program& p, wbsync::memory_kind memory,
                          std::uint64_t limit = max_reference_executions) {
    using wbsync::memory_kind;
    using wbsync::scheduler_kind;
    comparison c;
    const auto all = orders(p);
    const bool with_traces = memory == memory_kind::sc && has_traces(p);
    c.order = all.front();
    c.reference = explore(p, c.order, memory, scheduler_kind::reference, limit, with_traces);
    if (!c.reference.limit.empty()) {
        c.what = flaw::too_large;
        return c;
    }
    std::uint64_t executions = 0;
    for (const auto& order : all) {
        c.order = order;
        c.dpor = explore(p, order, memory, scheduler_kind::dpor, limit);
        if (order == all.front())
            executions = c.dpor.executions;
        if (order == all.front()) {
            c.divided = explore(p, order, memory, scheduler_kind::dpor, 0, false, shredded);
            if (!same_search(c.divided, c.dpor, hazardous(c.reference)))
                c.what = flaw::divided;
        }
        if (!same_outcomes(c.dpor, c.reference, memory, p))
            c.what = flaw::outcomes;
        else if (hazardous(c.reference))
            return c;
        else if (c.dpor.sleep_set_blocked != 0)
            c.what = flaw::redundant;
        else if (c.dpor.executions > c.reference.executions)
            c.what = flaw::count;
        else if (with_traces && c.dpor.executions != c.reference.traces.size())
            c.what = flaw::traces;
        else if (order == all.front() && c.reference.executions <= max_counted_executions &&
                 (c.traces = count_traces(p, order, memory, c.dpor)) &&
                 c.dpor.executions != *c.traces)
            c.what = flaw::traces;
        else if (memory != memory_kind::lkmm && c.dpor.executions != executions &&
                 !goes_on_when_stuck(c.dpor, memory, p))
            c.what = flaw::order;
        if (c.what != flaw::none)
            return c;
    }
    if (memory != memory_kind::sc) {
        c.sc = explore(p, c.order, memory_kind::sc, scheduler_kind::dpor, limit);
        if (!includes(c.dpor.finals, c.sc.finals) ||
            (c.dpor.findings.empty() && !c.sc.findings.empty()))
            c.what = flaw::sc;
        else if (memory == memory_kind::weak && !p.has(is_composite) &&
                 c.dpor.finals != (c.axioms = axiomatic_finals(p)))
            c.what = flaw::axioms;
    }
    return c;
}

// --- saying it -----------------------------------------------------------------------------------

inline std::string str(const state& s, const program& p) {
    std::string text;
    const int results = p.results_before(p.threads.size());
    for (int r = 0; r != results; ++r)
        text += fmt::format("r{}={} ", r, s.results[static_cast<std::size_t>(r)]);
    return text + fmt::format("x0={} x1={} x2={}", s.values[0], s.values[1], s.values[2]);
}

inline std::string str(const std::string& finding, const program&) {
    return finding;
}

/// The elements of `all` that are not in `other`, a line each.
template <class T>
std::string difference(const char* title, const std::set<T>& all, const std::set<T>& other,
                       const program& p) {
    std::string text;
    for (const T& one : all)
        if (!other.contains(one))
            text += fmt::format("// {}: {}\n", title, str(one, p));
    return text;
}

/// A description of the flaw, as comments above the model.
inline std::string str(const comparison& c, const program& p) {
    std::string text =
        fmt::format("// {}: executions of the reference {}, of dpor {} (+ {})\n", name_of(c.what),
                    c.reference.executions, c.dpor.executions, c.dpor.sleep_set_blocked);
    const exploration& r = c.reference;
    const exploration& d = c.dpor;
    switch (c.what) {
    case flaw::traces:
        return text + fmt::format("// {} traces\n", c.traces ? *c.traces : r.traces.size());
    case flaw::divided:
        return text +
               fmt::format("// divided: {} executions (+ {} overlap), {}\n", c.divided.executions,
                           c.divided.sleep_set_blocked, c.divided.limit) +
               difference("missed by the divided search", d.finals, c.divided.finals, p) +
               difference("missed by the divided search", d.findings, c.divided.findings, p) +
               difference("seen by the divided search only", c.divided.finals, d.finals, p) +
               difference("seen by the divided search only", c.divided.findings, d.findings, p);
    case flaw::sc:
        return text + difference("under sc only", c.sc.finals, d.finals, p) +
               difference("under sc", c.sc.findings, d.findings, p);
    case flaw::axioms:
        return text + difference("missed, according to the axioms", c.axioms, d.finals, p) +
               difference("impossible, according to the axioms", d.finals, c.axioms, p);
    case flaw::outcomes:
        return text + difference("missed by dpor", r.finals, d.finals, p) +
               difference("missed by dpor", r.findings, d.findings, p) +
               difference("dpor never stuck at", r.stuck, d.stuck, p) +
               difference("seen by dpor only", d.finals, r.finals, p) +
               difference("seen by dpor only", d.findings, r.findings, p) +
               difference("only dpor stuck at", d.stuck, r.stuck, p);
    default: return text;
    }
}

} // namespace fuzz
