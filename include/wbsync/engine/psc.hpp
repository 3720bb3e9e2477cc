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
        for (std::size_t f = 0; f != fences_.size(); ++f)
            if (gone(fences_[f].step))
                later.erase(static_cast<int>(f));
        if (later.empty())
            return false;
        if (later.intersects(before))
            return true;
        collect_edges(gone);
        return reaches_back(before, later);
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

    template <class Gone>
    void collect_edges(Gone gone) {
        edges_.clear();
        for (const fence_record& g : fences_)
            edges_.push_back(gone(g.step) ? fence_set{} : g.before.fences);
        for (const location* x : locations_)
            collect_edges(*x, gone);
    }

    template <class Gone>
    void collect_edges(const location& x, Gone gone) {
        fence_set earlier; // fences before the eco-predecessors of the run at hand
        for (int begin = 0; begin <= x.newest();) {
            fence_set run = earlier; // no order within a run
            fence_set reads = {};
            fence_set readers = {};
            int i = begin;
            for (; i <= x.newest() && x.at(i).run == x.at(begin).run; ++i) {
                const store_record& s = x.at(i);
                if (gone(s.step))
                    continue;
                fence_set stores;
                after(s.thread, s.epoch, stores);
                add_edges(earlier, stores);
                run.join(s.fences);
                after_reads(s, reads);
                readers.join(s.reader_fences);
            }
            add_edges(run, reads); // the reads come after the run, but not after each other
            earlier = run;
            earlier.join(readers);
            begin = i;
        }
    }

    void add_edges(const fence_set& from, const fence_set& to) {
        if (from.empty())
            return;
        to.for_each([&](int g) { edges_[static_cast<std::size_t>(g)].join(from); });
    }

    /// Is there a path from a fence in `sources` to one in `targets`?
    [[nodiscard]] bool reaches_back(const fence_set& targets, const fence_set& sources) const {
        fence_set reached = targets;
        for (fence_set frontier = targets; !frontier.empty();) {
            fence_set next = reached;
            frontier.for_each([&](int f) { next.join(edges_[static_cast<std::size_t>(f)]); });
            if (next.intersects(sources))
                return true;
            if (next == reached)
                return false;
            frontier = next;
            reached = next;
        }
        return false;
    }

    std::vector<fence_record> fences_;
    std::vector<const location*> locations_; ///< every location of this execution
    std::vector<fence_set> edges_;           ///< direct predecessors of each fence
    bool full_ = false;
};

} // namespace wbsync::engine
