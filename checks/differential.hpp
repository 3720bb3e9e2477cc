// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/axiomatic.hpp"
#include "checks/program_model.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

/// The explorer against the reference scheduler.
namespace fuzz {

/// All that one scheduler says about a program.
struct exploration {
    std::set<state> finals;         ///< of executions in which every thread came to its end
    std::set<state> stuck;          ///< of the others
    std::set<std::string> findings; ///< deadlocks among them
    std::set<std::string> traces;   ///< if asked for
    std::uint64_t executions = 0;
    std::uint64_t redundant = 0;
    std::string limit; ///< if not empty: it is not all
};

namespace detail {

inline std::vector<std::string> sorted_parts(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    std::sort(parts.begin(), parts.end());
    return parts;
}

/// A deadlock lists threads, and the readers that a grace period waits for, in the order of their
/// declaration, and it numbers sleepers in that order; here it does not.
inline std::string normal(const wbsync::finding& f) {
    constexpr std::string_view start = "no thread can run: ";
    constexpr std::string_view readers = "grace period, waits for ";
    if (!f.message.starts_with(start))
        return f
            .property; // which of two racing accesses is the one that fails depends on the order
    std::string message = f.message.substr(start.size());
    for (auto i = message.find(readers); i != message.npos; i = message.find(readers, i)) {
        i += readers.size();
        const auto end = message.find(')', i);
        const auto names = sorted_parts(std::string_view{message}.substr(i, end - i), ' ');
        message.replace(i, end - i, fmt::format("{}", fmt::join(names, " ")));
    }
    for (auto i = message.find("; "); i != message.npos; i = message.find("; ", i))
        message.replace(i, 2, ";");
    for (auto i = message.find("wakeups["); i != message.npos; i = message.find("wakeups[", i))
        message.replace(i, message.find(']', i) + 1 - i, "wakeups"); // the number of a thread
    return fmt::format("{}: {}", f.property, fmt::join(sorted_parts(message, ';'), "; "));
}

inline constexpr int lock_object = max_variables;

struct access {
    int object;
    wbsync::engine::access_class what;
};

/// Written down here again, so that a dependence that the engine forgets is noticed.
inline access access_of(const operation& o) {
    using wbsync::engine::access_class;
    switch (o.what) {
    case kind::load:
    case kind::load_acquire:
    case kind::await_equal:
    case kind::await_not:
    case kind::await_acquire_equal: return {o.variable, access_class::read};
    case kind::add: return {o.variable, access_class::add};
    case kind::mb:
    case kind::rmb:
    case kind::wmb:
    case kind::read_lock: // commutes with its like, and grace periods are not looked at here
    case kind::read_unlock: return {0, access_class::none};
    case kind::lock:
    case kind::unlock: return {lock_object, access_class::write};
    default: return {o.variable, access_class::write};
    }
}

inline bool conflict(const access& a, const access& b) {
    using wbsync::engine::access_class;
    return a.object == b.object && a.what != access_class::none && b.what != access_class::none &&
           (a.what != b.what || a.what == access_class::write);
}

/// The Mazurkiewicz trace of an execution: its operations, and the order of those that conflict.
inline std::string trace_of(const program& p, const std::vector<performed>& steps) {
    const auto of = [&](performed s) { return access_of(p.threads[s.thread][s.index]); };
    std::vector<std::pair<performed, performed>> order;
    for (std::size_t j = 0; j != steps.size(); ++j)
        for (std::size_t i = 0; i != j; ++i)
            if (steps[i].thread != steps[j].thread && conflict(of(steps[i]), of(steps[j])))
                order.emplace_back(steps[i], steps[j]);
    std::sort(order.begin(), order.end());
    std::vector<performed> all = steps;
    std::sort(all.begin(), all.end());
    std::string text;
    const auto add = [&](performed s) {
        text += static_cast<char>('a' + s.thread);
        text += static_cast<char>('0' + s.index);
    };
    for (const performed s : all)
        add(s);
    for (const auto& [first, second] : order) {
        add(first);
        add(second);
    }
    return text;
}

} // namespace detail

/// Can traces be told from the order of the operations? The start of a grace period cannot.
inline bool has_traces(const program& p) {
    return !p.has(kind::synchronize) && !p.has(is_composite);
}

/// `order`: in which the threads are declared.
inline exploration explore(const program& p, const std::vector<int>& order,
                           wbsync::memory_kind memory, wbsync::scheduler_kind scheduler,
                           std::uint64_t max_executions, bool with_traces = false) {
    exploration all;
    record last;
    wbsync::options with;
    with.memory = memory;
    with.scheduler = scheduler;
    with.max_executions = max_executions;
    with.all_findings = true;
    with.trace = false;
    with.on_execution = [&](const std::vector<wbsync::finding>& findings) {
        if (!last.finished && findings.empty())
            return; // given up as redundant
        for (const wbsync::finding& f : findings)
            all.findings.insert(detail::normal(f));
        (last.finished ? all.finals : all.stuck).insert(last.end);
        if (with_traces)
            all.traces.insert(detail::trace_of(p, last.steps));
    };
    const wbsync::result r = wbsync::check<program_model>(with, &p, &order, &last);
    all.executions = r.executions;
    all.redundant = r.redundant;
    all.limit = r.limit;
    return all;
}

/// What is wrong with the exploration of a program.
enum class flaw : std::uint8_t {
    none,
    too_large, ///< for the reference: nothing was compared
    outcomes,  ///< other outcomes than the reference's
    sc,        ///< an outcome under sc is none under weak
    redundant, ///< an execution was given up
    count,     ///< more executions than the reference
    traces,    ///< not one execution for each trace, under sc
    axioms,    ///< other final states than the axioms of the memory model give
    order,     ///< another number of executions with the threads declared in another order
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
    }
    return "";
}

template <class T>
bool includes(const std::set<T>& all, const std::set<T>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Findings other than deadlocks.
inline bool hazardous(const exploration& e) {
    return std::any_of(e.findings.begin(), e.findings.end(),
                       [](const std::string& f) { return !f.starts_with("deadlock"); });
}

/// Where a wait can go on with an old value only, a deadlock is reported and the execution goes on,
/// if it can. The explorer offers fewer old values than the reference, as it sees them in other
/// executions: where each is stuck in the end is compared under sc only. Where a thread dies of a
/// data race or the like depends on the order of steps that commute: then only the fact is
/// compared.
inline bool same_outcomes(const exploration& dpor, const exploration& reference,
                          wbsync::memory_kind memory) {
    if (hazardous(dpor) || hazardous(reference))
        return hazardous(dpor) == hazardous(reference);
    return dpor.finals == reference.finals && dpor.findings == reference.findings &&
           (memory == wbsync::memory_kind::weak || dpor.stuck == reference.stuck);
}

struct comparison {
    flaw what = flaw::none;
    std::vector<int> order; ///< of declaration, with which the flaw was seen
    exploration reference;
    exploration dpor;
    exploration sc;
    std::set<state> axioms; ///< final states according to them
};

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
    if (n > 2)
        all.push_back(order);
    return all;
}

inline constexpr std::uint64_t max_reference_executions = 200'000;

inline comparison compare(const program& p, wbsync::memory_kind memory,
                          std::uint64_t limit = max_reference_executions) {
    using wbsync::memory_kind;
    using wbsync::scheduler_kind;
    comparison c;
    const auto all = orders(static_cast<int>(p.threads.size()));
    const bool count_traces = memory == memory_kind::sc && has_traces(p);
    c.order = all.front();
    c.reference = explore(p, c.order, memory, scheduler_kind::reference, limit, count_traces);
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
        if (!same_outcomes(c.dpor, c.reference, memory))
            c.what = flaw::outcomes;
        else if (hazardous(c.reference))
            return c;
        else if (c.dpor.redundant != 0)
            c.what = flaw::redundant;
        else if (c.dpor.executions > c.reference.executions)
            c.what = flaw::count;
        else if (count_traces && c.dpor.executions != c.reference.traces.size())
            c.what = flaw::traces;
        else if (c.dpor.executions != executions)
            c.what = flaw::order;
        if (c.what != flaw::none)
            return c;
    }
    if (memory == memory_kind::weak) {
        c.sc = explore(p, c.order, memory_kind::sc, scheduler_kind::dpor, limit);
        if (!includes(c.dpor.finals, c.sc.finals) || !includes(c.dpor.findings, c.sc.findings))
            c.what = flaw::sc;
        else if (!p.has(is_composite) && c.dpor.finals != (c.axioms = axiomatic_finals(p)))
            c.what = flaw::axioms;
    }
    return c;
}

// --- saying it
// --------------------------------------------------------------------------------------

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

/// What is in `all` and not in `other`, a line each.
template <class T>
std::string difference(const char* title, const std::set<T>& all, const std::set<T>& other,
                       const program& p) {
    std::string text;
    for (const T& one : all)
        if (!other.contains(one))
            text += fmt::format("// {}: {}\n", title, str(one, p));
    return text;
}

/// What is wrong, as comments to put above the model.
inline std::string str(const comparison& c, const program& p) {
    std::string text =
        fmt::format("// {}: executions of the reference {}, of dpor {} (+ {})\n", name_of(c.what),
                    c.reference.executions, c.dpor.executions, c.dpor.redundant);
    const exploration& r = c.reference;
    const exploration& d = c.dpor;
    switch (c.what) {
    case flaw::traces: return text + fmt::format("// {} traces\n", r.traces.size());
    case flaw::sc:
        return text + difference("under sc only", c.sc.finals, d.finals, p) +
               difference("under sc only", c.sc.findings, d.findings, p);
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
