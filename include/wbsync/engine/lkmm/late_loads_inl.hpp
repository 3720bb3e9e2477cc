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

/// Stores after the load that neither a full barrier nor a release nor a dependency nor coherence
/// keeps behind it. On a cycle of po and rf that the model allows, some load is followed by such a
/// one. False: there is none.
WBSYNC_INLINE bool history::list_free_stores(int load) {
    const node& of = at(load);
    is_free_.assign(nodes_.size(), false);
    bool any = false;
    const auto& order = order_[of.what.thread];
    for (auto i = std::find(order.begin(), order.end(), load) + 1; i != order.end(); ++i) {
        const node& n = at(*i);
        if (!is_certain(*i, load))
            continue;
        if (n.what.kind == event_kind::fence && n.since < 0 && n.what.barrier == barrier_kind::mb)
            break;
        if (!n.what.writes() || n.what.order != access_order::once || n.position >= of.controls ||
            depends_on(*i, load) || n.what.location == of.what.location)
            continue;
        is_free_[static_cast<std::size_t>(*i)] = true;
        any = true;
    }
    return any;
}

/// Of the read of a read-modify-write, its write; -1: it is a load.
WBSYNC_INLINE int history::written_by(int read) const {
    return at(read).what.rmw ? read + 1 : -1;
}

WBSYNC_INLINE void history::may_fail_late(thread_id t, int first, const kept_condition& accepts) {
    const auto& order = order_[t];
    const auto read = std::find_if(order.rbegin(), order.rend(), [&](int i) {
        return i >= first && at(i).what.rmw && !at(i).what.writes();
    });
    if (read == order.rend())
        return;
    at(*read).conditional = static_cast<int>(changes_.size());
    changes_.push_back({first, size(), accepts});
}

/// Is it there only because the change of `read` has happened, which is taken to have failed?
WBSYNC_INLINE bool history::needs_change(int number, int read) const {
    return fails_ && number != read && number >= change_of(read).from &&
           number < change_of(read).to && at(number).what.thread == at(read).what.thread;
}

/// Is the event of the load's thread there whatever the load returns?
WBSYNC_INLINE bool history::is_certain(int number, int load) const {
    return !needs_change(number, load) &&
           (!is_in_branch_of(load, at(number)) || mutated(mutant::untaken_branch_forbids));
}

/// By data or by address.
WBSYNC_INLINE bool history::depends_on(int event, int load) const {
    return std::any_of(dependents_.begin(), dependents_.end(),
                       [&](const dependent& d) { return d.read == load && d.event == event; });
}

/// The location of a store, and its run there.
WBSYNC_INLINE std::pair<int, int> history::run_of(int store) const {
    const location& x = location_of(at(store));
    int i = x.newest();
    while (i > 0 && x.at(i).event != store)
        --i;
    return {static_cast<int>(x.id), x.at(i).run};
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
/// returns, by way of a free store. What is after the load for sure is left out. Their indices at
/// the location.
WBSYNC_INLINE std::vector<int> history::stores_after(int load) const {
    const location& x = location_of(at(load));
    std::vector<int> found;
    if (at(x.at(x.newest()).event).what.thread == event::no_thread)
        return found; // nobody has stored to it
    std::array<bool, max_threads> reached{};
    std::vector<bool> is_reached(nodes_.size(), false);
    std::vector<std::pair<int, int>> added_to; // runs that somebody who is reached has added to
    const auto is_read_from = [&](const node& n) {
        if (n.source < 0 || is_reached[static_cast<std::size_t>(n.source)])
            return n.source >= 0;
        return is_addition(n.source) &&
               std::find(added_to.begin(), added_to.end(), run_of(n.source)) != added_to.end();
    };
    for (std::size_t i = static_cast<std::size_t>(load) + 1; i != nodes_.size(); ++i) {
        const node& n = nodes_[i];
        if (n.what.thread == event::no_thread || is_in_branch_of(load, n))
            continue;
        bool& thread = reached[static_cast<std::size_t>(n.what.thread)];
        thread = thread || is_read_from(n);
        is_reached[i] = thread || is_free_[i];
        if (is_reached[i] && is_addition(static_cast<int>(i)))
            added_to.push_back(run_of(static_cast<int>(i)));
    }
    for (int i = 1; i <= x.newest(); ++i) {
        const int store = x.at(i).event;
        if (is_reached[static_cast<std::size_t>(store)] &&
            at(store).what.thread != at(load).what.thread &&
            (fails_ || !at(store).known.covers(at(load).what.thread, at(load).epoch)))
            found.push_back(i);
    }
    return found;
}

/// Is it an addition without a result to what nobody does anything else with? Then nobody sees
/// whether it is late.
WBSYNC_INLINE bool history::is_sum_alone(const node& n) const {
    return n.what.order == access_order::noreturn && n.what.rmw &&
           std::all_of(nodes_.begin(), nodes_.end(), [&](const node& other) {
               if (other.what.location != n.what.location || other.what.thread == event::no_thread)
                   return true;
               return other.what.writes() ? other.what.rmw
                                          : other.what.order == access_order::noreturn;
           });
}

/// Is the store in a run of additions, one of which is that of the load itself? Then it does not
/// matter which of them comes first.
WBSYNC_INLINE bool history::commutes_with(const location& x, int i, int load) const {
    for (int j = x.begin_of_run(i); j <= x.newest() && x.at(j).run == x.at(i).run; ++j)
        if (x.at(j).event == written_by(load))
            return true;
    return false;
}

WBSYNC_INLINE bool history::is_alone_in_run(const location& x, int i) {
    return x.begin_of_run(i) == i && ends_run(x, i);
}

/// The store and what comes before it by po and rf, and the load, which reads it; without what
/// depends on its old value, such as a change that the old value was a condition of, and without
/// any order of stores, since both may be otherwise.
WBSYNC_INLINE bool history::cycle_is_forbidden(int load, int store) {
    keep_past(load, store);
    if (plainly_comes_before(load, store))
        return true;
    signature s;
    for (std::size_t i = 0; i != nodes_.size(); ++i)
        if (kept_[i])
            s.mix(nodes_[i].key);
    s.mix(detail::combine(at(load).key, at(store).key));
    s.mix(static_cast<std::uint64_t>(fails_));
    const auto [found, is_new] = known_.try_emplace(s, false);
    if (is_new) {
        event_graph g = build_known();
        g.co = relation(g.size());
        const event_index me = index_[static_cast<std::size_t>(load)];
        if (fails_) {
            g.events[me].order = access_order::once;
            g.events[me].rmw = false;
        }
        make_read(g, me, index_[static_cast<std::size_t>(store)]);
        if (const int write = written_by(load); is_kept(write))
            put_behind(g, index_[static_cast<std::size_t>(write)],
                       index_[static_cast<std::size_t>(store)]);
        found->second = model(g).judge() != axiom::none;
    }
    return found->second;
}

/// Is there a path of ppo and rfe from the load to the store that is seen without the model? Then
/// the load cannot read the store: hb would have a cycle. Most are of this kind, and the model
/// costs far more. O(events^2).
WBSYNC_INLINE bool history::plainly_comes_before(int load, int store) const {
    std::vector<bool> reached(nodes_.size(), false);
    std::vector<int> pending{load};
    while (!pending.empty()) {
        const int event = pending.back();
        pending.pop_back();
        if (event == store)
            return true;
        for_each_plainly_after(event, load, [&](int next) {
            if (is_kept(next) && !reached[static_cast<std::size_t>(next)]) {
                reached[static_cast<std::size_t>(next)] = true;
                pending.push_back(next);
            }
        });
    }
    return false;
}

/// Behind an acquire, a full barrier or before a release; by a dependency; by reads-from.
template <class F>
void history::for_each_plainly_after(int event, int load, F visit) const {
    const node& n = at(event);
    const auto& order = order_[n.what.thread];
    bool ordered = event != load && n.what.reads() && n.what.order == access_order::acquire;
    for (auto i = std::find(order.begin(), order.end(), event) + 1; i != order.end(); ++i) {
        const node& later = at(*i);
        const bool fence = later.what.kind == event_kind::fence;
        ordered = ordered || (fence && is_kept(*i) && later.since < 0 &&
                              later.what.barrier == barrier_kind::mb);
        const bool release = later.what.writes() && later.what.order == access_order::release;
        if (!fence && (ordered || release))
            visit(*i);
    }
    for (const dependent& d : dependents_)
        if (d.read == event)
            visit(d.event);
    if (!n.what.writes() || event == written_by(load))
        return;
    for (std::size_t i = 0; i != nodes_.size(); ++i)
        if (nodes_[i].source == event && nodes_[i].what.thread != n.what.thread &&
            nodes_[i].what.order != access_order::noreturn)
            visit(static_cast<int>(i));
}

/// The load reads that store, and none of those that are in a run with it.
WBSYNC_INLINE void history::make_read(event_graph& g, event_index load, event_index store) {
    event_set me(g.size());
    me.add(load);
    g.rf -= g.rf.then(me);
    g.rf.add(store, load);
}

/// The store of a late read-modify-write goes right behind what that reads. Who has read it so far
/// will read something else then: among them may be the one whose store the late one reads.
WBSYNC_INLINE void history::put_behind(event_graph& g, event_index write, event_index store) {
    g.co.add(store, write);
    event_set own(g.size());
    own.add(write);
    g.rf -= g.rf.from(own);
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
            const bool stays = !is_plain(n) && is_certain(order[k], load);
            kept_[static_cast<std::size_t>(order[k])] = stays;
            if (stays && order[k] != load && n.source >= 0 && !needs_change(n.source, load))
                pending.push_back(n.source);
        }
    }
}

// --- which store a late load reads --------------------------------------------------------------

/// The value is a part of its name.
WBSYNC_INLINE void history::is_late(int number, std::int64_t value) {
    node& n = at(number);
    n.what.value = value;
    n.may_be_late = true;
    n.key = detail::combine(n.key, static_cast<std::uint64_t>(value));
    late_.push_back(number);
}

WBSYNC_INLINE bool history::settle_late(const std::vector<late_load>& allowed, bool any_will_do) {
    allowed_ = any_will_do ? nullptr : &allowed;
    return late_.empty() || settle_from(0);
}

WBSYNC_INLINE bool history::settle_from(std::size_t k) {
    if (k == late_.size())
        return is_settled();
    node& n = at(late_[k]);
    const location& x = location_of(n);
    for (int i = 1; i <= x.newest(); ++i) {
        if (!could_be_read(x, i, late_[k]))
            continue;
        n.source = x.at(i).event;
        if (settle_from(k + 1))
            return true;
    }
    n.source = -1;
    return false;
}

/// It has the value that the late load took for granted, and is where it has to be.
WBSYNC_INLINE bool history::could_be_read(const location& x, int i, int late) const {
    if (!ends_run(x, i) || x.at(i).value != at(late).what.value)
        return false;
    const int write = written_by(late);
    return write < 0 || (i != x.newest() && x.at(i + 1).event == write);
}

WBSYNC_INLINE bool history::finds_store(int late) const {
    const location& x = location_of(at(late));
    for (int i = 1; i <= x.newest(); ++i)
        if (could_be_read(x, i, late))
            return true;
    return false;
}

/// What comes of a wrong value is nothing to go by: others have to be right.
WBSYNC_INLINE bool history::is_only_one_wrong(int late) const {
    return std::all_of(late_.begin(), late_.end(),
                       [&](int other) { return finds_store(other) == (other != late); });
}

WBSYNC_INLINE bool history::is_settled() {
    keep([](step_index) { return false; });
    const event_graph g = build_known();
    return (lateness_is_needed(g) || mutated(mutant::late_loads_twice)) &&
           (model(g).judge() == axiom::none || mutated(mutant::late_loads_unjudged));
}

/// The executions that differ only in which loads are late are one. It is the one that is left when
/// reads get their stores one after the other, those that may be late last, and a read that would
/// close a cycle of po and rf is late. Threads that are symmetric have no first one among them:
/// there each late load has to close a cycle with those that are not late.
WBSYNC_INLINE bool history::lateness_is_needed(const event_graph& g) const {
    std::vector<std::tuple<bool, int, int, int>> reads;
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
        const node& n = nodes_[i];
        const auto number = static_cast<int>(i);
        if (kept_[i] && n.source >= 0)
            reads.emplace_back(gets_its_store_last(number), n.what.thread, n.position, number);
    }
    std::sort(reads.begin(), reads.end());
    relation before = g.po;
    for (const auto& [last, thread, position, number] : reads) {
        const event_index me = index_[static_cast<std::size_t>(number)];
        const event_set sources = g.rf.inverse().row(me);
        bool closes = false;
        sources.each([&](event_index w) { closes = closes || before.has(me, w); });
        if (closes != is_late_one(number))
            return false;
        if (closes)
            continue;
        sources.each([&](event_index w) { before.add(w, me); });
        before = before.plus();
    }
    return true;
}

WBSYNC_INLINE bool history::is_late_one(int number) const {
    return std::find(late_.begin(), late_.end(), number) != late_.end();
}

WBSYNC_INLINE bool history::gets_its_store_last(int read) const {
    const node& n = at(read);
    if (allowed_ == nullptr || !n.may_be_late)
        return is_late_one(read);
    const late_load l{n.what.thread, static_cast<object_id>(n.what.location), value_of(n)};
    return std::find(allowed_->begin(), allowed_->end(), l) != allowed_->end();
}

/// What a read returns: a late one, or one of a store.
WBSYNC_INLINE std::int64_t history::value_of(const node& n) const {
    const location& x = location_of(n);
    for (int i = 0; i <= x.newest(); ++i)
        if (x.at(i).event == n.source)
            return x.at(i).value;
    return n.what.value;
}

/// The store before that of a late read-modify-write, of another thread; -1: there is none.
WBSYNC_INLINE int history::store_before_update(int late) const {
    const location& x = location_of(at(late));
    for (int i = 2; i <= x.newest(); ++i)
        if (x.at(i).event == written_by(late))
            return x.at(i - 1).thread == at(late).what.thread ? -1 : i - 1;
    return -1;
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
