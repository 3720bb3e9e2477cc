// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>
#include <wbsync/engine/thread_views.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>
#include <utility>

namespace wbsync::engine {

WBSYNC_INLINE bool thread_views::comes_before_plain(thread_id t, thread_id by,
                                                    timestamp when) const noexcept {
    return plain_clock(views_[t]).covers(by, when);
}

WBSYNC_INLINE view thread_views::propagated(thread_id t) const {
    view v = views_[t].now;
    v.join(views_[t].read);
    return v;
}

WBSYNC_INLINE void thread_views::learn(thread_id t, const view& what) {
    comes_after(t, what, false);
    views_[t].now.join(what);
    views_[t].plain_lags = false;
    stir(views_[t]);
}

WBSYNC_INLINE void thread_views::learn_but_for_plain(thread_id t, const view& what) {
    const vector_clock before = plain_clock(views_[t]);
    learn(t, what);
    views_[t].plain = before;
    views_[t].plain[t] = never; // it covers all accesses of `t` itself
    views_[t].plain_lags = !mutated(mutant::relock_orders_plain);
}

WBSYNC_INLINE void thread_views::receive_strongly(thread_id t, const view& what) {
    comes_after(t, what, true);
    thread_view& v = views_[t];
    v.now.join(what);
    v.read.join(what);
    v.passed.join(what);
    v.plain.join(what.clock);
    stir(v);
}

WBSYNC_INLINE void thread_views::pass_on_stores(thread_id t, thread_id by, timestamp when) {
    view& passed = views_[t].passed;
    timestamp& known = mutated(mutant::relock_passes_reads) ? passed.clock[by] : passed.stores[by];
    known = std::max(known, when);
}

WBSYNC_INLINE void thread_views::continue_from(thread_id t, thread_id other) {
    const timestamp epoch = views_[t].now.clock[t];
    views_[t] = views_[other];
    views_[t].now.clock[t] = epoch;
    views_[t].plain[t] = never;
    tick(other);
}

WBSYNC_INLINE void thread_views::continue_after(thread_id t, thread_id other) {
    vector_clock plain = plain_clock(views_[t]);
    plain.join(plain_clock(views_[other]));
    views_[t].plain_lags = views_[t].plain_lags || views_[other].plain_lags;
    views_[t].now.join(views_[other].now);
    views_[t].read.join(views_[other].read);
    views_[t].plain = plain;
    views_[t].plain[t] = never;
    stir(views_[t]);
}

WBSYNC_INLINE view thread_views::point(thread_id t) {
    view known = propagated(t);
    tick(t);
    return known;
}

WBSYNC_INLINE void thread_views::acquire_fence(thread_id t) {
    views_[t].now.join(views_[t].read);
    views_[t].plain_lags = false;
}

WBSYNC_INLINE void thread_views::release_fence(thread_id t) {
    views_[t].passed = views_[t].now;
    tick(t);
}

WBSYNC_INLINE void thread_views::begin_views(int threads) {
    if (std::exchange(any_loads_, false))
        loads_.fill({});
    for (thread_id t = 0; t != threads; ++t) {
        views_[t] = {};
        views_[t].now.clock[t] = 1;
    }
}

} // namespace wbsync::engine
