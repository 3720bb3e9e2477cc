// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/object_numbers.hpp>

#include <memory>
#include <vector>

namespace wbsync::engine {

/// The locations of one execution, by number. Their memory is kept for the next execution.
class location_table {
public:
    explicit location_table(const execution_state& state) : state_(state) {}

    void begin() noexcept;

    /// Has the current thread, or the set-up, run out of numbers for objects?
    [[nodiscard]] bool is_full() const noexcept { return numbers_.used_up(state_.self); }

    /// A fresh number for an object created by the current thread, or by the set-up.
    object_id new_number() noexcept { return numbers_.next(state_.self); }

    /// nullptr: the object does not belong to this execution. O(1).
    [[nodiscard]] location* find(object_id id) const;

    location& add(object_id id, const label& name, std::int64_t value);

    [[nodiscard]] const location_list& in_order() const noexcept { return in_order_; }

    /// Locations created from now on are part of `owner`. Returns the previous owner.
    const lifetime* exchange_owner(const lifetime* owner) noexcept;
    [[nodiscard]] const lifetime* owner() const noexcept { return owner_; }

private:
    const execution_state& state_;
    object_numbers numbers_;
    const lifetime* owner_ = nullptr;
    std::vector<std::unique_ptr<location>> all_;
    location_list in_order_; ///< the locations of this execution
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/location_table_inl.hpp>
#endif
