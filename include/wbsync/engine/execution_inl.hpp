// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/execution/lifetimes_inl.hpp>
#include <wbsync/engine/execution/retries_inl.hpp>
#include <wbsync/engine/execution/scheduling_inl.hpp>
#include <wbsync/engine/ordering_policy.hpp>
#include <wbsync/linkage.hpp>

#include <exception>
#include <new>
#include <vector>

#include <fmt/core.h>

namespace wbsync::engine {

WBSYNC_INLINE void execution::forget() {
    assumed_.forget();
    exercise_.forget();
    extensions_.clear();
    log_.write_to(nullptr);
    retries_.forget();
}

WBSYNC_INLINE void execution::begin(scheduler& with, fibers& on, const settings& asked) {
    settings_ = asked;
    scheduling_.begin(with, on, {asked.max_depth, asked.all_findings});
    comparison_.begin();
    state_.begin(models_.of(asked.memory));
    blocks_.clear(false); // whatever could not be destroyed
    blocks_.vary(asked.variation);
    locations_.begin();
    lifetimes_.begin();
    local_steps_ = 0;
    retries_.begin();
    conclusion_.begin();
    vector_clock::serve(max_threads); // until it is known how many there are
    memory().begin(locations_.in_order());
    is_settled_ = false;
    possible_races_.clear();
    extensions_.reset();
}

WBSYNC_INLINE void execution::declare_symmetric(int n) {
    const int count = state_.threads.count();
    const thread_set all = (n == max_threads ? ~thread_set{0} : only(n) - 1) << (count - n);
    for (thread_id t = count - n; t != count; ++t)
        state_.threads[t].symmetric = all;
}

WBSYNC_INLINE void execution::start_threads() {
    const int count = state_.threads.count();
    if (count == 0)
        fail("misuse", "the model declares no threads", {});
    if (recording())
        for (thread_id t = 0; t != count; ++t)
            log_.name_thread(thread_name(t));
    if (comparison_.is_active())
        expect_same(comparison_.threads());
    retries_.starts_threads();
    state_.now = phase::running;
    exercise_.starts_threads();
    state_.part = "";
    vector_clock::serve(count);
    state_.memory->start_threads(count);
    policy().execution_begin(*this);
}

WBSYNC_INLINE void execution::run(thread_id t) {
    state_.self = t;
    state_.threads.start(t);
    thread_table::entry& me = state_.threads[t];
    me.stack = __builtin_frame_address(0);
    me.history = static_cast<std::uint64_t>(t);
    if (::_setjmp(me.start) != 0)
        return scheduling_.left_behind();
    clear_stack_below();
    enter_model();
    try {
        state_.threads[t].body();
        extensions_.thread_ends(*this);
        if (const finding* left = lifetimes_.left_by_exception(t))
            fail(*left);
    } catch (const std::bad_alloc&) {
        cut_short(limit_kind::allocation, state_.threads[t].last);
    } catch (const std::exception& e) {
        fail("exception", e.what(), state_.threads[t].last);
    } catch (...) {
        fail("exception", "not derived from std::exception", state_.threads[t].last);
    }
    leave_model();
    scheduling_.thread_ends();
}

WBSYNC_INLINE void execution::enter_finally() {
    state_.now = phase::finally;
    state_.self = -1;
    state_.last_outside = {};
}

WBSYNC_INLINE void execution::settle() {
    if (std::exchange(is_settled_, true) || state_.memory == nullptr)
        return;
    const bool any_will_do = has_symmetric_threads() || !conclusion_.findings().empty();
    if (!state_.memory->settle_late_loads(assumed_.allowed().late_loads, any_will_do)) {
        note_late_loads();
        conclusion_.does_not_exist();
        return;
    }
    if (recording())
        for (const auto& [load, store] : state_.memory->late_sources())
            log_.reads_late(load, store);
    report_race();
    if (conclusion_.ending() == outcome::complete)
        note_late_loads();
}

WBSYNC_INLINE void execution::races(finding what) {
    if (!memory().has_late_loads())
        fail(std::move(what));
    possible_races_.push_back(std::move(what));
}

/// The first one that is a race now that each late load has its store.
WBSYNC_INLINE void execution::report_race() {
    for (std::size_t k = 0; k != possible_races_.size(); ++k) {
        if (!state_.memory->is_race_after_all(k) && !mutated(mutant::late_load_acquires_nothing))
            continue;
        finding& race = possible_races_[k];
        if (recording())
            log_.add(step_of(race, race.thread));
        conclusion_.add(std::move(race));
        return;
    }
}

/// What one of several symmetric threads could do each of them could.
WBSYNC_INLINE void execution::note_late_loads() {
    std::vector<late_load> possible;
    std::vector<object_id> ordered;
    state_.memory->list_late_loads(possible, ordered);
    for (const object_id x : ordered)
        if (additions_commute(x))
            assumed_.additions_are_observed(x);
    for (late_load l : possible) {
        const location& x = *locations_.find(l.object);
        const bool pointer = x.holds_pointers && l.value != 0;
        if (pointer || assumed_.has_no_room_for(l)) {
            conclusion_.leaves_out(
                {thread_name(l.thread), x.name.str(), pointer ? 0 : max_late_values});
            continue;
        }
        const thread_set alike = symmetric_threads(l.thread) | only(l.thread);
        for (l.thread = 0; l.thread != thread_count(); ++l.thread)
            if ((alike & only(l.thread)) != 0)
                assumed_.needs(l);
    }
}

WBSYNC_INLINE void execution::check_leaks() {
    if (const heap::block* lost = blocks_.first_alive())
        fail("leak", fmt::format("{} was never freed", lost->life.name().str()), lost->where);
}

WBSYNC_INLINE void execution::end() {
    state_.now = phase::destruction;
    state_.self = -1;
    state_.part = "a destructor, of what a thread of the model or kmalloc() made";
    state_.threads.drop_bodies(conclusion_.intact());
    blocks_.clear(conclusion_.intact());
}

WBSYNC_INLINE void execution::enter_part(const char* part) noexcept {
    state_.part = part;
    enter_model();
}

WBSYNC_INLINE void execution::saw(std::int64_t value, bool opaque, const char* verb,
                                  const site& at) {
    if (running())
        add_to_history(static_cast<std::uint64_t>(value));
    stored(value, opaque, verb, at);
}

WBSYNC_INLINE void execution::stored(std::int64_t value, bool opaque, const char* verb,
                                     const site& at) {
    if (comparison_.is_active())
        expect_same(comparison_.value(value, opaque, verb, at));
}

WBSYNC_INLINE const operation* execution::pending(thread_id t) const noexcept {
    return state_.threads.pending(t);
}

WBSYNC_INLINE std::string execution::thread_name(thread_id t) const {
    return state_.threads[t].name.str();
}

WBSYNC_INLINE thread_set execution::symmetric_threads(thread_id t) const noexcept {
    return state_.threads[t].symmetric;
}

WBSYNC_INLINE bool execution::has_ranks() const noexcept {
    return state_.memory->ranks_loads() && !has_symmetric_threads();
}

WBSYNC_INLINE bool execution::has_symmetric_threads() const noexcept {
    for (thread_id t = 0; t != state_.threads.count(); ++t)
        if (state_.threads[t].symmetric != 0)
            return true;
    return false;
}

WBSYNC_INLINE thread_set execution::ready_by_old_store() const {
    return state_.threads.ready_by_old_store();
}

WBSYNC_INLINE object_id execution::new_object() {
    if (locations_.is_full())
        cut_short(limit_kind::objects, {});
    return locations_.new_number();
}

WBSYNC_INLINE location& execution::new_location(const label& name, std::int64_t value) {
    return locations_.add(new_object(), name, value);
}

WBSYNC_INLINE location& execution::companion(const location& x, const char* name,
                                             std::int64_t value) {
    return shared_location(object_numbers::companion(x.id), {x.name, name}, value);
}

WBSYNC_INLINE location& execution::shared_location(object_id id, const label& name,
                                                   std::int64_t value) {
    location* const there = locations_.find(id);
    return there != nullptr ? *there : locations_.add(id, name, value);
}

WBSYNC_INLINE const lifetime* execution::exchange_owner(const lifetime* owner) noexcept {
    return locations_.exchange_owner(owner);
}

WBSYNC_INLINE const read_options& execution::options(thread_id t, const location& x,
                                                     value_condition wanted) {
    const bool looks_into = memory().list_options(t, x, past_of(t), wanted, options_);
    if (looks_into && additions_commute(x.id) && !mutated(mutant::no_start_over))
        assumed_.additions_are_observed(x.id);
    return options_;
}

WBSYNC_INLINE const read_options& execution::options_or_late(thread_id t, const location& x) {
    options(t, x, value_condition(any_value));
    for (const std::int64_t value : late_values(t, x))
        if (options_.size() != max_history)
            options_.push_back(late_option(value));
        else
            leaves_out_late_loads(x);
    return options_;
}

/// A value that is not stored yet could be read before all stores: as an old store could, it is
/// listed only where the load has to come after them.
WBSYNC_INLINE std::vector<std::int64_t> execution::late_values(thread_id t,
                                                               const location& x) const {
    if (assumed_.allowed().late_loads.empty() || mutated(mutant::no_late_loads))
        return {};
    const store_past past = x.inserted ? store_past{} : past_of(t);
    for (int i = 1; i <= x.newest(); ++i)
        if (!past.holds(x.at(i)))
            return {};
    return assumed_.late_values(t, x.id);
}

WBSYNC_INLINE bool execution::allows_late(thread_id t, const location& x) const {
    return !assumed_.late_values(t, x.id).empty();
}

WBSYNC_INLINE const read_options& execution::options_without(const removed_steps& gone, thread_id t,
                                                             const location& x,
                                                             value_condition wanted) {
    memory().list_options_without(gone, t, x, past_of(t), wanted, options_);
    return options_;
}

WBSYNC_INLINE const read_options& execution::places(thread_id t, const location& x, bool reads) {
    state_.memory->list_places(t, x, past_of(t), reads, places_);
    return places_;
}

WBSYNC_INLINE bool execution::may_add_before(thread_id t, const location& x) {
    if (!x.has_gap() || mutated(mutant::gaps_hidden_by_additions))
        return false;
    state_.memory->list_places(t, x, store_past{}, true, places_);
    return places_.size() != 1;
}

WBSYNC_INLINE bool execution::additions_commute(object_id x) const {
    return scheduling_.policy().causal_past(0) != nullptr && assumed_.additions_commute(x);
}

WBSYNC_INLINE bool execution::announce(const operation& op) {
    ++state_.progress;
    if (!running()) {
        announce_outside(op);
        return true;
    }
    if (retries_.watches())
        look_for_loop(op);
    if (scheduling_.quitting())
        fail("misuse",
             fmt::format("{} by {}, which has been told to quit: a daemon returns when "
                         "await_work() is false",
                         op.verb, state_.threads[self()].name.str()),
             op.where);
    exercise_.announces(op);
    leave_model();
    scheduling_.give_way(op);
    thread_table::entry& me = state_.threads[self()];
    me.last = op.where;
    state_.model_runs = true;
    if (comparison_.is_active())
        expect_same(comparison_.step(op));
    if (scheduling_.quitting()) {
        if (me.kind == thread_kind::daemon)
            comes_last();
        return false;
    }
    ++me.seq;
    me.newest = state_.steps++;
    retries_.takes_step(op);
    return true;
}

[[gnu::noinline]] WBSYNC_INLINE void execution::local_step(const site& at) {
    const call here(*this);
    ++state_.progress;
    if (comparison_.is_active())
        expect_same(comparison_.local_step(at));
    if (++local_steps_ > max_local_steps ||
        (running() && state_.memory->now(self()).clock[self()] > max_epoch))
        cut_short(limit_kind::depth, at);
}

WBSYNC_INLINE void execution::add_to_history(std::uint64_t value) noexcept {
    retries::add_to(state_.threads[self()].history, value);
}

WBSYNC_INLINE ordering execution::ordered(const site& at, const char* verb, ordering asked,
                                          const char* part) {
    return settings_.orderings == nullptr ? asked
                                          : settings_.orderings->decide(at, verb, part, asked);
}

WBSYNC_INLINE memory_order execution::ordered(const site& at, const char* verb,
                                              memory_order asked) {
    return settings_.orderings == nullptr || asked == memory_order::relaxed
               ? asked
               : static_cast<memory_order>(
                     settings_.orderings->decide(at, verb, "", static_cast<ordering>(asked)));
}

[[gnu::noinline]] WBSYNC_INLINE ordering execution::fence(ordering asked, const site& at,
                                                          const char* verb, const char* part) {
    const call here(*this);
    if (!running())
        return asked;
    const ordering gets = ordered(at, verb, asked, part);
    if (gets == ordering::full_fence)
        state_.memory->full_fence(self(), state_.threads[self()].newest);
    else if (gets == ordering::read_fence)
        state_.memory->read_fence(self(), state_.threads[self()].newest);
    else if (gets == ordering::write_fence)
        state_.memory->write_fence(self(), state_.threads[self()].newest);
    return gets;
}

WBSYNC_INLINE bool execution::full_fence(const site& at, const char* verb, const char* part) {
    return fence(ordering::full_fence, at, verb, part) == ordering::full_fence;
}

[[gnu::noinline]] WBSYNC_INLINE void execution::full_fence_since(const view& before) {
    const call here(*this);
    state_.memory->full_fence_since(self(), before, state_.threads[self()].newest);
}

WBSYNC_INLINE execution::call::call(execution& run, const void* frame) noexcept : run_(run) {
    run.retries_.is_called_from(frame);
}

WBSYNC_INLINE execution::call::~call() {
    if (run_.running() && run_.retries_.looks_closely())
        clear_stack_below();
}

WBSYNC_INLINE void execution::try_again(const round& r, const site& at, loop how) {
    if (!running())
        fail("misuse", "this loop would go on for ever: no thread runs any more", at);
    local_step(at);
    if (!retries_.is_in_vain(r) || is_gone_through())
        return;
    // Another process, with something else on its stacks, may not have seen the loop.
    if (how == loop::seen && policy().expects(self()))
        return;
    const std::vector<object_id> readable = retries_.readable_stores(r);
    if (readable.size() > 1)
        return; // a step has one object
    const retries::given_up_round nothing(retries_, r, !readable.empty());
    operation op;
    if (!readable.empty()) {
        op.object = readable.front();
        op.access = access_class::write;
    }
    op.when = &nothing;
    op.verb = "retry";
    op.where = at;
    announce(op);
}

WBSYNC_INLINE bool execution::left_nothing(const round& r) const {
    return retries_.is_in_vain(r) && retries_.readable_stores(r).empty();
}

WBSYNC_INLINE bool execution::is_gone_through() noexcept {
    return state_.threads[self()].rounds_in_vain++ < settings_.whole_rounds;
}

WBSYNC_INLINE void execution::wait_for_good(const guard& why, const char* verb, const label& name,
                                            const site& at) {
    operation op;
    op.when = &why;
    op.verb = verb;
    op.name = &name;
    op.where = at;
    announce(op);
}

WBSYNC_INLINE void execution::stores(std::int64_t before, std::int64_t after) {
    if (running())
        retries_.stores(before, after);
}

WBSYNC_INLINE void execution::learns_only(told what) noexcept {
    if (running())
        retries_.learns_only(what);
}

WBSYNC_INLINE void execution::reads_old_store(step_index of) {
    retries_.reads_old_store(of);
    policy().reads_old_store(of);
}

WBSYNC_INLINE void execution::has_effect() {
    if (running())
        retries_.has_effect();
}

WBSYNC_INLINE void execution::note_nesting(int change) {
    if (running())
        retries_.note_nesting(change);
}

WBSYNC_INLINE void execution::keeps_in_memory(const void* object, std::size_t size) {
    if (running())
        retries_.keeps_in_memory(object, size);
}

WBSYNC_INLINE void execution::access(const lifetime* object, const char* verb, const site& at,
                                     usage how) {
    if (object == nullptr)
        return;
    evaluates_property();
    access_scope(*object, verb, at, how);
}

WBSYNC_INLINE void execution::access_scope(const lifetime& object, const char* verb, const site& at,
                                           usage how) {
    expect_no_violation(lifetimes_.uses(object, verb, at, how));
}

WBSYNC_INLINE void execution::access(const location& x, const char* verb, const site& at,
                                     usage how) {
    access(x.owner, verb, at, how);
    access_scope(x.scope, verb, at, how);
}

WBSYNC_INLINE void execution::end(lifetime& object, const char* verb, const site& at) {
    expect_alive(object, verb, at);
    has_effect();
    expect_no_violation(lifetimes_.ends(object, verb, at));
}

WBSYNC_INLINE void execution::expect_alive(const lifetime& object, const char* verb,
                                           const site& at) {
    expect_no_violation(lifetimes_.is_alive(object, verb, at));
}

WBSYNC_INLINE lifetime& execution::new_scope(const label& name, const void* handle) {
    return lifetimes_.new_scope(name, handle);
}

WBSYNC_INLINE void execution::end_scope(lifetime& life, const void* handle, location* variable) {
    expect_no_violation(lifetimes_.end_scope(life, handle, variable));
}

WBSYNC_INLINE const scopes::ended* execution::ended_at(const void* handle) const noexcept {
    return lifetimes_.ended_at(handle);
}

WBSYNC_INLINE void execution::fail_no_object(const void* handle, const char* verb, const site& at) {
    if (const scopes::ended* was = ended_at(handle))
        fail(lifetimes_.use_after_end(*was->life, verb, at));
    fail("misuse",
         "an object was created outside of this execution: make it a member of the model, "
         "which is built afresh for every execution",
         at);
}

WBSYNC_INLINE void execution::fail(std::string property, std::string message, const site& at) {
    fail({std::move(property), std::move(message), at, self()});
}

WBSYNC_INLINE void execution::fail_for_all(std::string property, std::string message,
                                           const site& at) {
    scheduling_.fail_for_all({std::move(property), std::move(message), at, self()});
}

WBSYNC_INLINE void execution::crash(const std::string& what, bool intact) {
    if (!intact)
        conclusion_.breaks_model();
    const std::string part = self() < 0 ? fmt::format(" in {}", state_.part) : std::string{};
    fail("crash", what + part + state_.after_operation(), last_operation());
}

WBSYNC_INLINE void execution::lock_up(const char* how) {
    conclusion_.breaks_model();
    fail("lockup",
         fmt::format("{} does not come to its next operation, or to its end{}: {}",
                     state_.who_runs(), state_.after_operation(), how),
         last_operation());
}

WBSYNC_INLINE void execution::cut_short(limit_kind limit, const site& at) {
    scheduling_.cut_short(limit, at);
}

WBSYNC_INLINE void execution::abandon(limit_kind limit) {
    conclusion_.breaks_model();
    cut_short(limit, last_operation());
}

WBSYNC_INLINE void execution::note(trace_step line, step_index source, step_index newest) {
    line.thread = self();
    log_.add_step(std::move(line), running() ? state_.steps : 0, source, newest);
}

WBSYNC_INLINE thread_id execution::new_thread(const label& name, thread_kind kind,
                                              const char* property) {
    if (state_.now != phase::setup)
        fail("misuse", "threads can only be declared while the model is set up", {});
    const int count = state_.threads.count();
    if (count == max_threads)
        fail("misuse",
             fmt::format("too many threads: '{}' would be number {}, a model has at most {}, "
                         "daemons included",
                         name.str(), count + 1, max_threads),
             {});
    state_.threads.add(name, kind, property);
    return count;
}

WBSYNC_INLINE void execution::enter_model() noexcept {
    ++state_.progress;
    state_.model_runs = true;
}

WBSYNC_INLINE void execution::announce_outside(const operation& op) {
    state_.last_outside = op.where;
    local_steps_ += local_steps_outside;
    if (local_steps_ > max_local_steps)
        cut_short(limit_kind::depth, op.where);
    if (comparison_.is_active())
        expect_same(comparison_.step(op));
    if (op.when != nullptr && !op.when->enabled())
        fail("misuse", fmt::format("{} would wait for ever: no thread runs any more", op.verb),
             op.where);
}

WBSYNC_INLINE void execution::look_for_loop(const operation& op) {
    const retries::place at = retries_.comes_to(op, state_.threads[self()].history);
    if (at == retries::place::end)
        try_again(retries_.round_under_way(), op.where, loop::seen);
    if (at != retries::place::elsewhere)
        retries_.begins_round(op);
}

WBSYNC_INLINE void execution::comes_last() {
    for (thread_id u = 0; u != state_.threads.count(); ++u)
        state_.memory->learn(self(), state_.memory->now(u));
}

WBSYNC_INLINE store_past execution::past_of(thread_id t) const {
    scheduler& policy = scheduling_.policy();
    return {policy.causal_past(t), &policy, t};
}

WBSYNC_INLINE void execution::expect_no_violation(bool holds) {
    if (!holds)
        fail(lifetimes_.violation());
}

WBSYNC_INLINE void execution::expect_same(bool same) {
    if (!same)
        scheduling_.differs(comparison_.difference());
}

} // namespace wbsync::engine
