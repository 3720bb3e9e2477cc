// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// A load of an object by a thread that may be performed after what follows it in the thread, and
/// so return a value that is stored only because of that (load buffering).
struct late_load {
    thread_id thread = 0;
    object_id object = 0;
    std::int64_t value = 0;

    bool operator==(const late_load&) const = default;
};

/// So many values are tried for the loads of one object by one thread.
inline constexpr std::size_t max_late_values = 32;

/// What an exploration allows for besides what it assumes at first.
struct allowances {
    std::vector<object_id> ordered_additions; ///< objects whose additions do not commute
    std::vector<late_load> late_loads;        ///< loads that may return such a value

    bool operator==(const allowances&) const = default;
};

/// Starting over: an exploration assumes that additions to an object commute, and that no load is
/// late, until an execution shows that this object, or that load, must be allowed for. What was
/// explored so far was explored under a wrong assumption then.
///
/// For example, two threads do atomic_inc(&n), a third one reads n and sees 0 or 2 in the
/// executions so far. Once it may read 1, which of the two increments it saw matters. The state is
/// that of the whole exploration, not of one execution.
///
/// Each function is O(what is allowed for).
class assumptions {
public:
    /// Whatever was learnt so far.
    void forget();

    /// The order of the additions to `x` can be observed.
    void additions_are_observed(object_id x);
    [[nodiscard]] bool additions_commute(object_id x) const;

    /// Some execution needs `load`, unless that is allowed for.
    void needs(const late_load& load);
    [[nodiscard]] bool allows(const late_load& load) const;
    /// What loads of the object by the thread may return late.
    [[nodiscard]] std::vector<std::int64_t> late_values(thread_id thread, object_id object) const;
    /// It would be one value too many.
    [[nodiscard]] bool has_no_room_for(const late_load& load) const;

    [[nodiscard]] const allowances& allowed() const noexcept { return allowed_; }
    void allow(allowances all) { allowed_ = std::move(all); }

    [[nodiscard]] bool has_to_start_over() const noexcept { return start_over_; }
    void starts_over() noexcept { start_over_ = false; }

private:
    allowances allowed_;
    bool start_over_ = false;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/assumptions_inl.hpp>
#endif
