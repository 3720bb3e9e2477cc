// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_model.hpp>
#include <wbsync/wrapping.hpp>

#include <algorithm>
#include <cstdint>

namespace wbsync::engine {

/// The common part of memory models on views: accesses, happens-before and release sequences.
/// `Model`, which derives from this, provides the functions below. They are called at each step, so
/// they are not virtual:
///
///     static constexpr bool always_synchronizes;     // every access acquires and releases
///     void passes_over();                            // a load, or a store, comes before a store
///                                                    // that was executed earlier
///     void completes_message(view& message, const thread_views::thread_view& of, bool release);
///     void add_fence(thread_id t, view& known, step_index step); // a full fence after `known`
template <class Model>
class view_machine : public memory_model {
public:
    void initialise(location& x, std::int64_t value) override {
        x.forget_stores();
        x.inserted = false;
        x.runs = 0;
        append(x).value = value;
    }

    std::int64_t load(thread_id t, location& x, int i, memory_order order,
                      step_index /*step*/) override {
        thread_view& v = of(t);
        for (int j = x.begin_of_run(i); j <= i; ++j) { // the whole run came before the read
            store_record& s = x.at(j);
            s.first_seen[t] = std::min(s.first_seen[t], v.now.clock[t]);
            s.reader_fences.join(v.now.fences);
        }
        if (i == x.newest())
            x.run_open = false;
        else
            model().passes_over();
        learn_message(v, x.at(i).message, order);
        stir(v);
        return x.at(i).value;
    }

    void store_after(int i, thread_id t, location& x, std::int64_t value, memory_order order,
                     step_index step, timestamp seq) override {
        store_record& s = put_after(x, i);
        write(t, s, order, step, seq);
        s.value = value;
    }

    void update(int i, thread_id t, location& x, std::int64_t value, memory_order order,
                step_index step, timestamp seq) override {
        store_record& s = put_after(x, i);
        s.follows = true;
        const store_record& previous = x.at(i);
        learn_message(of(t), previous.message, order);
        write(t, s, order, step, seq);
        if (!mutated(mutant::no_release_sequence))
            s.message.join(previous.message);
        s.value = value;
    }

    void add(int i, thread_id t, location& x, std::int64_t delta, bool commutes, step_index step,
             timestamp seq) override {
        const bool joins = commutes && x.run_open;
        const int base = joins ? x.begin_of_run(i) - 1 : i;
        learn_message(of(t), x.at(base).message, memory_order::relaxed);
        store_record& s = put_after(x, i);
        s.follows = true;
        const store_record& previous = x.at(i);
        if (joins)
            s.run = previous.run;
        x.run_open = commutes;
        s.access = access_class::add;
        s.delta = delta;
        write(t, s, memory_order::relaxed, step, seq);
        s.message.join(previous.message);
        s.value = wrapping_sum(previous.value, delta);
    }

    void pass_on(thread_id /*t*/, location& x, const view& known) override { x.pass_on(known); }

    void read_fence(thread_id t, step_index /*step*/) override { acquire_fence(t); }
    void write_fence(thread_id t, step_index /*step*/) override { release_fence(t); }

    /// An acquire and release fence, and whatever `Model` adds to it.
    void full_fence(thread_id t, step_index step) override {
        thread_view& v = of(t);
        acquire_fence(t);
        if (!v.quiet)
            model().add_fence(t, v.now, step);
        v.quiet = true; // a fence right after a fence adds nothing
        release_fence(t);
    }

    void full_fence_since(thread_id t, const view& before, step_index step) override {
        thread_view& v = of(t);
        if (v.quiet) // everything came before the last fence
            return;
        view known = before;
        if (mutated(mutant::fence_where_it_stands))
            known.join(propagated(t));
        model().add_fence(t, known, step);
        v.now.join(known);
        v.passed.join(known);
        v.plain.join(known.clock);
        tick(t);
    }

protected:
    using memory_model::memory_model;

private:
    Model& model() noexcept { return static_cast<Model&>(*this); }

    store_record& put_after(location& x, int i) {
        return i == x.newest() ? append(x) : insert(x, i + 1);
    }

    static store_record& append(location& x) {
        x.run_open = false;
        store_record& s = x.append();
        s.run = x.runs++;
        return s;
    }

    store_record& insert(location& x, int i) {
        x.run_open = false;
        x.inserted = true;
        model().passes_over();
        store_record& s = x.insert(i);
        s.run = x.runs++;
        return s;
    }

    /// Fills in what a store of `t` carries and passes on.
    void write(thread_id t, store_record& s, memory_order order, step_index step, timestamp seq) {
        thread_view& v = of(t);
        const bool release = releases(order) || Model::always_synchronizes;
        s.thread = t;
        s.epoch = v.now.clock[t];
        s.seq = seq;
        s.step = step;
        s.fences = v.now.fences;
        s.first_seen[t] = s.epoch;
        stir(v);
        s.message = release && !mutated(mutant::release_sends_nothing) ? v.now : v.passed;
        model().completes_message(s.message, v, release);
        if (release)
            tick(t);
    }

    static void learn_message(thread_view& v, const view& message, memory_order order) {
        v.read.join(message);
        if ((acquires(order) && !mutated(mutant::acquire_learns_nothing)) ||
            Model::always_synchronizes) {
            v.now.join(message);
            v.plain_lags = false;
        }
    }
};

} // namespace wbsync::engine
