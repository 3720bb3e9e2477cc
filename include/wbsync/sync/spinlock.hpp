// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event.hpp>

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/spinlock.hpp>
#else

#include <wbsync/sync/exclusive_lock.hpp>

namespace wbsync {

/// A spinlock. Its owner must not sleep: finding "misuse". Together an unlock and the lock that
/// comes next order more than a release and an acquire: what came before any unlock of a thread is
/// ordered before what comes after its next lock, of whichever spinlocks, and what came before an
/// unlock before what follows the next lock of the same spinlock by another thread
/// (po-unlock-lock-po of tools/memory-model/linux-kernel.cat). No full barrier: a store before may
/// still be overtaken by a load after, see smp_mb__after_spinlock() and
/// smp_mb__after_unlock_lock(). include/linux/spinlock.h.
class spinlock_t : public detail::exclusive_lock {
public:
    explicit spinlock_t(const label& name) : exclusive_lock(name, detail::lock_kind::spinning) {}
    /// A lock that is no part of any object; the execution has it once.
    spinlock_t(engine::location& x, std::uint64_t stamp)
        : exclusive_lock(x, stamp, detail::lock_kind::spinning) {}
};

} // namespace wbsync

#endif

namespace wbsync {

using raw_spinlock_t = spinlock_t;

/// Takes the lock; blocks while another thread holds it. Acquire. Taken twice by one thread, or in
/// an order that is circular with those of other locks: finding "lockdep".
/// Documentation/locking/spinlocks.rst.
inline void spin_lock(spinlock_t& l, const site& at = site::here()) {
    l.lock("spin_lock", at);
}

/// Takes the lock if it is free. On success ordered as spin_lock(); a failure is a relaxed load.
/// include/linux/spinlock.h.
inline bool spin_trylock(spinlock_t& l, const site& at = site::here()) {
    return l.trylock("spin_trylock", at);
}

/// Releases the lock. Release; for who takes this lock next also of what the thread has read
/// without acquiring it. If the thread does not hold it: finding "misuse".
/// include/linux/spinlock.h.
inline void spin_unlock(spinlock_t& l, const site& at = site::here()) {
    l.unlock("spin_unlock", at);
}

/// For the newest value of a lock, in checks about an execution.
inline bool spin_is_locked(const spinlock_t& l, const site& at = site::here()) {
    return l.is_locked(at);
}

// The same under the names that also keep interrupts or softirqs out. There are none here: what an
// interrupt does is a thread of its own in a model. So a lock that an interrupt takes, and that
// some thread takes with interrupts on, is not found to be a deadlock.

inline void spin_lock_irq(spinlock_t& l, const site& at = site::here()) {
    l.lock(part_of("spin_lock_irq"), at);
}
inline void spin_unlock_irq(spinlock_t& l, const site& at = site::here()) {
    l.unlock(part_of("spin_unlock_irq"), at);
}
inline void spin_lock_bh(spinlock_t& l, const site& at = site::here()) {
    l.lock(part_of("spin_lock_bh"), at);
}
inline void spin_unlock_bh(spinlock_t& l, const site& at = site::here()) {
    l.unlock(part_of("spin_unlock_bh"), at);
}
/// `flags` only has to be there. include/linux/spinlock.h.
inline void spin_lock_irqsave(spinlock_t& l, unsigned long& flags, const site& at = site::here()) {
    flags = 0;
    l.lock(part_of("spin_lock_irqsave"), at);
}
inline void spin_unlock_irqrestore(spinlock_t& l, unsigned long /*flags*/,
                                   const site& at = site::here()) {
    l.unlock(part_of("spin_unlock_irqrestore"), at);
}
inline bool spin_trylock_irqsave(spinlock_t& l, unsigned long& flags,
                                 const site& at = site::here()) {
    flags = 0;
    return l.trylock(part_of("spin_trylock_irqsave"), at);
}

} // namespace wbsync
