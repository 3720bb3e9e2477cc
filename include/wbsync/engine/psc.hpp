// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

#include <vector>

namespace wbsync::engine {

/// RC11's partial sequential-consistency order over the full fences of one execution: F is before G
/// when F happens before G, or F (hb; eco; hb) G. It must have no cycle.
///
/// Every edge agrees with the order of execution but those from a load that passes over newer
/// stores, so cycles are looked for when a load is about to do that, and nowhere else.
class psc_order {
public:
    void reset() {
        fences_.clear();
        locations_.clear();
        full_ = false;
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
        fences_.push_back({step, now});
        now.fences.insert(f);
    }

    /// Fences after the store or after any read of it.
    void after_access(const store_record& s, fence_set& out) const {
        after(s.thread, s.epoch, out);
        after_reads(s, out);
    }

    /// Would it close a cycle if a load after the fences `before` were from-read before accesses
    /// that the fences `later` come after? Without the steps that `gone` holds for; it holds for
    /// the causal future of what it holds for.
    template <class Gone>
    [[nodiscard]] bool closes_cycle(const fence_set& before, fence_set later, Gone gone) {
        later.for_each([&](int f) {
            if (gone(fence(f).step))
                later.erase(f);
        });
        if (later.empty())
            return false;
        // Back from the fences before the load, looking for one of those after.
        fence_set reached = before;
        fence_set frontier = before;
        while (!frontier.empty()) {
            if (frontier.intersects(later))
                return true;
            fence_set next;
            frontier.for_each([&](int f) { add_predecessors(fence(f), gone, next); });
            frontier = next.without(reached);
            reached.join(next);
        }
        return false;
    }

private:
    struct fence_record {
        step_index step; ///< newest step of the thread before the fence
        view before;     ///< what happens before the fence
    };

    /// Fences after an event that `u` performed at `epoch`.
    void after(thread_id u, timestamp epoch, fence_set& out) const {
        for (std::size_t f = 0; f != fences_.size(); ++f)
            if (fences_[f].before.clock.covers(u, epoch))
                out.insert(static_cast<int>(f));
    }

    void after_reads(const store_record& s, fence_set& out) const {
        for (thread_id u = 0; u != max_threads; ++u)
            if (s.first_seen[u] != never)
                after(u, s.first_seen[u], out);
    }

    [[nodiscard]] const fence_record& fence(int f) const {
        return fences_[static_cast<std::size_t>(f)];
    }

    /// Adds the direct predecessors of `g`.
    template <class Gone>
    void add_predecessors(const fence_record& g, Gone gone, fence_set& out) const {
        out.join(g.before.fences);
        for (const location* x : locations_)
            add_predecessors_by(*x, g.before.clock, gone, out);
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
                read = read || s.was_read_in(past);
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
    bool full_ = false;
};

} // namespace wbsync::engine
