// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/addition_run.hpp>

#include <cstdint>

namespace wbsync::engine {

/// Coherence, and what else `Order` forbids: which stores of a location a thread may read, and
/// before which it may put its own. `Order` is psc_order, or what lkmm_machine makes of it and of
/// lkmm::history. It provides something like a psc_veto for a load of `t`, which knows `now`, and
/// for a store of `t` (`reads`: by a read-modify-write):
///
///     auto read_veto(thread_id t, const view& now, Gone gone);
///     auto write_veto(thread_id t, const view& now, bool reads);
///
/// Not re-entrant: the conditions that are passed in must not ask the same object.
template <class Order>
class visible_stores {
public:
    /// `order` must outlive this object.
    explicit visible_stores(Order& order) : order_(order) {}

    /// A new execution. To be called first.
    void begin() noexcept { history_cut_ = false; }

    /// Has some load had more stores to choose from than `max_history`?
    [[nodiscard]] bool history_cut() const noexcept { return history_cut_; }

    /// Lists the stores that a load of `t`, which knows `now`, may read from `x`, in an execution
    /// without the steps for which `gone` holds. A store S may be passed over only if it does not
    /// happen before the load, was not read by anything that does, and is in `past`, the causal
    /// past of the thread's previous step: otherwise the same choice is reached by running the load
    /// before S, which the exploration does anyway. Older stores are listed only if `wanted` is
    /// true for their value. A run of additions is read or passed over as a whole. Returns whether
    /// the load could have looked into a run, so that the order of its additions matters after all,
    /// if `may_look_into` asks for that. See addition_run.hpp.
    ///
    /// `x` must have its initial store. If `gone` holds for a step, it must hold for the causal
    /// future of that step. O(stores * threads), plus the cost of the veto and of run_splits, if
    /// they are asked.
    template <class Gone>
    bool list_options(thread_id t, const view& now, const location& x, const store_past& past,
                      Gone gone, bool may_look_into, value_condition wanted, read_options& out) {
        out.clear();
        int end = x.newest();
        while (gone(x.at(end).step))
            --end; // the initial value is never gone
        const int newest = end;
        const store_past forced = x.inserted ? store_past{} : past;
        auto veto = order_.read_veto(t, now, gone);
        for (bool older = true; older;) {
            const addition_run run =
                look_at_run(x, x.begin_of_run(end), end, gone,
                            [&](const store_record& s) { return may_pass_over(now, s, forced); });
            if (run.is_there() && !add_option(x, run, newest, veto, wanted, out))
                return false;
            if (may_look_into && run.can_be_split() &&
                can_look_into(now, x, run, past, newest, veto, wanted))
                return true;
            older = run.lets_through() && run.begin > 0;
            end = run.begin - 1;
        }
        return false;
    }

    /// Lists the stores of `x` after which a store of `t` may be put, the newest first. It may be
    /// put before a store S under the conditions under which a load may pass over S (`reads`: it is
    /// a read-modify-write, and passes over S as a load, too), but never between a
    /// read-modify-write and the store that it read. O(stores * threads), plus the cost of the
    /// veto.
    void list_places(thread_id t, const view& now, const location& x, const store_past& past,
                     bool reads, read_options& out) {
        out.clear();
        out.push_back({x.newest(), 0, x.value()});
        auto veto = order_.write_veto(t, now, reads);
        std::uint64_t key = 0;
        for (int i = x.newest(); i > 0 && !x.is_spinlock; --i) {
            const store_record& s = x.at(i);
            if (!may_pass_over(now, s, x.inserted ? store_past{} : past))
                return;
            key += hash(s.thread, s.seq);
            if (s.follows)
                continue;
            if (veto.forbids(x, i, x.newest()))
                return;
            if (is_full(out))
                return;
            out.push_back({i - 1, key, x.at(i - 1).value});
        }
    }

private:
    bool may_pass_over(const view& now, const store_record& s, const store_past& past) const {
        return (mutated(mutant::read_backwards) ? !now.clock.covers(s.thread, s.epoch)
                                                : !s.is_known_by(now)) &&
               (mutated(mutant::every_old_store) || past.holds(s));
    }

    /// Adds the run, with all its stores that are not gone, if it may be read. False: there is no
    /// room for more options.
    template <class Veto>
    bool add_option(const location& x, const addition_run& run, int newest, Veto& veto,
                    value_condition wanted, read_options& out) {
        const bool first = out.empty();
        read_option o{run.end, 0, x.at(run.begin).value};
        if (x.at(run.begin).access == access_class::add)
            o.value = x.at(run.begin - 1).value; // never gone: the run would be, too
        for (int i = run.begin; i <= run.end; ++i) {
            const store_record& s = x.at(i);
            if (veto.is_gone(s.step))
                continue;
            o.value = wrapping_sum(o.value, s.delta);
            if (!first)
                o.key += hash(s.thread, s.seq);
        }
        if (!first && (!wanted(o.value) || veto.forbids(x, run.end + 1, newest)))
            return true;
        if (is_full(out))
            return false;
        out.push_back(o);
        return true;
    }

    /// Records it if the history is cut.
    bool is_full(const read_options& out) {
        const bool full = static_cast<int>(out.size()) == max_history;
        history_cut_ = history_cut_ || full;
        return full;
    }

    /// The sum of these over a set of stores names the set.
    static std::uint64_t hash(thread_id t, timestamp seq) {
        auto h = (static_cast<std::uint64_t>(t) << 16 | static_cast<std::uint16_t>(seq)) + 1;
        h *= 0x9e3779b97f4a7c15; // splitmix64
        h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
        h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
        return h ^ (h >> 31);
    }

    /// Could the load read a part of the run that gives a wanted value?
    template <class Veto>
    bool can_look_into(const view& now, const location& x, const addition_run& run,
                       const store_past& past, int newest, Veto& veto, value_condition wanted) {
        const auto may_pass = [&](const store_record& s) { return !s.is_known_by(now); };
        // The veto is expensive, and most often nothing is wanted anyway.
        return splits_.has_wanted_split(x, run, past, may_pass, wanted) &&
               splits_.has_wanted_split(
                   x, run, past,
                   [&](const store_record& s) {
                       const int i = static_cast<int>(&s - &x.at(0));
                       return may_pass(s) && !veto.forbids(x, i, i);
                   },
                   wanted) &&
               !veto.forbids(x, run.end + 1, newest);
    }

    Order& order_;
    bool history_cut_ = false;
    run_splits splits_;
};

} // namespace wbsync::engine
