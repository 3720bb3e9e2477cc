// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/rounds.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void step_log::begin() noexcept {
    count_ = 0;
    effects_.fill(0);
    nesting_.fill(0);
}

WBSYNC_INLINE void step_log::add(thread_id t, object_id object, effect what, bool blind) {
    if (static_cast<std::size_t>(count_) == steps_.size())
        steps_.emplace_back();
    step& s = steps_[static_cast<std::size_t>(count_++)];
    s.object = object;
    s.thread = static_cast<std::int8_t>(t);
    s.what = what;
    s.blind = blind;
    s.learns = told::value;
    s.stale = false;
    if (what == effect::other)
        ++effects_[t];
}

WBSYNC_INLINE void step_log::stores(std::int64_t before, std::int64_t after) noexcept {
    if (count_ == 0)
        return;
    step& s = newest();
    if (s.what == effect::other)
        --effects_[s.thread];
    s.what = effect::store;
    s.before = before;
    s.after = after;
}

WBSYNC_INLINE void step_log::learns_only(told what) noexcept {
    if (count_ != 0)
        newest().learns = what;
}

WBSYNC_INLINE void step_log::reads_old_store(step_index of) noexcept {
    if (count_ == 0)
        return;
    newest().stale = true;
    newest().source = of;
}

WBSYNC_INLINE round step_log::begin_round(thread_id t) const noexcept {
    return {size(), effects_[t], nesting_[t]};
}

WBSYNC_INLINE bool step_log::in_vain(thread_id t, const round& r) const {
    if (mutated(mutant::effects_are_in_vain))
        return true;
    if (effects_[t] != r.effects || nesting_[t] != r.nesting)
        return false;
    return std::all_of(steps_.begin() + r.begin, steps_.begin() + count_, [&](const step& s) {
        return s.thread != t || s.what != effect::store || is_undone(s, r);
    });
}

WBSYNC_INLINE std::vector<object_id> step_log::changed_by(thread_id t, const round& r) const {
    return objects(t, r.begin, size(),
                   [](const step& s) { return s.what == effect::store && s.before != s.after; });
}

WBSYNC_INLINE bool step_log::changed_since(thread_id t, step_index begin, step_index end) const {
    for (step_index i = begin; i != end; ++i)
        if (at(i).thread == t && (at(i).stale || changed_after(i)))
            return true;
    return false;
}

WBSYNC_INLINE std::vector<object_id> step_log::looked_at(thread_id t, step_index begin,
                                                         step_index end) const {
    return objects(t, begin, end, [](const step&) { return true; });
}

WBSYNC_INLINE const step_log::step& step_log::at(step_index i) const noexcept {
    return steps_[static_cast<std::size_t>(i)];
}

WBSYNC_INLINE bool step_log::is_undone(const step& s, const round& r) const {
    bool done = true;
    std::int64_t sum = 0; // what the thread has changed the value by
    for (step_index i = r.begin; i != size(); ++i) {
        const step& other = at(i);
        if (other.object != s.object)
            continue;
        if (other.thread == s.thread && other.what == effect::store) {
            sum += other.after - other.before;
            done = sum == 0;
        } else if (other.thread != s.thread && !done && sees(other, sum) &&
                   !mutated(mutant::undone_though_seen)) {
            return false;
        }
    }
    return done;
}

WBSYNC_INLINE bool step_log::sees(const step& s, std::int64_t sum) noexcept {
    if (s.blind)
        return false;
    return s.what != effect::store || tells_apart(s.learns, s.after, s.after - sum) ||
           mutated(mutant::results_tell_all);
}

WBSYNC_INLINE bool step_log::changed_after(step_index i) const {
    return std::any_of(steps_.begin() + i + 1, steps_.begin() + count_, [&](const step& later) {
        return later.object == at(i).object && later.thread != at(i).thread &&
               later.what != effect::none;
    });
}

} // namespace wbsync::engine
