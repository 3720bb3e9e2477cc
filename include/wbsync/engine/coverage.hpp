// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// What the executions of a check have exercised so far. A check that says "verified" although
/// nothing was shared, or nothing could have failed, passed vacuously: Beer, Ben-David, Eisner and
/// Rodeh, "Efficient detection of vacuity in temporal model checking" (FMSD 18, 2001).
///
/// frees() is O(1), join() O(blocks * threads).
struct coverage {
    bool shared = false;     ///< two threads touched one object in one execution
    bool could_fail = false; ///< something was evaluated that could have failed

    std::uint64_t weakened = 0; ///< a bit for each of options::weaken that made a place order less

    int threads = 0; ///< that the model declares, daemons included

    std::vector<thread_set> freed_by; ///< for each block of memory: who freed it, in any execution

    /// Thread `t` frees `block`. If other threads free it in other executions, it could have been
    /// freed twice.
    void frees(std::size_t block, thread_id t);

    /// Adds what another process saw.
    void join(const coverage& other);
};

/// Which thread has touched each object so far, until two threads have touched the same one.
///
/// Objects are not cleared: each execution has a stamp of its own.
class object_users {
public:
    /// Thread `t` touches `object` in the execution `stamp`. Did another thread do so before? O(1).
    bool shares(object_id object, thread_id t, std::uint64_t stamp);

private:
    struct user {
        std::uint64_t stamp = 0; ///< of the execution; 0: none
        thread_id thread = -1;
    };

    std::vector<user> users_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/coverage_inl.hpp>
#endif
