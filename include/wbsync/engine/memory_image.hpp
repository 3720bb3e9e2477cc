// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

namespace wbsync::engine {

/// Memory of the model, besides the stacks: a copy, to see whether somebody changes it.
///
/// Each function is O(bytes), accept() O(parts). The memory must exist as long as this object uses
/// it.
class memory_image {
public:
    struct part {
        const void* at;
        std::size_t size;
    };

    void take(const std::vector<part>& parts);

    /// The memory there was meant to change: takes it as it is now.
    void accept(const void* at, std::size_t size);

    [[nodiscard]] bool is_unchanged() const noexcept;

private:
    std::vector<part> parts_;
    std::vector<std::byte> bytes_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/memory_image_inl.hpp>
#endif
