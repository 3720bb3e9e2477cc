// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/trace.hpp>
#include <wbsync/report/wrap.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace wbsync::report {

/// The kernel function that a step belongs to; empty for the lambdas that start a thread.
inline std::string function_of(const site& at) {
    const std::string_view name{at.function};
    const bool lambda = name == "operator()" || name.find("lambda") != std::string_view::npos;
    return lambda ? std::string{} : std::string{name};
}

/// "umount.hpp:42 in evict_inodes()", or empty.
inline std::string place_of(const site& at) {
    if (*at.file == '\0')
        return {};
    const std::string function = function_of(at);
    return function.empty() ? at.str() : fmt::format("{} in {}()", at.str(), function);
}

inline std::string thread_name(const trace& t, int thread) {
    const auto i = static_cast<std::size_t>(thread);
    if (thread < 0)
        return {};
    return i < t.threads.size() ? t.threads[i] : fmt::format("thread {}", thread);
}

/// Steps outside of the threads: before the first of them, or after the last.
inline const char* phase_of(const trace& t, std::size_t step) {
    for (std::size_t i = step; i < t.steps.size(); ++i)
        if (t.steps[i].thread >= 0)
            return "(set-up)";
    return "(end)";
}

inline bool is_barrier(const trace_step& s) {
    const std::string_view op{s.op};
    return s.object.empty() && (op.starts_with("smp_mb") || op == "smp_rmb" || op == "smp_wmb");
}

/// Locks and plain variables: if no other thread uses the same one, the step is of no interest.
inline bool is_quiet(const trace_step& s) {
    const std::string_view op{s.op};
    return !s.object.empty() &&
           (op == "read" || op == "write" || op.ends_with("_lock") || op.ends_with("_unlock"));
}

/// The step that reports the property, unless the failure came out of an operation, which is then
/// not in the trace: it never happened.
inline std::optional<std::size_t> failing_step(const trace& t, const finding& f) {
    for (std::size_t i = t.steps.size(); i-- != 0;) {
        const trace_step& s = t.steps[i];
        if (s.op == f.property && s.value == f.message && s.thread == f.thread &&
            s.where == f.where)
            return i;
    }
    return std::nullopt;
}

namespace detail {

/// The trace does not tell a store from a load; the kernel's names do.
inline bool is_store(std::string_view op) {
    for (const std::string_view part : {"write", "WRITE", "store", "assign", "atomic_set"})
        if (op.find(part) != std::string_view::npos)
            return true;
    return op == "process_one_work";
}

/// A lock says who holds it, which goes without saying when its thread takes or releases it.
inline bool goes_without_saying(const trace_step& s, std::string_view thread) {
    return s.value == "free" || s.value == fmt::format("free -> held by {}", thread);
}

/// The value, with the number of the line that it comes from.
inline std::string sourced(const trace_step& s) {
    std::string value = s.value;
    std::size_t at = value.find(" (stale");
    if (at == std::string::npos) {
        at = value.size();
        if (s.stale)
            value += " (stale)";
    }
    if (s.reads_from >= 0)
        value.insert(at, fmt::format(" from {}", s.reads_from + 1));
    return value;
}

} // namespace detail

/// A step as the reader of kernel code would write it: "atomic_inc(isw_nr_in_flight) 0 -> 1",
/// "READ_ONCE(sb[0].s_flags) = 1 from 3 (stale: 0 is newer)", "WRITE_ONCE(x, 1)".
inline std::string words_of(const trace_step& s, std::string_view thread = {}) {
    const std::string value = detail::sourced(s);
    if (s.object.empty()) {
        if (value.empty())
            return s.op + "()";
        const bool macro = s.op == "BUG_ON" || s.op == "WARN_ON";
        return fmt::format(fmt::runtime(macro ? "{}({})" : "{}(): {}"), s.op, value);
    }
    if (value.empty() || detail::goes_without_saying(s, thread))
        return fmt::format("{}({})", s.op, s.object);
    const bool changed = value.find(" -> ") != std::string::npos;
    if (detail::is_store(s.op) && !changed)
        return fmt::format("{}({}, {})", s.op, s.object, value);
    const bool loaded = s.reads_from >= 0 || s.stale || value.find(' ') == std::string::npos;
    return fmt::format("{}({}) {}{}", s.op, s.object, loaded ? "= " : "", value);
}

} // namespace wbsync::report
