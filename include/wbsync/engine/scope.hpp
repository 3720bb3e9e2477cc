// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <cstdint>

namespace wbsync::engine {

/// A member of each watched object that is more than its variables: its destructor ends the life of
/// the object. Declared last, so that it is destroyed first. A use after the end, or one that is
/// not ordered before it, is a finding "use-after-scope", also if the memory of the object holds
/// something else by then.
///
/// Each function is O(1), and finding the place O(objects that have ended).
class scope {
public:
    explicit scope(const label& name);
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

    ~scope();

    /// The current thread uses the object. Returns the execution, if the object belongs to it and
    /// has not ended.
    execution& use(const char* verb, const site& at) const;

    /// The lifetime in the execution; nullptr: the object was built outside of one.
    [[nodiscard]] const lifetime* life() const noexcept { return life_; }

private:
    static std::uint64_t seal(const lifetime* life, std::uint64_t stamp) noexcept;
    [[nodiscard]] bool belongs_to(const execution& run) const noexcept;

    lifetime* life_ = nullptr;
    std::uint64_t seal_ = 0; ///< the stamp of its execution, and life_ once more
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/scope_inl.hpp>
#endif
