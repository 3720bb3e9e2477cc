// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/thread_dependencies.hpp>
#include <wbsync/engine/mutants.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>
#include <iterator>

namespace wbsync::engine::lkmm {

WBSYNC_INLINE void thread_dependencies::begin() {
    newest = {};
    next.begin();
    entries_.clear();
    if (!sets_.empty())
        sets_.clear();
    ranges_.clear();
}

WBSYNC_INLINE dependency thread_dependencies::name_newest(const site& at) {
    const place where{newest.location, newest.source, at.file, at.line};
    auto e = std::find_if(entries_.rbegin(), entries_.rend(),
                          [&](const entry& other) { return other.where == where; });
    if (e == entries_.rend()) {
        entries_.push_back({.where = where});
        e = entries_.rbegin();
    }
    e->read = newest.number;
    return static_cast<dependency>(entries_.rend() - e);
}

WBSYNC_INLINE thread_dependencies::names thread_dependencies::members_of(dependency of) const {
    const entry& e = entries_[static_cast<std::size_t>(of - 1)];
    return e.members.empty() ? names{of} : e.members;
}

WBSYNC_INLINE dependency thread_dependencies::join(dependency a, dependency b) {
    const names of_a = members_of(a);
    const names of_b = members_of(b);
    names all;
    std::set_union(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(all));
    if (all == of_a)
        return a;
    if (all == of_b)
        return b;
    const auto [name, is_new] =
        sets_.try_emplace(all, static_cast<dependency>(entries_.size()) + 1);
    if (is_new)
        entries_.push_back({.members = std::move(all)});
    return name->second;
}

WBSYNC_INLINE event_numbers thread_dependencies::reads_of(dependency of) const {
    event_numbers all;
    if (of == 0 || mutated(mutant::values_depend_on_nothing))
        return all;
    for (const dependency d : members_of(of))
        all.push_back(entries_[static_cast<std::size_t>(d - 1)].read);
    std::sort(all.begin(), all.end());
    return all;
}

WBSYNC_INLINE void thread_dependencies::points_to(const event_numbers& by, const void* begin,
                                                  std::size_t size) {
    const auto* const first = static_cast<const std::byte*>(begin);
    const std::byte* const last = first + size;
    ranges_.erase(std::remove_if(ranges_.begin(), ranges_.end(),
                                 [&](const range& r) { return r.begin >= first && r.end <= last; }),
                  ranges_.end());
    ranges_.push_back({first, last, by});
}

WBSYNC_INLINE const event_numbers* thread_dependencies::address_of(const void* variable) const {
    const auto* const at = static_cast<const std::byte*>(variable);
    for (auto r = ranges_.rbegin(); r != ranges_.rend(); ++r)
        if (r->begin <= at && at < r->end)
            return &r->by;
    return nullptr;
}

} // namespace wbsync::engine::lkmm
