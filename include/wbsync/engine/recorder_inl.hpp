// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/recorder.hpp>
#include <wbsync/linkage.hpp>

#include <cstddef>

namespace wbsync::engine {

WBSYNC_INLINE void recorder::write_to(trace* log) {
    log_ = log;
    if (log != nullptr)
        *log = {};
    line_of_step_.clear();
}

WBSYNC_INLINE void recorder::add_step(trace_step line, int steps, step_index source,
                                      step_index newest) {
    if (line_of_step_.size() < static_cast<std::size_t>(steps))
        line_of_step_.resize(static_cast<std::size_t>(steps), -1);
    if (steps != 0 && line_of_step_.back() < 0)
        line_of_step_.back() = static_cast<int>(log_->steps.size());
    line.reads_from = line_of(source);
    line.newer_step = line_of(newest);
    add(std::move(line));
}

WBSYNC_INLINE void recorder::reads_late(step_index load, step_index source) {
    if (const int line = line_of(load); line >= 0)
        log_->steps[static_cast<std::size_t>(line)].reads_from = line_of(source);
}

WBSYNC_INLINE int recorder::line_of(step_index s) const {
    const bool known = s >= 0 && static_cast<std::size_t>(s) < line_of_step_.size();
    return known ? line_of_step_[static_cast<std::size_t>(s)] : -1;
}

} // namespace wbsync::engine
