// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/sync/lock_order.hpp>

namespace wbsync::detail {

WBSYNC_INLINE void lock_order::reset() {
    for (engine::thread_id t = 0; t != engine::max_threads; ++t)
        left_[t].any = false;
}

WBSYNC_INLINE void lock_order::unlocks(point* lock) {
    if (engine::execution* run = where_order_matters())
        run->get<lock_order>().leave(*run, lock);
}

WBSYNC_INLINE void lock_order::locks(const point* lock) {
    if (engine::execution* run = where_order_matters())
        run->get<lock_order>().enter(*run, lock);
}

WBSYNC_INLINE engine::execution* lock_order::where_order_matters() {
    engine::execution* run = where_barriers_count();
    return run != nullptr && run->memory().reads_old_stores() ? run : nullptr;
}

WBSYNC_INLINE void lock_order::leave(engine::execution& run, point* lock) {
    point& mine = left_[run.self()];
    mine.any = true;
    mine.by = run.self();
    mine.known = run.memory().propagated(run.self());
    mine.when = mine.known.clock[run.self()];
    run.memory().tick(run.self()); // later steps are not known
    if (lock != nullptr)
        *lock = mine;
}

WBSYNC_INLINE void lock_order::enter(engine::execution& run, const point* lock) {
    const point& mine = left_[run.self()];
    const bool handed_over = lock != nullptr && lock->any;
    engine::view before; // an unlock
    if (handed_over && !engine::mutated(engine::mutant::unlock_passes_no_reads))
        run.memory().learn(run.self(), lock->known);
    if (handed_over) {
        order_stores(run, *lock);
        before = lock->known;
    }
    if (mine.any) {
        if (!engine::mutated(engine::mutant::relock_learns_nothing))
            run.memory().learn_but_for_plain(run.self(), mine.known);
        order_stores(run, mine);
        before.join(mine.known);
    }
    fence_partners& fences = fence_partners::of(run);
    fences.pass(run, fence_partner::spinlock);
    if (handed_over || mine.any)
        fences.pass(run, fence_partner::unlock_lock, before);
}

WBSYNC_INLINE void lock_order::order_stores(engine::execution& run, const point& unlock) {
    if (!engine::mutated(engine::mutant::relock_passes_no_stores))
        run.memory().pass_on_stores(run.self(), unlock.by, unlock.when);
}

} // namespace wbsync::detail
