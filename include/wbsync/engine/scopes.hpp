// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lifetime.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace wbsync::engine {

struct location;

/// The objects of one execution that have ended by their destructor, such as locals of a function
/// that has returned. Another thread may still come to the place where one was, whatever is there
/// by then; so what is known of an object belongs to the execution, and is found by the place.
///
/// find() is O(objects that have ended in this execution), all others O(1).
class scopes {
public:
    struct ended {
        const void* handle; ///< where the object was
        const lifetime* life;
        location* variable; ///< nullptr: it was none
    };

    void reset() noexcept;

    /// The life of an object that is no variable.
    lifetime& add();

    void bury(const ended& object) { ended_.push_back(object); }

    /// The newest one that ended there, or nullptr.
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
