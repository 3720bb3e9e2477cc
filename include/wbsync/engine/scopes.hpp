// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lifetime.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace wbsync::engine {

struct location;

/// The objects of one execution whose destructor has run, such as locals of a function that has
/// returned. Another thread may still access the address where an object was, whatever is there by
/// then. So the lifetime of an object belongs to the execution, and is found by address.
///
/// find() is O(objects that have ended in this execution), all others O(1).
class scopes {
public:
    struct ended {
        const void* handle; ///< where the object was
        const lifetime* life;
        location* variable; ///< nullptr: it was not a variable
    };

    void reset() noexcept;

    /// Adds the lifetime of an object that is not a variable.
    lifetime& add();

    void bury(const ended& object) { ended_.push_back(object); }

    /// The newest object that ended at that address, or nullptr.
    [[nodiscard]] const ended* find(const void* handle) const noexcept;

private:
    std::vector<std::unique_ptr<lifetime>> lives_;
    std::size_t used_ = 0;
    std::vector<ended> ended_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/scopes_inl.hpp>
#endif
