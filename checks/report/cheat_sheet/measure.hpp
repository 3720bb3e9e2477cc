// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/report/cheat_sheet/words.hpp"

#include <cstdint>
#include <string>

namespace cheat_sheet {

/// What is seen of a word under `weak`. A text is a cell of the page: "" where the word has no such
/// part.
struct measured {
    /// Message passing, with the word on the writer's side: `yes` if what it stored before is seen,
    /// `no` if it can be missed, `race` if the word itself is a data race.
    std::string writer;
    /// The same with the word on the reader's side.
    std::string reader;
    /// Store buffering, with a use of the word between the store and the load of one side, and
    /// smp_mb() on the other: `yes` if it is forbidden.
    std::string full;
    /// `sleeps`: it is a finding inside of a read-side section of RCU. `spins`: it is none there,
    /// and does not go on while another thread keeps it. `no`: neither was seen.
    std::string blocks;
    /// Scheduling points of one use by one thread, with those of the daemons that it needs, in the
    /// first execution.
    std::string steps;
    /// Executions of two threads that use the same object once each.
    std::string executions;
};

/// Throws std::runtime_error if a check comes to something else than what is asked.
measured measure(const word& w);

} // namespace cheat_sheet
