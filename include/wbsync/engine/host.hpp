// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

/// Functions that the repository's own programs share one definition of, to build faster.
#if defined(WBSYNC_ENGINE_INSTANCE)
#define WBSYNC_ENGINE_INLINE
#else
#define WBSYNC_ENGINE_INLINE inline
#endif

namespace wbsync::engine {

/// A model, without its type.
class model_driver {
public:
    virtual ~model_driver() = default;

    /// Builds the model and declares its threads in `run`.
    virtual void construct(execution& run) = 0;
    /// All threads have ended: the model's final checks.
    virtual void finally() = 0;
    virtual void destroy() = 0;

    model_driver() = default;
    model_driver(const model_driver&) = delete;
    model_driver& operator=(const model_driver&) = delete;
};

/// A check under way: what the loop over executions needs.
class job {
public:
    virtual ~job() = default;

    execution& run;
    scheduler& by;
    model_driver& model;
    execution::settings settings;

    job(execution& the_run, scheduler& the_scheduler, model_driver& the_model)
        : run(the_run), by(the_scheduler), model(the_model) {}
    job(const job&) = delete;
    job& operator=(const job&) = delete;

    /// Looks at the execution that has just ended. False: stop here.
    virtual bool after_execution() = 0;
};

/// Runs executions of the job's model until its scheduler has no more of them, or
/// after_execution() says stop.
void run_executions(job& work);

} // namespace wbsync::engine

// Everybody else gets it here: the library is header-only.
#if !defined(WBSYNC_SHARED_ENGINE) || defined(WBSYNC_ENGINE_INSTANCE)
#include <wbsync/engine/relacy_host.hpp>
#endif
