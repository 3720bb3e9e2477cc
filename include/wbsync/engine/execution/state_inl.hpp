// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/state.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void execution_state::begin(memory_model& model) {
    memory = &model;
    now = phase::setup;
    part = "";
    model_runs = false;
    ++progress;
    stamp += stamp_step;
    threads.clear();
    self = -1;
    steps = 0;
    last_outside = {};
}

WBSYNC_INLINE std::string execution_state::who_runs() const {
    return self < 0 ? std::string{part} : threads[self].name.str();
}

WBSYNC_INLINE const site& execution_state::last_operation() const noexcept {
    return self < 0 ? last_outside : threads[self].last;
}

WBSYNC_INLINE std::string execution_state::after_operation() const {
    if (*last_operation().file != '\0')
        return ", after the operation at the place given";
    return self < 0 ? "" : ", before the first operation of its thread";
}

} // namespace wbsync::engine
