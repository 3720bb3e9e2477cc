// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/visible_stores.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// Happens-before, coherence and the psc axiom of one execution. Views follow Kang et al., "A
/// promising semantics for relaxed-memory concurrency" (POPL 2017): what the thread knows, what an
/// acquire fence would add, what a relaxed store passes on since the last release fence.
class memory_model {
public:
    /// `like_kernel`: `weak` as near to the kernel's model as litmus tests need it. A release also
    /// passes on what was read before it without acquiring; a store passes on which full fences
    /// come before it; and a store may be put before others in modification order that were
    /// executed earlier.
    void reset(memory_kind kind, bool like_kernel = false) {
        kind_ = kind;
        like_kernel_ = like_kernel && kind == memory_kind::weak;
        visible_.reset(kind);
        psc_.reset(like_kernel_);
    }

    /// What was stored so far happens before everything that the threads do.
    void start_threads(int threads) {
        for (thread_id t = 0; t != threads; ++t) {
            views_[t] = {};
            views_[t].now.clock[t] = 1;
        }
    }

    [[nodiscard]] memory_kind kind() const noexcept { return kind_; }

    /// Some load had more stores to choose from than `max_history`.
    [[nodiscard]] bool history_cut() const noexcept { return visible_.history_cut(); }

    // --- accesses -------------------------------------------------------------------------------

    void initialise(location& x, std::int64_t value) {
        x.forget_stores();
        x.inserted = false;
        x.runs = 0;
        append(x).value = value;
        psc_.add_location(x);
    }

    /// Reads the store at index `i`.
    std::int64_t load(thread_id t, location& x, int i, memory_order order) {
        thread_view& v = views_[t];
        for (int j = x.begin_of_run(i); j <= i; ++j) { // the whole run came before the read
            store_record& s = x.at(j);
            s.first_seen[t] = std::min(s.first_seen[t], v.now.clock[t]);
            s.reader_fences.join(v.now.fences);
        }
        if (i == x.newest())
            x.run_open = false;
        else
            psc_.load_passed_over();
        learn_message(t, x.at(i).message, order);
        stir(v);
        return x.at(i).value;
    }

    void store(thread_id t, location& x, std::int64_t value, memory_order order, step_index step,
               timestamp seq) {
        store_after(x.newest(), t, x, value, order, step, seq);
    }

    /// The same, as the successor of the store at index `i` in modification order.
    void store_after(int i, thread_id t, location& x, std::int64_t value, memory_order order,
                     step_index step, timestamp seq) {
        store_record& s = i == x.newest() ? append(x) : insert(x, i + 1);
        s.message = write(t, s, order, step, seq);
        s.value = value;
    }

    /// Reads the newest store and puts `value` after it; continues its release sequence.
    void update(thread_id t, location& x, std::int64_t value, memory_order order, step_index step,
                timestamp seq) {
        store_record& s = append(x);
        s.follows = true;
        const store_record& previous = x.at(x.newest() - 1);
        learn_message(t, previous.message, order);
        s.message = write(t, s, order, step, seq);
        if (!mutated(mutant::no_release_sequence))
            s.message.join(previous.message);
        s.value = value;
    }

    /// A relaxed addition whose result nobody uses. It reads what was there before the additions
    /// that it commutes with; of those it learns nothing, since their order does not matter.
    void add(thread_id t, location& x, std::int64_t delta, bool commutes, step_index step,
             timestamp seq) {
        const bool joins = commutes && x.run_open;
        const int base = joins ? x.begin_of_run(x.newest()) - 1 : x.newest();
        learn_message(t, x.at(base).message, memory_order::relaxed);
        store_record& s = append(x);
        s.follows = true;
        const store_record& previous = x.at(x.newest() - 1);
        if (joins)
            s.run = previous.run;
        x.run_open = commutes;
        s.access = access_class::add;
        s.delta = delta;
        s.message = write(t, s, memory_order::relaxed, step, seq);
        s.message.join(previous.message);
        s.value = wrapping_sum(previous.value, delta);
    }

    // --- fences ---------------------------------------------------------------------------------

    void acquire_fence(thread_id t) {
        views_[t].now.join(views_[t].read);
        views_[t].plain_lags = false;
    }

    void release_fence(thread_id t) {
        views_[t].passed = views_[t].now;
        tick(t);
    }

    /// smp_mb(): acquire and release fence, and a member of the psc order. `step` is the newest
    /// step of the thread.
    void full_fence(thread_id t, step_index step) {
        thread_view& v = views_[t];
        acquire_fence(t);
        if (kind_ == memory_kind::weak && !v.quiet)
            psc_.add_fence(t, v.now, step);
        v.quiet = true; // a fence right after a fence adds nothing
        release_fence(t);
    }

    /// A point of `t`, for a fence that is to order what came before it: right here.
    [[nodiscard]] view point(thread_id t) {
        view known = propagated(t);
        tick(t);
        return known;
    }

    /// A full fence that orders what came before the point `before` of the past, against what `t`
    /// does from now on. What `t` did in between is not ordered by it.
    void full_fence_since(thread_id t, const view& before, step_index step) {
        thread_view& v = views_[t];
        if (v.quiet) // everything came before a fence, and nothing since
            return;
        view known = before;
        if (mutated(mutant::fence_where_it_stands))
            known.join(propagated(t));
        if (kind_ == memory_kind::weak)
            psc_.add_fence(t, known, step);
        v.now.join(known);
        v.passed.join(known);
        v.plain.join(known.clock);
        tick(t);
    }

    // --- views, for what synchronises by other means
    // ----------------------------------------------

    [[nodiscard]] const view& now(thread_id t) const noexcept { return views_[t].now; }

    /// What happens before the next plain access of `t`.
    [[nodiscard]] const vector_clock& before_plain(thread_id t) const noexcept {
        return views_[t].plain_lags ? views_[t].plain : views_[t].now.clock;
    }

    /// What `t` knows, with what it has read but not acquired: all that has been "propagated to
    /// its CPU". Ordering for what control-depends on those reads, such as freeing memory.
    [[nodiscard]] view propagated(thread_id t) const {
        view v = views_[t].now;
        v.join(views_[t].read);
        return v;
    }

    void learn(thread_id t, const view& what) {
        views_[t].now.join(what);
        views_[t].plain_lags = false;
        stir(views_[t]);
    }

    /// The same for the atomic accesses of `t` alone; for plain ones only when it next acquires.
    void learn_but_for_plain(thread_id t, const view& what) {
        const vector_clock before = before_plain(t);
        learn(t, what);
        views_[t].plain = before;
        views_[t].plain[t] = never; // whatever it does itself
        views_[t].plain_lags = !mutated(mutant::relock_orders_plain);
    }

    /// `t` learns `what`, and passes it on with its relaxed stores as well.
    void receive_strongly(thread_id t, const view& what) {
        thread_view& v = views_[t];
        v.now.join(what);
        v.read.join(what);
        v.passed.join(what);
        v.plain.join(what.clock);
        stir(v);
    }

    /// What `t` stores from now on passes on that it comes after the stores that `by` did until
    /// `when`: after these alone, whatever else `by` did or knew.
    void pass_on_stores(thread_id t, thread_id by, timestamp when) {
        view& passed = views_[t].passed;
        timestamp& known =
            mutated(mutant::relock_passes_reads) ? passed.clock[by] : passed.stores[by];
        known = std::max(known, when);
    }

    /// Calls `access`, one step of `t` that depends on what `known` tells and so comes after it;
    /// what follows in `t` does not.
    template <class F>
    void after_dependency(thread_id t, const view& known, F access) {
        view& now = views_[t].now;
        const view before = now;
        now.join(known);
        access();
        const timestamp epoch = now.clock[t];
        now = before;
        now.clock[t] = epoch;
    }

    /// Calls `load`, one step of `t`, and returns what the store passed on that it read.
    template <class F>
    view message_read_by(thread_id t, F load) {
        const view before = std::exchange(views_[t].read, {});
        load();
        const view message = views_[t].read;
        views_[t].read.join(before);
        return message;
    }

    /// Thread `t` goes on with what `other` knows now, as if it were a part of it. Nothing that
    /// `other` does later is known to `t`.
    void continue_from(thread_id t, thread_id other) {
        const timestamp epoch = views_[t].now.clock[t];
        views_[t] = views_[other];
        views_[t].now.clock[t] = epoch;
        views_[t].plain[t] = never;
        tick(other);
    }

    /// `t` comes after everything that `other` did, as if it had done it itself.
    void continue_after(thread_id t, thread_id other) {
        vector_clock plain = before_plain(t);
        plain.join(before_plain(other));
        views_[t].plain_lags = views_[t].plain_lags || views_[other].plain_lags;
        views_[t].now.join(views_[other].now);
        views_[t].read.join(views_[other].read);
        views_[t].plain = plain;
        views_[t].plain[t] = never;
        stir(views_[t]);
    }

    /// The newest store of `x`, a read-modify-write, passes on `known`, and with it what it has
    /// read; not what its thread knows besides.
    static void pass_on(location& x, const view& known) {
        view& message = x.at(x.newest()).message;
        message = known;
        message.join(x.at(x.newest() - 1).message);
    }

    /// Ends the epoch of `t`: what it does from now on is not covered by views taken before.
    void tick(thread_id t) { ++views_[t].now.clock[t]; }

    /// A store to some part of `object` that is neither in `ordered` nor known, from reading it or
    /// a newer one, to `t` or to something in `ordered`; nullptr: none.
    [[nodiscard]] const store_record* unknown_store(const lifetime& object, thread_id t,
                                                    const view& ordered) const {
        for (const location* x : psc_.locations())
            if (x->owner == &object)
                if (const store_record* s = unknown_store(*x, t, ordered); s != nullptr)
                    return s;
        return nullptr;
    }

    /// The same for one variable.
    [[nodiscard]] static const store_record* unknown_store(const location& x, thread_id t,
                                                           const view& ordered) {
        for (int i = x.newest(); i >= 0; --i) {
            const store_record& s = x.at(i);
            if (s.first_seen[t] != never && s.access != access_class::add)
                break;
            if (s.thread != t && s.first_seen[t] != never)
                break;
            // The same for what somebody read or wrote before the end: coherence keeps older
            // stores of the variable before it as well.
            if (s.access == access_class::add ? s.was_read_by_another_in(ordered.clock)
                                              : s.was_read_in(ordered.clock))
                break;
            if (!ordered.clock.covers(s.thread, s.epoch) &&
                !ordered.stores.covers(s.thread, s.epoch))
                return &s;
        }
        return nullptr;
    }

    /// The newest value of `x` in the execution without the steps `gone`.
    [[nodiscard]] static std::int64_t newest_without(const removed_steps& gone, const location& x) {
        const auto there = [&](int i) { return x.at(i).step < 0 || !gone(x.at(i).step); };
        int end = x.newest();
        while (!there(end))
            --end; // the initial value is never gone
        if (x.at(end).access != access_class::add)
            return x.at(end).value;
        const int begin = x.begin_of_run(end);
        std::int64_t value = x.at(begin - 1).value;
        for (int i = begin; i <= end; ++i)
            if (there(i))
                value = wrapping_sum(value, x.at(i).delta);
        return value;
    }

    /// May stores be put before others that were executed earlier?
    [[nodiscard]] bool inserts_stores() const noexcept { return like_kernel_; }

    /// See visible_stores::list_options().
    template <class Gone>
    bool list_options(thread_id t, const location& x, const store_past& past, Gone gone,
                      bool may_look_into, value_condition wanted, read_options& out) {
        return visible_.list_options(views_[t].now, x, past, gone, may_look_into, wanted, out);
    }

    /// See visible_stores::list_places().
    void list_places(thread_id t, const location& x, const store_past& past, read_options& out) {
        visible_.list_places(views_[t].now, x, past, out);
    }

private:
    struct thread_view {
        view now;                ///< what happens before the next operation
        view read;               ///< messages of the stores read so far
        view passed;             ///< `now` as of the last release fence
        bool quiet = false;      ///< no access since the last full fence
        bool plain_lags = false; ///< plain accesses are ordered after less: `plain`
        vector_clock plain;
    };

    /// A fence may add something from now on.
    static void stir(thread_view& v) { v.quiet = v.quiet && mutated(mutant::quiet_for_ever); }

    static store_record& append(location& x) {
        x.run_open = false;
        store_record& s = x.append();
        s.run = x.runs++;
        return s;
    }

    store_record& insert(location& x, int i) {
        x.run_open = false;
        x.inserted = true;
        psc_.load_passed_over(); // so does a store
        store_record& s = x.insert(i);
        s.run = x.runs++;
        return s;
    }

    /// Fills in what a store of `t` carries with it; returns what it passes on.
    view write(thread_id t, store_record& s, memory_order order, step_index step, timestamp seq) {
        thread_view& v = views_[t];
        const bool release = releases(order) || kind_ == memory_kind::sc;
        s.thread = t;
        s.epoch = v.now.clock[t];
        s.seq = seq;
        s.step = step;
        s.fences = v.now.fences;
        s.first_seen[t] = s.epoch;
        stir(v);
        view passed = release && !mutated(mutant::release_sends_nothing) ? v.now : v.passed;
        if (like_kernel_) {
            if (release)
                passed.join(v.read);
            passed.fences.join(v.now.fences);
        }
        if (release)
            tick(t);
        return passed;
    }

    void learn_message(thread_id t, const view& message, memory_order order) {
        thread_view& v = views_[t];
        v.read.join(message);
        if ((acquires(order) && !mutated(mutant::acquire_learns_nothing)) ||
            kind_ == memory_kind::sc) {
            v.now.join(message);
            v.plain_lags = false;
        }
    }

    memory_kind kind_ = memory_kind::weak;
    bool like_kernel_ = false;
    per_thread<thread_view> views_;
    psc_order psc_;
    visible_stores visible_{psc_};
};

} // namespace wbsync::engine
