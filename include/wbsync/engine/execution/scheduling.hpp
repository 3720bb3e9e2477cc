// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/conclusion.hpp>
#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/fibers.hpp>
#include <wbsync/engine/recorder.hpp>
#include <wbsync/engine/scheduler.hpp>

#include <csetjmp>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace wbsync::engine {

/// Whose turn it is: which thread of an execution runs next, until nobody can, or until what
/// happened ends a thread or the execution.
///
///     give_way() -> decide() -> the scheduler picks    -> switch to that fiber
///                            -> nobody is ready        -> quiescence: daemons are told to quit
///                                                      -> deadlock: a finding, then leave()
///     fail()     -> a finding -> leave(), or die() if the other threads are to go on
///     cut_short()             -> leave()
///
/// The functions that do not return leave the current fiber as it is; none of its destructors run.
class scheduling {
public:
    scheduling(execution& run, execution_state& state, conclusion& concluded, recorder& log)
        : run_(run), state_(state), concluded_(concluded), log_(log) {}

    struct bounds {
        int max_depth = 10'000;
        bool all_findings = false; ///< go on with the other threads after a finding
    };

    void begin(scheduler& with, fibers& on, const bounds& limits) {
        scheduler_ = &with;
        fibers_ = &on;
        bounds_ = limits;
        quitting_ = false;
        died_ = false;
    }

    [[nodiscard]] scheduler& policy() const noexcept { return *scheduler_; }
    [[nodiscard]] thread_id next() const noexcept { return next_; }
    /// All threads but daemons have ended, and these are told to quit.
    [[nodiscard]] bool quitting() const noexcept { return quitting_; }

    /// Announces what the current thread does next, and returns when it is its turn.
    [[gnu::always_inline]] void give_way(const operation& op) {
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

    /// The current thread has come to its end, on its fiber.
    void thread_ends() {
        state_.threads.finish(state_.self);
        if (!state_.threads.all_finished())
            next_ = decide();
        else if (died_)
            leave(); // a dead thread's fiber cannot be used again
    }

    /// The current thread waits for something that matters to nobody any more. What its functions
    /// hold is lost.
    void left_behind() {
        fibers_->forget_exceptions();
        state_.threads.finish(state_.self);
        if (!state_.threads.all_finished())
            next_ = state_.threads.first_pending();
    }

    // --- what ends a thread, or the execution ---------------------------------------------------

    [[noreturn]] void fail(finding what) {
        report(std::move(what));
        if (bounds_.all_findings && state_.running())
            die();
        leave();
    }

    /// The same, if nobody can go on: the scheduler does not know how.
    [[noreturn]] void fail_for_all(finding what) {
        report(std::move(what));
        leave();
    }

    /// A limit was hit: nothing can be said about what would have followed.
    [[noreturn]] void cut_short(limit_kind limit, const site& at) {
        concluded_.is_cut_short(limit, at, state_.who_runs());
        leave();
    }

    /// The execution is given up: it does something else than when it was run before.
    [[noreturn]] void differs(const finding& how) {
        concluded_.differs(how);
        concluded_.ends_by(outcome::given_up);
        leave();
    }

private:
    /// Who runs next: first every thread up to its first operation, then as the scheduler says.
    thread_id decide() {
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

    thread_id ask_scheduler() {
        const thread_id t = scheduler_->pick(run_);
        if (t == scheduler::give_up) {
            concluded_.ends_by(outcome::given_up);
            leave();
        }
        return t;
    }

    /// Quiescence when only daemons wait for work; otherwise a deadlock, from which some may be
    /// saved by an old store.
    thread_id nobody_is_ready() {
        thread_table& threads = state_.threads;
        const bool idle = threads.idle();
        bool known = false; // in another execution
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

    thread_id next_to_quit() {
        const thread_id t = state_.threads.first_pending();
        if (t < 0)
            leave();
        return t;
    }

    void report(finding what) {
        concluded_.add(std::move(what));
        if (log_.is_active())
            log_.add(step_of(concluded_.findings().back(), state_.self));
    }

    void report_deadlock() {
        const thread_table& threads = state_.threads;
        std::string message = "no thread can run:";
        const char* property = threads.any_gave_up() ? "livelock" : "deadlock";
        thread_id first = -1;
        for (thread_id t = 0; t != threads.count(); ++t) {
            const operation* op = threads.pending(t);
            if (op == nullptr || op->idle)
                continue;
            message += fmt::format("{} {} waits for {}", first < 0 ? "" : ";",
                                   threads[t].name.str(), op->when->waits_for());
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

    static event_object object_of(const operation& op) {
        if (op.name == nullptr)
            return {};
        return {op.access == access_class::none ? -1 : op.object, op.name->str()};
    }

    [[noreturn]] void leave() {
        fibers_->leave();
        std::abort(); // leave() does not return
    }

    /// The current thread stops for good, as a task does after an oops; the others go on.
    [[noreturn]] void die() {
        state_.model_runs = false;
        state_.threads.finish(state_.self);
        died_ = true;
        if (state_.threads.all_finished())
            leave();
        next_ = decide();
        fibers_->switch_to_next();
        std::abort(); // nobody picks a finished thread
    }

    execution& run_; ///< for the scheduler
    execution_state& state_;
    conclusion& concluded_;
    recorder& log_;
    bounds bounds_;
    scheduler* scheduler_ = nullptr;
    fibers* fibers_ = nullptr;
    thread_id next_ = -1;
    bool quitting_ = false;
    bool died_ = false;
};

} // namespace wbsync::engine
