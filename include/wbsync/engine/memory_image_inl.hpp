// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_image.hpp>
#include <wbsync/linkage.hpp>

#include <cstring>

namespace wbsync::engine {

WBSYNC_INLINE void memory_image::take(const std::vector<part>& parts) {
    parts_ = parts;
    bytes_.clear();
    for (const part& p : parts_) {
        const auto* from = static_cast<const std::byte*>(p.at);
        bytes_.insert(bytes_.end(), from, from + p.size);
    }
}

WBSYNC_INLINE void memory_image::accept(const void* at, std::size_t size) {
    std::size_t offset = 0;
    for (const part& p : parts_) {
        const auto* begin = static_cast<const std::byte*>(p.at);
        const auto* from = static_cast<const std::byte*>(at);
        if (from >= begin && from + size <= begin + p.size)
            std::memcpy(bytes_.data() + offset + (from - begin), from, size);
        offset += p.size;
    }
}

WBSYNC_INLINE bool memory_image::is_unchanged() const noexcept {
    std::size_t offset = 0;
    for (const part& p : parts_) {
        if (std::memcmp(p.at, bytes_.data() + offset, p.size) != 0)
            return false;
        offset += p.size;
    }
    return true;
}

} // namespace wbsync::engine
