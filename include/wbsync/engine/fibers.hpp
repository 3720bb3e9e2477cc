// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace wbsync::engine {

/// What an execution needs from the library that provides fibers.
///
/// Not re-entrant: each function is called on the fiber that runs.
class fibers {
public:
    virtual ~fibers() = default;

    /// Continues the thread that execution::next() names; returns when the caller is next again.
    virtual void switch_to_next() = 0;

    /// The running fiber begins anew: the exceptions that it was handling are gone.
    virtual void forget_exceptions() = 0;

    /// Leaves the execution for good, from whichever fiber.
    [[noreturn]] virtual void leave() = 0;
};

} // namespace wbsync::engine
