// SPDX-License-Identifier: BSD-3-Clause
// The part of lkmm::history that is about late loads.
#pragma once

#include <wbsync/engine/lkmm/history.hpp>
#include <wbsync/engine/lkmm/history_inl.hpp>
#include <wbsync/engine/lkmm/model.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>
#include <array>
#include <tuple>

namespace wbsync::engine::lkmm {

// --- which loads could be late ------------------------------------------------------------------

WBSYNC_INLINE void history::list_free_loads() {
    free_.clear();
    for (thread_id t = 0; t != max_threads; ++t)
        list_free_loads(t);
    std::sort(free_.begin(), free_.end());
}

/// Those before a store that neither a release, a full barrier nor a branch keeps behind them: on a
/// cycle of po and rf that the model allows there is at least one.
WBSYNC_INLINE void history::list_free_loads(thread_id t) {
    int first_store = none; // that is not kept behind what comes next, going back
    const auto& order = order_[t];
    for (auto number = order.rbegin(); number != order.rend(); ++number) {
        const node& n = at(*number);
        const bool is_barrier =
            n.what.kind == event_kind::fence && n.since < 0 && n.what.barrier == barrier_kind::mb;
        if (is_barrier)
            first_store = none;
        else if (n.what.writes() && n.what.order == access_order::once)
            first_store = n.position;
        else if (n.may_be_late && first_store < n.controls && first_store != none)
            free_.push_back(*number);
    }
}

/// An addition without a result may be in a run, whose members are read together.
WBSYNC_INLINE bool history::is_addition(int store) const {
    return at(store).what.writes() && at(store).what.rmw &&
           at(store - 1).what.order == access_order::noreturn;
}

/// Is the event in an arm of a branch that depends on the load? If the load returned another value
/// it might not be there.
WBSYNC_INLINE bool history::is_in_branch_of(int load, const node& n) const {
    if (n.what.thread != at(load).what.thread)
        return false;
    const auto& branches = branches_[n.what.thread];
    return std::any_of(branches.begin(), branches.end(), [&](const branch& b) {
        return b.has(n.position) &&
               std::find(b.reads.begin(), b.reads.end(), load) != b.reads.end();
    });
}

/// Stores to the same location that follow the load by program order and reads-from, whatever it
/// returns. Of a run of additions only the last one: it has the sum.
WBSYNC_INLINE std::vector<int> history::stores_after(int load) {
    const location& x = location_of(at(load));
    std::vector<int> found;
    if (at(x.at(x.newest()).event).what.thread == event::no_thread)
        return found; // nobody has stored to it
    std::array<bool, max_threads> reached{};
    std::vector<bool> is_reached(nodes_.size(), false);
    std::vector<int> added_to; // locations that somebody who is reached has added to
    const auto is_read_from = [&](const node& n) {
        if (n.source < 0 || is_reached[static_cast<std::size_t>(n.source)])
            return n.source >= 0;
        return is_addition(n.source) &&
               std::find(added_to.begin(), added_to.end(), n.what.location) != added_to.end();
    };
    reached[static_cast<std::size_t>(at(load).what.thread)] = true;
    for (std::size_t i = static_cast<std::size_t>(load) + 1; i != nodes_.size(); ++i) {
        const node& n = nodes_[i];
        if (n.what.thread == event::no_thread || is_in_branch_of(load, n))
            continue;
        bool& thread = reached[static_cast<std::size_t>(n.what.thread)];
        thread = thread || is_read_from(n);
        is_reached[i] = thread;
        if (thread && is_addition(static_cast<int>(i)))
            added_to.push_back(n.what.location);
    }
    for (int i = 1; i <= x.newest(); ++i) {
        const int store = x.at(i).event;
        const bool is_sum = i == x.newest() || x.at(i + 1).run != x.at(i).run;
        if (is_sum && is_reached[static_cast<std::size_t>(store)] &&
            at(store).what.thread != at(load).what.thread) {
            at(store).what.value = x.at(i).value;
            found.push_back(store);
        }
    }
    return found;
}

/// The store and what comes before it by po and rf, and the load, which reads it; without what
/// depends on its old value, and without any order of stores, since both may be otherwise.
WBSYNC_INLINE bool history::cycle_is_forbidden(int load, int store) {
    keep_past(load, store);
    signature s;
    for (std::size_t i = 0; i != nodes_.size(); ++i)
        if (kept_[i])
            s.mix(nodes_[i].key);
    s.mix(detail::combine(at(load).key, at(store).key));
    const auto [found, is_new] = known_.try_emplace(s, false);
    if (is_new) {
        const int source = std::exchange(at(load).source, store);
        event_graph g = build_known();
        g.co = relation(g.size());
        found->second = model(g).judge() != axiom::none;
        at(load).source = source;
    }
    return found->second;
}

WBSYNC_INLINE void history::keep_past(int load, int store) {
    kept_.assign(nodes_.size(), false);
    std::array<std::size_t, max_threads> done{}; // events of each thread
    std::vector<int> pending{load, store};
    while (!pending.empty()) {
        const int number = pending.back();
        pending.pop_back();
        const int thread = at(number).what.thread;
        kept_[static_cast<std::size_t>(number)] = true;
        if (thread == event::no_thread)
            continue;
        const auto& order = order_[thread];
        const auto end = static_cast<std::size_t>(std::find(order.begin(), order.end(), number) -
                                                  order.begin() + 1);
        for (std::size_t& k = done[static_cast<std::size_t>(thread)]; k < end; ++k) {
            const node& n = at(order[k]);
            const bool stays = !is_plain(n) && !is_in_branch_of(load, n);
            kept_[static_cast<std::size_t>(order[k])] = stays;
            if (stays && order[k] != load && n.source >= 0)
                pending.push_back(n.source);
        }
    }
}

// --- which store a late load reads --------------------------------------------------------------

WBSYNC_INLINE void history::is_late(int number) {
    node& n = at(number);
    n.may_be_late = true;
    n.key = detail::combine(n.key, static_cast<std::uint64_t>(n.what.value));
    late_.push_back(number);
}

WBSYNC_INLINE bool history::settle_late(bool any_will_do) {
    if (late_.empty())
        return true;
    list_free_loads();
    return settle_from(0, any_will_do);
}

WBSYNC_INLINE bool history::settle_from(std::size_t k, bool any_will_do) {
    if (k == late_.size())
        return is_settled(any_will_do);
    node& n = at(late_[k]);
    const location& x = location_of(n);
    for (int i = 1; i <= x.newest(); ++i) {
        const bool is_sum = i == x.newest() || x.at(i + 1).run != x.at(i).run;
        if (!is_sum || x.at(i).value != n.what.value)
            continue;
        n.source = x.at(i).event;
        if (settle_from(k + 1, any_will_do))
            return true;
    }
    n.source = -1;
    return false;
}

WBSYNC_INLINE bool history::is_settled(bool any_will_do) {
    keep([](step_index) { return false; });
    const event_graph g = build_known();
    return lateness_is_needed(g, any_will_do) && model(g).judge() == axiom::none &&
           (raced_ < 0 || races(raced_));
}

/// The executions that differ only in which loads are late are one. It is the one that is left when
/// reads get their stores one after the other, those that are free last, and a read that would
/// close a cycle of po and rf is late. Threads that are symmetric have no first one among them:
/// there each late load has to close a cycle with those that are not late. A race that was found
/// must still be one.
WBSYNC_INLINE bool history::lateness_is_needed(const event_graph& g, bool any_will_do) const {
    std::vector<std::tuple<bool, int, int, int>> reads;
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
        const node& n = nodes_[i];
        if (!kept_[i] || n.source < 0)
            continue;
        const auto number = static_cast<int>(i);
        const bool late = std::find(late_.begin(), late_.end(), number) != late_.end();
        const bool last =
            any_will_do ? late : std::find(free_.begin(), free_.end(), number) != free_.end();
        reads.emplace_back(last, n.what.thread, n.position, number);
    }
    std::sort(reads.begin(), reads.end());
    relation before = g.po;
    for (const auto& [last, thread, position, number] : reads) {
        const event_index me = index_[static_cast<std::size_t>(number)];
        event_set sources = g.rf.inverse().row(me);
        bool closes = false;
        sources.each([&](event_index w) { closes = closes || before.has(me, w) || me == w; });
        const bool late = std::find(late_.begin(), late_.end(), number) != late_.end();
        if (closes != late)
            return false;
        if (closes)
            continue;
        sources.each([&](event_index w) { before.add(w, me); });
        before = before.plus();
    }
    return true;
}

WBSYNC_INLINE std::vector<std::pair<step_index, step_index>> history::late_sources() const {
    std::vector<std::pair<step_index, step_index>> all;
    for (const int load : late_)
        if (at(load).source >= 0)
            all.emplace_back(at(load).step, at(at(load).source).step);
    return all;
}

WBSYNC_INLINE const location& history::location_of(const node& n) const {
    return **std::find_if(locations_->begin(), locations_->end(), [&](const location* x) {
        return static_cast<int>(x->id) == n.what.location;
    });
}

} // namespace wbsync::engine::lkmm
