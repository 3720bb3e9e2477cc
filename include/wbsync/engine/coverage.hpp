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

    std::uint64_t weakened = 0; ///< a bit for each of options::weaken: a place orders less by it

    int threads = 0; ///< that the model declares, daemons included

    std::vector<thread_set> freed_by; ///< for each block of memory, in whatever execution

    /// Thread `t` frees `block`. If another one does in other executions, this could have been a
    /// second time.
    void frees(std::size_t block, thread_id t);

    /// Adds what another process saw.
    void join(const coverage& other);
};

/// Which thread touched each object so far, until one is touched by two of them.
///
/// A stamp that is different for each execution takes the place of clearing.
class object_users {
public:
    /// Thread `t` touches `object` in the execution `stamp`. Was another one there before? O(1).
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
