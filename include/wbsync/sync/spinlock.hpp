// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event.hpp>

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/spinlock.hpp>
#else

#include <wbsync/sync/exclusive_lock.hpp>

namespace wbsync {

/// A spinlock. Its owner must not sleep: finding "misuse". An unlock and the next lock together
/// order more than a release and an acquire. What came before any unlock of a thread is ordered
/// before what comes after its next lock, of any two spinlocks. What came before an unlock is
/// ordered before what follows the next lock of the same spinlock by another thread
/// (po-unlock-lock-po of tools/memory-model/linux-kernel.cat). This is not a full barrier: a load
/// after may still overtake a store before, see smp_mb__after_spinlock() and
/// smp_mb__after_unlock_lock(). include/linux/spinlock.h.
class spinlock_t : public detail::exclusive_lock {
public:
    explicit spinlock_t(const label& name) : exclusive_lock(name, detail::lock_kind::spinning) {}
    /// A lock that is not part of any object; the execution has it once.
    spinlock_t(engine::location& x, std::uint64_t stamp)
        : exclusive_lock(x, stamp, detail::lock_kind::spinning) {}
};

} // namespace wbsync

#endif

namespace wbsync {

using raw_spinlock_t = spinlock_t;

/// Takes the lock; blocks while another thread holds it. Acquire. If one thread takes it twice, or
/// in an order that is circular with those of other locks: finding "lockdep".
/// Documentation/locking/spinlocks.rst.
inline void spin_lock(spinlock_t& l, const site& at = site::here()) {
    l.lock("spin_lock", at);
}

/// Takes the lock if it is free. On success ordered like spin_lock(); a failure is a relaxed load.
/// include/linux/spinlock.h.
inline bool spin_trylock(spinlock_t& l, const site& at = site::here()) {
    return l.trylock("spin_trylock", at);
}

/// Releases the lock. Release; for the next owner of this lock, also of what the thread has read
/// without acquiring it. If the thread does not hold it: finding "misuse".
/// include/linux/spinlock.h.
inline void spin_unlock(spinlock_t& l, const site& at = site::here()) {
    l.unlock("spin_unlock", at);
}

/// Tells by the newest value; for checks about an execution.
inline bool spin_is_locked(const spinlock_t& l, const site& at = site::here()) {
    return l.is_locked(at);
}

// The same under the names that also keep interrupts or softirqs out. There are none here: an
// interrupt is a thread of its own in a model. So this does not find the deadlock of a lock that an
// interrupt takes while a thread holds it with interrupts on.

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
/// `flags` has no meaning here. include/linux/spinlock.h.
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
