// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace wbsync {

/// What stops a check before it is done.
enum class limit_kind : std::uint8_t {
    none,
    executions,    ///< options::max_executions
    seconds,       ///< options::max_seconds
    memory,        ///< options::max_memory
    interrupt,     ///< options::interrupt
    depth,         ///< options::max_depth, or work without end that is no step
    objects,       ///< as many as an execution can number
    allocation,    ///< the system gave no more memory
    store_history, ///< more stores of one object than a load can look back over
    wait_orders,   ///< more steps than a conflict analysis of one wait has room for
    late_load,     ///< a load of a pointer could be late, or one of very many values
    schedule,      ///< a schedule did not lead to a finding
    process,       ///< the process of the check was ended from outside
    failure,       ///< the check itself failed
    native_run,    ///< threads ran natively, and not every order was seen
};

} // namespace wbsync
