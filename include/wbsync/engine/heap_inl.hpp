// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/heap.hpp>
#include <wbsync/linkage.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace wbsync::engine {

WBSYNC_INLINE heap::block& heap::allocate(std::size_t size, const label& name, const char* property,
                                          const site& where) {
    if (used_ == blocks_.size())
        blocks_.push_back(std::make_unique<block>());
    block& b = *blocks_[used_];
    b.index = used_++;
    b.at = take(size);
    b.size = size;
    if (variation_ != 0)
        std::memset(b.at, static_cast<int>(fill_of(variation_)), size);
    b.destroy = nullptr;
    b.where = where;
    b.life.begin(name, property);
    return b;
}

WBSYNC_INLINE heap::block* heap::find(const void* p) noexcept {
    for (std::size_t i = 0; i != used_; ++i)
        if (blocks_[i]->at == p)
            return blocks_[i].get();
    return nullptr;
}

WBSYNC_INLINE const heap::block* heap::containing(const void* p) const noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(p);
    for (std::size_t i = 0; i != used_; ++i) {
        const auto begin = reinterpret_cast<std::uintptr_t>(blocks_[i]->at);
        if (begin <= at && at < begin + blocks_[i]->size)
            return blocks_[i].get();
    }
    return nullptr;
}

WBSYNC_INLINE const heap::block* heap::first_alive() const noexcept {
    for (std::size_t i = 0; i != used_; ++i)
        if (blocks_[i]->life.alive())
            return blocks_[i].get();
    return nullptr;
}

WBSYNC_INLINE void heap::clear(bool destroy) {
    while (used_ != 0) {
        block& b = *blocks_[--used_];
        if (destroy && b.destroy != nullptr)
            b.destroy(b.at);
    }
    chunk_ = 0;
    offset_ = 0;
}

WBSYNC_INLINE void heap::vary(unsigned variation) noexcept {
    variation_ = variation;
    offset_ = units_moved(variation) * alignof(std::max_align_t);
}

WBSYNC_INLINE void* heap::take(std::size_t size) {
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

} // namespace wbsync::engine
