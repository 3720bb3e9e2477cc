// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/footprint.hpp>
#include <wbsync/linkage.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace wbsync::engine {

WBSYNC_INLINE void footprint::record() {
    marks_.clear();
    comparing_ = is_full_ = false;
}

WBSYNC_INLINE void footprint::compare() {
    comparing_ = true;
    rewind();
}

WBSYNC_INLINE void footprint::rewind() {
    if (!comparing_)
        marks_.clear();
    compared_ = 0;
    there_.clear();
    back_.clear();
}

WBSYNC_INLINE bool footprint::add(const mark& m, bool opaque) {
    if (!comparing_) {
        is_full_ = marks_.size() == most_marks;
        if (!is_full_)
            marks_.push_back(m);
        return true;
    }
    if (compared_ == marks_.size())
        return is_full_;
    return same(marks_[compared_], m, opaque) && ++compared_ != 0;
}

WBSYNC_INLINE bool footprint::same(const mark& a, const mark& b, bool opaque) {
    if (a.what != b.what || a.thread != b.thread || a.object != b.object || a.access != b.access ||
        !(a.where == b.where))
        return false;
    return a.what == mark::kind::value ? stands_for(a.value, b.value, opaque) : a.value == b.value;
}

WBSYNC_INLINE bool footprint::stands_for(std::int64_t a, std::int64_t b, bool opaque) {
    const std::uint64_t numbers = opaque ? first_page : int_max;
    if (static_cast<std::uint64_t>(a) <= numbers || static_cast<std::uint64_t>(b) <= numbers ||
        (!opaque && (a < 0 || b < 0)))
        return a == b;
    return there_.emplace(a, b).first->second == b && back_.emplace(b, a).first->second == a;
}

} // namespace wbsync::engine
