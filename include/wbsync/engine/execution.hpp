// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/extension.hpp>
#include <wbsync/engine/fibers.hpp>
#include <wbsync/engine/heap.hpp>
#include <wbsync/engine/object_numbers.hpp>
#include <wbsync/engine/recorder.hpp>
#include <wbsync/engine/scheduler.hpp>
#include <wbsync/engine/thread_table.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::engine {

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
        log_.write_to(nullptr);
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
        threads_.clear();
        numbers_.reset();
        self_ = -1;
        steps_ = 0;
        local_steps_ = 0;
        quitting_ = false;
        outcome_ = outcome::complete;
        limit_ = nullptr;
        findings_.clear();
        within_ = nullptr;
        vector_clock::serve(max_threads); // until it is known how many there are
        memory_.reset(with.memory, with.like_kernel);
        extensions_.reset();
        died_ = false;
        intact_ = true;
    }

    template <class Body>
    thread_id add_thread(const label& name, Body&& body, bool daemon,
                         const char* property = "deadlock") {
        const thread_id t = new_thread(name, daemon, property);
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
        phase_ = phase::running;
        vector_clock::serve(count);
        memory_.start_threads(count);
        scheduler_->execution_begin(*this);
    }

    /// Runs thread `t` to its end, on its own fiber.
    void run(thread_id t) {
        self_ = t;
        threads_.start(t);
        try {
            threads_[t].body();
            extensions_.thread_ends(*this);
        } catch (const std::exception& e) {
            fail("exception", e.what(), threads_[t].last);
        } catch (...) {
            fail("exception", "not derived from std::exception", threads_[t].last);
        }
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

    /// Threads that run the same code as `t`, which is one of them; 0: none was declared.
    [[nodiscard]] thread_set alike(thread_id t) const noexcept { return threads_[t].alike; }

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
        threads_.pend(mine, op);
        next_ = decide();
        if (next_ != mine) {
            fibers_->switch_to_next();
            self_ = mine;
        }
        threads_.no_longer_pending(mine);
        thread_table::entry& me = threads_[mine];
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
            memory_.full_fence(self_, threads_[self_].newest);
    }
    /// The same for what came before a point of the past only; see memory_model::point().
    void full_fence_since(const view& before) {
        memory_.full_fence_since(self_, before, threads_[self_].newest);
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
            note_store({verb, at});
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
        for (thread_id u = 0; u != threads_.count(); ++u)
            if (u != self_ && !ordered.clock.covers(u, object.last_access_[u]))
                fail_unordered(object, verb, object.uses_[u], u, at);
        if (const store_record* s = memory_.unknown_store(object, self_, ordered))
            fail_unordered(object, verb, stores_[static_cast<std::size_t>(s->step)], s->thread, at);
    }

    // --- findings -----------------------------------------------------------------------------

    /// Reports that a property failed, here and now. Does not return.
    [[noreturn]] void fail(std::string property, std::string message, const site& at) {
        report({std::move(property), std::move(message), at, self_});
        if (recording())
            log_.add({self_, findings_.back().property, "", findings_.back().message, at});
        if (settings_.all_findings && phase_ == phase::running)
            die();
        leave();
    }

    /// The model's own code crashed. Does not return.
    [[noreturn]] void crash(const char* what) {
        intact_ = false;
        fail("crash", fmt::format("{}, after the operation at the place given", what),
             self_ < 0 ? site{} : threads_[self_].last);
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

    void record_into(trace* log) { log_.write_to(log); }
    [[nodiscard]] bool recording() const noexcept { return log_.on(); }

    /// Adds a line to the trace. `source` is the step whose store was read.
    void note(const char* verb, std::string object, std::string value, const site& at,
              step_index source = -1, bool stale = false) {
        log_.add_step({self_, verb, std::move(object), std::move(value), at, -1, stale},
                      running() ? steps_ : 0, source);
    }

private:
    static constexpr std::uint64_t max_local_steps = 10'000'000;
    static constexpr timestamp max_epoch = 32'000;

    thread_id new_thread(const label& name, bool daemon, const char* property) {
        if (phase_ != phase::setup)
            fail("misuse", "threads can only be declared while the model is set up", {});
        const int count = threads_.count();
        if (count == max_threads)
            fail("misuse",
                 fmt::format("too many threads: '{}' would be number {}, a model has at most {}, "
                             "daemons included",
                             name.str(), count + 1, max_threads),
                 {});
        threads_.add(name, daemon, property);
        return count;
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
        memory_.initialise(*x, value);
        return *x;
    }

    /// The step under way stores to a part of an object that may be freed.
    void note_store(const lifetime::use& how) {
        stores_.resize(std::max(stores_.size(), static_cast<std::size_t>(steps_)));
        stores_[static_cast<std::size_t>(steps_ - 1)] = how;
    }

    [[noreturn]] void fail_unordered(const lifetime& object, const char* verb,
                                     const lifetime::use& use, thread_id user, const site& at) {
        fail(object.property_,
             fmt::format("{} of {} is not ordered after {} by {} at {}", verb, object.name_.str(),
                         use.verb, threads_[user].name.str(), use.where.str()),
             at);
    }

    [[nodiscard]] std::string ended_by(const lifetime& object) const {
        return object.ended_by_ < 0 ? object.end_.where.str()
                                    : fmt::format("{} by {}", object.end_.where.str(),
                                                  threads_[object.ended_by_].name.str());
    }

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
        if (!idle) {
            report_deadlock();
            if (threads_.ready_by_old_store() != 0)
                return ask_scheduler();
        }
        scheduler_->nobody_can_run(*this);
        if (!idle || all_finished())
            leave();
        quitting_ = true;
        return next_to_quit();
    }

    thread_id next_to_quit() {
        const thread_id t = threads_.first_pending();
        if (t < 0)
            leave();
        return t;
    }

    void report_deadlock() {
        std::string message = "no thread can run:";
        const char* property = "deadlock";
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
    thread_table threads_;
    object_numbers numbers_;
    std::vector<std::unique_ptr<location>> locations_;
    std::vector<lifetime::use> stores_; ///< by their step, those to objects that may be freed
    read_options options_;
    std::vector<object_id> ordered_additions_;
    bool start_over_ = false;
    std::vector<finding> findings_;
    extension_set extensions_;
    memory_model memory_;
};

} // namespace wbsync::engine
