// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lifetime.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

namespace wbsync::engine {

/// Dynamic memory of one execution. Freed blocks stay where they are until the execution is over,
/// so that a use after free can be told from everything else; then all of them go at once and the
/// memory is used again.
///
/// allocate() is O(1), and allocates memory only if the execution needs more than any before it;
/// find() is O(blocks).
class heap {
public:
    struct block {
        lifetime life;
        void* at = nullptr;
        void (*destroy)(void*) = nullptr;
        site where;            ///< of the allocation
        std::size_t index = 0; ///< among the blocks of the execution
    };

    /// A block of the given size. The caller constructs the object, then sets `destroy`.
    block& allocate(std::size_t size, const label& name, const char* property, const site& where) {
        if (used_ == blocks_.size())
            blocks_.push_back(std::make_unique<block>());
        block& b = *blocks_[used_];
        b.index = used_++;
        b.at = take(size);
        if (variation_ != 0)
            std::memset(b.at, static_cast<int>(fill_of(variation_)), size);
        b.destroy = nullptr;
        b.where = where;
        b.life.begin(name, property);
        return b;
    }

    [[nodiscard]] block* find(const void* p) noexcept {
        for (std::size_t i = 0; i != used_; ++i)
            if (blocks_[i]->at == p)
                return blocks_[i].get();
        return nullptr;
    }

    [[nodiscard]] const block* first_alive() const noexcept {
        for (std::size_t i = 0; i != used_; ++i)
            if (blocks_[i]->life.alive())
                return blocks_[i].get();
        return nullptr;
    }

    /// Calls `visit` with each piece of memory that blocks lie in, and its size.
    template <class F>
    void for_each_part(F visit) const {
        for (std::size_t i = 0; i != chunks_.size() && i <= chunk_; ++i)
            visit(static_cast<const void*>(chunks_[i].memory.get()),
                  i == chunk_ ? offset_ : chunks_[i].size);
    }

    void clear(bool destroy) {
        while (used_ != 0) {
            block& b = *blocks_[--used_];
            if (destroy && b.destroy != nullptr)
                b.destroy(b.at);
        }
        chunk_ = 0;
        offset_ = 0;
    }

    /// What fresh memory holds in a variation, see execution::variation().
    static constexpr unsigned char fill_of(unsigned variation) noexcept {
        return static_cast<unsigned char>(0xa5U + 0x35U * variation);
    }
    /// By how many units memory is moved in a variation. No two are equal modulo a small number.
    static constexpr std::size_t units_moved(unsigned variation) noexcept {
        return variation < 2 ? 0 : 1 + 37 * (variation % 64 - 2);
    }

    /// Where the next blocks lie, and what they hold at first. To be called when there are none.
    void vary(unsigned variation) noexcept {
        variation_ = variation;
        offset_ = units_moved(variation) * alignof(std::max_align_t);
    }

private:
    static constexpr std::size_t chunk_size = std::size_t{64} * 1024;

    struct chunk {
        std::unique_ptr<std::byte[]> memory; // NOLINT: raw storage
        std::size_t size;
    };

    void* take(std::size_t size) {
        constexpr std::size_t align = alignof(std::max_align_t);
        size = (size + align - 1) / align * align;
        while (chunk_ != chunks_.size() && offset_ + size > chunks_[chunk_].size) {
            ++chunk_;
            offset_ = 0;
        }
        if (chunk_ == chunks_.size()) {
            const std::size_t n = size > chunk_size ? size : chunk_size;
            chunks_.push_back({std::make_unique<std::byte[]>(n), n}); // NOLINT: raw storage
            offset_ = 0;
        }
        void* p = chunks_[chunk_].memory.get() + offset_;
        offset_ += size;
        return p;
    }

    std::vector<std::unique_ptr<block>> blocks_;
    std::size_t used_ = 0;
    std::vector<chunk> chunks_;
    std::size_t chunk_ = 0;
    std::size_t offset_ = 0;
    unsigned variation_ = 0;
};

} // namespace wbsync::engine
