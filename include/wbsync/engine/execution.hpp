// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#error "wbsync/engine/execution.hpp is part of the model checker, not of WBSYNC_NATIVE"
#endif

#include <wbsync/engine/coverage.hpp>
#include <wbsync/engine/extension.hpp>
#include <wbsync/engine/fibers.hpp>
#include <wbsync/engine/footprint.hpp>
#include <wbsync/engine/heap.hpp>
#include <wbsync/engine/loop_watch.hpp>
#include <wbsync/engine/object_numbers.hpp>
#include <wbsync/engine/recorder.hpp>
#include <wbsync/engine/rounds.hpp>
#include <wbsync/engine/scheduler.hpp>
#include <wbsync/engine/scopes.hpp>
#include <wbsync/engine/thread_table.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// One run of a model: its threads, its objects, its memory, and what went wrong. The object itself
/// is reused, so that the thousands of executions of a check allocate nothing.
class execution {
public:
    enum class phase : std::uint8_t { outside, setup, running, finally, destruction };

    execution() = default;
    execution(const execution&) = delete;
    execution& operator=(const execution&) = delete;

    /// The execution under way in this thread of the process, or nullptr.
    static execution*& current() noexcept {
        static constinit thread_local execution* instance = nullptr;
        return instance;
    }

    /// Whatever was done with it before: it is as if it were new.
    void forget() {
        ordered_additions_.clear();
        start_over_ = false;
        coverage_ = {};
        extensions_.clear();
        log_.write_to(nullptr);
        loops_.clear();
    }

    // --- the life of one execution, as driven by the host -----------------------------------

    struct settings {
        memory_kind memory = memory_kind::weak;
        int max_depth = 10'000;
        bool like_kernel = false;  ///< see memory_model::reset()
        int whole_rounds = 0;      ///< of each thread, that are gone through though in vain
        bool all_findings = false; ///< go on with the other threads after a finding
        unsigned variation = 0;    ///< see execution::variation()
    };

    void begin(scheduler& by, fibers& on, const settings& with) {
        scheduler_ = &by;
        fibers_ = &on;
        settings_ = with;
        phase_ = phase::setup;
        part_ = "";
        model_runs_ = false;
        ++progress_;
        if (footprint_ != nullptr)
            footprint_->rewind();
        stamp_ += stamp_step;
        threads_.clear();
        blocks_.clear(false); // whatever could not be destroyed
        blocks_.vary(with.variation);
        numbers_.reset();
        scopes_.reset();
        left_by_exception_.reset();
        self_ = -1;
        steps_ = 0;
        local_steps_ = 0;
        steps_done_.begin();
        frame_ = nullptr;
        model_memory_ = {nullptr, 0};
        quitting_ = false;
        outcome_ = outcome::complete;
        limit_ = nullptr;
        last_outside_ = {};
        difference_.reset();
        findings_.clear();
        within_ = nullptr;
        vector_clock::serve(max_threads); // until it is known how many there are
        memory_.reset(with.memory, with.like_kernel);
        extensions_.reset();
        died_ = false;
        intact_ = true;
    }

    template <class Body>
    thread_id add_thread(const label& name, Body&& body, thread_kind kind,
                         const char* property = "deadlock") {
        const thread_id t = new_thread(name, kind, property);
        threads_[t].body.assign(std::forward<Body>(body));
        return t;
    }

    /// The last `n` threads run the same code and cannot find out which of them they are.
    void declare_alike(int n) {
        const int count = threads_.count();
        const thread_set all = (n == max_threads ? ~thread_set{0} : only(n) - 1) << (count - n);
        for (thread_id t = count - n; t != count; ++t)
            threads_[t].alike = all;
    }

    void start_threads() {
        const int count = threads_.count();
        if (count == 0)
            fail("misuse", "the model declares no threads", {});
        if (recording())
            for (thread_id t = 0; t != count; ++t)
                log_.name_thread(thread_name(t));
        if (footprint_ != nullptr)
            mark_threads();
        for (thread_id t = 0; t != count; ++t)
            watches_[t].begin();
        phase_ = phase::running;
        coverage_.threads = std::max(coverage_.threads, threads_.without_servers());
        part_ = "";
        vector_clock::serve(count);
        memory_.start_threads(count);
        scheduler_->execution_begin(*this);
    }

    /// Runs thread `t` to its end, on its own fiber; or to where it is left_behind().
    void run(thread_id t) {
        self_ = t;
        threads_.start(t);
        threads_[t].stack = __builtin_frame_address(0);
        threads_[t].history = static_cast<std::uint64_t>(t);
        if (::_setjmp(threads_[t].start) != 0)
            return left_behind();
        clear_stack_below();
        enter_model();
        try {
            threads_[t].body();
            extensions_.thread_ends(*this);
            if (left_by_exception_ && left_by_exception_->thread == t)
                fail(*left_by_exception_);
        } catch (const std::bad_alloc&) {
            cut_short(limits::memory, threads_[t].last);
        } catch (const std::exception& e) {
            fail("exception", e.what(), threads_[t].last);
        } catch (...) {
            fail("exception", "not derived from std::exception", threads_[t].last);
        }
        leave_model();
        threads_.finish(t);
        if (all_finished()) {
            if (died_)
                leave(); // a dead thread's fiber cannot be used again
            return;
        }
        next_ = decide();
    }

    void enter_finally() {
        phase_ = phase::finally;
        self_ = -1;
        last_outside_ = {};
    }

    /// Memory that nobody freed is a finding.
    void check_leaks() {
        if (const heap::block* lost = blocks_.first_alive())
            fail("leak", fmt::format("{} was never freed", lost->life.name().str()), lost->where);
    }

    /// The model is destroyed next, if it is intact: what it allocated and declared goes first.
    void end() {
        phase_ = phase::destruction;
        self_ = -1;
        part_ = "a destructor, of what a thread of the model or kmalloc() made";
        threads_.drop_bodies(intact_);
        blocks_.clear(intact_);
    }

    /// The execution is over, and its model gone.
    void over() noexcept { phase_ = phase::outside; }

    // --- the model's own code -------------------------------------------------------------------

    /// The model's code runs, outside of its threads, in the part with that name.
    void enter_part(const char* part) noexcept {
        part_ = part;
        enter_model();
    }
    void enter_model() noexcept {
        ++progress_;
        model_runs_ = true;
    }
    void leave_model() noexcept { model_runs_ = false; }

    /// Is it code of the model that runs, and not the engine's?
    [[nodiscard]] bool model_runs() const noexcept { return model_runs_; }

    /// Changes whenever the model's code comes to the engine.
    [[nodiscard]] std::uint64_t progress() const noexcept { return progress_; }

    /// What the model is not to depend on is otherwise in each variation: where it and its memory
    /// lie, and what was there before. 0: in ordinary executions, that are not compared.
    [[nodiscard]] unsigned variation() const noexcept { return settings_.variation; }

    /// The next executions are written down or compared, until this is called with nullptr.
    void leave_footprint(footprint* in) noexcept { footprint_ = in; }

    /// What was different from the execution that was written down: a finding.
    [[nodiscard]] const std::optional<finding>& difference() const noexcept { return difference_; }

    /// The operation under way has read `value`; `opaque`: it may be an address.
    void saw(std::int64_t value, bool opaque, const char* verb, const site& at) {
        if (running())
            add_to_history(static_cast<std::uint64_t>(value));
        stored(value, opaque, verb, at);
    }
    /// It has stored `value`, which follows from what it has read.
    void stored(std::int64_t value, bool opaque, const char* verb, const site& at) {
        if (footprint_ != nullptr)
            leave_mark({mark::kind::value, access_class::none, 0, self_, steps_, value, verb, at},
                       opaque);
    }

    [[nodiscard]] bool all_finished() const noexcept { return threads_.all_finished(); }
    [[nodiscard]] thread_id next() const noexcept { return next_; }
    void resumed(thread_id t) noexcept { self_ = t; }

    // --- what schedulers see ------------------------------------------------------------------

    [[nodiscard]] int thread_count() const noexcept { return threads_.count(); }
    [[nodiscard]] int step_count() const noexcept { return steps_; }
    [[nodiscard]] const operation* pending(thread_id t) const noexcept {
        return threads_.pending(t);
    }
    [[nodiscard]] timestamp seq(thread_id t) const noexcept { return threads_[t].seq; }
    [[nodiscard]] thread_id self() const noexcept { return self_; }
    [[nodiscard]] std::string thread_name(thread_id t) const { return threads_[t].name.str(); }
    [[nodiscard]] thread_kind kind(thread_id t) const noexcept { return threads_[t].kind; }

    /// Threads that run the same code as `t`, which is one of them; 0: none was declared.
    [[nodiscard]] thread_set alike(thread_id t) const noexcept { return threads_[t].alike; }

    /// Are threads told apart, so that one order of equivalent loads can be preferred?
    [[nodiscard]] bool has_ranks() const noexcept {
        for (thread_id t = 0; t != threads_.count(); ++t)
            if (threads_[t].alike != 0)
                return false;
        return memory_.kind() == memory_kind::weak && !settings_.like_kernel;
    }

    [[nodiscard]] bool can_run(thread_id t) const { return threads_.can_run(t); }

    /// Threads that can run on the newest state.
    [[nodiscard]] thread_set ready() const noexcept { return threads_.ready(); }

    /// Threads that can run only by reading an old store.
    [[nodiscard]] thread_set ready_by_old_store() const { return threads_.ready_by_old_store(); }

    // --- what primitives use ------------------------------------------------------------------

    [[nodiscard]] phase where() const noexcept { return phase_; }
    [[nodiscard]] bool running() const noexcept { return phase_ == phase::running; }
    [[nodiscard]] std::uint64_t stamp() const noexcept { return stamp_; }
    [[nodiscard]] memory_model& memory() noexcept { return memory_; }
    [[nodiscard]] heap& blocks() noexcept { return blocks_; }
    [[nodiscard]] scheduler& by() noexcept { return *scheduler_; }

    /// The execution's one object of type `Extension`, made when it is first asked for.
    template <class Extension>
    Extension& get() {
        return extensions_.get<Extension>();
    }

    /// A fresh number for an object created by the current thread, or by the set-up.
    object_id new_object() {
        if (numbers_.used_up(self_))
            cut_short("objects", {});
        return numbers_.next(self_);
    }

    location& new_location(const label& name, std::int64_t value) {
        return make_location(new_object(), name, value);
    }

    /// A second location that belongs to `x`, such as the queue of those who wait for it. Made by
    /// whoever uses it first, with a number that does not depend on who that is.
    location& companion(const location& x, const char* name, std::int64_t value) {
        return shared_location(object_numbers::companion(x.id), {x.name, name}, value);
    }

    /// The location with a number of its own, out of object_numbers::reserved().
    location& shared_location(object_id id, const label& name, std::int64_t value) {
        location* const there = find_location(id);
        return there != nullptr ? *there : make_location(id, name, value);
    }

    /// Objects created from now on are part of `owner`. Returns the previous owner.
    const lifetime* within(const lifetime* owner) noexcept { return std::exchange(within_, owner); }

    /// What thread `t` may read from `x`; of the older stores only those with a `wanted` value.
    /// Valid until the next call.
    const read_options& options(thread_id t, const location& x, value_condition wanted) {
        const bool looks_into =
            memory_.list_options(t, x, past_of(t), nothing_gone{}, true, wanted, options_);
        if (looks_into && additions_commute(x.id) && !mutated(mutant::no_start_over)) {
            ordered_additions_.push_back(x.id);
            start_over_ = true;
        }
        return options_;
    }

    [[nodiscard]] store_past past_of(thread_id t) const {
        return {scheduler_->causal_past(t), scheduler_, t};
    }

    /// options() in the execution without the steps `gone`.
    const read_options& options_without(const removed_steps& gone, thread_id t, const location& x,
                                        value_condition wanted) {
        memory_.list_options(
            t, x, past_of(t), [&](step_index s) { return s >= 0 && gone(s); }, false, wanted,
            options_);
        return options_;
    }

    /// After which stores of `x` thread `t` may put its own. Valid until the next call.
    const read_options& places(thread_id t, const location& x) {
        memory_.list_places(t, x, past_of(t), options_);
        return options_;
    }

    /// Do the additions to object `x` commute? Until a load turns up that could have looked in
    /// between: then their order can be observed, they are writes like others from then on, and the
    /// exploration starts over.
    [[nodiscard]] bool additions_commute(object_id x) const {
        return scheduler_->causal_past(0) != nullptr &&
               std::find(ordered_additions_.begin(), ordered_additions_.end(), x) ==
                   ordered_additions_.end();
    }

    [[nodiscard]] const std::vector<object_id>& ordered_additions() const noexcept {
        return ordered_additions_;
    }
    void order_additions(std::vector<object_id> objects) {
        ordered_additions_ = std::move(objects);
    }

    /// What was explored so far was explored under a wrong assumption.
    [[nodiscard]] bool has_to_start_over() const noexcept { return start_over_; }
    void starts_over() noexcept { start_over_ = false; }

    [[nodiscard]] const lifetime* within_owner() const noexcept { return within_; }

    /// Announces the next step of the current thread, waits until the scheduler picks it. False: a
    /// daemon waiting for work is to quit. Outside of the running phase it returns at once.
    bool announce(const operation& op) {
        ++progress_;
        if (phase_ != phase::running) {
            last_outside_ = op.where;
            local_steps_ += local_steps_outside;
            if (local_steps_ > max_local_steps)
                cut_short("depth", op.where);
            if (footprint_ != nullptr)
                mark_step(op);
            if (op.when != nullptr && !op.when->enabled())
                fail("misuse",
                     fmt::format("{} would wait for ever: no thread runs any more", op.verb),
                     op.where);
            return true;
        }
        const thread_id mine = self_;
        if (frame_ != nullptr || watches_[mine].looks_closely())
            look_for_loop(op);
        if (quitting_)
            fail("misuse",
                 fmt::format("{} by {}, which has been told to quit: a daemon returns when "
                             "await_work() is false",
                             op.verb, threads_[mine].name.str()),
                 op.where);
        note_coverage(op);
        leave_model();
        threads_.pend(mine, op);
        next_ = decide();
        if (next_ != mine) {
            fibers_->switch_to_next();
            self_ = mine;
        }
        threads_.no_longer_pending(mine);
        if (outcome_ == outcome::blocked)
            ::_longjmp(threads_[mine].start, 1);
        thread_table::entry& me = threads_[mine];
        me.last = op.where;
        model_runs_ = true;
        if (footprint_ != nullptr)
            mark_step(op);
        if (quitting_) {
            if (me.kind == thread_kind::daemon)
                comes_last();
            return false;
        }
        ++me.seq;
        me.newest = steps_++;
        steps_done_.add(mine, op.object, effect_of(op), op.delta != 0);
        if (watches_[mine].looks_closely())
            watches_[mine].before_code(memory_of_model());
        return true;
    }

    /// An operation that is called from the function above a frame, see WBSYNC_CALLERS_FRAME(). It
    /// leaves nothing of its own on the stack, where that could be taken for the state of a loop.
    class call {
    public:
        explicit call(execution& run) noexcept : run_(run) {}
        call(execution& run, const void* frame) noexcept : run_(run) { run.frame_ = frame; }
        ~call() {
            if (run_.running() && run_.watches_[run_.self_].looks_closely())
                clear_stack_below();
        }
        call(const call&) = delete;
        call& operator=(const call&) = delete;

    private:
        execution& run_;
    };

    /// The model is built there.
    void model_is_at(const void* at, std::size_t size) noexcept { model_memory_ = {at, size}; }

    // --- loops that try again -------------------------------------------------------------------

    /// Who says that it is a loop.
    enum class loop : std::uint8_t { declared, seen };

    /// A round of a loop of the current thread begins.
    [[nodiscard]] round begin_round() const {
        return running() ? steps_done_.begin_round(self_) : round{};
    }

    /// The round has come to nothing. Returns if it had an effect, so that the next one has to come
    /// after it. Otherwise the current thread goes no further: see step_log.
    void try_again(const round& r, const site& at, loop how = loop::declared) {
        if (!running())
            fail("misuse", "this loop would go on for ever: no thread runs any more", at);
        local_step(at);
        if (!steps_done_.in_vain(self_, r) || is_gone_through())
            return;
        // Another process, with something else on its stacks, may not have seen the loop.
        if (how == loop::seen && scheduler_->expects(self_))
            return;
        std::vector<object_id> seen; // by those who read an old store
        if (memory_.kind() == memory_kind::weak)
            seen = steps_done_.changed_by(self_, r);
        if (seen.size() > 1)
            return; // a step has one object
        const given_up_round nothing(*this, self_, r.begin, !seen.empty());
        operation op;
        if (!seen.empty()) {
            op.object = seen.front();
            op.access = access_class::write;
        }
        op.when = &nothing;
        op.verb = "retry";
        op.where = at;
        announce(op);
    }

    /// Is a round of the current thread that came to nothing to be gone through all the same?
    [[nodiscard]] bool is_gone_through() noexcept {
        return threads_[self_].rounds_in_vain++ < settings_.whole_rounds;
    }

    /// Was the round in vain, and left nothing that others could read, not even as an old store?
    [[nodiscard]] bool left_nothing(const round& r) const {
        return steps_done_.in_vain(self_, r) &&
               (memory_.kind() == memory_kind::sc || steps_done_.changed_by(self_, r).empty());
    }

    /// The current thread goes no further. `why` is never enabled, and says when that is because
    /// what the thread would do now is known from other executions.
    void wait_for_good(const guard& why, const char* verb, const label& name, const site& at) {
        operation op;
        op.when = &why;
        op.verb = verb;
        op.name = &name;
        op.where = at;
        announce(op);
    }

    /// The current thread has seen `value`, or come to an operation that it stands for.
    void add_to_history(std::uint64_t value) noexcept {
        std::uint64_t& history = threads_[self_].history;
        history = (std::rotl(history, 5) ^ value) * 0x9e37'79b9'7f4a'7c15;
    }

    /// The operation under way stores `after` where `before` was.
    void stores(std::int64_t before, std::int64_t after) {
        if (!running())
            return;
        steps_done_.stores(before, after);
        if (before != after)
            watches_[self_].begin();
    }
    /// The current thread learns only that of what its newest step has stored.
    void learns_only(told what) noexcept {
        if (running())
            steps_done_.learns_only(what);
    }
    /// It reads the store of step `of`, which is not the newest one.
    void reads_old_store(step_index of) {
        steps_done_.reads_old_store(of);
        scheduler_->reads_old_store(of);
    }
    /// The current thread does something that is no step and could be seen by others.
    void has_effect() {
        if (!running())
            return;
        steps_done_.note_effect(self_);
        watches_[self_].begin();
    }
    /// It enters or leaves a read-side section.
    void note_nesting(int change) {
        if (running())
            steps_done_.note_nesting(self_, change);
    }
    /// An object of the library, which the current thread has only looked at, keeps that in its own
    /// memory.
    void keeps_in_memory(const void* object, std::size_t size) {
        if (running())
            watches_[self_].accept(object, size);
    }

    /// smp_mb() of the current thread.
    [[gnu::noinline]] void full_fence() {
        const call here(*this);
        if (running())
            memory_.full_fence(self_, threads_[self_].newest);
    }
    /// The same for what came before a point of the past only; see memory_model::point().
    [[gnu::noinline]] void full_fence_since(const view& before) {
        const call here(*this);
        memory_.full_fence_since(self_, before, threads_[self_].newest);
    }

    /// Counts work that is no step, so that a loop without steps ends as well.
    [[gnu::noinline]] void local_step(const site& at) {
        const call here(*this);
        ++progress_;
        if (footprint_ != nullptr)
            leave_mark({mark::kind::local, access_class::none, 0, self_, steps_, 0, "", at}, false);
        if (++local_steps_ > max_local_steps ||
            (running() && memory_.now(self_).clock[self_] > max_epoch))
            cut_short("depth", at);
    }

    /// How an operation uses an object that may be freed. That a store comes before the end is
    /// also known to whoever has read it, or a newer one of the same variable (LKMM: reads-from
    /// orders); anything else has to happen before the end.
    enum class usage : std::uint8_t { access, store };

    /// `object`, unless it is nullptr, is used by the current thread.
    void access(const lifetime* object, const char* verb, const site& at,
                usage how = usage::access) {
        if (object == nullptr)
            return;
        evaluates_property();
        access_scope(*object, verb, at, how);
    }

    /// The same of what may be there from the first step of the model to its last, so that this
    /// alone could not fail.
    void access_scope(const lifetime& object, const char* verb, const site& at,
                      usage how = usage::access) {
        expect_alive(object, verb, at);
        if (!running())
            return;
        if (object.before_ != nullptr && !knows_beginning_of(object))
            fail_ended(*object.before_, verb, at);
        touches(object.user_);
        if (how == usage::store) {
            note_store({verb, at});
            return;
        }
        object.last_access_[self_] = memory_.now(self_).clock[self_];
        object.uses_[self_] = {verb, at};
    }

    /// The current thread frees or destroys `object`. Ordering before the end may also come from a
    /// relaxed load, on whose value the end is taken to depend (LKMM: control dependencies order
    /// stores, and every free is one).
    void end(lifetime& object, const char* verb, const site& at) {
        expect_alive(object, verb, at);
        has_effect();
        object.alive_ = false;
        object.end_ = {verb, at};
        object.ended_by_ = self_;
        if (!running())
            return;
        touches(object.user_);
        const view ordered = memory_.propagated(self_);
        expect_ordered(object, ordered, memory_.unknown_store(object, self_, ordered));
    }

    /// `x` is used by the current thread, and with it what it is part of.
    void access(const location& x, const char* verb, const site& at, usage how = usage::access) {
        access(x.owner, verb, at, how);
        access_scope(x.scope, verb, at, how);
    }

    void expect_alive(const lifetime& object, const char* verb, const site& at) {
        if (!object.alive_)
            fail_ended(object, verb, at);
    }

    // --- objects that end with their scope ----------------------------------------------------

    /// `life` has begun with the constructor of what is at `handle`.
    void begin_scope(lifetime& life, const void* handle) {
        const scopes::ended* before = scopes_.find(handle);
        if (before == nullptr || !running())
            return;
        memory_.tick(self_); // who knows something of this thread need not know of this
        life.before_ = before->life;
        life.begun_by_ = self_;
        life.begin_ = memory_.now(self_).clock[self_];
    }

    /// The life of what is at `handle`, and is no variable.
    lifetime& new_scope(const label& name, const void* handle) {
        lifetime& life = scopes_.add();
        life.begin(name, "use-after-scope");
        begin_scope(life, handle);
        return life;
    }

    /// It ends with the destructor; as end().
    void end_scope(lifetime& life, const void* handle, location* variable = nullptr) {
        if (phase_ == phase::outside || !life.alive_)
            return;
        scopes_.bury({handle, &life, variable});
        life.alive_ = false;
        life.end_ = {"the end of its scope", last_place()};
        life.ended_by_ = self_;
        if (!running())
            return;
        evaluates_property();
        touches(life.user_);
        const view ordered = memory_.propagated(self_);
        expect_ordered(life, ordered,
                       variable == nullptr ? nullptr
                                           : memory_.unknown_store(*variable, self_, ordered));
    }

    /// What was at `handle`, if that has ended.
    [[nodiscard]] const scopes::ended* ended_at(const void* handle) const noexcept {
        return scopes_.find(handle);
    }

    /// What is at `handle` is no object of this execution.
    [[noreturn]] void fail_no_object(const void* handle, const char* verb, const site& at) {
        if (const scopes::ended* was = scopes_.find(handle))
            fail_ended(*was->life, verb, at);
        fail("misuse",
             "an object was created outside of this execution: make it a member of the model, "
             "which is built afresh for every execution",
             at);
    }

    // --- what was exercised, so that a vacuous check is told from one that holds ----------------

    /// Of all executions since forget().
    [[nodiscard]] const coverage& covered() const noexcept { return coverage_; }

    /// Something is evaluated that could fail.
    void evaluates_property() noexcept { coverage_.could_fail = true; }

    /// The current thread frees a block of memory; see end().
    void frees(const heap::block& b) {
        if (running() && !coverage_.could_fail)
            coverage_.frees(b.index, self_);
    }

    /// The current thread touches something that is no object of an operation. `user`: the thread
    /// that touched it first in this execution, -1 before that.
    void touches(thread_id& user) noexcept {
        if (coverage_.shared || !running())
            return;
        if (user < 0)
            user = self_;
        coverage_.shared = user != self_;
    }

    // --- findings -----------------------------------------------------------------------------

    /// Reports that a property failed, here and now. Does not return.
    [[noreturn]] void fail(std::string property, std::string message, const site& at) {
        fail({std::move(property), std::move(message), at, self_});
    }
    [[noreturn]] void fail(finding what) {
        report_failure(std::move(what));
        if (settings_.all_findings && phase_ == phase::running)
            die();
        leave();
    }

    /// The same, if nobody can go on: the scheduler does not know how.
    [[noreturn]] void fail_for_all(std::string property, std::string message, const site& at) {
        report_failure({std::move(property), std::move(message), at, self_});
        leave();
    }

    /// The model's own code ended in a way that is none. `intact`: its objects are as they should
    /// be, it only must not go on. Does not return.
    [[noreturn]] void crash(const std::string& what, bool intact = false) {
        intact_ = intact_ && intact;
        fail("crash", what + where_it_was(), last_operation());
    }

    /// The model's own code does not come to the engine any more. Does not return.
    [[noreturn]] void lock_up(const char* how) {
        intact_ = false;
        fail("lockup",
             fmt::format("{} does not come to its next operation, or to its end{}: {}", who_runs(),
                         after_operation(), how),
             last_operation());
    }

    /// The thread or the part of the model that runs.
    [[nodiscard]] std::string who_runs() const {
        return self_ < 0 ? std::string{part_} : threads_[self_].name.str();
    }

    /// The newest operation of the part that runs.
    [[nodiscard]] const site& last_operation() const noexcept {
        return self_ < 0 ? last_outside_ : threads_[self_].last;
    }

    /// ", after the operation at the place given", or that there was none.
    [[nodiscard]] std::string where_it_was() const {
        return (self_ < 0 ? fmt::format(" in {}", part_) : std::string{}) + after_operation();
    }

    /// Can the model be destroyed properly?
    [[nodiscard]] bool intact() const noexcept { return intact_; }

    /// Notes a finding and goes on, as the kernel does after a WARN_ON.
    void report(finding what) { findings_.push_back(std::move(what)); }

    /// Limits that are not the execution's own; see cut_short().
    struct limits {
        static constexpr const char* time = "max_seconds";
        static constexpr const char* use = "max_memory";
        static constexpr const char* interrupt = "interrupt";
        static constexpr const char* memory = "memory";
    };

    /// A limit was hit: nothing can be said about what would have followed.
    [[noreturn]] void cut_short(const char* limit, const site& at) {
        outcome_ = outcome::cut_short;
        limit_ = limit;
        limit_at_ = at;
        limit_in_ = who_runs();
        leave();
    }

    /// The same, wherever the model's code is.
    [[noreturn]] void abandon(const char* limit) {
        intact_ = false;
        cut_short(limit, last_operation());
    }

    [[nodiscard]] const std::vector<finding>& findings() const noexcept { return findings_; }
    [[nodiscard]] outcome how() const noexcept { return outcome_; }
    [[nodiscard]] const char* limit() const noexcept { return limit_; }
    [[nodiscard]] const site& limit_at() const noexcept { return limit_at_; }
    /// The thread or the part of the model that hit it.
    [[nodiscard]] const std::string& limit_in() const noexcept { return limit_in_; }

    // --- recording, when an execution is replayed for a report --------------------------------

    void record_into(trace* log) { log_.write_to(log); }
    [[nodiscard]] bool recording() const noexcept { return log_.on(); }

    /// Adds a line to the trace. `source` is the step whose store was read.
    void note(const char* verb, std::string object, std::string value, const site& at,
              step_index source = -1, bool stale = false) {
        log_.add_step({self_, verb, std::move(object), std::move(value), at, -1, stale},
                      running() ? steps_ : 0, source);
    }

private:
    /// Of a thread whose round came to nothing. It goes on if somebody reads an old store of the
    /// round, which so has happened after all.
    class given_up_round final : public guard {
    public:
        /// `can_be_seen`: it stored something that is not the newest store any more.
        given_up_round(const execution& run, thread_id t, step_index begin, bool can_be_seen)
            : run_(run), thread_(t), begin_(begin), end_(run.steps_), can_be_seen_(can_be_seen) {}

        [[nodiscard]] bool enabled() const override {
            return can_be_seen_ && !mutated(mutant::old_store_does_not_bring_back) &&
                   run_.steps_done_.seen_later(thread_, begin_, end_, nothing_gone{});
        }
        [[nodiscard]] bool enabled_without(const removed_steps& gone) const override {
            return can_be_seen_ && run_.steps_done_.seen_later(thread_, begin_, end_, gone);
        }

        [[nodiscard]] bool gave_up() const override { return true; }
        [[nodiscard]] bool is_outdated() const override {
            return run_.steps_done_.changed_since(thread_, begin_, end_);
        }

        [[nodiscard]] std::string waits_for() const override {
            std::string text;
            for (const object_id x : run_.steps_done_.looked_at(thread_, begin_, end_))
                if (const location* l = run_.find_location(x))
                    text += (text.empty() ? " (" : ", ") + l->name.str();
            return "a change of what its loop looks at" + text + (text.empty() ? "" : ")");
        }

    private:
        const execution& run_;
        thread_id thread_;
        step_index begin_;
        step_index end_;
        bool can_be_seen_;
    };

    /// Has the current thread come back to where it was, with nothing changed?
    void look_for_loop(const operation& op) {
        const void* frame = std::exchange(frame_, nullptr);
        loop_watch& watch = watches_[self_];
        if (watch.looks_closely())
            watch.after_code();
        if (frame == nullptr)
            return;
        add_to_history(op.object + (std::uint64_t{op.where.line} << 16));
        if (watch.looks_closely() || watch.has_been_at(op.object, frame))
            look_closely(watch, op, frame);
    }

    void look_closely(loop_watch& watch, const operation& op, const void* frame) {
        const void* base = threads_[self_].stack;
        if (watch.looks_closely()) {
            if (!watch.is_back_at(op.object, frame))
                return watch.passes_by();
            if (is_as_it_was(watch, frame, base))
                try_again(watch.round_under_way(), op.where, loop::seen);
        }
        watch.look_closely(op.object, frame, base, begin_round());
    }

    /// Is the current thread as it was at the beginning of the round? What it has seen and done
    /// since its start says that; what lies in parts of its stack that it has not written to does
    /// not, but may make it look different. So the answer is the same whenever the thread has come
    /// here by the same way.
    bool is_as_it_was(const loop_watch& watch, const void* frame, const void* base) {
        const auto known = loops_.try_emplace(threads_[self_].history, false);
        if (known.second)
            known.first->second = watch.is_as_it_was(frame, base);
        return known.first->second;
    }

    /// All that the model's threads share, but for what the library keeps elsewhere.
    [[nodiscard]] const std::vector<memory_image::part>& memory_of_model() {
        memory_parts_.clear();
        memory_parts_.push_back(model_memory_);
        blocks_.for_each_part([&](const void* at, std::size_t size) {
            memory_parts_.push_back({at, size});
        });
        return memory_parts_;
    }

    /// What is known of it before it is done.
    static step_log::effect effect_of(const operation& op) noexcept {
        const bool changes = op.changes == nullptr &&
                             (op.access == access_class::write || op.access == access_class::add);
        return changes ? step_log::effect::other : step_log::effect::none;
    }

    static constexpr std::uint64_t max_local_steps = 10'000'000;
    static constexpr std::uint64_t local_steps_outside = 100; ///< for an operation that is no step
    /// Stamps of executions are far apart: no other number in memory looks like one.
    static constexpr std::uint64_t stamp_step = 0x9e37'79b9'7f4a'7c15;
    static constexpr timestamp max_epoch = 32'000;

    [[nodiscard]] std::string after_operation() const {
        if (*last_operation().file != '\0')
            return ", after the operation at the place given";
        return self_ < 0 ? "" : ", before the first operation of its thread";
    }

    // What is compared when an execution is run again.

    void mark_threads() {
        for (thread_id t = 0; t != threads_.count(); ++t) {
            const auto name = static_cast<std::int64_t>(std::hash<std::string>{}(thread_name(t)));
            leave_mark({mark::kind::name, access_class::none, 0, t, 0, name, "", {}}, false);
        }
    }

    void mark_step(const operation& op) {
        leave_mark(
            {mark::kind::step, op.access, op.object, self_, steps_, op.delta, op.verb, op.where},
            false, op.name);
    }

    void leave_mark(const mark& m, bool opaque, const label* object = nullptr) {
        if (footprint_->add(m, opaque))
            return;
        difference_ = finding{"misuse", describe_difference(m, object), m.where, m.thread};
        outcome_ = outcome::redundant;
        leave();
    }

    [[nodiscard]] std::string describe_difference(const mark& now, const label* object) const {
        const mark* before = footprint_->expected();
        const std::string who = now.thread < 0 ? std::string{part_} : thread_name(now.thread);
        const auto did = [](const mark& m, const std::string& of) {
            return m.what == mark::kind::name ? std::string{"starts"}
                   : m.what == mark::kind::local
                       ? fmt::format("is at {}", m.where.str())
                       : fmt::format("does {}{} at {}", m.verb, of, m.where.str());
        };
        const std::string of = object == nullptr ? "" : fmt::format("({})", object->str());
        std::string text = fmt::format("in step {} {} ", now.step + 1, who);
        if (before != nullptr && before->what == mark::kind::value && now.what == before->what &&
            before->thread == now.thread && before->where == now.where)
            text += fmt::format("has {} from or for {} at {}, where it had {}", now.value, now.verb,
                                now.where.str(), before->value);
        else if (before == nullptr)
            text += fmt::format("{}, where the execution was over", did(now, of));
        else if (before->what == mark::kind::name || now.what == mark::kind::name)
            return "the threads that it declares, or their names, differ";
        else if (before->thread != now.thread)
            text += fmt::format("{}, where it was {}'s turn", did(now, of),
                                before->thread < 0 ? part_ : thread_name(before->thread));
        else
            text +=
                fmt::format("{}, where it {}", did(now, of),
                            did(*before, before->object == now.object ? of : " of another object"));
        return text + " when the same execution was run before";
    }

    void report_failure(finding what) {
        const site at = what.where;
        report(std::move(what));
        if (recording())
            log_.add({self_, findings_.back().property, "", findings_.back().message, at});
    }

    /// A step that may block can end in a deadlock. What has no name is RCU's own: that two threads
    /// use RCU does not mean that they share anything.
    void note_coverage(const operation& op) {
        if (op.when != nullptr && !op.idle)
            coverage_.could_fail = true;
        if (!coverage_.shared && op.name != nullptr)
            coverage_.shared = users_.shares(op.object, self_, stamp_);
    }

    thread_id new_thread(const label& name, thread_kind kind, const char* property) {
        if (phase_ != phase::setup)
            fail("misuse", "threads can only be declared while the model is set up", {});
        const int count = threads_.count();
        if (count == max_threads)
            fail("misuse",
                 fmt::format("too many threads: '{}' would be number {}, a model has at most {}, "
                             "daemons included",
                             name.str(), count + 1, max_threads),
                 {});
        threads_.add(name, kind, property);
        return count;
    }

    /// nullptr: the object is none.
    [[nodiscard]] location* find_location(object_id id) const {
        if (id >= locations_.size() || locations_[id] == nullptr || locations_[id]->stamp != stamp_)
            return nullptr;
        return locations_[id].get();
    }

    location& make_location(object_id id, const label& name, std::int64_t value) {
        if (id >= locations_.size())
            locations_.resize(id + 1U);
        auto& x = locations_[id];
        if (x == nullptr)
            x = std::make_unique<location>();
        x->id = id;
        x->stamp = stamp_;
        x->name = name;
        x->owner = within_;
        x->scope.begin(name, "use-after-scope");
        x->handle = nullptr;
        memory_.initialise(*x, value);
        return *x;
    }

    /// The step under way stores to a part of an object that may be freed.
    void note_store(const lifetime::use& how) {
        stores_.resize(std::max(stores_.size(), static_cast<std::size_t>(steps_)));
        stores_[static_cast<std::size_t>(steps_ - 1)] = how;
    }

    /// The end of `object` has to be ordered after the uses of all others. `store`: one that is
    /// not known, or nullptr.
    void expect_ordered(const lifetime& object, const view& ordered, const store_record* store) {
        for (thread_id u = 0; u != threads_.count(); ++u)
            if (u != self_ && !comes_before(u, object.last_access_[u], ordered))
                ends_unordered(object, object.uses_[u], u);
        if (store != nullptr)
            ends_unordered(object, stores_[static_cast<std::size_t>(store->step)], store->thread);
    }

    /// Does what `u` did at `when` come before who knows `ordered`, and depends on that? Loads do
    /// if they come before an unlock, and a store that is known after the thread's next lock: they
    /// are performed first, though they are not known.
    static bool comes_before(thread_id u, timestamp when, const view& ordered) {
        return ordered.clock.covers(u, when) ||
               (ordered.stores.covers(u, when) && !mutated(mutant::relock_forgets_uses));
    }

    /// A thread that an exception ends is a finding of its own, which comes first.
    void ends_unordered(const lifetime& object, const lifetime::use& use, thread_id user) {
        finding what{object.property_,
                     fmt::format("{} of {} is not ordered after {} by {} at {}", object.end_.verb,
                                 object.name_.str(), use.verb, threads_[user].name.str(),
                                 use.where.str()),
                     object.end_.where, self_};
        if (std::uncaught_exceptions() == 0)
            fail(std::move(what));
        if (!left_by_exception_)
            left_by_exception_ = std::move(what);
    }

    [[noreturn]] void fail_ended(const lifetime& object, const char* verb, const site& at) {
        fail(object.property_,
             fmt::format("{} of {} after {}", verb, object.name_.str(), end_of(object)), at);
    }

    /// "kfree at isw.hpp:42 by umount".
    [[nodiscard]] std::string end_of(const lifetime& object) const {
        std::string text = object.end_.verb;
        if (object.end_.where.line != 0)
            text += " at " + object.end_.where.str();
        if (object.ended_by_ >= 0)
            text += " by " + threads_[object.ended_by_].name.str();
        return text;
    }

    /// Can the current thread have come to `object` by somebody who had it after its beginning?
    [[nodiscard]] bool knows_beginning_of(const lifetime& object) const {
        return self_ == object.begun_by_ ||
               memory_.propagated(self_).clock.covers(object.begun_by_, object.begin_);
    }

    /// Of the newest operation of the current thread.
    [[nodiscard]] site last_place() const { return self_ < 0 ? site{} : threads_[self_].last; }

    /// Who runs next: first every thread up to its first operation, then as the scheduler says.
    thread_id decide() {
        scheduler_->settle();
        if (!threads_.all_started())
            return threads_.first_not_started();
        if (quitting_)
            return next_to_quit();
        if (steps_ >= settings_.max_depth) {
            const operation* op = threads_.pending(self_);
            cut_short("depth", op != nullptr ? op->where : site{});
        }
        return threads_.look_who_is_ready() != 0 ? ask_scheduler() : nobody_is_ready();
    }

    thread_id ask_scheduler() {
        const thread_id t = scheduler_->pick(*this);
        if (t == scheduler::give_up) {
            outcome_ = outcome::redundant;
            leave();
        }
        return t;
    }

    /// Quiescence when only daemons wait for work; otherwise a deadlock, from which some may be
    /// saved by an old store.
    thread_id nobody_is_ready() {
        const bool idle = threads_.idle();
        bool known = false; // in another execution
        if (!idle) {
            known = threads_.any_round_is_outdated();
            if (!known)
                report_deadlock();
            if (threads_.ready_by_old_store() != 0)
                return ask_scheduler();
            if (known)
                outcome_ = outcome::blocked;
        }
        scheduler_->nobody_can_run(*this);
        if (known && !died_) // each fiber goes back to where it began, and can be used again
            return threads_.first_pending();
        if (!idle || all_finished())
            leave();
        quitting_ = true;
        return next_to_quit();
    }

    /// The current thread waits for something that matters to nobody any more. What its functions
    /// hold is lost.
    void left_behind() {
        fibers_->forget_exceptions();
        threads_.finish(self_);
        if (!all_finished())
            next_ = threads_.first_pending();
    }

    /// The current thread, a daemon, is told to quit when all others are done.
    void comes_last() {
        for (thread_id u = 0; u != threads_.count(); ++u)
            memory_.learn(self_, memory_.now(u));
    }

    thread_id next_to_quit() {
        const thread_id t = threads_.first_pending();
        if (t < 0)
            leave();
        return t;
    }

    void report_deadlock() {
        std::string message = "no thread can run:";
        const char* property = threads_.any_gave_up() ? "livelock" : "deadlock";
        thread_id first = -1;
        for (thread_id t = 0; t != threads_.count(); ++t) {
            const operation* op = threads_.pending(t);
            if (op == nullptr || op->idle)
                continue;
            message += fmt::format("{} {} waits for {}", first < 0 ? "" : ";",
                                   threads_[t].name.str(), op->when->waits_for());
            if (first < 0)
                first = t;
            if (recording())
                log_.add({t, op->verb, op->name == nullptr ? "" : op->name->str(), "waits for ever",
                          op->where});
            if (std::string_view{threads_[t].property} != "deadlock")
                property = threads_[t].property;
        }
        if (threads_.only_daemons_wait())
            message += " (a daemon that waits here for work says so with await_work(): then it is "
                       "idle, and no deadlock)";
        const site& at = threads_.pending(first)->where;
        report({property, std::move(message), at, first});
        if (recording())
            log_.add({first, property, "", findings_.back().message, at});
    }

    [[noreturn]] void leave() {
        fibers_->leave();
        std::abort(); // leave() does not return
    }

    /// The current thread stops for good, as a task does after an oops; the others go on.
    [[noreturn]] void die() {
        leave_model();
        threads_.finish(self_);
        died_ = true;
        if (all_finished())
            leave();
        next_ = decide();
        fibers_->switch_to_next();
        std::abort(); // nobody picks a finished thread
    }

    phase phase_ = phase::outside;
    bool quitting_ = false;
    bool died_ = false;
    bool intact_ = true;
    volatile bool model_runs_ = false; ///< a signal handler asks
    std::uint64_t progress_ = 0;       ///< likewise
    const char* part_ = "";            ///< of the model that runs, outside of its threads
    site last_outside_;                ///< newest operation outside of the threads
    footprint* footprint_ = nullptr;
    std::optional<finding> difference_;
    outcome outcome_ = outcome::complete;
    int steps_ = 0;
    thread_id self_ = -1;
    thread_id next_ = -1;
    std::uint64_t stamp_ = 0;
    std::uint64_t local_steps_ = 0;
    settings settings_;
    scheduler* scheduler_ = nullptr;
    fibers* fibers_ = nullptr;
    const lifetime* within_ = nullptr;
    heap blocks_;
    recorder log_;
    const char* limit_ = nullptr;
    site limit_at_;
    std::string limit_in_;
    thread_table threads_;
    object_numbers numbers_;
    scopes scopes_;
    std::optional<finding> left_by_exception_; ///< found while an exception was under way
    std::vector<std::unique_ptr<location>> locations_;
    step_log steps_done_;
    per_thread<loop_watch> watches_;
    const void* frame_ = nullptr;                   ///< see called_from()
    std::unordered_map<std::uint64_t, bool> loops_; ///< see is_as_it_was(), by history
    memory_image::part model_memory_{nullptr, 0};
    std::vector<memory_image::part> memory_parts_;
    std::vector<lifetime::use> stores_; ///< by their step, those to objects that may be freed
    read_options options_;
    std::vector<object_id> ordered_additions_;
    bool start_over_ = false;
    std::vector<finding> findings_;
    extension_set extensions_;
    coverage coverage_;
    object_users users_;
    memory_model memory_;
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
