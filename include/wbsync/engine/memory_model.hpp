// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/psc.hpp>
#include <wbsync/engine/read_options.hpp>

#include <algorithm>
#include <bit>
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
    void reset(memory_kind kind) {
        kind_ = kind;
        history_cut_ = false;
        psc_.reset();
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
        x.stores.clear();
        x.runs = 0;
        append(x).value = value;
        psc_.add_location(x);
    }

    /// Reads the store that the option stands for, and decides by that which additions came first.
    /// Returns its index.
    int load(thread_id t, location& x, const read_option& o, memory_order order) {
        const int i = x.at(o.begin).access == access_class::add ? split_run(x, o) : o.begin;
        load(t, x, i, order);
        return i;
    }

    std::int64_t load(thread_id t, location& x, int i, memory_order order) {
        thread_view& v = views_[t];
        for (int j = x.begin_of_run(i); j <= i; ++j) { // the whole run came before the read
            store_record& s = x.at(j);
            s.first_seen[t] = std::min(s.first_seen[t], v.now.clock[t]);
            s.reader_fences.join(v.now.fences);
        }
        if (i == x.newest())
            x.run_open = false;
        learn_message(t, x.at(i).message, order);
        v.quiet = false;
        return x.at(i).value;
    }

    void store(thread_id t, location& x, std::int64_t value, memory_order order, step_index step,
               timestamp seq) {
        store_record& s = append(x);
        s.message = write(t, s, order, step, seq);
        s.value = value;
    }

    /// Reads the newest store and puts `value` after it; continues its release sequence.
    void update(thread_id t, location& x, std::int64_t value, memory_order order, step_index step,
                timestamp seq) {
        store_record& s = append(x);
        const store_record& previous = x.at(x.newest() - 1);
        learn_message(t, previous.message, order);
        s.message = write(t, s, order, step, seq);
        s.message.join(previous.message);
        s.value = value;
    }

    /// A relaxed addition whose result nobody uses. It reads what was there before the additions
    /// that it commutes with; of those it learns nothing, since their order may not matter.
    void add(thread_id t, location& x, std::int64_t delta, step_index step, timestamp seq) {
        const bool joins = x.run_open;
        const int base = joins ? x.begin_of_run(x.newest()) - 1 : x.newest();
        learn_message(t, x.at(base).message, memory_order::relaxed);
        store_record& s = append(x);
        const store_record& previous = x.at(x.newest() - 1);
        if (joins)
            s.run = previous.run;
        x.run_open = true;
        s.access = access_class::add;
        s.delta = delta;
        s.own = write(t, s, memory_order::relaxed, step, seq);
        chain(s, previous);
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
    /// exploration does anyway. `ordered(b, a)`: step b is in the causal future of step a. Of the
    /// older stores only those are listed whose value `wanted` is true for.
    template <class Gone, class Ordered, class Wanted>
    void list_options(thread_id t, const location& x, const vector_clock* past, Gone gone,
                      Ordered ordered, Wanted wanted, read_options& out) {
        out.clear();
        int end = x.newest();
        if (!gone(x.at(end).step) && !may_pass_over(t, x.at(end), past) &&
            x.at(end).access != access_class::add) { // by far the most common case
            out.push_back({end, 1, 0, x.value()});
            return;
        }
        while (gone(x.at(end).step))
            --end; // the initial value is never gone
        const int newest = end;
        while (end >= 0) {
            const int begin = x.begin_of_run(end);
            const run_view run = look_at(t, x, begin, end, past, gone);
            if (run.there != 0) {
                list_parts(t, x, run, newest, gone, ordered, wanted, out);
                if (run.passable != run.there)
                    return;
            }
            end = begin - 1;
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
        store_record& s = x.stores.emplace_back();
        s.run = x.runs++;
        s.first_seen.fill(never);
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
        v.quiet = false;
        const view passed = release ? v.now : v.passed;
        if (release)
            tick(t);
        return passed;
    }

    void learn_message(thread_id t, const view& message, memory_order order) {
        thread_view& v = views_[t];
        v.read.join(message);
        if (acquires(order) || kind_ == memory_kind::sc)
            v.now.join(message);
    }

    // --- coherence ------------------------------------------------------------------------------

    bool may_pass_over(thread_id t, const store_record& s, const vector_clock* past) const {
        return kind_ == memory_kind::weak && may_pass_over(s, views_[t].now.clock, past);
    }

    static bool may_pass_over(const store_record& s, const vector_clock& now,
                              const vector_clock* past) {
        return !now.covers(s.thread, s.epoch) && !s.was_read_in(now) &&
               (past == nullptr || past->covers(s.thread, s.seq));
    }

    // --- runs of additions ----------------------------------------------------------------------

    /// A run, as sets of its stores: bit i for the store at begin + i.
    struct run_view {
        int begin = 0;
        int size = 0;
        std::uint64_t there = 0;    ///< not gone
        std::uint64_t passable = 0; ///< may be passed over
    };

    template <class Gone>
    run_view look_at(thread_id t, const location& x, int begin, int end, const vector_clock* past,
                     Gone gone) {
        run_view run;
        if (end - begin >= max_history) { // older part: as if it were a run that is read whole
            history_cut_ = true;
            begin = end - max_history + 1;
        }
        run.begin = begin;
        run.size = end - begin + 1;
        const vector_clock& now = views_[t].now.clock;
        for (int i = 0; i != run.size; ++i) {
            const store_record& s = x.at(begin + i);
            if (gone(s.step))
                continue;
            run.there |= std::uint64_t{1} << i;
            if (kind_ == memory_kind::weak && begin + i != 0 && may_pass_over(s, now, past))
                run.passable |= std::uint64_t{1} << i;
        }
        return run;
    }

    /// Adds to `out` the parts of a run that may have come before the read: all of it, or all but
    /// some that may be passed over and that nothing left in the part comes after. To pass over the
    /// whole run is to read from an older one.
    template <class Gone, class Ordered, class Wanted>
    void list_parts(thread_id t, const location& x, const run_view& run, int newest, Gone gone,
                    Ordered ordered, Wanted wanted, read_options& out) {
        add_option(t, x, run, run.there, newest, gone, wanted, out);
        if (run.passable == 0 || std::has_single_bit(run.there))
            return;
        const std::uint64_t candidates = passed_over_at_all(t, x, run, newest, gone, ordered);
        const int n = std::popcount(candidates);
        constexpr int most = 12;
        if (n > most) {
            history_cut_ = true;
            return;
        }
        for (std::uint64_t passed = candidates; passed != 0; passed = (passed - 1) & candidates) {
            const std::uint64_t kept = run.there & ~passed;
            if (kept != 0 && closed(x, run.begin, kept, passed, ordered))
                add_option(t, x, run, kept, newest, gone, wanted, out);
        }
    }

    /// The stores of the run that some part may leave out: all that comes after such a store may be
    /// passed over as well, and doing so closes no cycle in psc.
    template <class Gone, class Ordered>
    std::uint64_t passed_over_at_all(thread_id t, const location& x, const run_view& run,
                                     int newest, Gone gone, Ordered ordered) {
        std::uint64_t good = 0;
        for (std::uint64_t left = run.passable; left != 0; left &= left - 1) {
            const int i = std::countr_zero(left);
            std::uint64_t passed = std::uint64_t{1} << i;
            for (int j = i + 1; j < run.size; ++j) {
                const step_index later = x.at(run.begin + j).step;
                if (((run.there >> j) & 1) != 0 && ordered(later, x.at(run.begin + i).step))
                    passed |= std::uint64_t{1} << j;
            }
            if ((passed & ~run.passable) == 0 &&
                !closes_psc_cycle(t, x, run, run.there & ~passed, newest, gone))
                good |= std::uint64_t{1} << i;
        }
        return good;
    }

    /// Does nothing in `kept` come after something in `passed`?
    template <class Ordered>
    static bool closed(const location& x, int begin, std::uint64_t kept, std::uint64_t passed,
                       Ordered ordered) {
        for (std::uint64_t p = passed; p != 0; p &= p - 1)
            for (std::uint64_t k = kept; k != 0; k &= k - 1) {
                const step_index later = x.at(begin + std::countr_zero(k)).step;
                const step_index earlier = x.at(begin + std::countr_zero(p)).step;
                if (later > earlier && ordered(later, earlier))
                    return false;
            }
        return true;
    }

    template <class Gone, class Wanted>
    void add_option(thread_id t, const location& x, const run_view& run, std::uint64_t kept,
                    int newest, Gone gone, Wanted wanted, read_options& out) {
        if (static_cast<int>(out.size()) == max_history) {
            history_cut_ = true;
            return;
        }
        const bool first = out.empty();
        read_option o{run.begin, kept, first ? 0U : 1U, x.at(run.begin).value};
        if (x.at(run.begin).access == access_class::add)
            o.value = x.at(run.begin - 1).value; // never gone: the run would be, too
        for (std::uint64_t k = kept; k != 0; k &= k - 1) {
            const store_record& s = x.at(run.begin + std::countr_zero(k));
            o.value += s.delta;
            if (!first)
                o.key += hash(s.thread, s.seq);
        }
        if (first || (wanted(o.value) && !closes_psc_cycle(t, x, run, kept, newest, gone)))
            out.push_back(o);
    }

    /// A sum of these stands for a set of stores; 0 and 1 stand for other things.
    static std::uint64_t hash(thread_id t, timestamp seq) {
        std::uint64_t h =
            (static_cast<std::uint64_t>(t) << 16 | static_cast<std::uint16_t>(seq)) + 1;
        h *= 0x9e3779b97f4a7c15; // splitmix64
        h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
        h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
        return h ^ (h >> 31);
    }

    /// The load is from-read before every store that it passes over.
    template <class Gone>
    bool closes_psc_cycle(thread_id t, const location& x, const run_view& run, std::uint64_t kept,
                          int newest, Gone gone) {
        const fence_set& before = views_[t].now.fences;
        if (before.empty())
            return false;
        fence_set later;
        for (int j = run.begin; j <= newest; ++j) {
            const int i = j - run.begin;
            const bool passed = i >= run.size || ((kept >> i) & 1) == 0;
            if (passed && !gone(x.at(j).step))
                psc_.after_access(x.at(j), later);
        }
        return psc_.closes_cycle(before, later, gone);
    }

    /// Value and message of an addition, put after `previous`.
    static void chain(store_record& s, const store_record& previous) {
        s.value = previous.value + s.delta;
        s.message = s.own;
        s.message.join(previous.message);
    }

    /// Puts the kept stores of a run before the others, which become a run of their own; returns
    /// the index of the last kept one.
    static int split_run(location& x, const read_option& o) {
        int end = o.begin;
        while (end <= x.newest() && x.at(end).run == x.at(o.begin).run)
            ++end;
        const int kept = std::popcount(o.kept);
        if (kept == end - o.begin)
            return end - 1;
        const auto is_kept = [&](const store_record& s) {
            return ((o.kept >> (&s - &x.at(o.begin))) & 1) != 0;
        };
        std::vector<store_record> sorted;
        for (int i = o.begin; i != end; ++i)
            if (is_kept(x.at(i)))
                sorted.push_back(x.at(i));
        const int fresh = x.runs++;
        for (int i = o.begin; i != end; ++i)
            if (!is_kept(x.at(i)))
                sorted.emplace_back(x.at(i)).run = fresh;
        std::move(sorted.begin(), sorted.end(), x.stores.begin() + o.begin);
        for (int i = o.begin; i != end; ++i)
            chain(x.at(i), x.at(i - 1));
        return o.begin + kept - 1;
    }

    memory_kind kind_ = memory_kind::weak;
    bool history_cut_ = false;
    per_thread<thread_view> views_;
    psc_order psc_;
};

} // namespace wbsync::engine
