// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/scope.hpp>
#include <wbsync/linkage.hpp>

#include <stdexcept>

namespace wbsync::engine {

WBSYNC_INLINE scope::scope(const label& name) {
    if (execution* run = execution::current(); run != nullptr) {
        life_ = &run->new_scope(name, this);
        seal_ = seal(life_, run->stamp());
    }
}

WBSYNC_INLINE scope::~scope() {
    execution* run = execution::current();
    if (run != nullptr && belongs_to(*run))
        run->end_scope(*life_, this);
}

WBSYNC_INLINE execution& scope::use(const char* verb, const site& at) const {
    execution* run = execution::current();
    if (run == nullptr)
        throw std::logic_error("wbsync: this object can only be used inside a model while "
                               "check() runs it");
    if (!belongs_to(*run))
        run->fail_no_object(this, verb, at);
    run->access_scope(*life_, verb, at);
    return *run;
}

WBSYNC_INLINE std::uint64_t scope::seal(const lifetime* life, std::uint64_t stamp) noexcept {
    return stamp ^ static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(life));
}

WBSYNC_INLINE bool scope::belongs_to(const execution& run) const noexcept {
    return seal_ == seal(life_, run.stamp());
}

} // namespace wbsync::engine
