// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <cstdint>
#include <stdexcept>

namespace wbsync::engine {

/// A member of each object that is watched and is more than its variables: ends the life of the
/// object with its destructor. Declared last, so that it ends before the rest of it. A use
/// afterwards, or one that is not ordered before, is a finding "use-after-scope"; so is one of an
/// object whose memory is something else by then.
///
/// Each function is O(1), and its place O(objects that have ended).
class scope {
public:
    explicit scope(const label& name) {
        if (execution* run = execution::current(); run != nullptr) {
            life_ = &run->new_scope(name, this);
            seal_ = seal(life_, run->stamp());
        }
    }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

    ~scope() {
        execution* run = execution::current();
        if (run != nullptr && belongs_to(*run))
            run->end_scope(*life_, this);
    }

    /// The current thread uses the object. Returns the execution, if the object belongs to it and
    /// is still there.
    execution& use(const char* verb, const site& at) const {
        execution* run = execution::current();
        if (run == nullptr)
            throw std::logic_error("wbsync: this object can only be used inside a model while "
                                   "check() runs it");
        if (!belongs_to(*run))
            run->fail_no_object(this, verb, at);
        run->access_scope(*life_, verb, at);
        return *run;
    }

    /// What the execution knows of it; nullptr: it was built outside of one.
    [[nodiscard]] const lifetime* life() const noexcept { return life_; }

private:
    static std::uint64_t seal(const lifetime* life, std::uint64_t stamp) noexcept {
        return stamp ^ static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(life));
    }
    [[nodiscard]] bool belongs_to(const execution& run) const noexcept {
        return seal_ == seal(life_, run.stamp());
    }

    lifetime* life_ = nullptr;
    std::uint64_t seal_ = 0; ///< the stamp of its execution, and life_ once more
};

} // namespace wbsync::engine
