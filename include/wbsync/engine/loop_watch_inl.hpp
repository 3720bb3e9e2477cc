// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/loop_watch.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void loop_watch::begin() noexcept {
    count_ = 0;
    close_ = false;
}

WBSYNC_INLINE bool loop_watch::has_been_at(object_id object, const void* frame) noexcept {
    const place here = place_of(object, frame);
    for (std::size_t i = 0; i != count_; ++i)
        if (seen_[i] == here)
            return true;
    if (count_ != seen_.size())
        seen_[count_++] = here;
    return false;
}

WBSYNC_INLINE void loop_watch::look_closely(object_id object, const void* frame, const void* base,
                                            const round& now) {
    close_ = true;
    first_ = place_of(object, frame);
    state_.take(frame, base);
    round_ = now;
    passed_ = 0;
}

WBSYNC_INLINE void loop_watch::passes_by() noexcept {
    if (++passed_ == max_places)
        begin();
}

WBSYNC_INLINE bool loop_watch::is_back_at(object_id object, const void* frame) const noexcept {
    return place_of(object, frame) == first_;
}

WBSYNC_INLINE bool loop_watch::is_as_it_was(const void* frame, const void* base) const noexcept {
    return mutated(mutant::any_local_state) || state_.is(frame, base);
}

WBSYNC_INLINE void loop_watch::accept(const void* at, std::size_t size) {
    if (close_)
        image_.accept(at, size);
}

WBSYNC_INLINE void loop_watch::after_code() {
    if (!image_.is_unchanged())
        begin();
}

WBSYNC_INLINE loop_watch::place loop_watch::place_of(object_id object, const void* frame) noexcept {
    return {static_cast<const void* const*>(frame)[1], object};
}

} // namespace wbsync::engine
