// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/psc.hpp>
#include <wbsync/engine/read_options.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// Which stores may a load read? `sc`: the newest, and every access synchronises. `weak`: RC11
/// without load buffering (Lahav et al., "Repairing sequential consistency in C/C++11", PLDI
/// 2017), with modification order as executed.
enum class memory_kind : std::uint8_t { sc, weak };

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
        history_cut_ = false;
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
    [[nodiscard]] bool history_cut() const noexcept { return history_cut_; }
    [[nodiscard]] bool fences_cut() const noexcept { return psc_.full(); }

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
        v.quiet = v.quiet && mutated(mutant::quiet_for_ever);
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
        s.value = previous.value + delta;
    }

    // --- fences ---------------------------------------------------------------------------------

    void acquire_fence(thread_id t) { views_[t].now.join(views_[t].read); }

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
            psc_.add_fence(v.now, step);
        v.quiet = true; // a fence right after a fence adds nothing
        release_fence(t);
    }

    // --- views, for what synchronises by other means
    // ----------------------------------------------

    [[nodiscard]] const view& now(thread_id t) const noexcept { return views_[t].now; }

    /// What `t` knows, with what it has read but not acquired: all that has been "propagated to
    /// its CPU". Ordering for what control-depends on those reads, such as freeing memory.
    [[nodiscard]] view propagated(thread_id t) const {
        view v = views_[t].now;
        v.join(views_[t].read);
        return v;
    }

    void learn(thread_id t, const view& what) {
        views_[t].now.join(what);
        views_[t].quiet = false;
    }

    /// `t` learns `what`, and passes it on with its relaxed stores as well.
    void receive_strongly(thread_id t, const view& what) {
        thread_view& v = views_[t];
        v.now.join(what);
        v.read.join(what);
        v.passed.join(what);
        v.quiet = false;
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
        tick(other);
    }

    /// `t` comes after everything that `other` did, as if it had done it itself.
    void continue_after(thread_id t, thread_id other) {
        views_[t].now.join(views_[other].now);
        views_[t].read.join(views_[other].read);
        views_[t].quiet = false;
    }

    /// Ends the epoch of `t`: what it does from now on is not covered by views taken before.
    void tick(thread_id t) { ++views_[t].now.clock[t]; }

    /// A thread with a store to some part of `object` that is neither in `ordered` nor known to `t`
    /// from reading it or a newer one; -1: none.
    [[nodiscard]] thread_id writer_of_unknown_store(const lifetime& object, thread_id t,
                                                    const view& ordered) const {
        for (const location* x : psc_.locations()) {
            if (x->owner != &object)
                continue;
            for (int i = x->newest(); i >= 0; --i) {
                const store_record& s = x->at(i);
                if (s.first_seen[t] != never && s.access != access_class::add)
                    break;
                if (s.thread != t && s.first_seen[t] != never)
                    break;
                if (!ordered.clock.covers(s.thread, s.epoch))
                    return s.thread;
            }
        }
        return -1;
    }

    // --- what a load may read
    // ---------------------------------------------------------------------

    /// Lists the stores that thread `t` may read from `x`, in an execution without the steps that
    /// `gone` holds for. A store S may be passed over only if it does not happen before the load,
    /// was not read by anything that does, and is in `past`, the causal past of the thread's
    /// previous step: otherwise the same choice is reached by running the load before S, which the
    /// exploration does anyway. Of the older stores only those are listed whose value `wanted` is
    /// true for. A run of additions is read or passed over as a whole; returns whether the load
    /// could have looked into one, that is, whether the order of its additions matters after all,
    /// if asked for by `may_look_into`.
    template <class Gone>
    bool list_options(thread_id t, const location& x, const vector_clock* past, Gone gone,
                      bool may_look_into, value_condition wanted, read_options& out) {
        out.clear();
        if constexpr (std::is_same_v<Gone, nothing_gone>) {
            if (kind_ == memory_kind::sc) {
                out.push_back({x.newest(), 0, x.value()});
                return false;
            }
        }
        int end = x.newest();
        while (gone(x.at(end).step))
            --end; // the initial value is never gone
        const int newest = end;
        passing over(psc_, views_[t].now.fences, gone);
        for (bool go_on = true; go_on;) {
            const int begin = x.begin_of_run(end);
            const run_view run = look_at(t, x, begin, end, x.inserted ? nullptr : past, gone);
            if (run.there != 0 && !add_option(x, run, newest, over, wanted, out))
                return false;
            if (may_look_into && run.there > 1 && run.passable != 0 &&
                can_look_into(t, x, run, past, newest, over, wanted))
                return true;
            go_on = run.passable == run.there && begin > 0;
            end = begin - 1;
        }
        return false;
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
                value += x.at(i).delta;
        return value;
    }

    /// May stores be put before others that were executed earlier?
    [[nodiscard]] bool inserts_stores() const noexcept { return like_kernel_; }

    /// Lists the stores of `x` after which thread `t` may put its own; the newest first. It may be
    /// put before a store S under the same conditions under which a load may pass over S, but never
    /// between a read-modify-write and the store that it read.
    void list_places(thread_id t, const location& x, const vector_clock* past, read_options& out) {
        out.clear();
        out.push_back({x.newest(), 0, 0});
        passing over(psc_, views_[t].now.fences, nothing_gone{});
        std::uint64_t key = 0;
        for (int i = x.newest(); i > 0; --i) {
            const store_record& s = x.at(i);
            if (!may_pass_over(t, s, x.inserted ? nullptr : past) ||
                over.is_vetoed(x, i, x.newest()))
                return;
            key += hash(s.thread, s.seq);
            if (s.follows)
                continue;
            if (static_cast<int>(out.size()) == max_history) {
                history_cut_ = true;
                return;
            }
            out.push_back({i - 1, key, x.at(i - 1).value});
        }
    }

private:
    struct thread_view {
        view now;           ///< what happens before the next operation
        view read;          ///< messages of the stores read so far
        view passed;        ///< `now` as of the last release fence
        bool quiet = false; ///< no access since the last full fence
    };

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
        v.quiet = v.quiet && mutated(mutant::quiet_for_ever);
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
            kind_ == memory_kind::sc)
            v.now.join(message);
    }

    // --- coherence ------------------------------------------------------------------------------

    bool may_pass_over(thread_id t, const store_record& s, const vector_clock* past) const {
        return kind_ == memory_kind::weak && may_pass_over(s, views_[t].now.clock, past);
    }

    static bool may_pass_over(const store_record& s, const vector_clock& now,
                              const vector_clock* past) {
        return !now.covers(s.thread, s.epoch) &&
               (mutated(mutant::read_backwards) || !s.was_read_in(now)) &&
               (mutated(mutant::every_old_store) || past == nullptr ||
                past->covers(s.thread, s.seq));
    }

    // --- runs of additions ----------------------------------------------------------------------

    /// The stores of a run that are not gone.
    struct run_view {
        int begin = 0;
        int end = 0; ///< the last one
        int there = 0;
        int passable = 0; ///< how many may be passed over
    };

    template <class Gone>
    run_view look_at(thread_id t, const location& x, int begin, int end, const vector_clock* past,
                     Gone gone) const {
        run_view run{begin, end, 0, 0};
        for (int i = begin; i <= end; ++i) {
            if (gone(x.at(i).step))
                continue;
            ++run.there;
            if (i != 0 && may_pass_over(t, x.at(i), past))
                ++run.passable;
        }
        return run;
    }

    /// What a load must not pass over: it would come before the store and all that reads it, and
    /// so close a cycle of full fences.
    template <class Gone>
    class passing {
    public:
        passing(psc_order& psc, const fence_set& before, Gone gone)
            : psc_(psc), before_(before), gone_(gone) {}

        [[nodiscard]] bool gone(step_index s) const { return gone_(s); }

        [[nodiscard]] bool is_vetoed(const location& x, int first, int last) {
            if (before_.empty() || first > last || mutated(mutant::no_psc_veto))
                return false;
            if (!known_)
                before_all_ = psc_.remaining(psc_.closure(before_, gone_), gone_);
            known_ = true;
            for (int i = first; i <= last; ++i)
                if (!gone_(x.at(i).step) && psc_.any_after(x.at(i), before_all_))
                    return true;
            return false;
        }

    private:
        psc_order& psc_;
        const fence_set& before_;
        Gone gone_;
        bool known_ = false;
        fence_set before_all_; ///< the fences that are before the load, at some remove
    };

    /// False: there is no room for more of them.
    template <class Gone>
    bool add_option(const location& x, const run_view& run, int newest, passing<Gone>& over,
                    value_condition wanted, read_options& out) {
        const bool first = out.empty();
        read_option o{run.end, 0, x.at(run.begin).value};
        if (x.at(run.begin).access == access_class::add)
            o.value = x.at(run.begin - 1).value; // never gone: the run would be, too
        for (int i = run.begin; i <= run.end; ++i) {
            const store_record& s = x.at(i);
            if (over.gone(s.step))
                continue;
            o.value += s.delta;
            if (!first)
                o.key += hash(s.thread, s.seq);
        }
        if (!first && !wanted(o.value))
            return true;
        if (!first && over.is_vetoed(x, run.end + 1, newest))
            return true;
        if (static_cast<int>(out.size()) == max_history) {
            history_cut_ = true;
            return false;
        }
        out.push_back(o);
        return true;
    }

    /// A sum of these names a set of stores.
    static std::uint64_t hash(thread_id t, timestamp seq) {
        auto h = (static_cast<std::uint64_t>(t) << 16 | static_cast<std::uint16_t>(seq)) + 1;
        h *= 0x9e3779b97f4a7c15; // splitmix64
        h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
        h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
        return h ^ (h >> 31);
    }

    /// Could the load read a part of the run that gives a wanted value? One of the additions that
    /// it passes over must be in its causal past; otherwise running it earlier gives the same.
    template <class Gone>
    bool can_look_into(thread_id t, const location& x, const run_view& run,
                       const vector_clock* past, int newest, passing<Gone>& over,
                       value_condition wanted) {
        const auto may_pass = [&](const store_record& s) {
            return !views_[t].now.clock.covers(s.thread, s.epoch) &&
                   !s.was_read_in(views_[t].now.clock);
        };
        // The veto is costly to find out, and most often nothing is wanted anyway.
        return has_wanted_part(x, run, past, may_pass, wanted) &&
               has_wanted_part(
                   x, run, past,
                   [&](const store_record& s) {
                       const int i = static_cast<int>(&s - &x.at(0));
                       return may_pass(s) && !over.is_vetoed(x, i, i);
                   },
                   wanted) &&
               !over.is_vetoed(x, run.end + 1, newest);
    }

    /// Is there a set of additions of the run that the load may pass over, one of them in `past`,
    /// but not all of the run, so that what is left is wanted?
    template <class MayPass>
    bool has_wanted_part(const location& x, const run_view& run, const vector_clock* past,
                         MayPass may_pass, value_condition wanted) {
        std::int64_t whole = x.at(run.begin - 1).value;
        for (int i = run.begin; i <= run.end; ++i)
            whole += x.at(i).delta;
        parts_.assign(1, {whole, false, false});
        for (int i = run.begin; i <= run.end; ++i) {
            const store_record& s = x.at(i);
            const bool passes = may_pass(s);
            const bool in_past = past == nullptr || past->covers(s.thread, s.seq);
            const std::size_t parts = parts_.size();
            for (std::size_t k = 0; k != parts; ++k) {
                part with = parts_[k];
                parts_[k].something_left = true;
                if (!passes)
                    continue;
                with.value -= s.delta;
                with.past = with.past || in_past;
                if (std::find(parts_.begin(), parts_.end(), with) == parts_.end())
                    parts_.push_back(with);
            }
        }
        return std::any_of(parts_.begin(), parts_.end(), [&](const part& p) {
            return p.past && p.something_left && wanted(p.value);
        });
    }

    /// What is left of a run when some of its additions are passed over.
    struct part {
        std::int64_t value;
        bool past;           ///< one of those is in the causal past of the load
        bool something_left; ///< some addition is not passed over
        bool operator==(const part&) const = default;
    };

    memory_kind kind_ = memory_kind::weak;
    bool like_kernel_ = false;
    bool history_cut_ = false;
    per_thread<thread_view> views_;
    psc_order psc_;
    std::vector<part> parts_; ///< scratch
};

} // namespace wbsync::engine
