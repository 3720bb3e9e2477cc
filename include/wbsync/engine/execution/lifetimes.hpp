// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/exercise.hpp>
#include <wbsync/engine/execution/location_table.hpp>
#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/scopes.hpp>
#include <wbsync/engine/trace.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// How an operation uses an object that may be freed. That a store comes before the end is also
/// known to whoever has read it, or a newer one of the same variable (LKMM: reads-from orders);
/// anything else has to happen before the end.
enum class usage : std::uint8_t { access, store };

/// The lives of the objects that may be freed or destroyed while others still use them. What is
/// wrong is left in violation(); a function that says false has found something.
class lifetimes {
public:
    lifetimes(const execution_state& state, const location_table& locations, exercise& exercised)
        : state_(state), locations_(locations), exercised_(exercised) {}

    void begin() {
        scopes_.reset();
        left_by_exception_.reset();
    }

    /// What the function that has just said false has found.
    [[nodiscard]] finding violation() { return std::move(violation_); }

    [[nodiscard]] bool is_alive(const lifetime& object, const char* verb, const site& at) {
        return object.alive_ || is_violated(use_after_end(object, verb, at));
    }

    /// The current thread uses `object`. O(1).
    [[nodiscard, gnu::always_inline]] bool uses(const lifetime& object, const char* verb,
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

    /// The current thread frees or destroys `object`, which is alive. Ordering before the end may
    /// also come from a relaxed load, on whose value the end is taken to depend (LKMM: control
    /// dependencies order stores, and every free is one). O(threads + stores to the object).
    [[nodiscard]] bool ends(lifetime& object, const char* verb, const site& at) {
        object.alive_ = false;
        object.end_ = {verb, at};
        object.ended_by_ = state_.self;
        if (!state_.running())
            return true;
        exercised_.touches(object.user_);
        const view ordered = state_.memory->propagated(state_.self);
        return are_ordered_before(object, ordered, unknown_store_to(object, ordered));
    }

    // --- objects that end with their scope ------------------------------------------------------

    /// `life` has begun with the constructor of what is at `handle`.
    void begin_scope(lifetime& life, const void* handle) {
        const scopes::ended* before = scopes_.find(handle);
        if (before == nullptr || !state_.running())
            return;
        state_.memory->tick(state_.self); // who knows something of this thread need not know this
        life.before_ = before->life;
        life.begun_by_ = state_.self;
        life.begin_ = epoch();
    }

    /// The life of what is at `handle`, and is no variable.
    lifetime& new_scope(const label& name, const void* handle) {
        lifetime& life = scopes_.add();
        life.begin(name, "use-after-scope");
        begin_scope(life, handle);
        return life;
    }

    /// It ends with the destructor; as ends().
    [[nodiscard]] bool end_scope(lifetime& life, const void* handle, location* variable) {
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

    /// What was at `handle`, if that has ended.
    [[nodiscard]] const scopes::ended* ended_at(const void* handle) const noexcept {
        return scopes_.find(handle);
    }

    [[nodiscard]] finding use_after_end(const lifetime& object, const char* verb,
                                        const site& at) const {
        return {object.property_,
                fmt::format("{} of {} after {}", verb, object.name_.str(), end_of(object)), at,
                state_.self};
    }

    /// Found while an exception was under way in thread `t`, which ends it only now.
    [[nodiscard]] const finding* left_by_exception(thread_id t) const noexcept {
        const bool there = left_by_exception_ && left_by_exception_->thread == t;
        return there ? &*left_by_exception_ : nullptr;
    }

private:
    /// Always false.
    bool is_violated(finding by) {
        violation_ = std::move(by);
        return false;
    }

    [[nodiscard]] timestamp epoch() const {
        return state_.memory->now(state_.self).clock[state_.self];
    }

    /// The step under way stores to a part of an object that may be freed.
    void note_store(const lifetime::use& how) {
        const auto steps = static_cast<std::size_t>(state_.steps);
        if (stores_.size() < steps)
            stores_.resize(steps);
        stores_[steps - 1] = how;
    }

    /// The end of `object` has to be ordered after the uses of all others. `store`: one that is
    /// not known, or nullptr.
    bool are_ordered_before(const lifetime& object, const view& ordered,
                            const store_record* store) {
        for (thread_id u = 0; u != state_.threads.count(); ++u)
            if (u != state_.self && !comes_before(u, object.last_access_[u], ordered) &&
                !is_no_violation(unordered(object, object.uses_[u], u)))
                return false;
        return store == nullptr ||
               is_no_violation(unordered(object, stores_[static_cast<std::size_t>(store->step)],
                                         store->thread));
    }

    /// A store to some part of `object` that does not come before its end; nullptr: none.
    [[nodiscard]] const store_record* unknown_store_to(const lifetime& object,
                                                       const view& ordered) const {
        for (const location* x : locations_.in_order())
            if (x->owner == &object)
                if (const store_record* s = x->unknown_store(state_.self, ordered))
                    return s;
        return nullptr;
    }

    /// Does what `u` did at `when` come before who knows `ordered`, and depends on that? Loads do
    /// if they come before an unlock, and a store that is known after the thread's next lock: they
    /// are performed first, though they are not known.
    static bool comes_before(thread_id u, timestamp when, const view& ordered) {
        return ordered.clock.covers(u, when) ||
               (ordered.stores.covers(u, when) && !mutated(mutant::relock_forgets_uses));
    }

    /// A thread that an exception ends is a finding of its own, which comes first.
    bool is_no_violation(finding what) {
        if (std::uncaught_exceptions() == 0)
            return is_violated(std::move(what));
        if (!left_by_exception_)
            left_by_exception_ = std::move(what);
        return true;
    }

    [[nodiscard]] finding unordered(const lifetime& object, const lifetime::use& use,
                                    thread_id user) const {
        return {object.property_,
                fmt::format("{} of {} is not ordered after {} by {} at {}", object.end_.verb,
                            object.name_.str(), use.verb, state_.threads[user].name.str(),
                            use.where.str()),
                object.end_.where, state_.self};
    }

    /// "kfree at isw.hpp:42 by umount".
    [[nodiscard]] std::string end_of(const lifetime& object) const {
        std::string text = object.end_.verb;
        if (object.end_.where.line != 0)
            text += " at " + object.end_.where.str();
        if (object.ended_by_ >= 0)
            text += " by " + state_.threads[object.ended_by_].name.str();
        return text;
    }

    /// Can the current thread have come to `object` by somebody who had it after its beginning?
    [[nodiscard]] bool knows_beginning_of(const lifetime& object) const {
        return state_.self == object.begun_by_ ||
               state_.memory->propagated(state_.self).clock.covers(object.begun_by_, object.begin_);
    }

    /// Of the newest operation of the current thread.
    [[nodiscard]] site last_place() const {
        return state_.self < 0 ? site{} : state_.threads[state_.self].last;
    }

    const execution_state& state_;
    const location_table& locations_;
    exercise& exercised_;
    scopes scopes_;
    std::vector<lifetime::use> stores_; ///< by their step, those to objects that may be freed
    finding violation_;
    std::optional<finding> left_by_exception_;
};

} // namespace wbsync::engine
