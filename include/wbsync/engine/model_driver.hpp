// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace wbsync::engine {

class execution;

/// A model with its type erased.
///
/// construct(), then finally() and destroy(), in this order, once for each execution. finally() is
/// skipped if the execution ended early, destroy() if the model is not intact.
class model_driver {
public:
    virtual ~model_driver() = default;

    /// Builds the model and declares its threads in `run`.
    virtual void construct(execution& run) = 0;
    /// All threads have ended: the model's final checks.
    virtual void finally() = 0;
    virtual void destroy() = 0;

    /// Does an execution do the same when it is run again? If so, the first executions are run
    /// again, to see whether that is true.
    [[nodiscard]] virtual bool is_repeatable() const noexcept { return true; }

    model_driver() = default;
    model_driver(const model_driver&) = delete;
    model_driver& operator=(const model_driver&) = delete;
};

} // namespace wbsync::engine
