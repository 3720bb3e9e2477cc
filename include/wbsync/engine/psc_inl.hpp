// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/psc.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void psc_order::begin(const location_list& locations, bool by_reading) {
    locations_ = &locations;
    by_reading_ = by_reading;
    for (thread_set left = with_fences_; left != 0; left &= left - 1)
        fences_[std::countr_zero(left)].clear();
    with_fences_ = 0;
    passed_over_ = 1;
}

WBSYNC_INLINE void psc_order::add_fence(thread_id t, view& before, step_index step) {
    auto& own = fences_[t];
    own.push_back({step, before.clock, before.fences, {}, 0});
    if (own.size() > 1) {
        own.back().past.join(own[own.size() - 2].past);
        own.back().known_fences.join(own[own.size() - 2].known_fences);
    }
    with_fences_ |= only(t);
    before.fences.insert_first(t, static_cast<timestamp>(own.size()));
}

WBSYNC_INLINE bool psc_order::is_empty(const fence_set& fences) const noexcept {
    return fences.empty(with_fences_);
}

WBSYNC_INLINE bool psc_order::any_after(const store_record& s, const fence_set& fences) const {
    for (thread_set left = with_fences_; left != 0; left &= left - 1) {
        const thread_id t = std::countr_zero(left);
        if (fences.count(t) != 0 && s.was_read_in(last(fences, t).past)) // or written
            return true;
    }
    return false;
}

WBSYNC_INLINE void psc_order::load_passed_over() noexcept {
    if (!mutated(mutant::psc_never_renewed))
        ++passed_over_;
}

WBSYNC_INLINE const psc_order::fence_record& psc_order::last(const fence_set& fences,
                                                             thread_id t) const {
    return fences_[t][static_cast<std::size_t>(fences.count(t) - 1)];
}

WBSYNC_INLINE psc_order::fence_record& psc_order::last(const fence_set& fences, thread_id t) {
    return fences_[t][static_cast<std::size_t>(fences.count(t) - 1)];
}

} // namespace wbsync::engine
