// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_model.hpp>
#include <wbsync/engine/thread_table.hpp>

#include <cstdint>
#include <string>

namespace wbsync::engine {

/// The state of an execution that all its parts look at. Its life and its scheduling change it; the
/// other parts only read it.
struct execution_state {
    enum class phase : std::uint8_t { outside, setup, running, finally, destruction };

    /// Stamps of executions are far apart, so that no other number in memory looks like one.
    static constexpr std::uint64_t stamp_step = 0x9e37'79b9'7f4a'7c15;

    phase now = phase::outside;
    thread_id self = -1;              ///< the current thread; -1: none, the model is set up or ends
    step_index steps = 0;             ///< done so far
    std::uint64_t stamp = 0;          ///< unique to this execution
    volatile bool model_runs = false; ///< the model's own code runs, not the engine's; a signal
                                      ///< handler reads it
    std::uint64_t progress = 0;       ///< changes whenever the model's code comes to the engine
    const char* part = ""; ///< name of the part of the model that runs, outside of its threads
    site last_outside;     ///< newest operation outside of the threads
    thread_table threads;
    memory_model* memory = nullptr; ///< the memory model of this execution

    /// Resets the state for an execution under `model`.
    void begin(memory_model& model);

    [[nodiscard]] bool running() const noexcept { return now == phase::running; }

    /// Name of the thread or the part of the model that runs.
    [[nodiscard]] std::string who_runs() const;

    /// Place of the newest operation of the part that runs.
    [[nodiscard]] const site& last_operation() const noexcept;

    /// That place, for the end of a sentence: ", after the operation at the place given".
    [[nodiscard]] std::string after_operation() const;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/state_inl.hpp>
#endif
