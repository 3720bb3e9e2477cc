// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/heap.hpp>
#include <wbsync/engine/scheduler.hpp>
#include <wbsync/engine/thread_body.hpp>
#include <wbsync/engine/trace.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// What the execution needs from the library that provides fibers.
class fibers {
public:
    virtual ~fibers() = default;

    /// Continues the thread that execution::next() names; returns when the caller is next again.
    virtual void switch_to_next() = 0;

    /// Leaves the execution for good, from whichever fiber.
    [[noreturn]] virtual void leave() = 0;
};

/// State that a family of primitives keeps for one execution, such as who is in which read-side
/// section.
class extension {
public:
    virtual ~extension() = default;

    /// A new execution begins.
    virtual void reset() = 0;
    /// The current thread has come to its end.
    virtual void thread_ends(execution&) {}

    extension() = default;
    extension(const extension&) = delete;
    extension& operator=(const extension&) = delete;
};

/// One run of a model: its threads, its objects, its memory, and what went wrong. The object itself
/// is reused, so that the thousands of executions of a check allocate nothing.
class execution {
public:
    enum class phase : std::uint8_t { outside, setup, running, finally };

    execution() = default;
    execution(const execution&) = delete;
    execution& operator=(const execution&) = delete;

    /// The execution under way, or nullptr.
    static execution*& current() noexcept {
        static constinit execution* instance = nullptr;
        return instance;
    }

    /// Whatever was done with it before: it is as if it were new.
    void forget() {
        ordered_additions_.clear();
        start_over_ = false;
        extensions_.clear();
        extension_keys_.clear();
        log_ = nullptr;
    }

    // --- the life of one execution, as driven by the host -----------------------------------

    struct settings {
        memory_kind memory = memory_kind::weak;
        int max_depth = 10'000;
        bool like_kernel = false;  ///< see memory_model::reset()
        bool all_findings = false; ///< go on with the other threads after a finding
    };

    void begin(scheduler& by, fibers& on, const settings& with) {
        scheduler_ = &by;
        fibers_ = &on;
        settings_ = with;
        phase_ = phase::setup;
        ++stamp_;
        count_ = 0;
        created_.fill(0);
        self_ = -1;
        steps_ = 0;
        local_steps_ = 0;
        started_ = finished_ = 0;
        unguarded_ = guarded_ = ready_ = 0;
        quitting_ = false;
        outcome_ = outcome::complete;
        limit_ = nullptr;
        findings_.clear();
        within_ = nullptr;
        vector_clock::serve(max_threads); // until it is known how many there are
        memory_.reset(with.memory, with.like_kernel);
        for (const auto& e : extensions_)
            e->reset();
        died_ = false;
        intact_ = true;
    }

    template <class Body>
    thread_id add_thread(const label& name, Body&& body, bool daemon,
                         const char* property = "deadlock") {
        slot& s = new_slot(name, daemon, property);
        s.body.assign(std::forward<Body>(body));
        return count_++;
    }

    /// The last `n` threads run the same code and cannot find out which of them they are.
    void declare_alike(int n) {
        const thread_set all = (n == max_threads ? ~thread_set{0} : only(n) - 1) << (count_ - n);
        for (thread_id t = count_ - n; t != count_; ++t)
            of(t).alike = all;
    }

    void start_threads() {
        if (count_ == 0)
            fail("misuse", "the model declares no threads", {});
        if (recording())
            for (thread_id t = 0; t != count_; ++t)
                log_->threads.push_back(thread_name(t));
        phase_ = phase::running;
        vector_clock::serve(count_);
        memory_.start_threads(count_);
        scheduler_->execution_begin(*this);
    }

    /// Runs thread `t` to its end, on its own fiber.
    void run(thread_id t) {
        self_ = t;
        started_ |= only(t);
        try {
            of(t).body();
            for (const auto& e : extensions_)
                e->thread_ends(*this);
        } catch (const std::exception& e) {
            fail("exception", e.what(), of(t).last);
        } catch (...) {
            fail("exception", "not derived from std::exception", of(t).last);
        }
        finished_ |= only(t);
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
    }

    /// Memory that nobody freed is a finding.
    void check_leaks() {
        if (const heap::block* lost = blocks_.first_alive())
            fail("leak", fmt::format("{} was never freed", lost->life.name().str()), lost->where);
    }

    /// `intact`: the model can still be destroyed.
    void end(bool intact) {
        phase_ = phase::outside;
        blocks_.clear(intact);
    }

    [[nodiscard]] bool all_finished() const noexcept { return finished_ == all_threads(); }
    [[nodiscard]] thread_id next() const noexcept { return next_; }
    void resumed(thread_id t) noexcept { self_ = t; }

    // --- what schedulers see ------------------------------------------------------------------

    [[nodiscard]] int thread_count() const noexcept { return count_; }
    [[nodiscard]] int step_count() const noexcept { return steps_; }
    [[nodiscard]] const operation* pending(thread_id t) const noexcept { return pending_[t]; }
    [[nodiscard]] timestamp seq(thread_id t) const noexcept { return of(t).seq; }
    [[nodiscard]] thread_id self() const noexcept { return self_; }
    [[nodiscard]] std::string thread_name(thread_id t) const { return of(t).name.str(); }

    /// Threads that run the same code as `t`, which is one of them; 0: none was declared.
    [[nodiscard]] thread_set alike(thread_id t) const noexcept { return of(t).alike; }

    /// The number that object `x` would have if threads `p` and `q` were exchanged.
    [[nodiscard]] static object_id exchanged(object_id x, thread_id p, thread_id q) noexcept {
        const unsigned within = x % all_objects; // companions are numbered like their owners
        if (within < setup_objects)
            return x;
        const auto creator = static_cast<thread_id>((within - setup_objects) / thread_objects);
        const thread_id other = creator == p ? q : creator == q ? p : creator;
        return static_cast<object_id>(x + (other - creator) * static_cast<int>(thread_objects));
    }

    [[nodiscard]] bool can_run(thread_id t) const {
        return (ready_ & only(t)) != 0 || needs_old_store(t);
    }

    /// Threads that can run on the newest state.
    [[nodiscard]] thread_set ready() const noexcept { return ready_; }

    /// Threads that can run only by reading an old store.
    [[nodiscard]] thread_set ready_by_old_store() const {
        thread_set set = 0;
        for (thread_id t = 0; t != count_; ++t)
            if ((ready_ & only(t)) == 0 && needs_old_store(t))
                set |= only(t);
        return set;
    }

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
        static constexpr char key = 0;
        for (std::size_t i = 0; i != extensions_.size(); ++i)
            if (extension_keys_[i] == &key)
                return static_cast<Extension&>(*extensions_[i]);
        extensions_.push_back(std::make_unique<Extension>());
        extension_keys_.push_back(&key);
        extensions_.back()->reset();
        return static_cast<Extension&>(*extensions_.back());
    }

    /// For objects of which each execution has exactly one, whoever uses it first.
    static constexpr object_id reserved_object(unsigned n) noexcept {
        return static_cast<object_id>(setup_objects - 1 - n);
    }

    /// A fresh number for an object created by the current thread, or by the set-up.
    object_id new_object() {
        const auto creator = static_cast<std::size_t>(self_ + 1);
        const unsigned limit = creator == 0 ? setup_objects - reserved_objects : thread_objects;
        if (created_[creator] == limit)
            cut_short("objects", {});
        const unsigned n = created_[creator]++;
        return static_cast<object_id>(
            creator == 0 ? n : setup_objects + (creator - 1) * thread_objects + n);
    }

    location& new_location(const label& name, std::int64_t value) {
        return make_location(new_object(), name, value);
    }

    /// A second location that belongs to `x`, such as the queue of those who wait for it. Made by
    /// whoever uses it first, with a number that does not depend on who that is.
    location& companion(const location& x, const char* name, std::int64_t value) {
        return shared_location(static_cast<object_id>(x.id + all_objects), {x.name, name}, value);
    }

    /// The location with a number of its own out of reserved_object().
    location& shared_location(object_id id, const label& name, std::int64_t value) {
        if (id < locations_.size() && locations_[id] != nullptr && locations_[id]->stamp == stamp_)
            return *locations_[id];
        return make_location(id, name, value);
    }

    /// Objects created from now on are part of `owner`. Returns the previous owner.
    const lifetime* within(const lifetime* owner) noexcept { return std::exchange(within_, owner); }

    /// What thread `t` may read from `x`; of the older stores only those with a `wanted` value.
    /// Valid until the next call.
    const read_options& options(thread_id t, const location& x, value_condition wanted) {
        const bool looks_into = memory_.list_options(t, x, scheduler_->causal_past(t),
                                                     nothing_gone{}, true, wanted, options_);
        if (looks_into && additions_commute(x.id) && !mutated(mutant::no_start_over)) {
            ordered_additions_.push_back(x.id);
            start_over_ = true;
        }
        return options_;
    }

    /// options() in the execution without the steps `gone`.
    const read_options& options_without(const removed_steps& gone, thread_id t, const location& x,
                                        value_condition wanted) {
        memory_.list_options(
            t, x, scheduler_->causal_past(t), [&](step_index s) { return s >= 0 && gone(s); },
            false, wanted, options_);
        return options_;
    }

    /// After which stores of `x` thread `t` may put its own. Valid until the next call.
    const read_options& places(thread_id t, const location& x) {
        memory_.list_places(t, x, scheduler_->causal_past(t), options_);
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
        if (phase_ != phase::running) {
            if (op.when != nullptr && !op.when->enabled())
                fail("misuse",
                     fmt::format("{} would wait for ever: no thread runs any more", op.verb),
                     op.where);
            return true;
        }
        const thread_id mine = self_;
        pend(op);
        next_ = decide();
        if (next_ != mine) {
            fibers_->switch_to_next();
            self_ = mine;
        }
        no_longer_pending(mine);
        slot& me = of(mine);
        me.last = op.where;
        if (quitting_)
            return false;
        ++me.seq;
        me.newest = steps_++;
        return true;
    }

    /// smp_mb() of the current thread.
    void full_fence() {
        if (running())
            memory_.full_fence(self_, of(self_).newest);
    }

    /// Counts work that is no step, so that a loop without steps ends as well.
    void local_step(const site& at) {
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
        if (!object->alive_)
            fail(object->property_,
                 fmt::format("{} of {} after {} at {}", verb, object->name_.str(),
                             object->end_.verb, ended_by(*object)),
                 at);
        if (!running())
            return;
        if (how == usage::store) {
            object->stores_[self_] = {verb, at};
            return;
        }
        object->last_access_[self_] = memory_.now(self_).clock[self_];
        object->uses_[self_] = {verb, at};
    }

    /// The current thread frees or destroys `object`. Ordering before the end may also come from a
    /// relaxed load, on whose value the end is taken to depend (LKMM: control dependencies order
    /// stores, and every free is one).
    void end(lifetime& object, const char* verb, const site& at) {
        if (!object.alive_)
            fail(object.property_,
                 fmt::format("{} of {} after {} at {}", verb, object.name_.str(), object.end_.verb,
                             ended_by(object)),
                 at);
        object.alive_ = false;
        object.end_ = {verb, at};
        object.ended_by_ = self_;
        if (!running())
            return;
        const view ordered = memory_.propagated(self_);
        for (thread_id u = 0; u != count_; ++u)
            if (u != self_ && !ordered.clock.covers(u, object.last_access_[u]))
                fail_unordered(object, verb, object.uses_[u], u, at);
        if (const thread_id u = memory_.writer_of_unknown_store(object, self_, ordered); u >= 0)
            fail_unordered(object, verb, object.stores_[u], u, at);
    }

    // --- findings -----------------------------------------------------------------------------

    /// Reports that a property failed, here and now. Does not return.
    [[noreturn]] void fail(std::string property, std::string message, const site& at) {
        report({std::move(property), std::move(message), at, self_});
        if (recording()) {
            const finding& f = findings_.back();
            log_->steps.push_back({self_, f.property, "", f.message, at, -1, false});
        }
        if (settings_.all_findings && phase_ == phase::running)
            die();
        leave();
    }

    /// The model's own code crashed. Does not return.
    [[noreturn]] void crash(const char* what) {
        intact_ = false;
        fail("crash", fmt::format("{}, after the operation at the place given", what),
             self_ < 0 ? site{} : of(self_).last);
    }

    /// Can the model be destroyed properly?
    [[nodiscard]] bool intact() const noexcept { return intact_; }

    /// Notes a finding and goes on, as the kernel does after a WARN_ON.
    void report(finding what) { findings_.push_back(std::move(what)); }

    /// A limit was hit: nothing can be said about what would have followed.
    [[noreturn]] void cut_short(const char* limit, const site& at) {
        outcome_ = outcome::cut_short;
        limit_ = limit;
        limit_at_ = at;
        leave();
    }

    [[nodiscard]] const std::vector<finding>& findings() const noexcept { return findings_; }
    [[nodiscard]] outcome how() const noexcept { return outcome_; }
    [[nodiscard]] const char* limit() const noexcept { return limit_; }
    [[nodiscard]] const site& limit_at() const noexcept { return limit_at_; }

    // --- recording, when an execution is replayed for a report --------------------------------

    void record_into(trace* log) {
        log_ = log;
        if (log != nullptr)
            *log = {};
        line_of_step_.clear();
    }
    [[nodiscard]] bool recording() const noexcept { return log_ != nullptr; }

    /// Adds a line to the trace. `source` is the step whose store was read.
    void note(const char* verb, std::string object, std::string value, const site& at,
              step_index source = -1, bool stale = false) {
        line_of_step_.resize(static_cast<std::size_t>(steps_), -1);
        if (running() && steps_ != 0 && line_of_step_.back() < 0)
            line_of_step_.back() = static_cast<int>(log_->steps.size());
        const int from = source < 0 ? -1 : line_of_step_[static_cast<std::size_t>(source)];
        log_->steps.push_back({self_, verb, std::move(object), std::move(value), at, from, stale});
    }

private:
    struct slot {
        label name;
        thread_body body;
        const char* property = "deadlock";
        site last;              ///< of the newest operation
        step_index newest = -1; ///< step
        timestamp seq = 0;
        thread_set alike = 0;
        bool daemon = false;
    };

    static constexpr unsigned setup_objects = 4096;
    static constexpr unsigned reserved_objects = 64;
    static constexpr unsigned thread_objects = 128;
    static constexpr unsigned all_objects = setup_objects + max_threads * thread_objects;
    static constexpr std::uint64_t max_local_steps = 10'000'000;
    static constexpr timestamp max_epoch = 32'000;

    slot& new_slot(const label& name, bool daemon, const char* property) {
        if (phase_ != phase::setup)
            fail("misuse", "threads can only be declared while the model is set up", {});
        if (count_ == max_threads)
            fail("misuse",
                 fmt::format("too many threads: '{}' would be number {}, a model has at most {}, "
                             "daemons included",
                             name.str(), count_ + 1, max_threads),
                 {});
        slot& s = of(count_);
        s.name = name;
        s.daemon = daemon;
        pending_[count_] = nullptr;
        s.seq = 0;
        s.newest = -1;
        s.property = property;
        s.alike = 0;
        return s;
    }

    [[nodiscard]] slot& of(thread_id t) noexcept { return slots_[t]; }
    [[nodiscard]] const slot& of(thread_id t) const noexcept { return slots_[t]; }

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
        memory_.initialise(*x, value);
        return *x;
    }

    [[nodiscard]] thread_set all_threads() const noexcept {
        return static_cast<thread_set>((std::uint64_t{1} << count_) - 1);
    }

    [[noreturn]] void fail_unordered(const lifetime& object, const char* verb,
                                     const lifetime::use& use, thread_id user, const site& at) {
        fail(object.property_,
             fmt::format("{} of {} is not ordered after {} by {} at {}", verb, object.name_.str(),
                         use.verb, of(user).name.str(), use.where.str()),
             at);
    }

    [[nodiscard]] std::string ended_by(const lifetime& object) const {
        return object.ended_by_ < 0 ? object.end_.where.str()
                                    : fmt::format("{} by {}", object.end_.where.str(),
                                                  of(object.ended_by_).name.str());
    }

    /// Who runs next: first every thread up to its first operation, then as the scheduler says.
    thread_id decide() {
        scheduler_->settle();
        if (started_ != all_threads())
            return std::countr_one(started_);
        if (quitting_)
            return next_to_quit();
        if (steps_ >= settings_.max_depth) {
            const operation* op = pending_[self_];
            cut_short("depth", op != nullptr ? op->where : site{});
        }
        ready_ = unguarded_;
        for (thread_set left = guarded_; left != 0; left &= left - 1) {
            const thread_id t = std::countr_zero(left);
            if (pending_[t]->when->enabled())
                ready_ |= only(t);
        }
        return ready_ != 0 ? ask_scheduler() : nobody_is_ready();
    }

    void pend(const operation& op) noexcept {
        pending_[self_] = &op;
        (op.when == nullptr ? unguarded_ : guarded_) |= only(self_);
    }
    void no_longer_pending(thread_id t) noexcept {
        pending_[t] = nullptr;
        unguarded_ &= ~only(t);
        guarded_ &= ~only(t);
    }

    [[nodiscard]] bool needs_old_store(thread_id t) const {
        const operation* op = pending_[t];
        return op != nullptr && op->when != nullptr && op->when->enabled_by_old_store();
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
        bool idle = true;
        bool saved = false;
        for (thread_id t = 0; t != count_; ++t) {
            idle = idle && (pending_[t] == nullptr || pending_[t]->idle);
            saved = saved || needs_old_store(t);
        }
        if (!idle)
            report_deadlock();
        if (!idle && saved)
            return ask_scheduler();
        scheduler_->nobody_can_run(*this);
        if (!idle || finished_ == all_threads())
            leave();
        quitting_ = true;
        return next_to_quit();
    }

    thread_id next_to_quit() {
        for (thread_id t = 0; t != count_; ++t)
            if (pending_[t] != nullptr)
                return t;
        leave();
    }

    void report_deadlock() {
        std::string message = "no thread can run:";
        const char* property = "deadlock";
        thread_id first = -1;
        for (thread_id t = 0; t != count_; ++t) {
            const operation* op = pending_[t];
            if (op == nullptr || op->idle)
                continue;
            message += fmt::format("{} {} waits for {}", first < 0 ? "" : ";", of(t).name.str(),
                                   op->when->waits_for());
            if (first < 0)
                first = t;
            if (recording())
                log_->steps.push_back({t, op->verb, op->name == nullptr ? "" : op->name->str(),
                                       "waits for ever", op->where, -1, false});
            if (std::string_view{of(t).property} != "deadlock")
                property = of(t).property;
        }
        report({property, std::move(message), pending_[first]->where, first});
        if (recording())
            log_->steps.push_back(
                {first, property, "", findings_.back().message, pending_[first]->where, -1, false});
    }

    [[noreturn]] void leave() {
        fibers_->leave();
        std::abort(); // leave() does not return
    }

    /// The current thread stops for good, as a task does after an oops; the others go on.
    [[noreturn]] void die() {
        finished_ |= only(self_);
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
    outcome outcome_ = outcome::complete;
    int count_ = 0;
    int steps_ = 0;
    thread_id self_ = -1;
    thread_id next_ = -1;
    thread_set started_ = 0;
    thread_set finished_ = 0;
    thread_set unguarded_ = 0; ///< with a pending operation that never blocks
    thread_set guarded_ = 0;   ///< with one that may
    thread_set ready_ = 0;     ///< whose pending operation can run on the newest state
    per_thread<const operation*> pending_;
    std::uint64_t stamp_ = 0;
    std::uint64_t local_steps_ = 0;
    settings settings_;
    scheduler* scheduler_ = nullptr;
    fibers* fibers_ = nullptr;
    const lifetime* within_ = nullptr;
    heap blocks_;
    trace* log_ = nullptr;
    std::vector<int> line_of_step_; ///< while recording
    const char* limit_ = nullptr;
    site limit_at_;
    per_thread<slot> slots_;
    std::array<unsigned, max_threads + 1> created_{};
    std::vector<std::unique_ptr<location>> locations_;
    read_options options_;
    std::vector<object_id> ordered_additions_;
    bool start_over_ = false;
    std::vector<finding> findings_;
    std::vector<std::unique_ptr<extension>> extensions_;
    std::vector<const void*> extension_keys_;
    memory_model memory_;
};

} // namespace wbsync::engine
