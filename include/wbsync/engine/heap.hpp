// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lifetime.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace wbsync::engine {

/// Dynamic memory of one execution. Freed blocks stay where they are until the execution is over,
/// so that a use after free can be told from everything else; then all of them go at once and the
/// memory is used again.
///
/// allocate() is O(1), and allocates memory only if the execution needs more than any before it;
/// find() and containing() are O(blocks).
class heap {
public:
    struct block {
        lifetime life;
        void* at = nullptr;
        void (*destroy)(void*) = nullptr;
        site where;            ///< of the allocation
        std::size_t index = 0; ///< among the blocks of the execution
        std::size_t size = 0;
    };

    /// A block of the given size. The caller constructs the object, then sets `destroy`.
    block& allocate(std::size_t size, const label& name, const char* property, const site& where);

    [[nodiscard]] block* find(const void* p) noexcept;
    /// The one that `p` points into.
    [[nodiscard]] const block* containing(const void* p) const noexcept;

    [[nodiscard]] const block* first_alive() const noexcept;

    /// Calls `visit` with each piece of memory that blocks lie in, and its size.
    template <class F>
    void for_each_part(F visit) const {
        for (std::size_t i = 0; i != chunks_.size() && i <= chunk_; ++i)
            visit(static_cast<const void*>(chunks_[i].memory.get()),
                  i == chunk_ ? offset_ : chunks_[i].size);
    }

    void clear(bool destroy);

    /// What fresh memory holds in a variation, see execution::variation().
    static constexpr unsigned char fill_of(unsigned variation) noexcept {
        return static_cast<unsigned char>(0xa5U + 0x35U * variation);
    }
    /// By how many units memory is moved in a variation. No two are equal modulo a small number.
    static constexpr std::size_t units_moved(unsigned variation) noexcept {
        return variation < 2 ? 0 : 1 + 37 * (variation % 64 - 2);
    }

    /// Where the next blocks lie, and what they hold at first. To be called when there are none.
    void vary(unsigned variation) noexcept;

private:
    static constexpr std::size_t chunk_size = std::size_t{64} * 1024;

    struct chunk {
        std::unique_ptr<std::byte[]> memory; // NOLINT: raw storage
        std::size_t size;
    };

    void* take(std::size_t size);

    std::vector<std::unique_ptr<block>> blocks_;
    std::size_t used_ = 0;
    std::vector<chunk> chunks_;
    std::size_t chunk_ = 0;
    std::size_t offset_ = 0;
    unsigned variation_ = 0;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/heap_inl.hpp>
#endif
