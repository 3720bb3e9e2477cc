// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// Which stores may a load read? `sc`: the newest, and every access synchronises. `weak`: RC11
/// without load buffering (Lahav et al., "Repairing sequential consistency in C/C++11", PLDI
/// 2017), with modification order as executed.
enum class memory_kind : std::uint8_t { sc, weak };

/// Offsets from the newest store, bit k for the k-th older one.
using store_choices = std::uint64_t;

/// A load looks back over at most this many newer stores; an execution in which it would have had
/// to look further is reported as cut short.
inline constexpr int max_history = 64;

struct fence_record {
    step_index step; ///< newest step of the thread before the fence
    view before; ///< what happens before the fence
};

/// Happens-before, coherence and the psc axiom of one execution. Views follow Kang et al., "A
/// promising semantics for relaxed-memory concurrency" (POPL 2017): what the thread knows, what an
/// acquire fence would add, what a relaxed store passes on since the last release fence.
class memory_model {
public:
    void reset(memory_kind kind) {
        kind_ = kind;
        threads_ = 0;
        history_cut_ = fences_cut_ = false;
        fences_.clear();
        touched_.clear();
    }

    /// What was stored so far happens before everything that the threads do.
    void start_threads(int threads) {
        threads_ = threads;
        for (thread_id t = 0; t != threads; ++t) {
            thread_view& v = of(t);
            v = {};
            v.now.clock[t] = 1;
        }
    }

    [[nodiscard]] memory_kind kind() const noexcept { return kind_; }

    /// Some load had more stores to choose from than `max_history`.
    [[nodiscard]] bool history_cut() const noexcept { return history_cut_; }
    [[nodiscard]] bool fences_cut() const noexcept { return fences_cut_; }

    void initialise(location& x, std::int64_t value) {
        x.stores.clear();
        append(x).value = value;
        x.stores.back().access = access_class::write;
        touched_.push_back(&x);
    }

    /// The stores that thread `t` may read from `x` when `newest` is the newest store. A store S
    /// may be passed over only if it does not happen before the load, was not read by anything
    /// that does, and is in `past`, the causal past of the thread's previous step: otherwise the
    /// same choice is reached by running the load before S, which the exploration does anyway.
    store_choices candidates(thread_id t, const location& x, int newest, const vector_clock* past) {
        store_choices mask = 1;
        if (kind_ == memory_kind::sc) return mask;
        const vector_clock& now = of(t).now.clock;
        for (int k = 0; k != newest; ++k) {
            if (!may_pass_over(x.at(newest - k), now, past)) break;
            if (k + 1 == max_history) {
                history_cut_ = true;
                break;
            }
            if (closes_psc_cycle(t, x, newest - k - 1, [](step_index) { return false; }))
                break; // older ones close it as well
            mask |= store_choices{1} << (k + 1);
        }
        return mask;
    }

    [[nodiscard]] bool may_pass_over(thread_id t, const store_record& s,
                                     const vector_clock* past) const {
        return kind_ == memory_kind::weak && may_pass_over(s, of(t).now.clock, past);
    }

    /// Reads the store at index `i`.
    std::int64_t load(thread_id t, location& x, int i, memory_order order) {
        store_record& s = x.at(i);
        see(t, s);
        thread_view& v = of(t);
        v.read.join(s.message);
        if (acquires(order) || kind_ == memory_kind::sc) v.now.join(s.message);
        v.quiet = false;
        return s.value;
    }

    void store(thread_id t, location& x, std::int64_t value, memory_order order, step_index step,
               timestamp seq) {
        store_record& s = append(x);
        write(t, s, order, step, seq);
        s.value = value;
        s.access = access_class::write;
        s.delta = 0;
    }

    /// Reads the newest store and puts `value` after it; continues its release sequence.
    void update(thread_id t, location& x, std::int64_t value, access_class access,
                memory_order order, step_index step, timestamp seq) {
        const auto before = load(t, x, x.newest(), order);
        store_record& s = append(x);
        const store_record& previous = x.at(x.newest() - 1);
        write(t, s, order, step, seq);
        s.message.join(previous.message);
        s.value = value;
        s.access = access;
        s.delta = value - before;
    }

    void acquire_fence(thread_id t) { of(t).now.join(of(t).read); }

    void release_fence(thread_id t) {
        thread_view& v = of(t);
        v.passed = v.now;
        tick(t);
    }

    /// smp_mb(): acquire and release fence, and a member of the psc relation. `step` is the newest
    /// step of the thread.
    void full_fence(thread_id t, step_index step) {
        thread_view& v = of(t);
        acquire_fence(t);
        if (kind_ == memory_kind::weak && !v.quiet) record_fence(t, step);
        v.quiet = true; // a fence right after a fence adds nothing
        release_fence(t);
    }

    /// What `t` knows, with what it has read but not acquired: all that has been "propagated to
    /// its CPU". Ordering for what control-depends on those reads, such as freeing memory.
    [[nodiscard]] view propagated(thread_id t) const {
        view v = of(t).now;
        v.join(of(t).read);
        return v;
    }

    [[nodiscard]] const view& now(thread_id t) const noexcept { return of(t).now; }

    /// Would reading store `i` close a cycle in psc? Fences F and G are ordered when F happens
    /// before G, or F (hb; eco; hb) G. Such a load L is from-read before every newer store, hence
    /// adds F -> G for each F before L and each G after a newer store or a read of one. Every other
    /// edge agrees with the order of execution, so cycles need to be looked for here only.
    ///
    /// `gone` says which steps to leave out, to ask about an execution without them; it holds for
    /// the causal future of what it holds for.
    template <class Gone>
    [[nodiscard]] bool closes_psc_cycle(thread_id t, const location& x, int i, Gone gone) {
        const fence_set& before = of(t).now.fences;
        if (before.empty()) return false;
        fence_set after;
        for (int j = i + 1; j <= x.newest(); ++j)
            if (!gone(x.at(j).step)) fences_after_access(x.at(j), after);
        for (std::size_t f = 0; f != fences_.size(); ++f)
            if (gone(fences_[f].step)) after.erase(static_cast<int>(f));
        if (after.empty()) return false;
        if (after.intersects(before)) return true;
        collect_psc_edges(gone);
        return reaches_back(before, after);
    }

    void learn(thread_id t, const view& what) { of(t).now.join(what); }

    /// `t` learns `what`, and passes it on with its relaxed stores as well.
    void receive_strongly(thread_id t, const view& what) {
        thread_view& v = of(t);
        v.now.join(what);
        v.read.join(what);
        v.passed.join(what);
    }

    /// A thread with a store to some part of `object` that is neither in `ordered` nor known to `t`
    /// from reading it or a newer one; -1: none.
    [[nodiscard]] thread_id writer_of_unknown_store(const lifetime& object, thread_id t,
                                                    const view& ordered) const {
        for (const location* x : touched_) {
            if (x->owner != &object) continue;
            for (int i = x->newest(); i >= 0 && x->at(i).first_seen[t] == never; --i)
                if (!ordered.clock.covers(x->at(i).thread, x->at(i).epoch)) return x->at(i).thread;
        }
        return -1;
    }

    /// Ends the epoch of `t`: what it does from now on is not covered by views taken before.
    void tick(thread_id t) { ++of(t).now.clock[t]; }

private:
    struct thread_view {
        view now;    ///< what happens before the next operation
        view read;   ///< messages of the stores read so far
        view passed; ///< `now` as of the last release fence
        bool quiet = false; ///< no access since the last full fence
    };

    [[nodiscard]] thread_view& of(thread_id t) noexcept { return views_[t]; }
    [[nodiscard]] const thread_view& of(thread_id t) const noexcept { return views_[t]; }

    static store_record& append(location& x) {
        store_record& s = x.stores.emplace_back();
        s.first_seen.fill(never);
        return s;
    }

    void write(thread_id t, store_record& s, memory_order order, step_index step, timestamp seq) {
        thread_view& v = of(t);
        const bool release = releases(order) || kind_ == memory_kind::sc;
        s.thread = t;
        s.epoch = v.now.clock[t];
        s.seq = seq;
        s.step = step;
        s.message = release ? v.now : v.passed;
        s.fences = v.now.fences;
        s.first_seen[t] = s.epoch;
        v.quiet = false;
        if (release) tick(t);
    }

    void see(thread_id t, store_record& s) {
        const view& now = of(t).now;
        s.first_seen[t] = std::min(s.first_seen[t], now.clock[t]);
        s.reader_fences.join(now.fences);
    }

    static bool may_pass_over(const store_record& s, const vector_clock& now,
                              const vector_clock* past) {
        return !now.covers(s.thread, s.epoch) && !seen(s, now) &&
               (past == nullptr || past->covers(s.thread, s.seq));
    }

    /// Did something in the past of `now` read `s`?
    static bool seen(const store_record& s, const vector_clock& now) noexcept {
        bool any = false;
        for (thread_id u = 0; u != max_threads; ++u) any |= s.first_seen[u] <= now[u];
        return any;
    }

    void record_fence(thread_id t, step_index step) {
        const auto f = static_cast<int>(fences_.size());
        if (f == max_fences) {
            fences_cut_ = true;
            return;
        }
        view& now = of(t).now;
        fences_.push_back({step, now});
        now.fences.insert(f);
    }

    /// Adds to `out` the fences after an event that `u` performed at `epoch`.
    void fences_after(thread_id u, timestamp epoch, fence_set& out) const {
        for (std::size_t f = 0; f != fences_.size(); ++f)
            if (fences_[f].before.clock.covers(u, epoch)) out.insert(static_cast<int>(f));
    }

    /// Fences after a read of the store.
    void fences_after_reads(const store_record& s, fence_set& out) const {
        for (thread_id u = 0; u != threads_; ++u)
            if (s.first_seen[u] != never) fences_after(u, s.first_seen[u], out);
    }

    void fences_after_access(const store_record& s, fence_set& out) const {
        fences_after(s.thread, s.epoch, out);
        fences_after_reads(s, out);
    }

    /// Fills psc_[G] with the direct predecessors of each fence G that is there.
    template <class Gone>
    void collect_psc_edges(Gone gone) {
        psc_.clear();
        for (const fence_record& g : fences_)
            psc_.push_back(gone(g.step) ? fence_set{} : g.before.fences);
        for (const location* x : touched_) {
            fence_set earlier; // fences before the eco-predecessors of the store at hand
            for (const store_record& s : x->stores) {
                if (gone(s.step)) continue;
                fence_set after;
                fences_after_access(s, after);
                add_psc_edges(earlier, after);
                fence_set after_reads; // of s, which comes before them, but not they before s
                fences_after_reads(s, after_reads);
                add_psc_edges(s.fences, after_reads);
                earlier.join(s.fences);
                earlier.join(s.reader_fences);
            }
        }
    }

    void add_psc_edges(const fence_set& from, const fence_set& to) {
        if (from.empty()) return;
        to.for_each([&](int g) { psc_[static_cast<std::size_t>(g)].join(from); });
    }

    /// Is there a path from a fence in `sources` to one in `targets`?
    [[nodiscard]] bool reaches_back(const fence_set& targets, const fence_set& sources) const {
        fence_set reached = targets;
        for (fence_set frontier = targets; !frontier.empty();) {
            fence_set next = reached;
            frontier.for_each([&](int f) { next.join(psc_[static_cast<std::size_t>(f)]); });
            if (next.intersects(sources)) return true;
            if (next == reached) return false;
            frontier = next;
            reached = next;
        }
        return false;
    }

    memory_kind kind_ = memory_kind::weak;
    int threads_ = 0;
    bool history_cut_ = false;
    bool fences_cut_ = false;
    per_thread<thread_view> views_;
    std::vector<fence_record> fences_;
    std::vector<fence_set> psc_;
    std::vector<const location*> touched_; ///< every location of this execution
};

} // namespace wbsync::engine
