// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/variable.hpp>
#include <wbsync/linkage.hpp>
#include <wbsync/wrapping.hpp>

#include <stdexcept>

#include <fmt/core.h>

namespace wbsync::engine {

WBSYNC_INLINE event_value show_number(std::int64_t value) {
    return value;
}

WBSYNC_INLINE event_value show_int(std::int64_t value) {
    return show_number(static_cast<std::int32_t>(value));
}

WBSYNC_INLINE bool value_guard::enabled_by_old_store() const {
    execution& run = *execution::current();
    return !newest_only_ && run.memory().reads_old_stores() &&
           acceptable(run.options(thread_, x_, accepts_)) != 0;
}

WBSYNC_INLINE bool value_guard::enabled_without(const removed_steps& gone) const {
    if (newest_only_ || !execution::current()->memory().reads_old_stores())
        return accepts_(x_.value_without(gone));
    return acceptable(execution::current()->options_without(gone, thread_, x_, accepts_)) != 0;
}

WBSYNC_INLINE const std::int64_t* value_guard::newest_value() const {
    return &x_.at(x_.newest()).value;
}

WBSYNC_INLINE store_choices value_guard::acceptable(const read_options& options) const {
    store_choices good = 0;
    for (std::size_t k = 0; k != options.size(); ++k)
        if (accepts_(options[k].value))
            good |= store_choices{1} << k;
    return good;
}

WBSYNC_INLINE std::string value_guard::waits_for() const {
    return fmt::format("{}({}), which is {}", verb_, x_.name.str(), text_of(show_(x_.value())));
}

WBSYNC_INLINE bool value_change::happens_without(const removed_steps& gone) const {
    return accepts_(x_.value_without(gone)) || (may_read_older() && x_.has_gap_without(gone)) ||
           may_be_late();
}

WBSYNC_INLINE bool value_change::may_read_older() {
    return execution::current()->memory().inserts_updates();
}

WBSYNC_INLINE bool value_change::may_be_late() const {
    return x_.updated_late && execution::current()->allows_late(thread_, x_);
}

WBSYNC_INLINE void surroundings::fence_before(execution& run, const site& at, const char* verb) {
    run.full_fence(at, verb, "before");
}

WBSYNC_INLINE bool surroundings::fence_after(execution& run, const site& at, const char* verb) {
    return run.full_fence(at, verb, "after");
}

WBSYNC_INLINE void surroundings::just_fence_after(execution& run, const site& at,
                                                  const char* verb) {
    fence_after(run, at, verb);
}

WBSYNC_INLINE void surroundings::call(action what, const site& at, const char* verb) {
    execution* run = execution::current();
    if (what != nullptr && run != nullptr && run->running())
        what(*run, at, verb);
}

WBSYNC_INLINE variable::variable(const label& name, std::int64_t initial, show_function show)
    : show_(show) {
    if (execution* run = execution::current(); run != nullptr) {
        x_ = &run->new_location(name, initial);
        x_->handle = this;
        seal_ = seal(x_, run->stamp());
        run->begin_scope(x_->scope, this);
    }
}

WBSYNC_INLINE variable::~variable() {
    execution* run = execution::current();
    if (run != nullptr && run->current_phase() != execution::phase::outside && belongs_to(*run) &&
        x_->handle == this)
        run->end_scope(x_->scope, this, x_);
}

[[gnu::noinline]] WBSYNC_INLINE std::int64_t variable::load(memory_order order, action what,
                                                            const site& at) const {
    execution& run = enter(what, at);
    const execution::call here(run, WBSYNC_CALLERS_FRAME());
    location& x = *x_;
    run.announce(choosing_step(access_class::read, what, at));
    run.access(x, what, at);
    if (!run.running())
        return x.value();
    const read_options& options = order == memory_order::relaxed && loads_late()
                                      ? run.options_or_late(run.self(), x)
                                      : run.options(run.self(), x, value_condition(any_value));
    return read(run, options, all_choices(options), order, event_kind::load, what, at);
}

[[gnu::noinline]] WBSYNC_INLINE std::int64_t variable::load_newest(memory_order order, action what,
                                                                   const site& at) const {
    execution& run = enter(what, at);
    const execution::call here(run, WBSYNC_CALLERS_FRAME());
    location& x = *x_;
    run.announce(step(access_class::read, what, at));
    run.access(x, what, at);
    if (!run.running())
        return x.value();
    order = run.ordered(at, what, order);
    const std::int64_t value =
        run.memory().load(run.self(), x, x.newest(), order, run.step_count() - 1);
    run.saw(value, is_opaque(), what, at);
    if (run.recording())
        note_read(run, x.newest(), order, event_kind::load, what, at);
    return value;
}

WBSYNC_INLINE void variable::store(std::int64_t value, memory_order order, action what,
                                   const site& at) {
    execution& run = enter(what, at);
    location& x = *x_;
    const bool commutes = mutated(mutant::unlock_commutes) && releases(order);
    const bool inserts = run.memory().inserts_stores();
    const access_class access = commutes ? access_class::none : access_class::write;
    run.announce(inserts ? choosing_step(access, what, at) : step(access, what, at));
    run.access(x, what, at, execution::usage::store);
    if (!run.running()) {
        x.overwrite(value);
        return;
    }
    run.stored(value, is_opaque(), what, at);
    run.stores(x.value(), value);
    if (inserts)
        tell_order(run, order, false, what, at);
    const int after = inserts ? place(run, false).index : x.newest();
    order = run.ordered(at, what, order);
    run.memory().store_after(after, run.self(), x, value, order, run.step_count() - 1,
                             run.seq(run.self()));
    if (run.recording())
        note_store(run, value, order, what, at);
}

WBSYNC_INLINE void variable::add(std::int64_t delta, action what, const site& at) {
    add_when(delta, nullptr, what, at);
}

WBSYNC_INLINE std::int64_t variable::newest(const site& at) const {
    execution& run = enter("a look", at);
    if (run.running())
        run.add_to_history(static_cast<std::uint64_t>(x_->value()));
    return x_->value();
}

WBSYNC_INLINE location& variable::companion(const char* name, std::int64_t value,
                                            const site& at) const {
    execution& run = inside();
    if (belongs_to(run))
        return run.companion(*x_, name, value);
    const scopes::ended* was = run.ended_at(this);
    if (was == nullptr || was->variable == nullptr)
        run.fail_no_object(this, name, at);
    return run.companion(*was->variable, name, value);
}

WBSYNC_INLINE location& variable::object(const char* verb, const site& at) const {
    enter(verb, at);
    return *x_;
}

WBSYNC_INLINE const label& variable::name() const noexcept {
    static constexpr label unbound{"?"};
    return x_ == nullptr ? unbound : x_->name;
}

WBSYNC_INLINE std::uint64_t variable::seal(const location* x, std::uint64_t stamp) noexcept {
    return stamp ^ static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(x));
}

WBSYNC_INLINE bool variable::belongs_to(const execution& run) const noexcept {
    return seal_ == seal(x_, run.stamp());
}

WBSYNC_INLINE execution& variable::inside() {
    execution* run = execution::current();
    if (run == nullptr)
        throw std::logic_error("wbsync: this object can only be used inside a model while "
                               "check() runs it");
    return *run;
}

WBSYNC_INLINE execution& variable::enter(const char* verb, const site& at) const {
    execution& run = inside();
    if (!belongs_to(run))
        run.fail_no_object(this, verb, at);
    run.expect_alive(x_->scope, verb, at);
    return run;
}

WBSYNC_INLINE bool variable::is_opaque() const noexcept {
    return show_ != &show_number && show_ != &show_int;
}

WBSYNC_INLINE operation variable::step(access_class access, const char* verb,
                                       const site& at) const {
    operation op;
    op.object = x_->id;
    op.access = access;
    op.verb = verb;
    op.name = &x_->name;
    op.where = at;
    return op;
}

WBSYNC_INLINE operation variable::choosing_step(access_class access, const char* verb,
                                                const site& at) const {
    operation op = step(access, verb, at);
    op.chooses = true;
    return op;
}

WBSYNC_INLINE read_option variable::choose_update(execution& run, value_condition accepts) const {
    const location& x = *x_;
    const bool inserts = run.memory().inserts_updates() && x.has_gap();
    const auto wanted = [&](std::int64_t v) { return inserts || !accepts(v); };
    const read_options& options = run.options(run.self(), x, value_condition(wanted));
    store_choices candidates = 1;
    for (std::size_t k = 1; k < options.size(); ++k)
        if (!accepts(options[k].value))
            candidates |= store_choices{1} << k;
    if (inserts)
        for (const read_option& p : run.places(run.self(), x, true))
            for (std::size_t k = 1; k < options.size(); ++k)
                if (options[k].index == p.index)
                    candidates |= store_choices{1} << k;
    if (x.updated_late && run.may_be_late(run.self(), x))
        return choose_late_update(run, accepts, options, candidates);
    return options[static_cast<std::size_t>(run.policy().choose(options, candidates))];
}

/// Of these, or of what is not stored yet. If that is accepted the change needs a place.
WBSYNC_INLINE read_option variable::choose_late_update(execution& run, value_condition accepts,
                                                       read_options options,
                                                       store_choices candidates) const {
    const auto add = [&](const read_option& o) {
        if (options.size() == max_history)
            return run.leaves_out_late_loads(*x_);
        candidates |= store_choices{1} << options.size();
        options.push_back(o);
    };
    const read_options& places = run.places(run.self(), *x_, true);
    for (const std::int64_t value : run.late_values(run.self(), *x_)) {
        if (!accepts(value))
            add(late_option(value));
        else
            for (const read_option& p : places)
                add(late_option(p, value));
    }
    return options[static_cast<std::size_t>(run.policy().choose(options, candidates))];
}

WBSYNC_INLINE void variable::tell_no_result(execution& run) {
    if (dependencies* const to = run.memory().followed())
        to->next_has_no_result(run.self());
}

WBSYNC_INLINE void variable::tell_order(execution& run, memory_order order, bool full, action what,
                                        const site& at) const {
    if (dependencies* const to = run.memory().followed())
        to->next_change(run.self(), releases(run.ordered(at, what, order)),
                        full && run.ordered(at, what, ordering::full_fence, "before") ==
                                    ordering::full_fence);
}

WBSYNC_INLINE read_option variable::place(execution& run, bool reads) const {
    const read_options& options = run.places(run.self(), *x_, reads);
    if (reads && x_->updated_late && run.may_be_late(run.self(), *x_))
        return choose_late_update(run, value_condition(any_value), options, all_choices(options));
    const int k = run.policy().choose(options, all_choices(options));
    return options[static_cast<std::size_t>(k)];
}

WBSYNC_INLINE std::int64_t variable::read(execution& run, const read_options& options,
                                          store_choices candidates, memory_order order,
                                          event_kind kind, action what, const site& at) const {
    const int k = run.policy().choose(options, candidates);
    return read_one(run, options[static_cast<std::size_t>(k)], order, kind, what, at);
}

WBSYNC_INLINE std::int64_t variable::read_one(execution& run, const read_option& o,
                                              memory_order order, event_kind kind, action what,
                                              const site& at) const {
    const std::int64_t value =
        o.late ? read_late(run, o.value, what, at) : read_chosen(run, o, order, kind, what, at);
    if (kind == event_kind::load)
        may_be_late(run, order);
    return value;
}

WBSYNC_INLINE void variable::may_be_late(execution& run, memory_order order) const {
    if (!acquires(order) && loads_late())
        run.memory().may_be_late(run.self());
}

WBSYNC_INLINE std::int64_t variable::read_late(execution& run, std::int64_t value, action what,
                                               const site& at) const {
    constexpr step_index nothing = -1; // that would have to come before
    run.reads_old_store(nothing);
    run.memory().load_late(run.self(), *x_, value, run.step_count() - 1);
    run.saw(value, is_opaque(), what, at);
    if (run.recording()) {
        trace_step line = described(what, event_kind::load, memory_order::relaxed, at);
        line.before = show_(value);
        line.late = true;
        run.note(std::move(line));
    }
    return value;
}

WBSYNC_INLINE std::int64_t variable::read_chosen(execution& run, const read_option& o,
                                                 memory_order order, event_kind kind, action what,
                                                 const site& at) const {
    if (o.index != x_->newest())
        run.reads_old_store(x_->at(o.index).step);
    order = run.ordered(at, what, order);
    const std::int64_t value =
        run.memory().load(run.self(), *x_, o.index, order, run.step_count() - 1);
    run.saw(value, is_opaque(), what, at);
    if (run.recording())
        note_read(run, o.index, order, kind, what, at);
    return value;
}

WBSYNC_INLINE void variable::add_when(std::int64_t delta, const guard* when, action what,
                                      const site& at) {
    execution& run = enter(what, at);
    location& x = *x_;
    if (x.updated_late && run.additions_commute(x.id) && run.allows_late(run.self(), x))
        run.assumed().additions_are_observed(x.id); // one that is late has to have its place
    const bool commutes = run.additions_commute(x.id);
    const bool inserts = when == nullptr && run.memory().inserts_updates();
    operation op = step(commutes ? access_class::add : access_class::write, what, at);
    op.chooses = inserts && !commutes;
    op.when = when;
    op.delta = delta;
    run.announce(op);
    run.access(x, what, at, execution::usage::store);
    if (!run.running()) {
        x.overwrite(wrapping_sum(x.value(), delta));
        return;
    }
    if (inserts && commutes && run.may_add_before(run.self(), x))
        run.assumed().additions_are_observed(x.id);
    if (inserts && !commutes)
        tell_no_result(run);
    const read_option o = inserts && !commutes ? place(run, true) : newest_option(x);
    const std::int64_t before = o.value;
    const std::int64_t after = wrapping_sum(before, delta);
    run.stores(before, after);
    const step_index source = commutes || o.late ? -1 : x.at(o.index).step;
    if (o.late)
        update_late(run, o, {before, after, memory_order::relaxed, false});
    else
        run.memory().add(o.index, run.self(), x, delta, commutes, run.step_count() - 1,
                         run.seq(run.self()));
    if (x.updated_late)
        may_be_late(run, memory_order::relaxed);
    if (run.recording())
        note_change(run, before, after, memory_order::relaxed, event_kind::add, what, at, source,
                    o.late);
}

WBSYNC_INLINE void variable::update_late(execution& run, const read_option& o,
                                         const memory_model::late_update& what) {
    constexpr step_index nothing = -1; // that would have to come before
    run.reads_old_store(nothing);
    run.memory().update_late(o.index, run.self(), *x_, what, run.step_count() - 1,
                             run.seq(run.self()));
}

WBSYNC_INLINE void variable::write_update(execution& run, const read_option& o, std::int64_t after,
                                          memory_order order, action what, const site& at) {
    const std::int64_t before = o.value;
    run.saw(before, is_opaque(), what, at);
    run.stored(after, is_opaque(), what, at);
    run.stores(before, after);
    order = run.ordered(at, what, order);
    const step_index source = o.late ? -1 : x_->at(o.index).step;
    if (o.late)
        update_late(run, o, {before, after, order, true});
    else
        run.memory().update(o.index, run.self(), *x_, after, order, run.step_count() - 1,
                            run.seq(run.self()));
    if (x_->updated_late)
        may_be_late(run, order);
    if (run.recording())
        note_change(run, before, after, order, event_kind::rmw, what, at, source, o.late);
}

WBSYNC_INLINE void variable::note_change(execution& run, std::int64_t before, std::int64_t after,
                                         memory_order order, event_kind kind, action what,
                                         const site& at, step_index source, bool late) const {
    trace_step line = described(what, kind, order, at);
    line.late = late;
    line.before = show_(before);
    line.after = show_(after);
    run.note(std::move(line), source);
}

WBSYNC_INLINE void variable::note_store(execution& run, std::int64_t value, memory_order order,
                                        action what, const site& at) const {
    trace_step line = described(what, event_kind::store, order, at);
    line.after = show_(value);
    run.note(std::move(line));
}

WBSYNC_INLINE void variable::note_read(execution& run, int i, memory_order order, event_kind kind,
                                       action what, const site& at) const {
    trace_step line = described(what, kind, order, at);
    line.before = show_(x_->at(i).value);
    line.stale = i != x_->newest();
    if (line.stale)
        line.newer = show_(x_->value());
    const step_index newer = line.stale ? x_->at(x_->newest()).step : -1;
    run.note(std::move(line), x_->at(i).step, newer);
}

WBSYNC_INLINE trace_step variable::described(action what, event_kind kind, memory_order order,
                                             const site& at) const {
    return {.kind = what.kind == event_kind::unspecified ? kind : what.kind,
            .verb = what.verb,
            .object = {x_->id, x_->name.str()},
            .order = what.order == event_order::unspecified ? order_of(order) : what.order,
            .is_part = what.is_part,
            .where = at};
}

} // namespace wbsync::engine
