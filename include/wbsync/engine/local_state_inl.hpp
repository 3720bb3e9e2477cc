// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/local_state.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void local_state::take(const void* frame, const void* end) {
    const std::byte* from = begin(frame);
    bytes_.assign(from, static_cast<const std::byte*>(end));
    from_ = from;
}

WBSYNC_INLINE bool local_state::is(const void* frame, const void* end) const noexcept {
    const std::byte* from = begin(frame);
    return from == from_ &&
           static_cast<std::size_t>(static_cast<const std::byte*>(end) - from) == bytes_.size() &&
           std::memcmp(from, bytes_.data(), bytes_.size()) == 0;
}

WBSYNC_INLINE const std::byte* local_state::begin(const void* frame) noexcept {
    return static_cast<const std::byte*>(frame) - saved_registers;
}

} // namespace wbsync::engine
