// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/lifetimes.hpp>
#include <wbsync/linkage.hpp>

#include <cstddef>
#include <exception>

#include <fmt/core.h>

namespace wbsync::engine {

WBSYNC_INLINE void lifetimes::begin() {
    scopes_.reset();
    left_by_exception_.reset();
}

WBSYNC_INLINE bool lifetimes::is_alive(const lifetime& object, const char* verb, const site& at) {
    return object.alive_ || is_violated(use_after_end(object, verb, at));
}

[[gnu::always_inline]] inline bool lifetimes::uses(const lifetime& object, const char* verb,
                                                   const site& at, usage how) {
    if (!is_alive(object, verb, at))
        return false;
    if (!state_.running())
        return true;
    if (object.before_ != nullptr && !knows_beginning_of(object))
        return is_violated(use_after_end(*object.before_, verb, at));
    exercised_.touches(object.user_);
    if (how == usage::store) {
        note_store({verb, at});
        return true;
    }
    object.last_access_[state_.self] = epoch();
    object.uses_[state_.self] = {verb, at};
    return true;
}

WBSYNC_INLINE bool lifetimes::ends(lifetime& object, const char* verb, const site& at) {
    object.alive_ = false;
    object.end_ = {verb, at};
    object.ended_by_ = state_.self;
    if (!state_.running())
        return true;
    exercised_.touches(object.user_);
    const view ordered = state_.memory->propagated(state_.self);
    return are_ordered_before(object, ordered, unknown_store_to(object, ordered));
}

WBSYNC_INLINE void lifetimes::begin_scope(lifetime& life, const void* handle) {
    const scopes::ended* before = scopes_.find(handle);
    if (before == nullptr || !state_.running())
        return;
    state_.memory->tick(state_.self); // older knowledge of this thread excludes this
    life.before_ = before->life;
    life.begun_by_ = state_.self;
    life.begin_ = epoch();
}

WBSYNC_INLINE lifetime& lifetimes::new_scope(const label& name, const void* handle) {
    lifetime& life = scopes_.add();
    life.begin(name, "use-after-scope");
    begin_scope(life, handle);
    return life;
}

WBSYNC_INLINE bool lifetimes::end_scope(lifetime& life, const void* handle, location* variable) {
    if (state_.now == execution_state::phase::outside || !life.alive_)
        return true;
    scopes_.bury({handle, &life, variable});
    life.alive_ = false;
    life.end_ = {"the end of its scope", last_place()};
    life.ended_by_ = state_.self;
    if (!state_.running())
        return true;
    exercised_.evaluates_property();
    exercised_.touches(life.user_);
    const view ordered = state_.memory->propagated(state_.self);
    const store_record* unknown =
        variable == nullptr ? nullptr : variable->unknown_store(state_.self, ordered);
    return are_ordered_before(life, ordered, unknown);
}

WBSYNC_INLINE const scopes::ended* lifetimes::ended_at(const void* handle) const noexcept {
    return scopes_.find(handle);
}

WBSYNC_INLINE finding lifetimes::use_after_end(const lifetime& object, const char* verb,
                                               const site& at) const {
    return {object.property_,
            fmt::format("{} of {} after {}", verb, object.name_.str(), end_of(object)),
            at,
            state_.self,
            {collision::pair::use_after_end, object.name_.str(), object.end_.verb, object.ended_by_,
             object.end_.where}};
}

WBSYNC_INLINE const finding* lifetimes::left_by_exception(thread_id t) const noexcept {
    const bool there = left_by_exception_ && left_by_exception_->thread == t;
    return there ? &*left_by_exception_ : nullptr;
}

WBSYNC_INLINE bool lifetimes::is_violated(finding by) {
    violation_ = std::move(by);
    return false;
}

WBSYNC_INLINE timestamp lifetimes::epoch() const {
    return state_.memory->now(state_.self).clock[state_.self];
}

WBSYNC_INLINE void lifetimes::note_store(const lifetime::use& how) {
    const auto steps = static_cast<std::size_t>(state_.steps);
    if (stores_.size() < steps)
        stores_.resize(steps);
    stores_[steps - 1] = how;
}

WBSYNC_INLINE bool lifetimes::are_ordered_before(const lifetime& object, const view& ordered,
                                                 const store_record* store) {
    for (thread_id u = 0; u != state_.threads.count(); ++u)
        if (u != state_.self && !comes_before(u, object.last_access_[u], ordered) &&
            !is_no_violation(unordered(object, object.uses_[u], u)))
            return false;
    return store == nullptr ||
           is_no_violation(
               unordered(object, stores_[static_cast<std::size_t>(store->step)], store->thread));
}

WBSYNC_INLINE const store_record* lifetimes::unknown_store_to(const lifetime& object,
                                                              const view& ordered) const {
    for (const location* x : locations_.in_order())
        if (x->owner == &object)
            if (const store_record* s = x->unknown_store(state_.self, ordered))
                return s;
    return nullptr;
}

WBSYNC_INLINE bool lifetimes::comes_before(thread_id u, timestamp when, const view& ordered) {
    return ordered.clock.covers(u, when) ||
           (ordered.stores.covers(u, when) && !mutated(mutant::relock_forgets_uses));
}

WBSYNC_INLINE bool lifetimes::is_no_violation(finding what) {
    if (std::uncaught_exceptions() == 0)
        return is_violated(std::move(what));
    if (!left_by_exception_)
        left_by_exception_ = std::move(what);
    return true;
}

WBSYNC_INLINE finding lifetimes::unordered(const lifetime& object, const lifetime::use& use,
                                           thread_id user) const {
    return {object.property_,
            fmt::format("{} of {} is not ordered after {} by {} at {}", object.end_.verb,
                        object.name_.str(), use.verb, state_.threads[user].name.str(),
                        use.where.str()),
            object.end_.where,
            state_.self,
            {collision::pair::unordered_end, object.name_.str(), use.verb, user, use.where}};
}

WBSYNC_INLINE std::string lifetimes::end_of(const lifetime& object) const {
    std::string text = object.end_.verb;
    if (object.end_.where.line != 0)
        text += " at " + object.end_.where.str();
    if (object.ended_by_ >= 0)
        text += " by " + state_.threads[object.ended_by_].name.str();
    return text;
}

WBSYNC_INLINE bool lifetimes::knows_beginning_of(const lifetime& object) const {
    return state_.self == object.begun_by_ ||
           state_.memory->propagated(state_.self).clock.covers(object.begun_by_, object.begin_);
}

WBSYNC_INLINE site lifetimes::last_place() const {
    return state_.self < 0 ? site{} : state_.threads[state_.self].last;
}

} // namespace wbsync::engine
