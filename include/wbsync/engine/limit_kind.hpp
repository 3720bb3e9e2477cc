// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace wbsync {

/// What a check can come to before it is done.
enum class limit_kind : std::uint8_t {
    none,
    executions,    ///< options::max_executions
    seconds,       ///< options::max_seconds
    memory,        ///< options::max_memory
    interrupt,     ///< options::interrupt
    depth,         ///< options::max_depth, or work without end that is no step
    objects,       ///< as many as an execution can number
    allocation,    ///< memory, of which the system gave no more
    store_history, ///< the stores of one object that a load can look back over
    wait_orders,   ///< the steps that one wait conflicts with
    schedule,      ///< a schedule that does not lead to a finding
    process,       ///< the process of the check was ended from outside
    failure,       ///< the check itself failed
    native_run,    ///< threads that ran, and of which not every order was seen
};

} // namespace wbsync
