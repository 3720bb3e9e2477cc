// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <array>
#include <string>

namespace wbsync::litmus {

/// Watches one location with plain accesses: two accesses of different threads race if one of them
/// is plain, one of them writes, and none happens before the other.
class race_watch {
public:
    /// Returns the thread with which the access of the current thread races, or -1.
    int access(engine::execution& run, bool plain, bool writes) {
        const engine::thread_id me = run.self();
        const engine::vector_clock& now = run.memory().now(me).clock;
        int with = -1;
        for (engine::thread_id u = 0; u != run.thread_count(); ++u)
            for (const bool other_plain : {false, true})
                for (const bool other_writes : {false, true})
                    if (u != me && (plain || other_plain) && (writes || other_writes) &&
                        !now.covers(u, last_[kind(other_plain, other_writes)][u]))
                        with = u;
        last_[kind(plain, writes)][me] = now[me];
        return with;
    }

private:
    static constexpr std::size_t kind(bool plain, bool writes) {
        return (plain ? 2U : 0U) + (writes ? 1U : 0U);
    }

    std::array<engine::vector_clock, 4> last_{}; ///< when each thread last did so; 0: never
};

} // namespace wbsync::litmus
