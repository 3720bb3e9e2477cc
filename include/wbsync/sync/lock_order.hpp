// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/fences.hpp>

namespace wbsync::detail {

/// What an unlock of a spinlock and a later lock order together, beyond release and acquire: what
/// came before the unlock against what comes after the lock, if one thread does both, with any two
/// spinlocks, or if the lock is handed over. (po-unlock-lock-po of
/// tools/memory-model/linux-kernel.cat.)
///
/// 1. A load before the unlock is performed before what follows the lock: what was read is acquired
///    by then. Plain accesses have to wait for the next acquire or barrier: for them the kernel's
///    model does not count this order (it is not one of its fences).
/// 2. A store before the unlock is propagated before the stores that follow the lock: a thread that
///    acquires one of these knows it. This does not hold for stores that the thread has only read.
/// 3. The unlock also passes on what the thread has read, to the thread that takes the lock next.
///
/// The kernel's model has this only for spinlocks. A mutex or a semaphore may be implemented by an
/// acquire and a release of its own variable, which order nothing of the kind.
class lock_order final : public engine::extension {
public:
    /// What was left behind at an unlock.
    struct point {
        bool any = false;
        engine::thread_id by = 0;
        engine::timestamp when = 0;
        engine::view known;
    };

    void reset() override;

    /// The current thread is about to unlock. `lock` keeps a point for the next owner of the same
    /// lock.
    static void unlocks(point* lock = nullptr);
    /// The current thread has taken a lock. `lock` is the point that its last owner left.
    static void locks(const point* lock = nullptr);

private:
    /// nullptr under sc, where every access orders as much.
    static engine::execution* where_order_matters();

    void leave(engine::execution& run, point* lock);

    void enter(engine::execution& run, const point* lock);

    static void order_stores(engine::execution& run, const point& unlock);

    engine::per_thread<point> left_;
};

} // namespace wbsync::detail

#ifndef WBSYNC_COMPILED
#include <wbsync/sync/lock_order_inl.hpp>
#endif
