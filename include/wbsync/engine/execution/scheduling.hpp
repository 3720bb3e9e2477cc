// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/conclusion.hpp>
#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/fibers.hpp>
#include <wbsync/engine/recorder.hpp>
#include <wbsync/engine/scheduler.hpp>

namespace wbsync::engine {

/// Decides which thread of an execution runs next, until no thread can run, or until something ends
/// a thread or the execution.
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

    void begin(scheduler& with, fibers& on, const bounds& limits);

    [[nodiscard]] scheduler& policy() const noexcept { return *scheduler_; }
    [[nodiscard]] thread_id next() const noexcept { return next_; }
    /// All threads but daemons have ended, and these are told to quit.
    [[nodiscard]] bool quitting() const noexcept { return quitting_; }

    /// Announces what the current thread does next, and returns when it is its turn.
    void give_way(const operation& op);

    /// The current thread has come to its end, on its fiber.
    void thread_ends();

    /// The current thread waits for something that matters to nobody any more. What its functions
    /// hold is lost.
    void left_behind();

    // --- what ends a thread, or the execution ---------------------------------------------------

    [[noreturn]] void fail(finding what);

    /// Like fail(), when no thread can go on: the scheduler does not know how.
    [[noreturn]] void fail_for_all(finding what);

    /// A limit was hit: nothing can be said about what would have followed.
    [[noreturn]] void cut_short(limit_kind limit, const site& at);

    /// The execution is given up: it does not do what it did when it was run before.
    [[noreturn]] void differs(const finding& how);

private:
    /// Picks who runs next: first every thread up to its first operation, then as the scheduler
    /// says.
    thread_id decide();

    thread_id ask_scheduler();

    /// Quiescence if only daemons wait for work; otherwise a deadlock, unless an old store lets
    /// some thread go on.
    thread_id nobody_is_ready();

    thread_id next_to_quit();

    void report(finding what);

    void report_deadlock();

    static event_object object_of(const operation& op);

    [[noreturn]] void leave();

    /// The current thread stops for good, as a task does after an oops; the others go on.
    [[noreturn]] void die();

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

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/scheduling_inl.hpp>
#endif
