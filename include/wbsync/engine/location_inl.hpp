// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>
#include <wbsync/linkage.hpp>
#include <wbsync/wrapping.hpp>

#include <algorithm>

namespace wbsync::engine {

WBSYNC_INLINE void store_record::begin() noexcept {
    value = delta = 0;
    access = access_class::write;
    thread = 0;
    epoch = seq = 0;
    step = -1;
    event = -1;
    follows = false;
    message.clock.fill(0);
    message.stores.fill(0);
    message.fences.clear();
    fences.clear();
    reader_fences.clear();
    first_seen.fill(never);
}

WBSYNC_INLINE bool store_record::was_read_by_another_in(const vector_clock& past) const noexcept {
    vector_clock others = first_seen;
    others[thread] = never;
    return others.any_within(past);
}

WBSYNC_INLINE bool store_record::was_read_in(const vector_clock& past) const noexcept {
    return first_seen.any_within(past);
}

WBSYNC_INLINE bool store_record::is_known_by(const view& known) const noexcept {
    return was_read_in(known.clock) || known.stores.covers(thread, epoch);
}

WBSYNC_INLINE const store_record& location::at(int i) const noexcept {
    return stores_[static_cast<std::size_t>(i)];
}

WBSYNC_INLINE bool location::has_gap() const noexcept {
    for (int i = newest(); i > 0; --i)
        if (!at(i).follows)
            return true;
    return false;
}

WBSYNC_INLINE bool location::has_gap_without(const removed_steps& gone) const {
    for (int i = newest(); i > 0; --i)
        if (!at(i).follows && !is_gone(i, gone))
            return true;
    return false;
}

WBSYNC_INLINE store_record& location::append() {
    if (static_cast<std::size_t>(count_) == stores_.size())
        stores_.emplace_back();
    store_record& s = stores_[static_cast<std::size_t>(count_++)];
    s.begin();
    return s;
}

WBSYNC_INLINE store_record& location::insert(int i) {
    append();
    const auto at = stores_.begin() + i;
    std::rotate(at, stores_.begin() + newest(), stores_.begin() + count_);
    return *at;
}

WBSYNC_INLINE int location::newest_without(const removed_steps& gone) const {
    int i = newest();
    while (is_gone(i, gone))
        --i; // the initial value is never gone
    return i;
}

WBSYNC_INLINE std::int64_t location::value_without(const removed_steps& gone) const {
    const int end = newest_without(gone);
    if (at(end).access != access_class::add)
        return at(end).value;
    const int begin = begin_of_run(end);
    std::int64_t value = at(begin - 1).value;
    for (int i = begin; i <= end; ++i)
        if (!is_gone(i, gone))
            value = wrapping_sum(value, at(i).delta);
    return value;
}

WBSYNC_INLINE const store_record* location::unknown_store(thread_id t, const view& ordered) const {
    for (int i = newest(); i >= 0; --i) {
        const store_record& s = at(i);
        if (s.first_seen[t] != never && s.access != access_class::add)
            break;
        if (s.thread != t && s.first_seen[t] != never)
            break;
        // Nor beyond a store that somebody read or wrote before the end: coherence keeps older
        // stores of the variable before the end as well.
        if (s.access == access_class::add ? s.was_read_by_another_in(ordered.clock)
                                          : s.was_read_in(ordered.clock))
            break;
        if (!ordered.clock.covers(s.thread, s.epoch) && !ordered.stores.covers(s.thread, s.epoch))
            return &s;
    }
    return nullptr;
}

WBSYNC_INLINE void location::pass_on(const view& known) {
    view& message = at(newest()).message;
    message = known;
    message.join(at(newest() - 1).message);
}

WBSYNC_INLINE int location::begin_of_run(int i) const noexcept {
    while (i > 0 && at(i - 1).run == at(i).run)
        --i;
    return i;
}

WBSYNC_INLINE bool location::is_gone(int i, const removed_steps& gone) const {
    return at(i).step >= 0 && gone(at(i).step);
}

} // namespace wbsync::engine
