// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/trace.hpp>

#include <string>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// Records what happens when an execution is replayed for a report.
///
/// While off, it costs one test. Recording a line is amortised O(1).
class recorder {
public:
    /// nullptr: nothing is recorded.
    void write_to(trace* log);
    [[nodiscard]] bool is_active() const noexcept { return log_ != nullptr; }

    void name_thread(std::string name) { log_->threads.push_back(std::move(name)); }

    /// Adds a line that is no step: a finding, or what a thread waits for.
    void add(trace_step line) { log_->steps.push_back(std::move(line)); }

    /// Adds a line about the newest of `steps` steps, if there are any. The step read the store of
    /// step `source`; the newest store is that of step `newest`.
    void add_step(trace_step line, int steps, step_index source, step_index newest);

    /// The load of step `load` is late, and reads the store of step `source`.
    void reads_late(step_index load, step_index source);

private:
    [[nodiscard]] int line_of(step_index s) const;

    trace* log_ = nullptr;
    std::vector<int> line_of_step_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/recorder_inl.hpp>
#endif
