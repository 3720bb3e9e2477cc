// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/object_numbers.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// The locations of one execution, by their numbers. Their memory is kept for the next one.
class location_table {
public:
    explicit location_table(const execution_state& state) : state_(state) {}

    void begin() noexcept {
        numbers_.reset();
        owner_ = nullptr;
        in_order_.clear();
    }

    /// Has the current thread, or the set-up, no number left for an object?
    [[nodiscard]] bool is_full() const noexcept { return numbers_.used_up(state_.self); }

    /// A fresh number for an object created by the current thread, or by the set-up.
    object_id new_number() noexcept { return numbers_.next(state_.self); }

    /// nullptr: the object is none of this execution. O(1).
    [[nodiscard]] location* find(object_id id) const {
        if (id >= all_.size() || all_[id] == nullptr || all_[id]->stamp != state_.stamp)
            return nullptr;
        return all_[id].get();
    }

    location& add(object_id id, const label& name, std::int64_t value) {
        if (id >= all_.size())
            all_.resize(id + 1U);
        auto& x = all_[id];
        if (x == nullptr)
            x = std::make_unique<location>();
        x->id = id;
        x->stamp = state_.stamp;
        x->name = name;
        x->owner = owner_;
        x->scope.begin(name, "use-after-scope");
        x->handle = nullptr;
        state_.memory->initialise(*x, value);
        in_order_.push_back(x.get());
        return *x;
    }

    [[nodiscard]] const location_list& in_order() const noexcept { return in_order_; }

    /// Those that are created from now on are part of `owner`. Returns the previous owner.
    const lifetime* exchange_owner(const lifetime* owner) noexcept {
        return std::exchange(owner_, owner);
    }
    [[nodiscard]] const lifetime* owner() const noexcept { return owner_; }

private:
    const execution_state& state_;
    object_numbers numbers_;
    const lifetime* owner_ = nullptr;
    std::vector<std::unique_ptr<location>> all_;
    location_list in_order_; ///< those of this execution
};

} // namespace wbsync::engine
