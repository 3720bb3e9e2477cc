// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

#include <bit>
#include <type_traits>
#include <vector>

namespace wbsync::engine {

template <class Gone>
class psc_veto;

/// RC11's partial sequential-consistency order over the full fences of one execution: F is before G
/// when F happens before G, or F (hb; eco; hb) G. It must have no cycle.
///
/// Every edge agrees with the order of execution, except those from a load that passes over newer
/// stores. So cycles are looked for only when a load is about to do that.
///
/// With f fences, s stores of all locations and t threads: add_fence(), any_after() and is_empty()
/// are O(t), closure() is O(f * s * t) at worst, and remembers what it found until a load passes
/// over a store. Not re-entrant: what is passed as `gone` must not ask it.
class psc_order {
public:
    /// A new execution. `by_reading`: fences also become known by reading relaxed stores, without
    /// what happens before them. `locations` must outlive it.
    void begin(const location_list& locations, bool by_reading);

    /// Adds a fence of thread `t`. `before` is what happens before the fence, and from now on
    /// includes the fence. `step` is the newest step of the thread. Whatever knows the fence knows
    /// the earlier fences of the thread, so the fence counts as coming after everything before
    /// those.
    void add_fence(thread_id t, view& before, step_index step);

    [[nodiscard]] bool is_empty(const fence_set& fences) const noexcept;

    /// Is one of the fences after the store, or after a read of it?
    [[nodiscard]] bool any_after(const store_record& s, const fence_set& fences) const;

    /// A load has read an old store: the only event that comes before earlier ones.
    void load_passed_over() noexcept;

    /// The fences of `before` and all fences before them. If a load comes after `before`, an access
    /// that is from-read after the load must not come before any of these fences. Leaves out the
    /// steps for which `gone` holds; if it holds for a step, it must hold for the causal future of
    /// that step.
    template <class Gone>
    [[nodiscard]] fence_set closure(const fence_set& before, Gone gone) {
        fence_set reached = before;
        fence_set done; // fences whose predecessors are in `reached`
        for (bool more = true; more;) {
            more = false;
            for (thread_set left = with_fences_; left != 0; left &= left - 1) {
                const thread_id t = std::countr_zero(left);
                if (reached.count(t) <= done.count(t))
                    continue;
                done.insert_first(t, reached.count(t));
                fence_record& f = last(reached, t);
                // What happens before a fence has no predecessors that the fence does not have.
                if (!by_reading_)
                    done.join(f.known_fences);
                reached.join(predecessors(f, gone));
                more = true;
            }
        }
        return reached;
    }

    /// The fences of `fences` without the steps for which `gone` holds.
    template <class Gone>
    [[nodiscard]] fence_set remaining(fence_set fences, Gone gone) const {
        if constexpr (!std::is_same_v<Gone, nothing_gone>)
            for (thread_set left = with_fences_; left != 0; left &= left - 1) {
                const thread_id t = std::countr_zero(left);
                while (fences.count(t) != 0 && gone(last(fences, t).step))
                    fences.keep_first(t, static_cast<timestamp>(fences.count(t) - 1));
            }
        return fences;
    }

    /// The veto for visible_stores. `now` must outlive it.
    template <class Gone>
    [[nodiscard]] psc_veto<Gone> read_veto(thread_id /*t*/, const view& now, Gone gone) {
        return {*this, now.fences, gone};
    }
    template <class Gone = nothing_gone>
    [[nodiscard]] psc_veto<Gone> write_veto(thread_id /*t*/, const view& now, bool /*reads*/) {
        return {*this, now.fences, {}};
    }

private:
    struct fence_record {
        step_index step;        ///< newest step of the thread before the fence
        vector_clock past;      ///< what happens before it, or before an earlier one of its thread
        fence_set known_fences; ///< fences that happen before it
        fence_set predecessors; ///< direct ones, valid if `known` is passed_over_
        unsigned known;         ///< passed_over_ when they were computed; 0: never
    };

    /// The last fence of thread `t` in a set that contains one.
    [[nodiscard]] const fence_record& last(const fence_set& fences, thread_id t) const;
    [[nodiscard]] fence_record& last(const fence_set& fences, thread_id t);

    /// Direct predecessors of the fence, and of the earlier ones of its thread. They change only
    /// when a load passes over a store.
    template <class Gone>
    fence_set predecessors(fence_record& f, Gone gone) {
        if constexpr (std::is_same_v<Gone, nothing_gone>) {
            if (f.known != passed_over_)
                f.predecessors = find_predecessors(f, gone);
            f.known = passed_over_;
            return f.predecessors;
        } else {
            return find_predecessors(f, gone);
        }
    }

    template <class Gone>
    fence_set find_predecessors(const fence_record& f, Gone gone) const {
        fence_set out = f.known_fences;
        for (const location* x : *locations_)
            if (x->newest() != 0) // reads alone order nothing
                add_predecessors_by(*x, f.past, gone, out);
        return out;
    }

    /// Adds the fences before an access to `x` that is eco-before one in the past of the fence.
    template <class Gone>
    static void add_predecessors_by(const location& x, const vector_clock& past, Gone gone,
                                    fence_set& out) {
        fence_set earlier; // fences before the eco-predecessors of the run at hand
        for (int begin = 0; begin <= x.newest();) {
            fence_set run = earlier; // no order within a run
            fence_set readers;
            bool stored = false;
            bool read = false;
            int i = begin;
            for (; i <= x.newest() && x.at(i).run == x.at(begin).run; ++i) {
                const store_record& s = x.at(i);
                if (gone(s.step))
                    continue;
                stored = stored || past.covers(s.thread, s.epoch);
                // A thread that has added to the run has not read it: others may add to it later.
                read = read || s.was_read_by_another_in(past);
                run.join(s.fences);
                readers.join(s.reader_fences);
            }
            if (stored)
                out.join(earlier);
            if (read)
                out.join(run); // the reads come after the run, but not after each other
            earlier = run;
            earlier.join(readers);
            begin = i;
        }
    }

    per_thread<std::vector<fence_record>> fences_; ///< in program order
    thread_set with_fences_ = 0;                   ///< threads that have some
    bool by_reading_ = false;
    const location_list* locations_ = nullptr; ///< of this execution
    unsigned passed_over_ = 1;                 ///< 1 + the number of loads that passed over a store
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/psc_inl.hpp>
#endif
