// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event.hpp>
#include <wbsync/engine/site.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace wbsync {

/// One execution.
struct trace {
    std::vector<std::string> threads;
    std::vector<trace_step> steps;
};

/// The earlier one of the two accesses that a finding is about, if it is about two: a data race, a
/// use after the end of an object, an end that is not ordered after a use. The later one is where
/// the finding is reported.
struct collision {
    enum class pair : std::uint8_t {
        none,          ///< the finding is about one step
        race,          ///< nothing orders the two
        use_after_end, ///< the object ended first
        unordered_end, ///< it was used first, but nothing orders its end after that
    } what = pair::none;
    std::string object; ///< what both access
    std::string verb;   ///< what the earlier one did to it
    int thread = -1;
    site where;

    friend bool operator==(const collision&, const collision&) = default;
};

/// A property that failed.
struct finding {
    std::string property; ///< "BUG_ON", "use-after-free", "data-race", "deadlock", "P1", …
    std::string message;
    site where;
    int thread = -1;
    collision with = {};

    friend bool operator==(const finding& a, const finding& b) {
        return a.property == b.property && a.message == b.message && a.thread == b.thread;
    }
};

/// The step of thread `t` that reports the finding.
trace_step step_of(const finding& f, int t);

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/trace_inl.hpp>
#endif
