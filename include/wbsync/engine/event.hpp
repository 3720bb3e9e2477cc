// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event_value.hpp>
#include <wbsync/engine/site.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace wbsync {

/// What kind of thing a step of a trace is.
enum class event_kind : std::uint8_t {
    unspecified, ///< of an action: what it does to its object decides
    load,
    store,
    rmw, ///< a read-modify-write
    add, ///< an addition without a result; two of them on one object commute
    fence,
    lock,     ///< takes a lock that has one owner
    try_lock, ///< takes it if it is free; if it was not, `after` is empty
    unlock,
    down, ///< enters a semaphore, alone or shared, or waits for it, or has tried to
    up,
    wait, ///< a read, or a read-modify-write, that has waited for the value
    wake,
    blocked, ///< waits for ever: the execution ends with it
    section_begin,
    section_end,
    grace_period_begin,
    grace_period_end,
    alloc,
    free, ///< or another end of the object's life
    plain_read,
    plain_write,
    use, ///< a use of an object that does not access its value
    note,
    finding, ///< a property does not hold
};

/// How a step is ordered against the others of its thread.
enum class event_order : std::uint8_t {
    unspecified, ///< of an action: the order of its access; of a step: it orders nothing
    relaxed,
    acquire,
    release,
    acq_rel,
    full, ///< smp_mb(), or smp_mb() on both sides of it
};

/// What a thread does to an object, as its caller says it.
struct action {
    const char* verb = ""; ///< as the reader knows it: "atomic_inc"
    event_kind kind = event_kind::unspecified;
    event_order order = event_order::unspecified;
    /// Is the step one of several that the function consists of? Then what it stores is not an
    /// argument of the function.
    bool is_part = false;

    constexpr action() = default;
    constexpr action(const char* what, event_kind of_kind = event_kind::unspecified, // NOLINT
                     event_order ordered = event_order::unspecified) noexcept
        : verb(what), kind(of_kind), order(ordered) {}

    constexpr operator const char*() const noexcept { return verb; } // NOLINT: where that is enough
};

/// One of the several steps that `what` consists of.
constexpr action part_of(action what) noexcept {
    what.is_part = true;
    return what;
}
/// The action with smp_mb() on both sides.
constexpr action with_full_barriers(action what) noexcept {
    what.order = event_order::full;
    return what;
}

/// What a step is about.
struct event_object {
    int id = -1; ///< the number of its location; -1: it has none
    std::string name = {};
};

/// What one thread did at one moment of an execution.
struct trace_step {
    event_kind kind = event_kind::note;
    int thread = -1; ///< index into the trace's threads; -1: while the model was set up or ended
    std::string verb = {};
    event_object object = {};
    event_order order = event_order::unspecified;
    event_value before = {}; ///< what it has read
    event_value after = {};  ///< what it has stored
    event_value newer = {};  ///< of a stale read: the newest value
    bool stale = false;      ///< the read passed over newer stores
    bool late = false;       ///< the read is performed after the step that it reads from
    int reads_from = -1;     ///< the step whose store was read, or -1: the initial value
    int newer_step = -1;     ///< of a stale read: the step that stored the newest value
    bool is_part = false;    ///< see action::is_part
    site where = {};
    std::string property = {};       ///< the property that a finding violates
    std::string message = {};        ///< of a finding or a note; or why a fence orders nothing
    std::vector<int> waits_for = {}; ///< threads that a new grace period waits for
};

} // namespace wbsync
