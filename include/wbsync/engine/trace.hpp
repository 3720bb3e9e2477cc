// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <string>
#include <vector>

namespace wbsync {

/// What one thread did at one moment of an execution, in the reader's words.
struct trace_step {
    int thread = -1;    ///< index into the trace's threads; -1: while the model was set up or ended
    std::string op;     ///< "atomic_inc"
    std::string object; ///< "inode[0].i_count"
    std::string value;  ///< "1 -> 2"; a load that read an old store says which is newer
    site where;
    int reads_from = -1; ///< the step whose store was read, or -1: the initial value
    bool stale = false;  ///< the load passed over a newer store
};

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

} // namespace wbsync
