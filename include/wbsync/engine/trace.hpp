// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event.hpp>
#include <wbsync/engine/site.hpp>

#include <string>
#include <vector>

namespace wbsync {

/// One execution.
struct trace {
    std::vector<std::string> threads;
    std::vector<trace_step> steps;
};

/// A property that failed.
struct finding {
    std::string property; ///< "BUG_ON", "use-after-free", "data-race", "deadlock", "P1", …
    std::string message;
    site where;
    int thread = -1;

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
