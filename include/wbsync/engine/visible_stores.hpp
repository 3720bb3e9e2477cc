// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_kind.hpp>
#include <wbsync/engine/psc.hpp>
#include <wbsync/engine/read_options.hpp>
#include <wbsync/engine/store_past.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace wbsync::engine {

/// Coherence and the psc axiom: which stores of a location a thread may read, and before which it
/// may put its own.
class visible_stores {
public:
    explicit visible_stores(psc_order& psc) : psc_(psc) {}

    void reset(memory_kind kind) {
        kind_ = kind;
        history_cut_ = false;
    }

    /// Some load had more stores to choose from than `max_history`.
    [[nodiscard]] bool history_cut() const noexcept { return history_cut_; }

    /// Lists the stores that a load of a thread that knows `now` may read from `x`, in an execution
    /// without the steps that `gone` holds for. A store S may be passed over only if it does not
    /// happen before the load, was not read by anything that does, and is in `past`, the causal
    /// past of the thread's previous step: otherwise the same choice is reached by running the load
    /// before S, which the exploration does anyway. Of the older stores only those are listed whose
    /// value `wanted` is true for. A run of additions is read or passed over as a whole; returns
    /// whether the load could have looked into one, that is, whether the order of its additions
    /// matters after all, if asked for by `may_look_into`.
    template <class Gone>
    bool list_options(const view& now, const location& x, const store_past& past, Gone gone,
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
        passing over(psc_, now.fences, gone);
        for (bool go_on = true; go_on;) {
            const int begin = x.begin_of_run(end);
            const run_view run =
                look_at(now, x, begin, end, x.inserted ? store_past{} : past, gone);
            if (run.there != 0 && !add_option(x, run, newest, over, wanted, out))
                return false;
            if (may_look_into && run.there > 1 && run.passable != 0 &&
                can_look_into(now, x, run, past, newest, over, wanted))
                return true;
            go_on = run.passable == run.there && begin > 0;
            end = begin - 1;
        }
        return false;
    }

    /// Lists the stores of `x` after which such a thread may put its own; the newest first. It may
    /// be put before a store S under the same conditions under which a load may pass over S, but
    /// never between a read-modify-write and the store that it read.
    void list_places(const view& now, const location& x, const store_past& past,
                     read_options& out) {
        out.clear();
        out.push_back({x.newest(), 0, 0});
        passing over(psc_, now.fences, nothing_gone{});
        std::uint64_t key = 0;
        for (int i = x.newest(); i > 0; --i) {
            const store_record& s = x.at(i);
            if (!may_pass_over(now, s, x.inserted ? store_past{} : past) ||
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
    bool may_pass_over(const view& now, const store_record& s, const store_past& past) const {
        return kind_ == memory_kind::weak &&
               (mutated(mutant::read_backwards) ? !now.clock.covers(s.thread, s.epoch)
                                                : !s.is_known_by(now)) &&
               (mutated(mutant::every_old_store) || past.holds(s));
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
    run_view look_at(const view& now, const location& x, int begin, int end, const store_past& past,
                     Gone gone) const {
        run_view run{begin, end, 0, 0};
        for (int i = begin; i <= end; ++i) {
            if (gone(x.at(i).step))
                continue;
            ++run.there;
            if (i != 0 && may_pass_over(now, x.at(i), past))
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
            if (psc_.is_empty(before_) || first > last || mutated(mutant::no_psc_veto))
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
    bool can_look_into(const view& now, const location& x, const run_view& run,
                       const store_past& past, int newest, passing<Gone>& over,
                       value_condition wanted) {
        const auto may_pass = [&](const store_record& s) { return !s.is_known_by(now); };
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
    bool has_wanted_part(const location& x, const run_view& run, const store_past& past,
                         MayPass may_pass, value_condition wanted) {
        std::int64_t whole = x.at(run.begin - 1).value;
        for (int i = run.begin; i <= run.end; ++i)
            whole += x.at(i).delta;
        parts_.assign(1, {whole, false, false});
        for (int i = run.begin; i <= run.end; ++i) {
            const store_record& s = x.at(i);
            const bool passes = may_pass(s);
            const bool in_past = past.holds(s);
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

    psc_order& psc_;
    memory_kind kind_ = memory_kind::weak;
    bool history_cut_ = false;
    std::vector<part> parts_; ///< scratch
};

} // namespace wbsync::engine
