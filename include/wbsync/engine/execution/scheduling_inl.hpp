// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/scheduling.hpp>
#include <wbsync/linkage.hpp>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace wbsync::engine {

WBSYNC_INLINE void scheduling::begin(scheduler& with, fibers& on, const bounds& limits) {
    scheduler_ = &with;
    fibers_ = &on;
    bounds_ = limits;
    quitting_ = false;
    died_ = false;
}

[[gnu::always_inline]] inline void scheduling::give_way(const operation& op) {
    const thread_id mine = state_.self;
    state_.threads.pend(mine, op);
    next_ = decide();
    if (next_ != mine) {
        fibers_->switch_to_next();
        state_.self = mine;
    }
    state_.threads.no_longer_pending(mine);
    if (concluded_.ending() == outcome::blocked)
        ::_longjmp(state_.threads[mine].start, 1);
}

WBSYNC_INLINE void scheduling::thread_ends() {
    state_.threads.finish(state_.self);
    if (!state_.threads.all_finished())
        next_ = decide();
    else if (died_)
        leave(); // a dead thread's fiber cannot be used again
}

WBSYNC_INLINE void scheduling::left_behind() {
    fibers_->forget_exceptions();
    state_.threads.finish(state_.self);
    if (!state_.threads.all_finished())
        next_ = state_.threads.first_pending();
}

WBSYNC_INLINE void scheduling::fail(finding what) {
    report(std::move(what));
    // While a late load has no store, it is open whether this is an execution.
    const bool may_not_exist = state_.running() && !state_.memory->settle_late_loads({}, true);
    if ((bounds_.all_findings || may_not_exist) && state_.running())
        die();
    leave();
}

WBSYNC_INLINE void scheduling::fail_for_all(finding what) {
    report(std::move(what));
    leave();
}

WBSYNC_INLINE void scheduling::cut_short(limit_kind limit, const site& at) {
    concluded_.is_cut_short(limit, at, state_.who_runs());
    leave();
}

WBSYNC_INLINE void scheduling::differs(const finding& how) {
    concluded_.differs(how);
    concluded_.ends_by(outcome::given_up);
    leave();
}

WBSYNC_INLINE thread_id scheduling::decide() {
    scheduler_->settle();
    thread_table& threads = state_.threads;
    if (!threads.all_started())
        return threads.first_not_started();
    if (quitting_)
        return next_to_quit();
    if (state_.steps >= bounds_.max_depth) {
        const operation* op = threads.pending(state_.self);
        cut_short(limit_kind::depth, op != nullptr ? op->where : site{});
    }
    return threads.look_who_is_ready() != 0 ? ask_scheduler() : nobody_is_ready();
}

WBSYNC_INLINE thread_id scheduling::ask_scheduler() {
    const thread_id t = scheduler_->pick(run_);
    if (t == scheduler::give_up) {
        concluded_.ends_by(outcome::given_up);
        leave();
    }
    return t;
}

WBSYNC_INLINE thread_id scheduling::nobody_is_ready() {
    thread_table& threads = state_.threads;
    const bool idle = threads.idle();
    bool known = false; // from another execution
    if (!idle) {
        known = threads.any_round_is_outdated();
        if (!known)
            report_deadlock();
        if (threads.ready_by_old_store() != 0)
            return ask_scheduler();
        if (known)
            concluded_.ends_by(outcome::blocked);
    }
    scheduler_->nobody_can_run(run_);
    if (known && !died_) // each fiber goes back to where it began, and can be used again
        return threads.first_pending();
    if (!idle || threads.all_finished())
        leave();
    quitting_ = true;
    return next_to_quit();
}

WBSYNC_INLINE thread_id scheduling::next_to_quit() {
    const thread_id t = state_.threads.first_pending();
    if (t < 0)
        leave();
    return t;
}

WBSYNC_INLINE void scheduling::report(finding what) {
    concluded_.add(std::move(what));
    if (log_.is_active())
        log_.add(step_of(concluded_.findings().back(), state_.self));
}

WBSYNC_INLINE void scheduling::report_deadlock() {
    const thread_table& threads = state_.threads;
    std::string message = "no thread can run:";
    const char* property = threads.any_gave_up() ? "livelock" : "deadlock";
    thread_id first = -1;
    for (thread_id t = 0; t != threads.count(); ++t) {
        const operation* op = threads.pending(t);
        if (op == nullptr || op->idle)
            continue;
        message += fmt::format("{} {} waits for {}", first < 0 ? "" : ";", threads[t].name.str(),
                               op->when->waits_for());
        if (first < 0)
            first = t;
        if (log_.is_active())
            log_.add({.kind = event_kind::blocked,
                      .thread = t,
                      .verb = op->verb,
                      .object = object_of(*op),
                      .where = op->where});
        if (std::string_view{threads[t].property} != "deadlock")
            property = threads[t].property;
    }
    if (threads.only_daemons_wait())
        message += " (a daemon that waits here for work says so with await_work(): then it is "
                   "idle, and no deadlock)";
    const site& at = threads.pending(first)->where;
    concluded_.add({property, std::move(message), at, first});
    if (log_.is_active())
        log_.add(step_of(concluded_.findings().back(), first));
}

WBSYNC_INLINE event_object scheduling::object_of(const operation& op) {
    if (op.name == nullptr)
        return {};
    return {op.access == access_class::none ? -1 : op.object, op.name->str()};
}

WBSYNC_INLINE void scheduling::leave() {
    fibers_->leave();
    std::abort(); // leave() does not return
}

WBSYNC_INLINE void scheduling::die() {
    state_.model_runs = false;
    state_.threads.finish(state_.self);
    died_ = true;
    if (state_.threads.all_finished())
        leave();
    next_ = decide();
    fibers_->switch_to_next();
    std::abort(); // nobody picks a finished thread
}

} // namespace wbsync::engine
