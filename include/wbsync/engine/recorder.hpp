// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/trace.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// Writes down what happens, when an execution is replayed for a report.
///
/// Off, it costs a test. What is noted is amortised O(1).
class recorder {
public:
    /// nullptr: nothing is written down.
    void write_to(trace* log) {
        log_ = log;
        if (log != nullptr)
            *log = {};
        line_of_step_.clear();
    }
    [[nodiscard]] bool is_active() const noexcept { return log_ != nullptr; }

    void name_thread(std::string name) { log_->threads.push_back(std::move(name)); }

    /// A line that is no step: a finding, or what is waited for.
    void add(trace_step line) { log_->steps.push_back(std::move(line)); }

    /// A line that tells of the newest of `steps` steps, if there are any, and read the store of
    /// step `source`, where that of step `newest` is newer.
    void add_step(trace_step line, int steps, step_index source, step_index newest) {
        if (line_of_step_.size() < static_cast<std::size_t>(steps))
            line_of_step_.resize(static_cast<std::size_t>(steps), -1);
        if (steps != 0 && line_of_step_.back() < 0)
            line_of_step_.back() = static_cast<int>(log_->steps.size());
        line.reads_from = line_of(source);
        line.newer_step = line_of(newest);
        add(std::move(line));
    }

private:
    [[nodiscard]] int line_of(step_index s) const {
        const bool known = s >= 0 && static_cast<std::size_t>(s) < line_of_step_.size();
        return known ? line_of_step_[static_cast<std::size_t>(s)] : -1;
    }

    trace* log_ = nullptr;
    std::vector<int> line_of_step_;
};

} // namespace wbsync::engine
