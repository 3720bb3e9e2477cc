// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#error "wbsync/engine/execution.hpp is part of the model checker, not of WBSYNC_NATIVE"
#endif

#include <wbsync/engine/assumptions.hpp>
#include <wbsync/engine/execution/comparison.hpp>
#include <wbsync/engine/execution/conclusion.hpp>
#include <wbsync/engine/execution/exercise.hpp>
#include <wbsync/engine/execution/lifetimes.hpp>
#include <wbsync/engine/execution/location_table.hpp>
#include <wbsync/engine/execution/retries.hpp>
#include <wbsync/engine/execution/scheduling.hpp>
#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/extension.hpp>
#include <wbsync/engine/fibers.hpp>
#include <wbsync/engine/heap.hpp>
#include <wbsync/engine/memory_models/all.hpp>
#include <wbsync/engine/ordering.hpp>
#include <wbsync/engine/recorder.hpp>
#include <wbsync/engine/scheduler.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace wbsync::engine {

class ordering_policy;

/// One run of a model: its threads, its objects, its memory, and what went wrong. The object itself
/// is reused, so that the thousands of executions of a check allocate nothing.
///
/// Its parts are in execution/: the state that all of them look at, scheduling, lifetimes, retries,
/// comparison, what it came to, and what is left for the next execution (assumptions,
/// exercise). This class drives them through the life of an execution, and is what primitives and
/// schedulers talk to:
///
///     begin() -> the model is built, add_thread() -> start_threads()
///             -> run(t) on the fiber of each thread, which calls announce() before each step
///             -> enter_finally() -> end() -> conclude()
///
/// One execution at a time in a thread of the process; see current(). No function may be called
/// from a signal handler but model_runs(), progress(), and in the watchdog's way lock_up() and
/// abandon().
class execution {
public:
    using phase = execution_state::phase;
    using usage = engine::usage;

    execution() = default;
    execution(const execution&) = delete;
    execution& operator=(const execution&) = delete;

    /// The execution under way in this thread of the process, or nullptr.
    static execution*& current() noexcept {
        static constinit thread_local execution* instance = nullptr;
        return instance;
    }

    /// Whatever was done with it before: it is as if it were new.
    void forget();

    // --- the life of one execution, as driven by the host ---------------------------------------

    struct settings {
        memory_kind memory = default_memory;
        int max_depth = 10'000;
        int whole_rounds = 0;      ///< of each thread, that are gone through though in vain
        bool all_findings = false; ///< go on with the other threads after a finding
        unsigned variation = 0;    ///< see execution::variation()
        ordering_policy* orderings = nullptr; ///< nullptr: each place gets what it asks for
    };

    void begin(scheduler& with, fibers& on, const settings& asked);

    template <class Body>
    thread_id add_thread(const label& name, Body&& body, thread_kind kind,
                         const char* property = "deadlock") {
        const thread_id t = new_thread(name, kind, property);
        state_.threads[t].body.assign(std::forward<Body>(body));
        return t;
    }

    /// The last `n` threads run the same code and cannot find out which of them they are.
    void declare_symmetric(int n);

    void start_threads();

    /// Runs thread `t` to its end, on its own fiber; or to where it is left behind.
    void run(thread_id t);

    void enter_finally();

    /// Memory that nobody freed is a finding.
    void check_leaks();

    /// The model is destroyed next, if it is intact: what it allocated and declared goes first.
    void end();

    /// All threads have ended, or the execution was left. If it has late loads for which there is
    /// no store, it does not exist: it has no findings and counts as given up. What it has shown is
    /// assumed from now on. Once for each execution.
    void settle();

    /// The execution is over, and its model gone.
    void conclude() noexcept { state_.now = phase::outside; }

    // --- the model's own code -------------------------------------------------------------------

    /// The model's code runs, outside of its threads, in the part with that name.
    void enter_part(const char* part) noexcept;
    void leave_model() noexcept { state_.model_runs = false; }
    /// The model is built there.
    void model_is_at(const void* at, std::size_t size) noexcept { retries_.model_is_at(at, size); }

    /// Is it code of the model that runs, and not the engine's?
    [[nodiscard]] bool model_runs() const noexcept { return state_.model_runs; }

    /// Changes whenever the model's code comes to the engine.
    [[nodiscard]] std::uint64_t progress() const noexcept { return state_.progress; }

    /// What the model is not to depend on is otherwise in each variation: where it and its memory
    /// lie, and what was there before. 0: in ordinary executions, that are not compared.
    [[nodiscard]] unsigned variation() const noexcept { return settings_.variation; }

    /// See comparison::use().
    void leave_footprint(footprint* in) noexcept { comparison_.use(in); }

    /// The operation under way has read `value`; `opaque`: it may be an address.
    void saw(std::int64_t value, bool opaque, const char* verb, const site& at);
    /// It has stored `value`, which follows from what it has read.
    void stored(std::int64_t value, bool opaque, const char* verb, const site& at);

    // --- what hosts and schedulers see ----------------------------------------------------------

    [[nodiscard]] bool all_finished() const noexcept { return state_.threads.all_finished(); }
    [[nodiscard]] thread_id next() const noexcept { return scheduling_.next(); }

    [[nodiscard]] int thread_count() const noexcept { return state_.threads.count(); }
    [[nodiscard]] int step_count() const noexcept { return state_.steps; }
    [[nodiscard]] const operation* pending(thread_id t) const noexcept;
    [[nodiscard]] timestamp seq(thread_id t) const noexcept { return state_.threads[t].seq; }
    [[nodiscard]] thread_id self() const noexcept { return state_.self; }
    [[nodiscard]] std::string thread_name(thread_id t) const;
    [[nodiscard]] thread_kind kind(thread_id t) const noexcept { return state_.threads[t].kind; }

    /// Threads that run the same code as `t`, which is one of them; 0: none was declared.
    [[nodiscard]] thread_set symmetric_threads(thread_id t) const noexcept;

    /// Are threads told apart, so that one order of equivalent loads can be preferred?
    [[nodiscard]] bool has_ranks() const noexcept;

    [[nodiscard]] bool can_run(thread_id t) const { return state_.threads.can_run(t); }

    /// Threads that can run on the newest state.
    [[nodiscard]] thread_set ready() const noexcept { return state_.threads.ready(); }

    /// Threads that can run only by reading an old store.
    [[nodiscard]] thread_set ready_by_old_store() const;

    // --- its objects ----------------------------------------------------------------------------

    [[nodiscard]] phase current_phase() const noexcept { return state_.now; }
    [[nodiscard]] bool running() const noexcept { return state_.running(); }
    [[nodiscard]] std::uint64_t stamp() const noexcept { return state_.stamp; }
    [[nodiscard]] memory_model& memory() noexcept { return *state_.memory; }
    [[nodiscard]] heap& blocks() noexcept { return blocks_; }
    [[nodiscard]] scheduler& policy() noexcept { return scheduling_.policy(); }

    /// The execution's one object of type `Extension`, made when it is first asked for.
    template <class Extension>
    Extension& get() {
        return extensions_.get<Extension>();
    }

    /// A fresh number for an object created by the current thread, or by the set-up.
    object_id new_object();

    location& new_location(const label& name, std::int64_t value);

    /// A second location that belongs to `x`, such as the queue of those who wait for it. Made by
    /// whoever uses it first, with a number that does not depend on who that is.
    location& companion(const location& x, const char* name, std::int64_t value);

    /// The location with a number of its own, out of object_numbers::reserved().
    location& shared_location(object_id id, const label& name, std::int64_t value);

    /// Objects created from now on are part of `owner`. Returns the previous owner.
    const lifetime* exchange_owner(const lifetime* owner) noexcept;
    [[nodiscard]] const lifetime* owner() const noexcept { return locations_.owner(); }

    // --- what a load may read, and where a store may go -----------------------------------------

    /// What thread `t` may read from `x`; of the older stores only those with a `wanted` value.
    /// Valid until the next call.
    const read_options& options(thread_id t, const location& x, value_condition wanted);

    /// options(), and values that a load could return late.
    const read_options& options_or_late(thread_id t, const location& x);
    /// What a load of `t` may return late.
    [[nodiscard]] std::vector<std::int64_t> late_values(thread_id t, const location& x) const;
    [[nodiscard]] bool may_be_late(thread_id t, const location& x) const {
        return !assumed_.allowed().late_loads.empty() && !late_values(t, x).empty();
    }
    /// There are more places and values than are tried: the result is incomplete.
    void leaves_out_late_loads(const location& x) {
        conclusion_.leaves_out({thread_name(self()), x.name.str(), max_late_values});
    }
    /// Has it been seen that some load of `t` could be late there?
    [[nodiscard]] bool allows_late(thread_id t, const location& x) const;

    /// options() in the execution without the steps `gone`.
    const read_options& options_without(const removed_steps& gone, thread_id t, const location& x,
                                        value_condition wanted);

    /// After which stores of `x` thread `t` may put its own; `reads`: one of a read-modify-write.
    /// Valid until the next call.
    const read_options& places(thread_id t, const location& x, bool reads);
    /// May the next addition of thread `t` to `x` go before some other store, in whichever order
    /// those additions are that it commutes with?
    [[nodiscard]] bool may_add_before(thread_id t, const location& x);

    /// Do the additions to object `x` commute, as far as that is known?
    [[nodiscard]] bool additions_commute(object_id x) const;

    /// What is assumed in all executions.
    [[nodiscard]] assumptions& assumed() noexcept { return assumed_; }
    [[nodiscard]] const assumptions& assumed() const noexcept { return assumed_; }

    // --- steps ----------------------------------------------------------------------------------

    /// Announces the next step of the current thread, waits until the scheduler picks it. False: a
    /// daemon waiting for work is to quit. Outside of the running phase it returns at once.
    bool announce(const operation& op);

    /// Counts work that is no step, so that a loop without steps ends as well.
    void local_step(const site& at);

    /// The current thread has seen `value`, or come to an operation that it stands for.
    void add_to_history(std::uint64_t value) noexcept;

    /// What a place orders, which asks for `asked`. All that orders anything, but locks, grace
    /// periods and the like among their own, comes by here: ordering.hpp. `part` and `verb` are
    /// literals, or last as long.
    [[nodiscard]] ordering ordered(const site& at, const char* verb, ordering asked,
                                   const char* part = "");
    /// The same of an access; one that is relaxed is no place.
    static_assert(static_cast<int>(memory_order::acq_rel) == static_cast<int>(ordering::acq_rel));
    [[nodiscard]] memory_order ordered(const site& at, const char* verb, memory_order asked);

    /// A fence of the current thread. Returns what it orders.
    ordering fence(ordering asked, const site& at, const char* verb, const char* part = "");
    /// smp_mb() of the current thread, by itself or as a part of an operation. Returns whether it
    /// is one.
    bool full_fence(const site& at, const char* verb, const char* part = "");
    /// The same for what came before a point of the past only; see thread_views::point().
    void full_fence_since(const view& before);

    /// An operation that is called from the function above a frame, see WBSYNC_CALLERS_FRAME(). It
    /// leaves nothing of its own on the stack, where that could be taken for the state of a loop.
    class call {
    public:
        explicit call(execution& run) noexcept : run_(run) {}
        call(execution& run, const void* frame) noexcept;
        ~call();
        call(const call&) = delete;
        call& operator=(const call&) = delete;

    private:
        execution& run_;
    };

    // --- loops that try again; see retries ------------------------------------------------------

    /// Who says that it is a loop.
    enum class loop : std::uint8_t { declared, seen };

    /// A round of a loop of the current thread begins.
    [[nodiscard]] round begin_round() const { return running() ? retries_.begin_round() : round{}; }

    /// The round has come to nothing. Returns if it had an effect, so that the next one has to come
    /// after it. Otherwise the current thread goes no further: see step_log.
    void try_again(const round& r, const site& at, loop how = loop::declared);

    /// Was the round in vain, and left nothing that others could read, not even as an old store?
    [[nodiscard]] bool left_nothing(const round& r) const;

    /// Is a round of the current thread that came to nothing to be gone through all the same?
    [[nodiscard]] bool is_gone_through() noexcept;

    /// The current thread goes no further. `why` is never enabled, and says when that is because
    /// what the thread would do now is known from other executions.
    void wait_for_good(const guard& why, const char* verb, const label& name, const site& at);

    /// The operation under way stores `after` where `before` was.
    void stores(std::int64_t before, std::int64_t after);
    /// The current thread learns only that of what its newest step has stored.
    void learns_only(told what) noexcept;
    /// It reads the store of step `of`, which is not the newest one.
    void reads_old_store(step_index of);
    /// The current thread does something that is no step and could be seen by others.
    void has_effect();
    /// It enters or leaves a read-side section.
    void note_nesting(int change);
    /// An object of the library, which the current thread has only looked at, keeps that in its own
    /// memory.
    void keeps_in_memory(const void* object, std::size_t size);

    // --- lifetimes ------------------------------------------------------------------------------

    /// `object`, unless it is nullptr, is used by the current thread.
    void access(const lifetime* object, const char* verb, const site& at,
                usage how = usage::access);

    /// The same of what may be there from the first step of the model to its last, so that this
    /// alone could not fail.
    void access_scope(const lifetime& object, const char* verb, const site& at,
                      usage how = usage::access);

    /// `x` is used by the current thread, and with it what it is part of.
    void access(const location& x, const char* verb, const site& at, usage how = usage::access);

    /// The current thread frees or destroys `object`; see lifetimes::ends().
    void end(lifetime& object, const char* verb, const site& at);

    void expect_alive(const lifetime& object, const char* verb, const site& at);

    /// `life` has begun with the constructor of what is at `handle`.
    void begin_scope(lifetime& life, const void* handle) { lifetimes_.begin_scope(life, handle); }

    /// The life of what is at `handle`, and is no variable.
    lifetime& new_scope(const label& name, const void* handle);

    /// It ends with the destructor; as end().
    void end_scope(lifetime& life, const void* handle, location* variable = nullptr);

    /// What was at `handle`, if that has ended.
    [[nodiscard]] const scopes::ended* ended_at(const void* handle) const noexcept;

    /// What is at `handle` is no object of this execution.
    [[noreturn]] void fail_no_object(const void* handle, const char* verb, const site& at);

    // --- what was exercised, so that a vacuous check is told from one that holds ----------------

    [[nodiscard]] const coverage& covered() const noexcept { return exercise_.covered(); }

    /// Something is evaluated that could fail.
    void evaluates_property() noexcept { exercise_.evaluates_property(); }

    /// The current thread frees a block of memory; see end().
    void frees(const heap::block& b) { exercise_.frees(b.index); }

    /// See exercise::touches().
    void touches(thread_id& user) noexcept { exercise_.touches(user); }

    // --- findings and limits --------------------------------------------------------------------

    /// Reports that a property failed, here and now. Does not return.
    [[noreturn]] void fail(std::string property, std::string message, const site& at);
    [[noreturn]] void fail(finding what) { scheduling_.fail(std::move(what)); }

    /// The same of a race. If a load was late, whether it is one is known only when the execution
    /// is over: it goes on.
    void races(finding what);

    /// The same, if nobody can go on: the scheduler does not know how.
    [[noreturn]] void fail_for_all(std::string property, std::string message, const site& at);

    /// Notes a finding and goes on, as the kernel does after a WARN_ON.
    void report(finding what) { conclusion_.add(std::move(what)); }

    /// The model's own code ended in a way that is none. `intact`: its objects are as they should
    /// be, it only must not go on. Does not return.
    [[noreturn]] void crash(const std::string& what, bool intact = false);

    /// The model's own code does not come to the engine any more. Does not return.
    [[noreturn]] void lock_up(const char* how);

    /// A limit was hit: nothing can be said about what would have followed.
    [[noreturn]] void cut_short(limit_kind limit, const site& at);

    /// The same, wherever the model's code is.
    [[noreturn]] void abandon(limit_kind limit);

    /// The newest operation of the part that runs.
    [[nodiscard]] const site& last_operation() const noexcept { return state_.last_operation(); }

    /// What the execution came to.
    [[nodiscard]] const conclusion& concluded() const noexcept { return conclusion_; }

    // --- recording, when an execution is replayed for a report ----------------------------------

    void record_into(trace* log) { log_.write_to(log); }
    [[nodiscard]] bool recording() const noexcept { return log_.is_active(); }

    /// Adds a step of the current thread to the trace. `source` is the step of the execution whose
    /// store was read, `newest` that of the newest store, if it was another.
    void note(trace_step line, step_index source = -1, step_index newest = -1);

private:
    static constexpr std::uint64_t max_local_steps = 10'000'000;
    static constexpr std::uint64_t local_steps_outside = 100; ///< for an operation that is no step
    static constexpr timestamp max_epoch = 32'000;

    thread_id new_thread(const label& name, thread_kind kind, const char* property);

    void enter_model() noexcept;

    void announce_outside(const operation& op);

    /// Has the current thread come back to where it was, with nothing changed?
    void look_for_loop(const operation& op);

    /// The current thread, a daemon, is told to quit when all others are done.
    void comes_last();

    [[nodiscard]] store_past past_of(thread_id t) const;
    [[nodiscard]] bool has_symmetric_threads() const noexcept;
    void note_late_loads();
    void report_race();

    void expect_no_violation(bool holds);

    void expect_same(bool same);

    settings settings_;
    memory_models models_;
    execution_state state_;
    std::uint64_t local_steps_ = 0;
    heap blocks_;
    recorder log_;
    bool is_settled_ = false;
    std::vector<finding> possible_races_; ///< in the order of memory_model::is_race_after_all()
    read_options options_;
    read_options places_;
    extension_set extensions_;
    conclusion conclusion_;
    assumptions assumed_;
    exercise exercise_{state_};
    comparison comparison_{state_};
    location_table locations_{state_};
    lifetimes lifetimes_{state_, locations_, exercise_};
    retries retries_{state_, locations_, blocks_};
    scheduling scheduling_{*this, state_, conclusion_, log_};
};

/// While this is there, what is built belongs to no execution.
class outside_of_execution {
public:
    outside_of_execution() = default;
    outside_of_execution(const outside_of_execution&) = delete;
    outside_of_execution& operator=(const outside_of_execution&) = delete;
    ~outside_of_execution() { execution::current() = run_; }

private:
    execution* run_ = std::exchange(execution::current(), nullptr);
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution_inl.hpp>
#endif
