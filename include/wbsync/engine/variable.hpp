// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace wbsync::engine {

/// What a value of a variable means, for a trace.
using show_function = event_value (*)(std::int64_t);

event_value show_number(std::int64_t value);

constexpr event_order order_of(memory_order o) noexcept {
    switch (o) {
    case memory_order::acquire: return event_order::acquire;
    case memory_order::release: return event_order::release;
    case memory_order::acq_rel: return event_order::acq_rel;
    default: return event_order::relaxed;
    }
}

/// The same of a variable whose number is the lower half of the word.
event_value show_int(std::int64_t value);
template <class Int>
inline constexpr show_function show_of = sizeof(Int) == sizeof(std::int32_t) ? &show_int
                                                                             : &show_number;

/// Blocks until a variable has a value that a condition accepts.
///
/// enabled() is O(1), the other two are visible_stores::list_options().
class value_guard final : public guard {
public:
    /// `newest_only`: for read-modify-writes, which never read an old store.
    value_guard(const location& x, value_condition accepts, bool newest_only, const char* verb,
                show_function show)
        : x_(x), accepts_(accepts), newest_only_(newest_only), verb_(verb), show_(show),
          thread_(execution::current()->self()) {}

    [[nodiscard]] bool enabled() const override { return accepts_(x_.value()); }

    [[nodiscard]] bool enabled_by_old_store() const override;

    [[nodiscard]] bool enabled_without(const removed_steps& gone) const override;

    [[nodiscard]] const std::int64_t* newest_value() const override;
    [[nodiscard]] bool accepts(std::int64_t value) const override { return accepts_(value); }

    /// The options that satisfy the predicate.
    [[nodiscard]] store_choices acceptable(const read_options& options) const;

    [[nodiscard]] std::string waits_for() const override;

private:
    const location& x_;
    value_condition accepts_;
    bool newest_only_;
    const char* verb_;
    show_function show_;
    thread_id thread_;
};

/// Whether the newest value of a variable is one that is changed.
class value_change final : public possible_change {
public:
    value_change(const location& x, value_condition accepts)
        : x_(x), accepts_(accepts), thread_(execution::current()->self()) {}

    [[nodiscard]] bool happens() const override {
        return accepts_(x_.value()) || (may_read_older() && x_.has_gap()) || may_be_late();
    }
    [[nodiscard]] bool happens_without(const removed_steps& gone) const override;

private:
    /// Does the memory model allow it to change what is not the newest value, if there is a place
    /// for the result?
    [[nodiscard]] static bool may_read_older();
    [[nodiscard]] bool may_be_late() const;

    const location& x_;
    value_condition accepts_;
    thread_id thread_;
};

/// What is done right before and right after a read-modify-write.
class surroundings {
public:
    using action = void (*)(execution&, const site& at, const char* verb);

    /// Only of one that changes the value.
    constexpr surroundings(action before, action after) : before_(before), after_(after) {}
    /// And of one that need not change it: `first` in any case, before it is known whether it will;
    /// `in_vain` after it has not.
    constexpr surroundings(action first, action before, action after, action in_vain)
        : first_(first), before_(before), after_(after), in_vain_(in_vain) {}
    /// Full fences, or nothing.
    constexpr surroundings(bool fenced) // NOLINT: that is all there is to say
        : before_(fenced ? &fence_before : nullptr), after_(fenced ? &just_fence_after : nullptr) {}

    void approach(const site& at, const char* verb) const { call(first_, at, verb); }
    void enter(const site& at, const char* verb) const { call(before_, at, verb); }
    void leave(const site& at, const char* verb) const { call(after_, at, verb); }
    void leave_unchanged(const site& at, const char* verb) const { call(in_vain_, at, verb); }
    /// Is there a full fence right before a change?
    [[nodiscard]] bool fenced() const noexcept { return before_ == &fence_before; }

    // The two fences of a fully ordered read-modify-write.
    static void fence_before(execution& run, const site& at, const char* verb);
    static bool fence_after(execution& run, const site& at, const char* verb);

private:
    static void just_fence_after(execution& run, const site& at, const char* verb);
    static void call(action what, const site& at, const char* verb);

    action first_ = nullptr;
    action before_;
    action after_;
    action in_vain_ = nullptr;
};

/// An atomic variable of a model; every primitive with a shared value is made of these. Each
/// operation is one step, unless the model is being set up or has ended: then it just happens.
///
/// The destructor ends its life: a use afterwards, or one that is not ordered before, is a finding
/// "use-after-scope". All there is to know of it belongs to the execution, since its own memory may
/// be something else by then.
///
/// Operations announce a step, and so may switch to other threads before they do anything; what is
/// passed to them must not announce steps of its own. A load costs visible_stores::list_options(),
/// all others O(threads). A variable must not be moved, since the execution knows its place.
class variable {
public:
    explicit variable(const label& name, std::int64_t initial = 0,
                      show_function show = &show_number);
    /// A handle of a location that the execution owns.
    variable(location& x, std::uint64_t stamp, show_function show = &show_number)
        : x_(&x), seal_(seal(&x, stamp)), show_(show) {}

    variable(const variable&) = delete;
    variable& operator=(const variable&) = delete;

    ~variable();

    std::int64_t load(memory_order order, action what, const site& at) const;

    /// Reads the newest value, as under a lock that every writer holds.
    std::int64_t load_newest(memory_order order, action what, const site& at) const;

    void store(std::int64_t value, memory_order order, action what, const site& at);

    /// Adds without looking: relaxed, and commutes with other additions.
    void add(std::int64_t delta, action what, const site& at);

    /// Waits until the newest value is one that `accepts`, and adds to it in the same step. It
    /// commutes with other additions, so these must not change what `accepts` says.
    template <class Predicate>
    void await_add(Predicate accepts, std::int64_t delta, action what, const site& at) {
        enter(what, at);
        const value_guard when(*x_, value_condition(accepts), true, what, show_);
        add_when(delta, &when, what, at);
    }

    /// Read-modify-write of the newest value; returns the old one.
    template <class F>
    [[gnu::always_inline]] std::int64_t update(F f, memory_order order, action what,
                                               const site& at) {
        std::int64_t before = 0;
        change(f, order, what, at, nullptr, false, before);
        return before;
    }

    /// The same, unless `gone()` holds when it gets its turn: then it does nothing, and does not
    /// touch the object, which may no longer be there. Returns whether it changed the value.
    template <class Gone, class F>
    bool update_unless(Gone gone, F f, memory_order order, action what, const site& at) {
        execution& run = enter(what, at);
        location& x = *x_;
        run.announce(step(access_class::write, what, at));
        if (gone())
            return false;
        run.access(x, what, at, execution::usage::store);
        const std::int64_t before = x.value();
        const std::int64_t after = f(before);
        if (run.running())
            write_update(run, newest_option(x), after, order, what, at);
        else
            x.overwrite(after);
        return true;
    }

    /// Changes the newest value if `accepts` is true for it, between what surrounds a change.
    /// Otherwise, or when it reads an older value that is not accepted, it is a relaxed load.
    /// Returns whether it changed, and the value it saw.
    template <class Predicate, class F>
    [[gnu::noinline]] std::pair<bool, std::int64_t>
    update_if(Predicate accepts, F f, memory_order order, const surroundings& around, action what,
              const site& at) {
        execution& run = enter(what, at);
        const execution::call here(run, WBSYNC_CALLERS_FRAME());
        location& x = *x_;
        around.approach(at, what);
        const value_change changes(x, value_condition(accepts));
        operation op = choosing_step(access_class::write, what, at);
        op.changes = &changes;
        run.announce(op);
        run.access(x, what, at, execution::usage::store);
        if (!run.running()) {
            const std::int64_t seen = x.value();
            if (accepts(seen))
                x.overwrite(f(seen));
            return {accepts(seen), seen};
        }
        tell_order(run, order, around.fenced(), what, at);
        const read_option o = choose_update(run, value_condition(accepts));
        if (!accepts(o.value)) {
            run.access(x_->owner, what, at);       // no store after all
            what.order = event_order::unspecified; // it is not ordered as a change is
            read_one(run, o, memory_order::relaxed, event_kind::load, what, at);
            around.leave_unchanged(at, what);
            return {false, o.value};
        }
        if (x.updated_late)
            run.memory().begin_conditional(run.self());
        around.enter(at, what);
        write_update(run, o, f(o.value), order, what, at);
        around.leave(at, what);
        if (x.updated_late)
            run.memory().end_conditional(run.self(), kept_condition(accepts));
        return {true, o.value};
    }

    /// Waits for a value that `accepts` and reads it. False: the thread, a daemon that declared
    /// itself `idle` here, is to quit.
    template <class Predicate>
    bool await(Predicate accepts, memory_order order, action what, const site& at,
               std::int64_t* value = nullptr, bool idle = false) const {
        execution& run = enter(what, at);
        location& x = *x_;
        const value_guard when(x, value_condition(accepts), false, what, show_);
        operation op = choosing_step(access_class::read, what, at);
        op.when = &when;
        op.idle = idle;
        if (!run.announce(op))
            return false;
        run.access(x, what, at);
        std::int64_t seen = x.value();
        if (run.running()) {
            const read_options& options = run.options(run.self(), x, value_condition(accepts));
            const store_choices accepted = mutated(mutant::await_takes_any_value)
                                               ? all_choices(options)
                                               : when.acceptable(options);
            seen = read(run, options, accepted, order, event_kind::wait, what, at);
        }
        if (value != nullptr)
            *value = seen;
        return true;
    }

    /// Waits until the newest value is one that `accepts`, and changes it in the same step.
    template <class Predicate, class F>
    bool await_update(Predicate accepts, F f, memory_order order, action what, const site& at,
                      bool idle = false) {
        enter(what, at);
        const value_guard when(*x_, value_condition(accepts), true, what, show_);
        std::int64_t before = 0;
        return change(f, order, what, at, &when, idle, before);
    }

    /// The newest value, for checks about an execution rather than in it: no step, no ordering.
    [[nodiscard]] std::int64_t newest(const site& at = site::here()) const;

    /// The queue, or whatever else comes with each variable of a kind; see execution::companion. By
    /// the place of the variable alone, which may be no more.
    [[nodiscard]] location& companion(const char* name, std::int64_t value, const site& at) const;

    /// What the execution knows of it, so that it can be used when the variable itself may have
    /// gone.
    [[nodiscard]] location& object(const char* verb, const site& at) const;

    /// The current thread touches it, in the step under way.
    void touch(const char* verb, const site& at) const { enter(verb, at).access(*x_, verb, at); }

    /// Its changes are locks, its stores unlocks, to memory models that tell them from others.
    void be_spinlock() noexcept {
        if (x_ != nullptr)
            x_->is_spinlock = true;
    }
    /// What its read-modify-writes read may be late, as what its loads read. Otherwise they stand
    /// for something that is ordered by other means.
    void be_updated_late() noexcept {
        if (x_ != nullptr)
            x_->updated_late = true;
    }

    void be_pointer() noexcept {
        be_updated_late();
        if (x_ != nullptr)
            x_->holds_pointers = true;
    }

    /// Which object it is, in whichever execution.
    [[nodiscard]] object_id id() const noexcept { return x_ == nullptr ? object_id{0} : x_->id; }

    [[nodiscard]] const label& name() const noexcept;

private:
    static std::uint64_t seal(const location* x, std::uint64_t stamp) noexcept;
    /// Otherwise nothing here is to be believed.
    [[nodiscard]] bool belongs_to(const execution& run) const noexcept;

    static execution& inside();

    /// The execution, if the object belongs to it and is still there.
    execution& enter(const char* verb, const site& at) const;

    /// Are the values something else than numbers, such as pointers?
    [[nodiscard]] bool is_opaque() const noexcept;
    [[nodiscard]] bool loads_late() const noexcept { return x_->updated_late || !is_opaque(); }

    operation step(access_class access, const char* verb, const site& at) const;

    operation choosing_step(access_class access, const char* verb, const site& at) const;

    /// How the change is ordered for which a place is looked for. `full`: by a full fence that
    /// comes next.
    void tell_order(execution& run, memory_order order, bool full, action what,
                    const site& at) const;

    static void tell_no_result(execution& run);

    /// The store after which the current thread puts its own; `reads`: that of a read-modify-write.
    read_option place(execution& run, bool reads) const;

    std::int64_t read(execution& run, const read_options& options, store_choices candidates,
                      memory_order order, event_kind kind, action what, const site& at) const;

    /// `value` is not stored yet.
    std::int64_t read_late(execution& run, std::int64_t value, action what, const site& at) const;

    std::int64_t read_chosen(execution& run, const read_option& o, memory_order order,
                             event_kind kind, action what, const site& at) const;

    /// What it reads, late or not.
    std::int64_t read_one(execution& run, const read_option& o, memory_order order, event_kind kind,
                          action what, const site& at) const;

    /// What a read-modify-write reads that changes only what `accepts` is true for: a store that is
    /// not accepted, or one after which its own may be put.
    read_option choose_update(execution& run, value_condition accepts) const;

    [[nodiscard]] read_option choose_late_update(execution& run, value_condition accepts,
                                                 read_options options,
                                                 store_choices candidates) const;

    /// What it reads is not stored yet; see memory_model.
    void update_late(execution& run, const read_option& o, const memory_model::late_update& what);

    void add_when(std::int64_t delta, const guard* when, action what, const site& at);

    template <class F>
    [[gnu::noinline]] bool change(F f, memory_order order, action what, const site& at,
                                  const guard* when, bool idle, std::int64_t& before) {
        execution& run = enter(what, at);
        const execution::call here(run, when == nullptr ? WBSYNC_CALLERS_FRAME() : nullptr);
        location& x = *x_;
        const bool inserts = when == nullptr && run.memory().inserts_updates();
        operation op = step(access_class::write, what, at);
        op.chooses = inserts;
        op.when = when;
        op.idle = idle;
        if (!run.announce(op))
            return false;
        run.access(x, what, at, execution::usage::store);
        if (!run.running()) {
            before = x.value();
            x.overwrite(f(before));
            return true;
        }
        if (inserts)
            tell_order(run, order, false, what, at);
        const read_option o = inserts ? place(run, true) : newest_option(x);
        before = o.value;
        write_update(run, o, f(before), order, what, at);
        return true;
    }

    static read_option newest_option(const location& x) { return {x.newest(), 0, x.value()}; }

    /// Puts `after` in the place of what it reads.
    void write_update(execution& run, const read_option& o, std::int64_t after, memory_order order,
                      action what, const site& at);

    /// The newest access of the current thread could be late, if its order does not forbid it.
    void may_be_late(execution& run, memory_order order) const;

    // --- what a trace says of them --------------------------------------------------------------

    void note_change(execution& run, std::int64_t before, std::int64_t after, memory_order order,
                     event_kind kind, action what, const site& at, step_index source,
                     bool late) const;

    void note_store(execution& run, std::int64_t value, memory_order order, action what,
                    const site& at) const;

    void note_read(execution& run, int i, memory_order order, event_kind kind, action what,
                   const site& at) const;

    [[nodiscard]] trace_step described(action what, event_kind kind, memory_order order,
                                       const site& at) const;

    location* x_ = nullptr;
    std::uint64_t seal_ = 0; ///< the stamp of its execution, and x_ once more
    show_function show_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/variable_inl.hpp>
#endif
