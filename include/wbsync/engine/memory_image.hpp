// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

namespace wbsync::engine {

/// Memory of the model, besides the stacks: what it was, to see whether somebody changes it.
///
/// Each function is O(bytes), accept() O(parts). The memory must be there as long.
class memory_image {
public:
    struct part {
        const void* at;
        std::size_t size;
    };

    void take(const std::vector<part>& parts) {
        parts_ = parts;
        bytes_.clear();
        for (const part& p : parts_) {
            const auto* from = static_cast<const std::byte*>(p.at);
            bytes_.insert(bytes_.end(), from, from + p.size);
        }
    }

    /// What is there is meant to have changed.
    void accept(const void* at, std::size_t size) {
        std::size_t offset = 0;
        for (const part& p : parts_) {
            const auto* begin = static_cast<const std::byte*>(p.at);
            const auto* from = static_cast<const std::byte*>(at);
            if (from >= begin && from + size <= begin + p.size)
                std::memcpy(bytes_.data() + offset + (from - begin), from, size);
            offset += p.size;
        }
    }

    [[nodiscard]] bool is_unchanged() const noexcept {
        std::size_t offset = 0;
        for (const part& p : parts_) {
            if (std::memcmp(p.at, bytes_.data() + offset, p.size) != 0)
                return false;
            offset += p.size;
        }
        return true;
    }

private:
    std::vector<part> parts_;
    std::vector<std::byte> bytes_;
};

} // namespace wbsync::engine
