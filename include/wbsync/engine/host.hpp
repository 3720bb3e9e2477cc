// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/model_driver.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>

namespace wbsync::engine {

/// How long a job waits for the model's own code.
struct patience_of_job {
    double step_seconds = 5; ///< of processor time in one step; see options::max_step_seconds
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::uint64_t memory = 0; ///< MiB that the process may use; 0: no limit
    const volatile std::sig_atomic_t* interrupt = nullptr;
};

/// A check under way: what the loop over executions needs.
///
/// Not re-entrant: one execution at a time, and `run`, `by` and `model` outlive the job.
class job {
public:
    virtual ~job() = default;

    execution& run;
    scheduler& by;
    model_driver& model;
    execution::settings settings;
    patience_of_job patience;
    volatile std::sig_atomic_t look_around = 0; ///< set when a limit is hit during an execution

    job(execution& the_run, scheduler& the_scheduler, model_driver& the_model)
        : run(the_run), by(the_scheduler), model(the_model) {}
    job(const job&) = delete;
    job& operator=(const job&) = delete;

    /// Called after each execution. False: stop here.
    virtual bool after_execution() = 0;

    /// Who decides in the execution under way.
    virtual scheduler& scheduler_now() { return by; }

    /// An execution has ended: prepares the next one, if there is to be one.
    virtual bool next() { return after_execution() && by.next(); }
};

/// Runs executions of the job's model until its scheduler has no more of them, or
/// after_execution() says stop.
void run_executions(job& work);

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/relacy_host.hpp>
#endif
