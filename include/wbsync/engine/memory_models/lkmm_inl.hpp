// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/lkmm.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>

namespace wbsync::engine {

WBSYNC_INLINE void lkmm_machine::begin(const location_list& locations) {
    visible_.begin();
    forbidden_.fences.begin(locations, false);
    history_.begin(locations);
    for (thread_id t = 0; t != max_threads; ++t) {
        read_[t] = {};
        newest_[t] = -1;
        strong_[t].fill(0);
    }
}

WBSYNC_INLINE lkmm::history::place lkmm_machine::here(thread_id t, step_index step) {
    newest_[t] = std::max(newest_[t], step);
    return {t, now(t).clock[t], newest_[t], &now(t).clock};
}

// --- accesses -----------------------------------------------------------------------------------

WBSYNC_INLINE void lkmm_machine::initialise(location& x, std::int64_t value) {
    view_machine::initialise(x, value);
    x.at(0).event = history_.add_initial(x.id);
}

WBSYNC_INLINE std::int64_t lkmm_machine::load(thread_id t, location& x, int i, memory_order order,
                                              step_index step) {
    using enum lkmm::event_kind;
    using lkmm::access_order;
    const int number =
        history_.add(here(t, step),
                     {.kind = x.is_spinlock ? lock_fail : read,
                      .location = static_cast<int>(x.id),
                      .order = acquires(order) ? access_order::acquire : access_order::once},
                     x.at(i).event);
    history_.depends(number, x.handle);
    history_.controls(number);
    const std::int64_t value = view_machine::load(t, x, i, order, step);
    read_[t].join(x.at(i).message);
    return value;
}

WBSYNC_INLINE void lkmm_machine::store_after(int i, thread_id t, location& x, std::int64_t value,
                                             memory_order order, step_index step, timestamp seq) {
    using enum lkmm::event_kind;
    using lkmm::access_order;
    const int number = history_.add(
        here(t, step), {.kind = x.is_spinlock ? unlock : write,
                        .location = static_cast<int>(x.id),
                        .order = releases(order) ? access_order::release : access_order::once});
    history_.depends(number, x.handle);
    view_machine::store_after(i, t, x, value, order, step, seq);
    x.at(i + 1).event = number;
}

/// `source`: what it reads; -1: nothing yet, it is late.
WBSYNC_INLINE void lkmm_machine::record_update(int source, thread_id t, location& x,
                                               memory_order order, step_index step, bool returns) {
    using enum lkmm::event_kind;
    using lkmm::access_order;
    const auto at = here(t, step);
    const int location = static_cast<int>(x.id);
    const bool lock = x.is_spinlock;
    returns = returns && history_.next_returns(t);
    const int number = history_.add(at,
                                    {.kind = lock ? lock_read : read,
                                     .location = location,
                                     .order = !returns          ? access_order::noreturn
                                              : acquires(order) ? access_order::acquire
                                                                : access_order::once,
                                     .rmw = !lock},
                                    source);
    history_.add(at, {.kind = lock ? lock_write : write,
                      .location = location,
                      .order = releases(order) ? access_order::release : access_order::once,
                      .rmw = !lock});
    history_.depends(number, x.handle);
    history_.depends(number + 1, x.handle);
    if (returns)
        history_.controls(number);
}

WBSYNC_INLINE void lkmm_machine::update(int i, thread_id t, location& x, std::int64_t value,
                                        memory_order order, step_index step, timestamp seq) {
    const int number = history_.size() + 1;
    if (history_.next_returns(t)) // otherwise smp_rmb() does not order it
        read_[t].join(x.at(i).message);
    record_update(x.at(i).event, t, x, order, step, true);
    view_machine::update(i, t, x, value, order, step, seq);
    x.at(i + 1).event = number;
}

WBSYNC_INLINE void lkmm_machine::add(int i, thread_id t, location& x, std::int64_t delta,
                                     bool commutes, step_index step, timestamp seq) {
    const int number = history_.size() + 1;
    record_update(x.at(i).event, t, x, memory_order::relaxed, step, false);
    view_machine::add(i, t, x, delta, commutes, step, seq);
    x.at(i + 1).event = number;
}

/// As by a full barrier in front of it, which is what try_to_wake_up() has.
WBSYNC_INLINE void lkmm_machine::pass_on(thread_id t, location& x, const view& known) {
    view_machine::pass_on(t, x, known);
    history_.put_fence_before_update(here(t, -1), known.clock, x.at(x.newest()).event);
}

WBSYNC_INLINE void lkmm_machine::completes_message(view& message, const thread_view& of,
                                                   bool release) {
    if (release)
        message.join(of.read);
}

// --- late loads ---------------------------------------------------------------------------------

WBSYNC_INLINE void lkmm_machine::may_be_late(thread_id t) {
    const int read = history_.newest_read_of(t);
    if (read != history_.newest_of(t) && mutated(mutant::no_late_updates))
        return;
    history_.may_be_late(read);
}

WBSYNC_INLINE void lkmm_machine::begin_conditional(thread_id t) {
    conditional_[t] = history_.size();
}

WBSYNC_INLINE void lkmm_machine::end_conditional(thread_id t, const kept_condition& accepts) {
    if (!mutated(mutant::no_late_failures))
        history_.may_fail_late(t, conditional_[t], accepts);
}

WBSYNC_INLINE void lkmm_machine::load_late(thread_id t, location& x, std::int64_t value,
                                           step_index step) {
    const int number = history_.add(
        here(t, step), {.kind = lkmm::event_kind::read, .location = static_cast<int>(x.id)});
    history_.depends(number, x.handle);
    history_.is_late(number, value);
    history_.controls(number);
    passes_over();
    stir(of(t));
}

WBSYNC_INLINE void lkmm_machine::update_late(int i, thread_id t, location& x,
                                             const late_update& what, step_index step,
                                             timestamp seq) {
    const int number = history_.size();
    record_update(-1, t, x, what.order, step, what.returns);
    history_.is_late(number, what.read);
    view_machine::store_after(i, t, x, what.written, what.order, step, seq);
    x.at(i + 1).event = number + 1;
    x.inserted = true; // or will be, when what it reads is put before it
    passes_over();
}

WBSYNC_INLINE void lkmm_machine::list_late_loads(std::vector<late_load>& out,
                                                 std::vector<object_id>& ordered) {
    const auto note = [&](thread_id t, int x, std::int64_t value) {
        out.push_back({t, static_cast<object_id>(x), value});
    };
    if (is_settled_)
        history_.for_each_possible_late_load(
            note, [&](int x) { ordered.push_back(static_cast<object_id>(x)); });
    else if (!mutated(mutant::no_other_late_values))
        history_.for_each_other_late_value(note);
}

// --- plain accesses -----------------------------------------------------------------------------

WBSYNC_INLINE void lkmm_machine::plain_access(thread_id t, const void* object, bool writes) {
    history_.add_plain(here(t, -1), object, writes);
}

WBSYNC_INLINE bool lkmm_machine::is_race(thread_id t) {
    return history_.newest_races(t);
}

// --- fences -------------------------------------------------------------------------------------

WBSYNC_INLINE void lkmm_machine::record_fence(thread_id t, step_index step,
                                              lkmm::barrier_kind which) {
    history_.add(here(t, step), {.kind = lkmm::event_kind::fence, .barrier = which});
}

WBSYNC_INLINE void lkmm_machine::read_fence(thread_id t, step_index step) {
    record_fence(t, step, lkmm::barrier_kind::rmb);
    tell_loads(t, read_[t]);
}

/// Later stores pass on that they come after those before it; not what was read.
WBSYNC_INLINE void lkmm_machine::write_fence(thread_id t, step_index step) {
    record_fence(t, step, lkmm::barrier_kind::wmb);
    pass_on_stores(t, t, now(t).clock[t]);
    tick(t);
}

WBSYNC_INLINE void lkmm_machine::full_fence(thread_id t, step_index step) {
    record_fence(t, step, lkmm::barrier_kind::mb);
    view_machine::full_fence(t, step);
}

WBSYNC_INLINE void lkmm_machine::full_fence_since(thread_id t, const view& before,
                                                  step_index step) {
    history_.add_fence_since(here(t, step), before.clock);
    view_machine::full_fence_since(t, before, step);
}

WBSYNC_INLINE void lkmm_machine::comes_after(thread_id t, const view& what, bool strongly) {
    if (mutated(mutant::links_forgotten))
        return;
    const vector_clock& known = strongly ? strong_[t] : now(t).clock;
    bool news = false;
    for (const thread_id u : history_.threads()) {
        if (u == t || known.covers(u, what.clock[u]))
            continue;
        news = true;
        if (!strongly)
            history_.add_link(here(t, -1), u, what.clock[u]);
    }
    if (strongly && news)
        come_after_strongly(t, what.clock);
}

/// As behind a full barrier of those who did what `what` covers; of the thread itself nothing is
/// ordered by it.
WBSYNC_INLINE void lkmm_machine::come_after_strongly(thread_id t, vector_clock what) {
    strong_[t].join(what);
    what[t] = 0;
    history_.add_fence_since(here(t, -1), what);
}

// --- what an access may choose from -------------------------------------------------------------

WBSYNC_INLINE view lkmm_machine::known_to_loads(thread_id t) const {
    view v = now(t);
    v.join(known_to_loads_alone(t));
    return v;
}

WBSYNC_INLINE bool lkmm_machine::list_options(thread_id t, const location& x,
                                              const store_past& past, value_condition wanted,
                                              read_options& out) {
    return visible_.list_options(t, known_to_loads(t), x, past, nothing_gone{}, true, wanted, out);
}

WBSYNC_INLINE void lkmm_machine::list_options_without(const removed_steps& gone, thread_id t,
                                                      const location& x, const store_past& past,
                                                      value_condition wanted, read_options& out) {
    const auto is_gone = [&](step_index s) { return s >= 0 && gone(s); };
    visible_.list_options(t, known_to_loads(t), x, past, is_gone, false, wanted, out);
}

/// A store comes after what the thread itself has read and written; the rest is up to the model. A
/// read-modify-write is a load as well.
WBSYNC_INLINE void lkmm_machine::list_places(thread_id t, const location& x, const store_past& past,
                                             bool reads, read_options& out) {
    if (mutated(reads ? mutant::updates_at_the_end : mutant::stores_at_the_end)) {
        out.assign(1, {x.newest(), 0, x.value()});
        return;
    }
    if (reads)
        return visible_.list_places(t, known_to_loads(t), x, past, true, out);
    view own;
    own.clock.fill(0);
    own.clock[t] = now(t).clock[t];
    own.stores.fill(0);
    own.fences = now(t).fences;
    visible_.list_places(t, own, x, past, false, out);
}

} // namespace wbsync::engine
