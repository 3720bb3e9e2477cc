// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/program_model.hpp"

#include <wbsync/report/limit.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

/// The results of a scheduler on a random program.
namespace fuzz {

/// All results of one scheduler on a program.
struct exploration {
    std::set<state> finals;         ///< of executions in which every thread reached its end
    std::set<state> stuck;          ///< of the other executions
    std::set<std::string> findings; ///< including deadlocks
    std::set<std::string> traces;   ///< if asked for
    std::uint64_t executions = 0;
    std::uint64_t sleep_set_blocked = 0;
    std::uint64_t discarded = 0;
    std::string limit; ///< why it is incomplete; empty: it is complete
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

/// A deadlock lists threads, and the readers that a grace period waits for, in the order of
/// declaration, and numbers waiting_threads in that order; the normal form does not. Nor does it
/// say how often a sleeper was woken in vain: that is known from other executions, which are left
/// out.
inline std::string normal(const wbsync::finding& f) {
    constexpr std::string_view start = "no thread can run: ";
    constexpr std::string_view readers = "grace period, waits for ";
    constexpr std::string_view woken = "schedule(wakeups), which is ";
    if (f.property == "bug")
        return f.property + " " + f.message;
    // The order decides which of two racing accesses fails.
    if (!f.message.starts_with(start))
        return f.property;
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
    for (auto i = message.find(woken); i != message.npos; i = message.find(woken, i + 1))
        while (i + woken.size() < message.size() && message[i + woken.size()] != ';')
            message.erase(i + woken.size(), 1);
    return fmt::format("{}: {}", f.property, fmt::join(sorted_parts(message, ';'), "; "));
}

inline constexpr int lock_object = max_variables;

struct access {
    int object;
    wbsync::engine::access_class what;
};

/// Written down a second time here, to notice a dependence that the engine forgets.
inline access access_of(const operation& o) {
    using wbsync::engine::access_class;
    switch (o.what) {
    case kind::load:
    case kind::free_load:
    case kind::load_acquire:
    case kind::await_equal:
    case kind::await_not:
    case kind::await_acquire_equal: return {o.variable, access_class::read};
    case kind::add: return {o.variable, access_class::add};
    case kind::mb:
    case kind::rmb:
    case kind::wmb:
    case kind::before_atomic:
    case kind::after_atomic:
    case kind::after_spinlock:
    case kind::after_unlock_lock:
    case kind::read_lock: // commutes with others of its kind, and grace periods do not matter here
    case kind::read_unlock: return {0, access_class::none};
    case kind::lock:
    case kind::unlock: return {lock_object, access_class::write};
    case kind::other_lock:
    case kind::other_unlock: return {lock_object + 1, access_class::write};
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
    const auto of = [&](performed s) {
        access a = access_of(p.threads[s.thread][s.index]);
        if (s.in_vain)
            a.what = wbsync::engine::access_class::read;
        return a;
    };
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

/// Does the order of the operations determine the trace? With the start of a grace period it does
/// not.
inline bool has_traces(const program& p) {
    return !p.has(kind::synchronize) && !p.has(is_composite);
}

/// One task in one process.
inline constexpr wbsync::division undivided{};

/// Every execution ends a task, which is cut into up to three parts: what can go wrong where tasks
/// border goes wrong in small programs.
inline constexpr wbsync::division shredded{1, 1, 64, 3, true};

/// Many more than the steps of a random program, unless two of its loops always see each other's
/// rounds: then they never end.
inline constexpr int max_depth = 200;

/// `order`: the order of declaration of the threads.
inline exploration explore(const program& p, const std::vector<int>& order,
                           wbsync::memory_kind memory, wbsync::scheduler_kind scheduler,
                           std::uint64_t max_executions, bool with_traces = false,
                           const wbsync::division& divide = undivided) {
    exploration all;
    record last;
    wbsync::options with;
    with.memory = memory;
    with.scheduler = scheduler;
    with.max_executions = max_executions;
    with.max_depth = max_depth;
    with.all_findings = true;
    with.divide = divide;
    with.trace = false;
    with.on_execution = [&](const std::vector<wbsync::finding>& findings) {
        if (!last.finished && findings.empty())
            return; // given up
        for (const wbsync::finding& f : findings)
            all.findings.insert(detail::normal(f));
        (last.finished ? all.finals : all.stuck).insert(last.end);
        if (with_traces)
            all.traces.insert(detail::trace_of(p, last.steps));
    };
    const wbsync::result r = wbsync::check<program_model>(with, &p, &order, &last);
    all.executions = r.executions;
    all.sleep_set_blocked = r.sleep_set_blocked + r.overlap;
    all.discarded = r.discarded;
    all.limit = wbsync::report::text_of(r.limit);
    return all;
}

} // namespace fuzz
