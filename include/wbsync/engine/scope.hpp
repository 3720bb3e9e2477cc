// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <cstdint>

namespace wbsync::engine {

/// A member of each object that is watched and is more than its variables: ends the life of the
/// object with its destructor. Declared last, so that it ends before the rest of it. A use
/// afterwards, or one that is not ordered before, is a finding "use-after-scope"; so is one of an
/// object whose memory is something else by then.
///
/// Each function is O(1), and its place O(objects that have ended).
class scope {
public:
    explicit scope(const label& name);
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

    ~scope();

    /// The current thread uses the object. Returns the execution, if the object belongs to it and
    /// is still there.
    execution& use(const char* verb, const site& at) const;

    /// What the execution knows of it; nullptr: it was built outside of one.
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
