// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/report/cheat_sheet/words.hpp"

#include <cstdint>
#include <string>

namespace cheat_sheet {

/// The measurements of a word under `weak`. A text is a cell of the page: "" if the word has no
/// such part.
struct measured {
    /// Message passing, with the word on the writer's side: `yes` if what it stored before is seen,
    /// `no` if it can be missed, `race` if the word itself is a data race.
    std::string writer;
    /// Message passing, with the word on the reader's side.
    std::string reader;
    /// Store buffering, with a use of the word between the store and the load of one side, and
    /// smp_mb() on the other: `yes` if it is forbidden.
    std::string full;
    /// `sleeps`: a finding inside of a read-side section of RCU. `spins`: no finding there, but it
    /// cannot go on while another thread blocks it. `no`: neither was seen.
    std::string blocks;
    /// Scheduling points of one use by one thread, with those of the daemons that it needs, in the
    /// first execution.
    std::string steps;
    /// Executions of two threads that use the same object once each.
    std::string executions;
};

/// Throws std::runtime_error if a check does not have the expected outcome.
measured measure(const word& w);

} // namespace cheat_sheet
