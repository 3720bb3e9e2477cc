// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/trace.hpp>
#include <wbsync/report/wrap.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace wbsync::report {

/// The kernel function that a step belongs to; empty for the lambdas that start a thread.
inline std::string function_of(const site& at) {
    const std::string_view name = at.function_name();
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

/// The name of the phase for a step outside of the threads: before the first of them, or after the
/// last.
inline const char* phase_of(const trace& t, std::size_t step) {
    for (std::size_t i = step; i < t.steps.size(); ++i)
        if (t.steps[i].thread >= 0)
            return "(set-up)";
    return "(end)";
}

inline bool is_barrier(const trace_step& s) noexcept {
    return s.kind == event_kind::fence;
}

/// The step that reports the property. There is none if an operation failed: the operation never
/// happened, and is not in the trace.
inline std::optional<std::size_t> failing_step(const trace& t, const finding& f) {
    for (std::size_t i = t.steps.size(); i-- != 0;) {
        const trace_step& s = t.steps[i];
        if (s.kind == event_kind::finding && s.property == f.property && s.message == f.message &&
            s.thread == f.thread && s.where == f.where)
            return i;
    }
    return std::nullopt;
}

/// The steps of the two accesses that a finding is about. The later one may have no step: an
/// operation that failed never happened.
struct colliding_steps {
    std::optional<std::size_t> earlier; ///< or the step that it comes right after
    std::optional<std::size_t> later;
};

inline colliding_steps colliding_steps_of(const trace& t, const finding& f) {
    using pair = collision::pair;
    colliding_steps found;
    if (f.with.what == pair::none)
        return found;
    std::size_t end = t.steps.size();
    while (end != 0 && t.steps[end - 1].kind == event_kind::finding)
        --end;
    const auto is_at = [&](std::size_t i, int thread, const site& where) {
        return t.steps[i].thread == thread && t.steps[i].where == where;
    };
    if (end != 0 && f.with.what != pair::use_after_end && is_at(end - 1, f.thread, f.where) &&
        f.message.starts_with(t.steps[end - 1].verb + " of ")) // another one may be on the line
        found.later = end - 1;
    std::optional<std::size_t> last; // of its thread: an access may come before its step
    for (std::size_t i = found.later.value_or(end); i-- != 0;) {
        if (!last && t.steps[i].thread == f.with.thread)
            last = i;
        if (!is_at(i, f.with.thread, f.with.where))
            continue;
        if (t.steps[i].verb == f.with.verb) {
            found.earlier = i;
            break;
        }
        if (!found.earlier)
            found.earlier = i; // the step that the access is a part of
    }
    if (!found.earlier)
        found.earlier = last;
    return found;
}

/// The number of the later access, which comes behind all steps if it has none.
inline std::size_t later_number(const trace& t, const finding& f, const colliding_steps& two) {
    return two.later.value_or(failing_step(t, f).value_or(t.steps.size())) + 1;
}

/// A load of the later thread that reads a store of the earlier one: with a release and an acquire
/// there, the two accesses would be ordered.
struct missing_order {
    std::size_t store;
    std::size_t load;
    bool release; ///< it is what is missing
    bool acquire;
};

namespace detail {

inline bool has_acquire(event_order o) noexcept {
    return o == event_order::acquire || o == event_order::acq_rel || o == event_order::full;
}
inline bool has_release(event_order o) noexcept {
    return o == event_order::release || o == event_order::acq_rel || o == event_order::full;
}

} // namespace detail

inline std::optional<missing_order> missing_order_of(const trace& t, const finding& f,
                                                     const colliding_steps& two) {
    if (!two.earlier || f.with.what == collision::pair::use_after_end)
        return std::nullopt;
    for (std::size_t i = two.later.value_or(t.steps.size()); i-- > *two.earlier + 1;) {
        const trace_step& load = t.steps[i];
        const auto from = static_cast<std::size_t>(load.reads_from);
        if (load.thread != f.thread || load.reads_from < 0 || from <= *two.earlier || from >= i ||
            t.steps[from].thread != f.with.thread)
            continue;
        const missing_order m{from, i, !detail::has_release(t.steps[from].order),
                              !detail::has_acquire(load.order)};
        if (m.release || m.acquire)
            return m;
    }
    return std::nullopt;
}

namespace detail {

/// Is its value clear from the kind of step? A lock that is taken was free, and its thread has it.
inline bool goes_without_saying(const trace_step& s) {
    const event_value nobody = lock_owner{};
    if (s.kind == event_kind::unlock)
        return !has_value(s.before) && s.after == nobody;
    const bool takes =
        s.kind == event_kind::lock || s.kind == event_kind::try_lock || s.kind == event_kind::down;
    return takes && s.before == nobody && s.after == event_value{lock_owner{s.thread, {}}};
}

inline bool has_changed(const trace_step& s) noexcept {
    return has_value(s.before) && has_value(s.after);
}

/// "grace period of ssp, waits for reader[0] reader[1]"
inline std::string grace_period_text(const trace_step& s, const trace& t) {
    if (s.kind == event_kind::grace_period_end)
        return "grace period ends";
    std::string text = "grace period";
    if (!s.object.name.empty())
        text += " of " + s.object.name;
    if (s.waits_for.empty())
        return text + ", no reader to wait for";
    text += ", waits for";
    for (const int reader : s.waits_for)
        text += " " + thread_name(t, reader);
    return text;
}

/// What is unusual about a change: "(late: 0 from 3)".
inline std::string remark_of_change(const trace_step& s) {
    if (!s.late)
        return {};
    return s.reads_from < 0
               ? std::string{"(late)"}
               : fmt::format("(late: {} from {})", text_of(s.before), s.reads_from + 1);
}

/// What is unusual about a read: "(late)", "(stale: 1 is newer)".
inline std::string remark_of_read(const trace_step& s) {
    std::string text = s.late ? "(late)" : "";
    if (s.stale)
        text +=
            fmt::format("{}{}", text.empty() ? "" : " ",
                        has_value(s.newer) ? fmt::format("(stale: {} is newer)", text_of(s.newer))
                                           : std::string{"(stale)"});
    return text;
}

inline std::string with_remark(const std::string& text, const std::string& remark) {
    return remark.empty() ? text : text + " " + remark;
}

/// The value that was read, the step that it is from if wanted, and whether there was a newer
/// value.
inline std::string text_of_read(const trace_step& s, bool with_source) {
    std::string text = text_of(s.before);
    if (with_source && s.reads_from >= 0)
        text += fmt::format(" from {}", s.reads_from + 1);
    return with_remark(text, remark_of_read(s));
}

/// "2 -> 3", and of a late one that the 2 is from a later step.
inline std::string text_of_change(const trace_step& s) {
    return with_remark(fmt::format("{} -> {}", text_of(s.before), text_of(s.after)),
                       remark_of_change(s));
}

/// "BUG_ON(busy)", "P1(): busy inodes"
inline std::string words_without_object(const trace_step& s, const std::string& value) {
    if (value.empty())
        return s.verb + "()";
    const bool macro = s.verb == "BUG_ON" || s.verb == "WARN_ON";
    return fmt::format(fmt::runtime(macro ? "{}({})" : "{}(): {}"), s.verb, value);
}

} // namespace detail

inline bool is_grace_period(const trace_step& s) noexcept {
    return s.kind == event_kind::grace_period_begin || s.kind == event_kind::grace_period_end;
}

/// The object of the step as it is shown: grace periods show none.
inline std::string_view shown_object(const trace_step& s) noexcept {
    return is_grace_period(s) ? std::string_view{} : std::string_view{s.object.name};
}

/// What the step saw and did: "0 -> 1", "0 (stale: 1 is newer)", "waits for ever".
inline std::string value_of(const trace_step& s, const trace& t) {
    if (is_grace_period(s))
        return detail::grace_period_text(s, t);
    if (s.kind == event_kind::blocked)
        return "waits for ever";
    if (!s.message.empty())
        return s.message;
    if (detail::has_changed(s))
        return detail::text_of_change(s);
    return has_value(s.after) ? text_of(s.after) : detail::text_of_read(s, false);
}

/// The part of words_of() that says what is unusual about the step; mostly empty.
inline std::string remark_of(const trace_step& s) {
    return detail::has_changed(s) ? detail::remark_of_change(s) : detail::remark_of_read(s);
}

/// A step as the reader of kernel code would write it: "atomic_inc(isw_nr_in_flight) 0 -> 1",
/// "READ_ONCE(sb[0].s_flags) = 1 from 3 (stale: 0 is newer)", "WRITE_ONCE(x, 1)".
inline std::string words_of(const trace_step& s, const trace& t) {
    const std::string_view object = shown_object(s);
    const std::string value = value_of(s, t);
    if (object.empty())
        return detail::words_without_object(s, value);
    if (value.empty() || detail::goes_without_saying(s))
        return fmt::format("{}({})", s.verb, object);
    if (detail::has_changed(s) || !s.message.empty() || s.kind == event_kind::blocked)
        return fmt::format("{}({}) {}", s.verb, object, value);
    if (!has_value(s.after))
        return fmt::format("{}({}) = {}", s.verb, object, detail::text_of_read(s, true));
    return fmt::format(fmt::runtime(s.is_part ? "{}({}) = {}" : "{}({}, {})"), s.verb, object,
                       value);
}

} // namespace wbsync::report
