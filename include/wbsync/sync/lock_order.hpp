// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/fences.hpp>

namespace wbsync::detail {

/// What an unlock of a spinlock and the lock that comes next order together, beyond release and
/// acquire: what came before the unlock against what comes after the lock, when one thread does
/// both, of whichever locks, or when the lock is handed over. (po-unlock-lock-po of
/// tools/memory-model/linux-kernel.cat.)
///
/// 1. A load before the unlock is performed before what follows the lock: what was read is acquired
///    by then. Plain accesses have to wait for the next acquire or barrier: for them the kernel's
///    model does not count this (it is none of its fences).
/// 2. A store before the unlock is propagated before the stores that follow the lock: whoever
///    acquires one of these knows it. That goes for no store that the thread has only read.
/// 3. The unlock passes on what the thread has read, too, to whoever takes the lock next.
///
/// The kernel's model has this for spinlocks. A mutex or a semaphore may be taken and given back by
/// an acquire and a release of its own variable, which order nothing of the kind.
class lock_order final : public engine::extension {
public:
    /// What was left behind at an unlock.
    struct point {
        bool any = false;
        engine::thread_id by = 0;
        engine::timestamp when = 0;
        engine::view known;
    };

    void reset() override {
        for (engine::thread_id t = 0; t != engine::max_threads; ++t)
            left_[t].any = false;
    }

    /// The current thread is about to unlock. `lock`: for who takes the same lock next.
    static void unlocks(point* lock = nullptr) {
        if (engine::execution* run = where_order_matters())
            run->get<lock_order>().leave(*run, lock);
    }
    /// The current thread has taken a lock, which `lock` was left in.
    static void locks(const point* lock = nullptr) {
        if (engine::execution* run = where_order_matters())
            run->get<lock_order>().enter(*run, lock);
    }

private:
    /// Under sc every access orders as much.
    static engine::execution* where_order_matters() {
        engine::execution* run = where_barriers_count();
        return run != nullptr && run->memory().reads_old_stores() ? run : nullptr;
    }

    void leave(engine::execution& run, point* lock) {
        point& mine = left_[run.self()];
        mine.any = true;
        mine.by = run.self();
        mine.known = run.memory().propagated(run.self());
        mine.when = mine.known.clock[run.self()];
        run.memory().tick(run.self()); // what comes later is not known
        if (lock != nullptr)
            *lock = mine;
    }

    void enter(engine::execution& run, const point* lock) {
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

    static void order_stores(engine::execution& run, const point& unlock) {
        if (!engine::mutated(engine::mutant::relock_passes_no_stores))
            run.memory().pass_on_stores(run.self(), unlock.by, unlock.when);
    }

    engine::per_thread<point> left_;
};

} // namespace wbsync::detail
