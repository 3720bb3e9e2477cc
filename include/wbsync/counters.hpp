// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>

namespace wbsync {

/// What a search has done so far: of a check, of one of its tasks, of what was saved.
struct counters {
    std::uint64_t executions = 0;        ///< run to their end
    std::uint64_t sleep_set_blocked = 0; ///< given up: what could follow was explored elsewhere
    /// Given up in a loop that tries again: another execution begins the round that failed later.
    std::uint64_t blocked = 0;
    /// Given up by processes that explore at the same time, where their parts border.
    std::uint64_t overlap = 0;
    /// Run before it turned out that the order of some additions matters, or that a load may be
    /// late, and run again; or in vain, because nobody stored what a late load had returned.
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
