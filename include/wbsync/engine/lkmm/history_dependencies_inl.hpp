// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/history.hpp>
#include <wbsync/engine/lkmm/key.hpp>
#include <wbsync/linkage.hpp>

#include <utility>

namespace wbsync::engine::lkmm {

WBSYNC_INLINE void history::begin_dependencies() {
    dependents_.clear();
    for (thread_id t = 0; t != max_threads; ++t) {
        told_[t].begin();
        branches_[t].clear();
        open_[t].clear();
    }
}

// --- what is told -------------------------------------------------------------------------------

WBSYNC_INLINE void history::controls(int number) {
    node& n = at(number);
    told_[n.what.thread].newest = {number, n.what.location, n.source, n.key};
    decide(number);
}

WBSYNC_INLINE void history::decide(int number) {
    node& n = at(number);
    if (n.controls != none)
        return;
    n.controls = count_[n.what.thread];
    n.key = detail::combine(n.key, static_cast<std::uint64_t>(n.controls));
}

WBSYNC_INLINE dependency history::newest_read(thread_id t, const site& at, bool decides) {
    thread_dependencies& told = told_[t];
    if (told.newest.number < 0)
        return 0;
    if (!decides) {
        node& n = this->at(told.newest.number);
        n.controls = none;
        n.key = told.newest.key;
    }
    return told.name_newest(at);
}

WBSYNC_INLINE dependency history::join(thread_id t, dependency a, dependency b) {
    return told_[t].join(a, b);
}

WBSYNC_INLINE void history::decides(thread_id t, dependency of) {
    if (const int read = told_[t].only_read_of(of); read >= 0)
        return decide(read);
    for (const int read : told_[t].reads_of(of))
        decide(read);
}

WBSYNC_INLINE void history::begin_branch(thread_id t, dependency of) {
    open_[t].push_back(branches_[t].size());
    branches_[t].push_back({told_[t].reads_of(of), count_[t]});
    for (const int read : branches_[t].back().reads)
        at(read).key = detail::combine(at(read).key, static_cast<std::uint64_t>(count_[t]) << 1);
}

/// One that nothing was done in leaves nothing behind.
WBSYNC_INLINE void history::end_branch(thread_id t) {
    if (open_[t].empty() || mutated(mutant::branch_never_ends))
        return;
    branch& b = branches_[t][open_[t].back()];
    open_[t].pop_back();
    b.until = count_[t];
    for (const int read : b.reads)
        at(read).key =
            detail::combine(at(read).key, static_cast<std::uint64_t>(count_[t]) << 1 | 1);
}

WBSYNC_INLINE void history::next_store(thread_id t, dependency of, bool replaces) {
    told_[t].next = {told_[t].reads_of(of), replaces};
}

WBSYNC_INLINE void history::next_change(thread_id t, bool release, bool full) {
    if (mutated(mutant::order_of_change_unknown))
        return;
    told_[t].next.order = full      ? access_order::mb
                          : release ? access_order::release
                                    : access_order::once;
}

WBSYNC_INLINE void history::next_has_no_result(thread_id t) {
    told_[t].next.returns = mutated(mutant::reads_without_result_are_ordered);
}

WBSYNC_INLINE void history::points_to(thread_id t, dependency of, const void* begin,
                                      std::size_t size) {
    told_[t].points_to(told_[t].reads_of(of), begin, size);
}

WBSYNC_INLINE void history::leads_to(thread_id t, const void* from, const void* begin,
                                     std::size_t size) {
    told_[t].points_to(event_numbers{address_of(t, from)}, begin, size);
}

// --- what depends on it -------------------------------------------------------------------------

WBSYNC_INLINE void history::depends(int number, const void* object) {
    const event& what = at(number).what;
    relate(number, address_of(what.thread, object), dependency_kind::address);
    if (what.reads() && what.rmw)
        return; // its write comes next
    thread_dependencies::next_store& next = told_[what.thread].next;
    if (what.writes()) {
        relate(number, next.data, dependency_kind::data);
        if (what.rmw && !next.replaces) // the key of the event says so already, but for `replaces`
            dependents_.push_back({number - 1, number, dependency_kind::data});
        else if (what.rmw)
            at(number).key = detail::scramble(at(number).key);
    }
    next.begin();
}

WBSYNC_INLINE void history::relate(int number, const event_numbers& reads, dependency_kind how) {
    if (reads.empty())
        return;
    for (const int read : reads)
        dependents_.push_back({read, number, how});
    at(number).key =
        detail::combine(at(number).key, key_of_reads(reads) + static_cast<std::uint64_t>(how));
}

/// By their places in the thread, which are the same in all equivalent executions.
WBSYNC_INLINE std::uint64_t history::key_of_reads(const event_numbers& reads) const {
    std::uint64_t key = 0;
    for (const int read : reads)
        key = detail::combine(key, static_cast<std::uint64_t>(at(read).position));
    return key;
}

WBSYNC_INLINE const event_numbers& history::address_of(thread_id t, const void* object) const {
    static const event_numbers nothing;
    const event_numbers* const by = object == nullptr ? nullptr : told_[t].address_of(object);
    return by == nullptr ? nothing : *by;
}

// --- questions ----------------------------------------------------------------------------------

WBSYNC_INLINE std::uint64_t history::key_of_dependencies(const candidate& c) const {
    const thread_dependencies::next_store& next = told_[c.thread].next;
    const std::uint64_t address = key_of_reads(address_of(c.thread, c.x->handle));
    if (c.what == access::read)
        return address;
    return detail::combine(
        address,
        detail::combine(key_of_reads(next.data), static_cast<std::uint64_t>(next.order) << 2 |
                                                     static_cast<std::uint64_t>(next.returns) << 1 |
                                                     static_cast<std::uint64_t>(next.replaces)));
}

WBSYNC_INLINE void history::add_dependencies(event_graph& g) const {
    for (const dependent& d : dependents_)
        if (is_kept(d.read) && is_kept(d.event)) {
            relation& into = d.how == dependency_kind::address ? g.addr : g.data;
            into.add(index_[static_cast<std::size_t>(d.read)],
                     index_[static_cast<std::size_t>(d.event)]);
        }
    for (thread_id t = 0; t != max_threads; ++t)
        for (const branch& b : branches_[t])
            for (const int n : order_[t]) {
                const node& later = at(n);
                if (is_kept(n) && later.what.writes() && b.has(later.position))
                    add_each(b.reads, index_[static_cast<std::size_t>(n)], g.ctrl);
            }
}

WBSYNC_INLINE void history::add_each(const event_numbers& from, event_index to,
                                     relation& into) const {
    for (const int n : from)
        if (is_kept(n))
            into.add(index_[static_cast<std::size_t>(n)], to);
}

/// By the branches that it is in.
WBSYNC_INLINE void history::append_control(event_graph& g, const candidate& c,
                                           event_index me) const {
    for (const std::size_t b : open_[c.thread])
        add_each(branches_[c.thread][b].reads, me, g.ctrl);
}

} // namespace wbsync::engine::lkmm
