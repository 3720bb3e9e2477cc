// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <cstddef>
#include <cstdint>

namespace wbsync::engine {

/// What a value depends on: names a set of reads of the current thread. 0: of none. The same reads
/// of the same stores have the same name whenever they are made, so that the rounds of a loop that
/// waits leave the same on the stack.
using dependency = std::int64_t;

/// What the program makes of the values that its threads read, for a memory model that asks.
///
/// A read decides about all later stores of its thread unless somebody asks for its name.
class dependencies {
public:
    virtual ~dependencies() = default;
    dependencies(const dependencies&) = delete;
    dependencies& operator=(const dependencies&) = delete;

    /// The name of the newest read of `t`, which is at `at`. `decides`: whatever becomes of the
    /// value, it decides about all later stores.
    virtual dependency newest_read(thread_id t, const site& at, bool decides) = 0;

    /// Of a value that depends on both.
    virtual dependency join(thread_id t, dependency a, dependency b) = 0;

    /// The value decides about all stores that `t` does from now on.
    virtual void decides(thread_id t, dependency of) = 0;

    /// The same until the end of the branch. The last one that began ends first.
    virtual void begin_branch(thread_id t, dependency of) = 0;
    virtual void end_branch(thread_id t) = 0;

    /// The next store of `t` has a value that depends on `of`. `replaces`: if it is that of a
    /// read-modify-write, then not on what that reads.
    virtual void next_store(thread_id t, dependency of, bool replaces) = 0;

    /// The next change by `t` is a release, or a read-modify-write that is a full barrier.
    virtual void next_change(thread_id t, bool release, bool full) = 0;

    /// The next read-modify-write of `t` has no result: nothing depends on what it reads.
    virtual void next_has_no_result(thread_id t) = 0;

    /// From now on `t` finds the variables in that memory by an address that depends on `of`; 0: by
    /// one that depends on nothing.
    virtual void points_to(thread_id t, dependency of, const void* begin, std::size_t size) = 0;

    /// And those in that memory by what it found at `from`.
    virtual void leads_to(thread_id t, const void* from, const void* begin, std::size_t size) = 0;

protected:
    dependencies() = default;
};

} // namespace wbsync::engine
