// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>

namespace wbsync {

/// The counts of a check so far, of one of its tasks, or of a saved search.
struct counters {
    std::uint64_t executions = 0;        ///< run to their end
    std::uint64_t sleep_set_blocked = 0; ///< given up: what could follow was explored elsewhere
    /// Given up in a loop that tries again: another execution begins the failed round later.
    std::uint64_t blocked = 0;
    /// Given up where processes that explore at the same time overlap.
    std::uint64_t overlap = 0;
    /// Thrown away. Either run before the order of some additions turned out to matter, or before a
    /// load turned out to be possibly late, and run again; or run in vain, because nobody stored
    /// what a late load had returned.
    std::uint64_t discarded = 0;
    std::uint64_t events = 0; ///< steps of all executions that were run to their end
    int threads = 0;          ///< daemons included

    counters& operator+=(const counters& more) noexcept {
        executions += more.executions;
        sleep_set_blocked += more.sleep_set_blocked;
        blocked += more.blocked;
        overlap += more.overlap;
        discarded += more.discarded;
        events += more.events;
        threads = std::max(threads, more.threads);
        return *this;
    }
};

} // namespace wbsync
