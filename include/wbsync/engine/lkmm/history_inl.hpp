// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/cycle_search.hpp>
#include <wbsync/engine/lkmm/history.hpp>
#include <wbsync/engine/lkmm/key.hpp>
#include <wbsync/engine/lkmm/model.hpp>
#include <wbsync/engine/mutants.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>

namespace wbsync::engine::lkmm {

WBSYNC_INLINE void history::begin(const location_list& locations) {
    locations_ = &locations;
    nodes_.clear();
    for (thread_id t = 0; t != max_threads; ++t)
        order_[t].clear();
    begin_dependencies();
    count_.fill(0);
    points_.clear();
    plain_.clear();
    links_ = 0;
    late_.clear();
    changes_.clear();
    raced_.clear();
    constexpr std::size_t most = std::size_t{1} << 20;
    if (known_.size() > most)
        known_.clear();
}

// --- events
// ---------------------------------------------------------------------------------------

WBSYNC_INLINE std::uint64_t history::new_key(const place& at) {
    const auto thread = static_cast<std::uint64_t>(at.thread) + 1;
    return detail::scramble(thread << 32 | static_cast<std::uint64_t>(count_[at.thread]++));
}

/// As the event at index `position` of its thread.
WBSYNC_INLINE void history::put(const place& at, node n, std::size_t position) {
    n.what.thread = at.thread;
    n.step = at.step;
    n.epoch = at.epoch;
    if (at.known != nullptr && n.what.writes())
        n.known = *at.known;
    n.position = count_[at.thread];
    auto& order = order_[at.thread];
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(position),
                 static_cast<int>(nodes_.size()));
    nodes_.push_back(n);
}

WBSYNC_INLINE int history::add_initial(object_id location) {
    node n;
    n.what.kind = event_kind::write;
    n.what.location = static_cast<int>(location);
    n.key = detail::scramble(std::uint64_t{1} << 62 | location);
    nodes_.push_back(n);
    return static_cast<int>(nodes_.size()) - 1;
}

WBSYNC_INLINE int history::add(const place& at, const event& what, int source) {
    node n;
    n.what = what;
    n.source = source;
    const auto kind =
        static_cast<std::uint64_t>(what.kind) << 16 | static_cast<std::uint64_t>(what.order) << 8 |
        static_cast<std::uint64_t>(what.barrier) << 1 | static_cast<std::uint64_t>(what.rmw);
    n.key =
        detail::combine(new_key(at), static_cast<std::uint64_t>(what.location + 1) << 32 | kind);
    if (source >= 0)
        n.key = detail::combine(n.key, this->at(source).key);
    put(at, n, order_[at.thread].size());
    return static_cast<int>(nodes_.size()) - 1;
}

WBSYNC_INLINE void history::add_plain(const place& at, const void* object, bool writes) {
    constexpr int first_plain = 1 << 25; // beyond the numbers of links
    auto x = std::find_if(plain_.begin(), plain_.end(),
                          [&](const plain_variable& v) { return v.object == object; });
    if (x == plain_.end()) {
        const int location = first_plain + static_cast<int>(plain_.size());
        node initial;
        initial.what = {
            .kind = event_kind::write, .location = location, .order = access_order::plain};
        nodes_.push_back(initial);
        x = plain_.insert(x, {object, location, {static_cast<int>(nodes_.size()) - 1}});
    }
    const int number = add(at,
                           {.kind = writes ? event_kind::write : event_kind::read,
                            .location = x->location,
                            .order = access_order::plain},
                           writes ? -1 : x->writes.back());
    relate(number, address_of(at.thread, object), dependency_kind::address);
    if (writes)
        x->writes.push_back(number);
}

WBSYNC_INLINE std::vector<thread_id> history::threads() const {
    std::vector<thread_id> all;
    for (thread_id t = 0; t != max_threads; ++t)
        if (!order_[t].empty())
            all.push_back(t);
    return all;
}

WBSYNC_INLINE void history::add_fence_since(const place& at, const vector_clock& before) {
    node n;
    n.since = static_cast<int>(points_.size());
    points_.push_back(before);
    n.key = new_key(at);
    for (thread_id t = 0; t != max_threads; ++t)
        if (!order_[t].empty())
            n.key = detail::combine(n.key, static_cast<std::uint64_t>(before[t]) << 8 |
                                               static_cast<std::uint64_t>(t));
    put(at, n, order_[at.thread].size());
}

WBSYNC_INLINE void history::put_fence_before_update(const place& at, const vector_clock& before,
                                                    int number) {
    add_fence_since(at, before);
    auto& order = order_[at.thread];
    std::rotate(order.end() - 3, order.end() - 1, order.end());
    this->at(number).what.order = access_order::once;
    this->at(number).key = detail::scramble(this->at(number).key);
}

WBSYNC_INLINE void history::add_link(const place& at, thread_id by, timestamp when) {
    auto& theirs = order_[by];
    std::size_t end = theirs.size();
    while (end != 0 && this->at(theirs[end - 1]).epoch > when)
        --end;
    if (end == 0)
        return; // it has done nothing yet
    int release = theirs[end - 1];
    constexpr int first_link = 1 << 24; // beyond the number of any location
    if (this->at(release).what.location < first_link || !this->at(release).what.writes()) {
        node n;
        n.what = {.kind = event_kind::write,
                  .location = first_link + links_++,
                  .order = access_order::release};
        n.key = detail::combine(this->at(release).key, 7);
        const timestamp epoch = this->at(release).epoch;
        release = static_cast<int>(nodes_.size());
        const int count = this->at(theirs[end - 1]).position;
        put({by, epoch, -1}, n, end); // whoever else learns from it finds it there
        nodes_.back().position = count;
    }
    add(at,
        {.kind = event_kind::read,
         .location = this->at(release).what.location,
         .order = access_order::acquire},
        release);
}

// --- questions
// ------------------------------------------------------------------------------------

WBSYNC_INLINE void history::signature::mix(std::uint64_t word) noexcept {
    const std::uint64_t h = detail::scramble(word);
    a += h;
    b += detail::scramble(h ^ 0x2545f4914f6cdd1d);
}

/// A sum over the events and the order of stores, so that equivalent executions have the same.
WBSYNC_INLINE history::signature history::sign(const candidate& c) const {
    signature s;
    for (std::size_t i = 0; i != nodes_.size(); ++i)
        if (kept_[i] && nodes_[i].what.thread != event::no_thread)
            s.mix(nodes_[i].key);
    for (const location* x : *locations_) {
        std::uint64_t before = 0; // the sum of the runs so far
        std::uint64_t run = 0;
        for (int i = 0; i <= x->newest(); ++i) {
            if (!is_kept(x->at(i).event))
                continue;
            const std::uint64_t key = at(x->at(i).event).key;
            if (i != 0 && x->at(i).run != x->at(i - 1).run)
                before += std::exchange(run, 0);
            run += key;
            if (i != 0)
                s.mix(detail::combine(key, before));
        }
    }
    const int store = splits_run(c) ? c.first : source_of(c);
    s.mix(detail::combine(at(c.x->at(store).event).key,
                          static_cast<std::uint64_t>(c.thread) << 3 |
                              static_cast<std::uint64_t>(splits_run(c)) << 2 |
                              static_cast<std::uint64_t>(c.what)));
    s.mix(key_of_dependencies(c));
    return s;
}

/// The store that it reads, or comes after; of a run, some may not be there.
WBSYNC_INLINE int history::source_of(const candidate& c) const {
    int i = c.first - 1;
    while (!is_kept(c.x->at(i).event))
        --i;
    return i;
}

WBSYNC_INLINE bool history::forbids_kept(const candidate& c) {
    if (mutated(mutant::no_model_veto))
        return false;
    const auto [found, is_new] = known_.try_emplace(sign(c), false);
    if (is_new) {
        const event_graph g = build(c);
        found->second = (may_be_on_cycle(g, g.size() - 2) || may_be_on_cycle(g, g.size() - 1)) &&
                        model(g).judge() != axiom::none;
    }
    return found->second;
}

WBSYNC_INLINE bool history::newest_races(thread_id t) {
    const int newest = order_[t].back();
    if (!races(newest))
        return false;
    if (has_late())
        raced_.push_back(newest);
    return true;
}

WBSYNC_INLINE bool history::races(int number) {
    kept_.assign(nodes_.size(), true);
    const event_graph g = build_known();
    const event_index me = index_[static_cast<std::size_t>(number)];
    model m(g);
    if (m.judge() != axiom::none)
        return true;
    const auto races = m.races();
    return std::any_of(races.begin(), races.end(),
                       [&](const data_race& r) { return r.first == me || r.second == me; });
}

WBSYNC_INLINE event_graph history::build(const candidate& c) {
    event_graph g = build_known();
    append(g, c);
    return g;
}

/// With room for a candidate.
WBSYNC_INLINE event_graph history::build_known() {
    std::vector<event> events;
    list_events(events);
    event_graph g(std::move(events));
    order_program(g);
    add_dependencies(g);
    order_stores(g);
    order_plain_stores(g);
    read_stores(g);
    return g;
}

/// Those that are kept, and the candidate's. An initial write that nothing overwrites relates
/// nothing.
WBSYNC_INLINE void history::list_events(std::vector<event>& events) {
    index_.assign(nodes_.size(), 0);
    for (const location* x : *locations_) {
        bool overwritten = false;
        for (int i = 1; i <= x->newest(); ++i)
            overwritten = overwritten || is_kept(x->at(i).event);
        if (!overwritten && x->at(0).event >= 0)
            kept_[static_cast<std::size_t>(x->at(0).event)] = false;
    }
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
        if (!kept_[i])
            continue;
        index_[i] = events.size();
        events.push_back(nodes_[i].what);
    }
    for (int i = 0; i != 3; ++i)
        events.emplace_back(); // a part of a run, and the candidate: see append()
}

WBSYNC_INLINE void history::order_program(event_graph& g) const {
    for (thread_id t = 0; t != max_threads; ++t) {
        const auto& order = order_[t];
        for (std::size_t i = 0; i != order.size(); ++i) {
            const node& n = at(order[i]);
            if (!is_kept(order[i]))
                continue;
            const event_index me = index_[static_cast<std::size_t>(order[i])];
            for (std::size_t j = i + 1; j != order.size(); ++j) {
                const node& later = at(order[j]);
                if (!is_kept(order[j]) || later.since >= 0)
                    continue;
                const event_index other = index_[static_cast<std::size_t>(order[j])];
                g.po.add(me, other);
                if (later.what.writes() && later.position >= n.controls)
                    g.ctrl.add(me, other);
            }
            if (n.what.writes() && n.what.rmw) // its read is right before it
                g.rmw.add(me - 1, me);
        }
    }
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
        if (nodes_[i].since < 0 || !kept_[i])
            continue;
        const vector_clock& before = points_[static_cast<std::size_t>(nodes_[i].since)];
        for (std::size_t j = 0; j != nodes_.size(); ++j) {
            const node& n = nodes_[j];
            if (kept_[j] && n.what.thread != event::no_thread && n.since < 0 &&
                before.covers(n.what.thread, n.epoch))
                g.po.add(index_[j], index_[i]);
        }
    }
}

/// Modification order.
WBSYNC_INLINE void history::order_stores(event_graph& g) {
    run_of_.assign(nodes_.size(), {0, 0});
    stores_.clear();
    for (const location* x : *locations_) {
        const std::size_t first = stores_.size();
        for (int i = 0; i <= x->newest();) {
            const auto begin = static_cast<int>(stores_.size());
            const int run = x->at(i).run;
            for (; i <= x->newest() && x->at(i).run == run; ++i) {
                const int number = x->at(i).event;
                if (!is_kept(number))
                    continue;
                stores_.push_back(number);
                const event_index store = index_[static_cast<std::size_t>(number)];
                for (std::size_t j = first; j != static_cast<std::size_t>(begin); ++j)
                    g.co.add(index_[static_cast<std::size_t>(stores_[j])], store);
            }
            for (auto j = static_cast<std::size_t>(begin); j != stores_.size(); ++j)
                run_of_[static_cast<std::size_t>(stores_[j])] = {begin,
                                                                 static_cast<int>(stores_.size())};
        }
    }
}

WBSYNC_INLINE void history::order_plain_stores(event_graph& g) const {
    for (const plain_variable& x : plain_)
        for (std::size_t i = 0; i != x.writes.size(); ++i)
            for (std::size_t j = i + 1; j != x.writes.size(); ++j)
                if (is_kept(x.writes[i]) && is_kept(x.writes[j]))
                    g.co.add(index_[static_cast<std::size_t>(x.writes[i])],
                             index_[static_cast<std::size_t>(x.writes[j])]);
}

/// Is it the read of one of several additions that commute? Then it is open which one it reads.
WBSYNC_INLINE bool history::is_in_run(std::size_t read) const {
    if (nodes_[read].what.order != access_order::noreturn)
        return false;
    const auto [begin, end] = run_of_[read + 1];
    return end - begin > 1;
}

WBSYNC_INLINE void history::read_stores(event_graph& g) {
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
        const int source = nodes_[i].source;
        if (!kept_[i] || !is_kept(source) || is_in_run(i))
            continue;
        const event_index me = index_[i];
        const auto [begin, end] = run_of_[static_cast<std::size_t>(source)];
        if (begin == end) // a link
            g.rf.add(index_[static_cast<std::size_t>(source)], me);
        for (int j = begin; j != end; ++j)
            g.rf.add(index_[static_cast<std::size_t>(stores_[static_cast<std::size_t>(j)])], me);
    }
}

/// What the last three events are: the part of a run that the candidate reads, its read and its
/// write. What is not there stays a fence of nobody, which relates nothing.
WBSYNC_INLINE void history::append(event_graph& g, const candidate& c) {
    const event_index read = g.size() - 2;
    const event_index write = g.size() - 1;
    if (c.what != access::write)
        append_read(g, c, read);
    const thread_dependencies::next_store& next = told_[c.thread].next;
    if (c.what != access::read) {
        append_write(g, c, write);
        g.events[write].order = next.order;
    }
    if (c.what == access::update) {
        g.events[read].rmw = g.events[write].rmw = true;
        g.po.add(read, write);
        g.rmw.add(read, write);
        if (next.order == access_order::mb)
            g.events[read].order = access_order::mb;
        else if (!next.returns)
            g.events[read].order = access_order::noreturn;
        if (!next.replaces)
            g.data.add(read, write);
    }
}

WBSYNC_INLINE void history::append_read(event_graph& g, const candidate& c, event_index me) const {
    event& e = g.events[me];
    e.kind = c.x->is_spinlock ? event_kind::lock_fail : event_kind::read;
    e.thread = c.thread;
    e.location = static_cast<int>(c.x->id);
    for (const int n : order_[c.thread])
        if (is_kept(n))
            g.po.add(index_[static_cast<std::size_t>(n)], me);
    add_each(address_of(c.thread, c.x->handle), me, g.addr);
    if (splits_run(c))
        return read_part_of_run(g, c, me);
    const auto [begin, end] = run_of_[static_cast<std::size_t>(c.x->at(source_of(c)).event)];
    for (int j = begin; j != end; ++j)
        g.rf.add(index_[static_cast<std::size_t>(stores_[static_cast<std::size_t>(j)])], me);
}

WBSYNC_INLINE void history::append_write(event_graph& g, const candidate& c, event_index me) const {
    event& e = g.events[me];
    e.kind = event_kind::write;
    e.thread = c.thread;
    e.location = static_cast<int>(c.x->id);
    for (const int n : order_[c.thread]) {
        if (!is_kept(n))
            continue;
        const event_index before = index_[static_cast<std::size_t>(n)];
        g.po.add(before, me);
        if (at(n).controls != none)
            g.ctrl.add(before, me);
    }
    append_control(g, c, me);
    add_each(address_of(c.thread, c.x->handle), me, g.addr);
    add_each(told_[c.thread].next.data, me, g.data);
    for (int i = 0; i <= c.x->newest(); ++i) {
        const int number = c.x->at(i).event;
        if (!is_kept(number))
            continue;
        const event_index store = index_[static_cast<std::size_t>(number)];
        if (i < c.first)
            g.co.add(store, me);
        else
            g.co.add(me, store);
    }
}

/// The sum of the run without the store that it passes over, as a write of nobody.
WBSYNC_INLINE void history::read_part_of_run(event_graph& g, const candidate& c,
                                             event_index me) const {
    const event_index part = g.size() - 3;
    g.events[part].kind = event_kind::write;
    g.events[part].location = static_cast<int>(c.x->id);
    g.rf.add(part, me);
    const int run = c.x->at(c.first).run;
    for (int i = 0; i <= c.x->newest(); ++i) {
        const store_record& s = c.x->at(i);
        if (!is_kept(s.event))
            continue;
        const event_index store = index_[static_cast<std::size_t>(s.event)];
        if (i < c.first && s.run != run)
            g.co.add(store, part);
        else if (s.run != run || i == c.first)
            g.co.add(part, store);
    }
}

} // namespace wbsync::engine::lkmm
