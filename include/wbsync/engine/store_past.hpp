// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

namespace wbsync::engine {

/// Tells which stores a load has to come after.
class forced_order {
public:
    /// Must the next operation of `t` come after the store of step `store`, which is in its causal
    /// past, however loads of lower rank are ordered?
    [[nodiscard]] virtual bool is_forced(thread_id /*t*/, step_index /*store*/) { return true; }

    forced_order() = default;
    forced_order(const forced_order&) = delete;
    forced_order& operator=(const forced_order&) = delete;

protected:
    ~forced_order() = default;
};

/// The stores that the next load of a thread has to come after. Without a clock: all of them.
///
/// holds() is O(1), except for the first question about a step; see causal_order::is_forced().
struct store_past {
    const vector_clock* clock = nullptr;
    forced_order* order = nullptr;
    thread_id thread = 0;

    [[nodiscard]] bool holds(const store_record& s) const;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/store_past_inl.hpp>
#endif
