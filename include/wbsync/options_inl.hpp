// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/number.hpp>
#include <wbsync/options.hpp>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wbsync {

namespace detail {

/// nullptr: it is not set. A variable that is set must not be empty.
inline const char* environment(const char* name) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value == '\0')
        throw std::invalid_argument(std::string{"wbsync: "} + name +
                                    " is empty: give it a value, or unset it");
    return value;
}

template <class Number>
void take(const char* name, setting<Number>& into, Number most, Number least = {}) {
    const char* const v = environment(name);
    if (v == nullptr)
        return;
    std::string what = "wbsync: "; // g++ 12 takes a sum of strings for an overflow
    what.append(name);
    into.otherwise(parse_number<Number>(what, v, least, most));
}

} // namespace detail

WBSYNC_INLINE options options::with_environment() const {
    options o = *this;
    if (const char* v = detail::environment("WBSYNC_MEMORY"))
        o.memory.otherwise(parse_memory(v, "WBSYNC_MEMORY"));
    detail::take("WBSYNC_MAX_EXECUTIONS", o.max_executions, unlimited);
    detail::take("WBSYNC_MAX_SECONDS", o.max_seconds, most_seconds);
    detail::take("WBSYNC_MAX_DEPTH", o.max_depth, most_depth, 1);
    detail::take("WBSYNC_MAX_MEMORY", o.max_memory, most_memory);
    detail::take("WBSYNC_JOBS", o.jobs, most_jobs);
    if (const char* v = detail::environment("WBSYNC_REPLAY"); v != nullptr && o.replay.empty())
        o.replay = v;
    if (o.orderings != nullptr)
        o.jobs = 1;
    o.expect_sense();
    return o;
}

WBSYNC_INLINE memory_kind options::parse_memory(std::string_view name, const std::string& what) {
    if (const engine::registered_memory* const found = engine::find_memory(name))
        return found->kind;
    throw std::invalid_argument("wbsync: " + what + " must be one of " + engine::memory_names() +
                                ", not '" + std::string{name} + "'");
}

WBSYNC_INLINE void options::expect_sense() const {
    if (max_depth < 1 || max_depth > most_depth)
        throw std::invalid_argument("wbsync: max_depth must be between 1 and 10000");
    if (!(max_seconds >= 0 && max_seconds <= most_seconds)) // false for a NaN
        throw std::invalid_argument("wbsync: max_seconds must be a number between 0, for no "
                                    "limit, and 1000000000");
    if (jobs < 0)
        throw std::invalid_argument("wbsync: jobs must be 0, for one process on each core, or "
                                    "the number of processes");
    if (divide.tasks < 1 || divide.parts < 1)
        throw std::invalid_argument("wbsync: a search is divided into one task at least");
    if (weaken.size() > 64)
        throw std::invalid_argument("wbsync: at most 64 weakenings: give several options::weaken"
                                    " entries less, or weaken some places in a check of its own");
    if (!(max_step_seconds > 0)) // false for a NaN
        throw std::invalid_argument("wbsync: max_step_seconds must be more than 0");
}

} // namespace wbsync
