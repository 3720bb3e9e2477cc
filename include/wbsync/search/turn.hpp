// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <mutex>
#include <stdexcept>
#include <string>

namespace wbsync::search {

/// While it lives, only the check of this thread runs. Other checks wait for it to end: what they
/// need, such as signal handlers, exists only once.
///
/// Not re-entrant: a second one in the same thread is refused, with a finding or std::logic_error.
class turn {
public:
    turn() {
        if (has_it())
            refuse();
        mutex().lock();
        has_it() = true;
    }
    ~turn() {
        has_it() = false;
        mutex().unlock();
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

private:
    static void refuse() {
        constexpr const char* message = "check() was called while a check runs in the same thread: "
                                        "call it before or after that one, not inside of it";
        engine::execution* run = engine::execution::current();
        if (run != nullptr && run->current_phase() != engine::execution::phase::outside)
            run->fail("misuse", message, run->last_operation());
        throw std::logic_error(std::string{"wbsync: "} + message);
    }

    static std::mutex& mutex() {
        static std::mutex only;
        return only;
    }
    static bool& has_it() noexcept {
        static constinit thread_local bool mine = false;
        return mine;
    }
};

} // namespace wbsync::search
