// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/crash.hpp>
#include <wbsync/engine/exception_state.hpp>
#include <wbsync/engine/exits.hpp>
#include <wbsync/engine/host.hpp>
#include <wbsync/engine/relacy.hpp>
#include <wbsync/engine/watchdog.hpp>
#include <wbsync/linkage.hpp>

#include <csetjmp>
#include <limits>
#include <ostream>

namespace wbsync::engine {

/// Runs the executions of one job as iterations of rl::run_test. Relacy contributes the fibers, the
/// loop over iterations and the life of the test suite; this host decides which fiber runs.
///
/// One at a time in a process, and none inside of a model (search::turn). An execution costs two
/// switches of fibers for each step after which another thread runs.
class relacy_host final : public fibers {
public:
    explicit relacy_host(job& work) : work_(work) {}

    static relacy_host*& current() noexcept {
        static constinit thread_local relacy_host* instance = nullptr;
        return instance;
    }

    [[nodiscard]] execution& run() noexcept { return work_.run; }

    // --- called on the first fiber of an iteration ----------------------------------------------

    void set_up() {
        ended_ = false;
        execution& r = run();
        r.begin(work_.scheduler_now(), *this, work_.settings);
        built_ = true;
        guarded("the constructor of the model", [&] { work_.model.construct(r); });
        if (r.thread_count() > fiber_count_) {
            needed_ = r.thread_count();
            leave();
        }
        r.start_threads();
    }

    void tear_down() {
        execution& r = run();
        r.enter_finally();
        r.settle();
        if (r.concluded().ending() == outcome::complete) {
            guarded("finally()", [&] { work_.model.finally(); });
            if (r.concluded().findings().empty())
                r.check_leaks();
        }
        destroy_model();
    }

    /// The iteration ended normally. Returns whether there is another one.
    bool iteration_end() {
        ended_ = true;
        return account();
    }

    // --- fibers ----------------------------------------------------------------------------------

    void switch_to_next() override {
        const exception_state mine = exceptions_.take();
        rl::ctx().sched();
        exceptions_.put_back(mine);
    }

    void forget_exceptions() override { exceptions_.take(); }

    [[noreturn]] void leave() override {
        if (on_main_stack_)
            ::_longjmp(main_stack_, 1);
        rl::ctx().fail_test("left", rl::test_result_user_assert_failed, rl::debug_info());
        std::abort(); // fail_test does not return
    }

    // --- the loop over contexts ------------------------------------------------------------------

    /// Most jobs need one context; each execution that is left half-way costs another one.
    void run_all() {
        const crash_handler crashes;
        const watchdog watch(work_);
        exits::listen();
        fiber_count_ = few_fibers;
        bool more = true;
        while (more) {
            needed_ = 0;
            run_context();
            exceptions_.take(); // of a fiber that was left
            stack_pool::instance().recycle();
            if (ended_)
                break;
            destroy_what_was_left();
            if (needed_ != 0)
                fiber_count_ = max_threads;
            else
                more = account();
        }
    }

private:
    /// Runs the model's own code outside of its threads. An exception must not get to Relacy.
    template <class F>
    void guarded(const char* part, F code) {
        run().enter_part(part);
        try {
            code();
        } catch (const std::bad_alloc&) {
            run().cut_short(limit_kind::allocation, run().last_operation());
        } catch (const std::exception& e) {
            run().fail("exception", e.what(), {});
        } catch (...) {
            run().fail("exception", "not derived from std::exception", {});
        }
        run().leave_model();
    }

    void run_context();

    bool account() {
        run().settle();
        work_.scheduler_now().execution_end(run(), run().concluded().ending());
        return work_.next();
    }

    void destroy_model() {
        if (!std::exchange(built_, false))
            return;
        guarded("", [&] { run().end(); });
        if (run().concluded().intact())
            guarded("the destructor of the model", [&] { work_.model.destroy(); });
        run().conclude();
    }

    /// There is no fiber for the model of an execution that was left half-way.
    [[gnu::noinline]] void destroy_what_was_left() {
        on_main_stack_ = true;
        if (::_setjmp(main_stack_) == 0)
            destroy_model();
        on_main_stack_ = false;
        exceptions_.take();
        run().conclude();
    }

    static constexpr int few_fibers = 8;

    job& work_;
    int fiber_count_ = 0;
    int needed_ = 0;
    bool built_ = false;
    bool ended_ = false; ///< the last iteration ended by itself, and no other one is wanted
    exception_state& exceptions_ = exception_state::current();
    bool on_main_stack_ = false;
    std::jmp_buf main_stack_{}; ///< where leave() goes then
};

/// The test suite that Relacy sees. It has as many fibers as its context was compiled for; those
/// without a thread of the model are never run.
template <int Fibers>
struct relacy_suite : rl::test_suite<relacy_suite<Fibers>, Fibers> {
    void before() { relacy_host::current()->set_up(); }
    void thread(unsigned t) { relacy_host::current()->run().run(static_cast<thread_id>(t)); }
    void after() { relacy_host::current()->tear_down(); }
};

/// The scheduler that is plugged into Relacy: it repeats what the execution has decided.
template <int Fibers>
class relacy_scheduler {
public:
    struct task_t {};
    struct shared_context_t {};

    relacy_scheduler(rl::test_params&, shared_context_t&, rl::thread_id_t) {}

    rl::thread_id_t iteration_begin(rl::iteration_t) { return 0; }
    bool iteration_end() { return !relacy_host::current()->iteration_end(); }

    rl::thread_id_t schedule(rl::unpark_reason& reason, unsigned) {
        reason = rl::unpark_reason_normal;
        return relacy_host::current()->run().next();
    }
    rl::thread_finish_result thread_finished() {
        return relacy_host::current()->run().all_finished() ? rl::thread_finish_result_last
                                                            : rl::thread_finish_result_normal;
    }

    unsigned rand(unsigned, rl::sched_type) { return 0; }
    rl::iteration_t iteration_count() { return 1; }
    bool park_current_thread(bool, bool) { return true; }
    void unpark_thread(rl::thread_id_t, bool = false) {}
    rl::thread_id_t create_thread() { return 0; }
    void get_state(std::ostream&) {}
    void set_state(std::istream&) {}
};

namespace detail {

template <int Fibers>
void run_context() {
    std::ostream nowhere(nullptr);
    rl::test_params params;
    params.output_stream = &nowhere;
    params.progress_stream = &nowhere;
    params.execution_depth_limit = std::numeric_limits<unsigned>::max();
    rl::run_test<relacy_suite<Fibers>, relacy_scheduler<Fibers>>(params, nowhere, false);
}

} // namespace detail

WBSYNC_INLINE void relacy_host::run_context() {
    // Each size is a context of its own to compile; a larger one resets more for each iteration.
    if (fiber_count_ == few_fibers)
        return detail::run_context<few_fibers>();
    return detail::run_context<max_threads>();
}

WBSYNC_INLINE void run_executions(job& work) {
    /// Puts things back, also after an exception, which may be one of the user's callbacks.
    class under_way {
    public:
        explicit under_way(job& of)
            : host_(of), outer_(std::exchange(relacy_host::current(), &host_)),
              outer_run_(std::exchange(execution::current(), &of.run)) {}
        ~under_way() {
            execution::current() = outer_run_;
            relacy_host::current() = outer_;
            stack_pool::instance().recycle();
            exception_state::current().put_back(outer_exceptions_);
        }
        under_way(const under_way&) = delete;
        under_way& operator=(const under_way&) = delete;

        void run() { host_.run_all(); }

    private:
        exception_state outer_exceptions_ = exception_state::current().take();
        relacy_host host_;
        relacy_host* outer_;
        execution* outer_run_;
    };
    under_way(work).run();
}

} // namespace wbsync::engine
