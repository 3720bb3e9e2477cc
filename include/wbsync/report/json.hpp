// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/report/limit.hpp>
#include <wbsync/report/names.hpp>
#include <wbsync/report/step.hpp>
#include <wbsync/report/subject.hpp>
#include <wbsync/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// Results as JSON, in the form that docs/json.md describes and docs/result.schema.json specifies.

namespace wbsync::report {

using json = nlohmann::ordered_json;

/// The version of that form. A document with another version means something else.
inline constexpr int schema_version = 2;

/// The program that a document is from.
struct origin {
    std::string program = "wbsync";
    std::string version = {};
    std::string source_root = {}; ///< folder that file names are relative to; empty: as they are
};

namespace detail {

inline json or_null(bool known, json value) {
    return known ? std::move(value) : json(nullptr);
}
inline json text_or_null(const std::string& text) {
    return or_null(!text.empty(), text);
}

/// A number, a truth value, or a text; null: there is no value.
inline json json_of(const event_value& v) {
    switch (v.kind()) {
    case event_value::form::nothing: return nullptr;
    case event_value::form::number: return v.number();
    case event_value::form::truth: return v.number() != 0;
    default: return text_of(v);
    }
}

/// Steps are numbered from 1, as in a printed counterexample.
inline json step_number(int index) {
    return or_null(index >= 0, index + 1);
}

/// "umount.hpp:42 evict_inodes", or nothing.
inline std::string short_site(const site& at) {
    if (*at.file == '\0')
        return {};
    const std::string function = function_of(at);
    return function.empty() ? at.str() : at.str() + " " + function;
}

inline json names_of(const std::vector<int>& threads, const trace& t) {
    json names = json::array();
    for (const int thread : threads)
        names.push_back(thread_name(t, thread));
    return names;
}

/// The threads that took no step.
inline json not_started(const trace& t) {
    std::vector<bool> started(t.threads.size());
    for (const trace_step& s : t.steps)
        if (s.thread >= 0 && static_cast<std::size_t>(s.thread) < started.size())
            started[static_cast<std::size_t>(s.thread)] = true;
    json names = json::array();
    for (std::size_t i = 0; i != started.size(); ++i)
        if (!started[i])
            names.push_back(t.threads[i]);
    return names;
}

/// The two accesses that a finding is about, by the numbers of their steps.
inline json collision_of(const trace& t, const finding& f) {
    const colliding_steps two = colliding_steps_of(t, f);
    if (!two.earlier)
        return nullptr;
    const auto missing = missing_order_of(t, f, two);
    return {{"kind", name_of(f.with.what)},
            {"object", f.with.object},
            {"earlier", *two.earlier + 1},
            {"later", later_number(t, f, two)},
            {"release_at", missing && missing->release ? json(missing->store + 1) : json(nullptr)},
            {"acquire_at", missing && missing->acquire ? json(missing->load + 1) : json(nullptr)}};
}

} // namespace detail

/// The step with index `i`.
inline json to_json(const trace& t, std::size_t i, const std::string& source_root = {}) {
    const trace_step& s = t.steps[i];
    const bool placed = *s.where.file != '\0';
    const char* const order = name_of(s.order);
    return {{"step", i + 1},
            {"thread", s.thread < 0 ? phase_of(t, i) : thread_name(t, s.thread)},
            {"thread_id", detail::or_null(s.thread >= 0, s.thread)},
            {"kind", name_of(s.kind)},
            {"op", s.verb},
            {"object", s.object.name},
            {"object_id", detail::or_null(s.object.id >= 0, s.object.id)},
            {"order", order == nullptr ? json(nullptr) : json(order)},
            {"value", value_of(s, t)},
            {"text", words_of(s, t)},
            {"before", detail::json_of(s.before)},
            {"after", detail::json_of(s.after)},
            {"reads_from", detail::step_number(s.reads_from)},
            {"stale", s.stale},
            {"late", s.late},
            {"newer", detail::json_of(s.newer)},
            {"newer_step", detail::step_number(s.newer_step)},
            {"waits_for", detail::names_of(s.waits_for, t)},
            {"property", detail::text_or_null(s.property)},
            {"message", detail::text_or_null(s.message)},
            {"site", detail::short_site(s.where)},
            {"file", detail::or_null(placed, detail::relative_path(s.where.file, source_root))},
            {"line", detail::or_null(placed, s.where.line)},
            {"function", detail::text_or_null(function_of(s.where))}};
}

inline json to_json(const trace& t, const std::string& source_root = {}) {
    json steps = json::array();
    for (std::size_t i = 0; i != t.steps.size(); ++i)
        steps.push_back(to_json(t, i, source_root));
    return {{"threads", t.threads}, {"not_started", detail::not_started(t)}, {"steps", steps}};
}

/// The entry of a check in the document. For an incomplete check the message says which limit was
/// hit, and `explored` estimates how far it got, from 0 to 1, if that is known.
inline json to_json(const result& r, const subject& about) {
    const bool failed = r.outcome == verdict::finding;
    const bool cut = r.outcome == verdict::incomplete;
    const trace& t = r.counterexample;
    const bool replayed = r.limit.kind == limit_kind::schedule;
    const bool recorded = (failed || replayed) && !(t.threads.empty() && t.steps.empty());
    return {
        {"model", about.model},
        {"commit", about.commit},
        {"memory", name_of(r.memory)},
        {"parameters", about.parameters.empty() ? json::object() : json(about.parameters)},
        {"verdict", name_of(r.outcome)},
        {"property", detail::or_null(failed, r.what.property)},
        {"message", detail::or_null(failed || cut || r.vacuous(), failed ? r.what.message
                                                                  : cut  ? text_of(r.limit)
                                                                         : r.vacuity)},
        {"limit", name_of(r.limit.kind) == nullptr ? json(nullptr) : json(name_of(r.limit.kind))},
        {"expected", about.expected},
        {"as_expected", about.as_expected},
        {"executions", r.executions},
        {"redundant", r.sleep_set_blocked},
        {"blocked", r.blocked},
        {"overlap", r.overlap},
        {"discarded", r.discarded},
        {"events", r.events},
        {"explored", detail::or_null(r.explored >= 0, r.explored)},
        {"seconds", r.seconds},
        {"collision", failed && recorded ? detail::collision_of(t, r.what) : json(nullptr)},
        {"counterexample", recorded ? to_json(t, about.source_root) : json(nullptr)},
        {"schedule", detail::or_null(failed && !r.schedule.empty(), r.schedule)},
        {"resume", detail::text_or_null(r.resume)},
    };
}

/// The settings that the checks of a document ran with: each bound as it applied, 0 for none.
/// `jobs` 0: a process for each core.
inline json to_json(const options& with, const std::vector<memory_kind>& memories) {
    json names = json::array();
    for (const memory_kind m : memories)
        names.push_back(name_of(m));
    return {{"memory", names},
            {"scheduler", name_of(with.scheduler)},
            {"max_executions", std::uint64_t{with.max_executions}},
            {"max_seconds", double{with.max_seconds}},
            {"max_depth", int{with.max_depth}},
            {"max_memory", std::uint64_t{with.max_memory}},
            {"jobs", int{with.jobs}},
            {"symmetry", with.symmetry},
            {"accept_vacuous", with.accept_vacuous}};
}

/// The beginning of a document.
inline json heading_of(const origin& from, std::string_view command) {
    return {{"schema", schema_version},
            {"program", from.program},
            {"version", from.version},
            {"command", command}};
}

/// As text, even if a message holds bytes that are not UTF-8.
inline std::string dump(const json& document, int indent = -1) {
    return document.dump(indent, ' ', false, json::error_handler_t::replace);
}

} // namespace wbsync::report
