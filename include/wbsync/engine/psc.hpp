// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

#include <bit>
#include <type_traits>
#include <vector>

namespace wbsync::engine {

/// No step is imagined away.
struct nothing_gone {
    constexpr bool operator()(step_index) const noexcept { return false; }
};

/// RC11's partial sequential-consistency order over the full fences of one execution: F is before G
/// when F happens before G, or F (hb; eco; hb) G. It must have no cycle.
///
/// Every edge agrees with the order of execution but those from a load that passes over newer
/// stores, so cycles are looked for when a load is about to do that, and nowhere else.
class psc_order {
public:
    /// `by_reading`: fences also become known by reading relaxed stores, without what happens
    /// before them.
    void reset(bool by_reading = false) {
        by_reading_ = by_reading;
        fence_set::forget_all();
        fences_.clear();
        locations_.clear();
        full_ = false;
        passed_over_ = 1;
    }

    void add_location(const location& x) { locations_.push_back(&x); }
    [[nodiscard]] const std::vector<const location*>& locations() const { return locations_; }

    /// An execution had more than `max_fences`.
    [[nodiscard]] bool full() const noexcept { return full_; }

    /// A fence whose thread knows `now`, which from then on contains the fence. `step` is the
    /// newest step of the thread.
    void add_fence(view& now, step_index step) {
        const auto f = static_cast<int>(fences_.size());
        if (f == max_fences) {
            full_ = true;
            return;
        }
        fences_.push_back({step, now, {}, 0});
        now.fences.insert(f);
    }

    /// Is one of the fences after the store, or after a read of it?
    [[nodiscard]] bool any_after(const store_record& s, const fence_set& fences) const {
        return fences.any_of([&](int f) {
            return s.was_read_in(fences_[static_cast<std::size_t>(f)].before.clock); // or written
        });
    }

    /// A load has read an old store: the only event that comes before earlier ones.
    void load_passed_over() noexcept {
        if (!mutated(mutant::psc_never_renewed))
            ++passed_over_;
    }

    /// The fences of `before` and those that are before them. If a load comes after `before`, an
    /// access that is from-read after the load must not come before any of them. Without the steps
    /// that `gone` holds for; it holds for the causal future of what it holds for.
    template <class Gone>
    [[nodiscard]] fence_set closure(const fence_set& before, Gone gone) {
        fence_set reached = before;
        fence_set done; // what comes before these is reached
        for (fence_set left = before; !left.empty(); left = reached.without(done)) {
            const int f = left.last();
            reached.join(predecessors(f, gone));
            // What happens before a fence has no predecessors that the fence has not.
            if (!by_reading_)
                done.join(fences_[static_cast<std::size_t>(f)].before.fences);
            done.insert(f);
        }
        return reached;
    }

    /// Those of `fences` that are there without the steps that `gone` holds for.
    template <class Gone>
    [[nodiscard]] fence_set remaining(fence_set fences, Gone gone) const {
        if constexpr (!std::is_same_v<Gone, nothing_gone>)
            fences.for_each([&](int f) {
                if (gone(fences_[static_cast<std::size_t>(f)].step))
                    fences.erase(f);
            });
        return fences;
    }

private:
    struct fence_record {
        step_index step;        ///< newest step of the thread before the fence
        view before;            ///< what happens before the fence
        fence_set predecessors; ///< direct ones, as of the time `known`
        unsigned known;         ///< a number of loads that passed over; 0: not known
    };

    /// Direct predecessors of fence `f`. They change only when a load passes over a store.
    template <class Gone>
    fence_set predecessors(int f, Gone gone) {
        fence_record& g = fences_[static_cast<std::size_t>(f)];
        if constexpr (std::is_same_v<Gone, nothing_gone>) {
            if (g.known != passed_over_)
                g.predecessors = find_predecessors(g, gone);
            g.known = passed_over_;
            return g.predecessors;
        } else {
            return find_predecessors(g, gone);
        }
    }

    template <class Gone>
    fence_set find_predecessors(const fence_record& g, Gone gone) const {
        fence_set out = g.before.fences;
        for (const location* x : locations_)
            if (x->newest() != 0) // reads alone order nothing
                add_predecessors_by(*x, g.before.clock, gone, out);
        return out;
    }

    /// Those that are before an access to `x` that is eco-before one in the past of the fence.
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
                // Whoever has added to the run has not read it: others may add to it later.
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

    std::vector<fence_record> fences_;
    std::vector<const location*> locations_; ///< every location of this execution
    unsigned passed_over_ = 1;               ///< loads that passed over a store, and one
    bool full_ = false;
    bool by_reading_ = false;
};

} // namespace wbsync::engine
