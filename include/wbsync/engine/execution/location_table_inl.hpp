// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/location_table.hpp>
#include <wbsync/linkage.hpp>

#include <utility>

namespace wbsync::engine {

WBSYNC_INLINE void location_table::begin() noexcept {
    numbers_.reset();
    owner_ = nullptr;
    in_order_.clear();
}

WBSYNC_INLINE location* location_table::find(object_id id) const {
    if (id >= all_.size() || all_[id] == nullptr || all_[id]->stamp != state_.stamp)
        return nullptr;
    return all_[id].get();
}

WBSYNC_INLINE location& location_table::add(object_id id, const label& name, std::int64_t value) {
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
    x->is_spinlock = false;
    x->updated_late = false;
    x->holds_pointers = false;
    state_.memory->initialise(*x, value);
    in_order_.push_back(x.get());
    return *x;
}

WBSYNC_INLINE const lifetime* location_table::exchange_owner(const lifetime* owner) noexcept {
    return std::exchange(owner_, owner);
}

} // namespace wbsync::engine
