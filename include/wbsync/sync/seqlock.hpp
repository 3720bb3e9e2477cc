// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/fences.hpp>
#include <wbsync/sync/lockdep.hpp>
#include <wbsync/sync/spinlock.hpp>

namespace wbsync {

/// A sequence counter: odd while a writer is inside. Writers exclude each other by other means. The
/// data that it protects races by design: use READ_ONCE() and WRITE_ONCE().
/// Documentation/locking/seqlock.rst, include/linux/seqlock.h.
class seqcount_t {
public:
    explicit seqcount_t(const label& name) : sequence(name) {}

    atomic_t sequence;
};

/// Begins a read section; returns the sequence for read_seqcount_retry(). Blocks while the sequence
/// is odd, where the kernel spins. Acquire. A section cannot repeat for ever: each time a writer
/// was there. include/linux/seqlock.h.
std::int64_t read_seqcount_begin(const seqcount_t& s, const site& at = site::here());

/// read_seqcount_begin() that does not wait for a writer inside: the section will have to be
/// repeated then. include/linux/seqlock.h.
inline std::int64_t raw_seqcount_begin(const seqcount_t& s, const site& at = site::here()) {
    return s.sequence.value.load(memory_order::acquire, "raw_seqcount_begin", at) &
           ~std::int64_t{1};
}

/// Ends a read section: smp_rmb(), then compares the sequence with `start`. If it differs, what was
/// read must be thrown away. include/linux/seqlock.h.
bool read_seqcount_retry(const seqcount_t& s, std::int64_t start, const site& at = site::here());

namespace detail {

/// A step of a writer. If the sequence was not as `was_odd` says: finding "misuse".
void step_sequence(seqcount_t& s, bool was_odd, const char* verb, const site& at);

} // namespace detail

/// Begins a write section: the sequence becomes odd, smp_wmb(). If another writer is inside:
/// finding "misuse". include/linux/seqlock.h.
void write_seqcount_begin(seqcount_t& s, const site& at = site::here());

/// Ends a write section: smp_wmb(), the sequence becomes even. include/linux/seqlock.h.
void write_seqcount_end(seqcount_t& s, const site& at = site::here());

/// A sequence counter with a spinlock for its writers. include/linux/seqlock.h.
class seqlock_t {
public:
    explicit seqlock_t(const label& name)
        : name_(name), seqcount({name_, "seqcount"}), lock({name_, "lock"}) {}
    seqlock_t(const seqlock_t&) = delete;
    seqlock_t& operator=(const seqlock_t&) = delete;

private:
    label name_;

public:
    seqcount_t seqcount;
    spinlock_t lock;
};

/// Like that of its spinlock: for writers, and readers with read_seqlock_excl().
inline bool lockdep_is_held(const seqlock_t& s) {
    return lockdep_is_held(s.lock);
}
inline void lockdep_assert_held(const seqlock_t& s, const site& at = site::here()) {
    lockdep_assert_held(s.lock, at);
}

/// Like read_seqcount_begin(). include/linux/seqlock.h.
inline std::int64_t read_seqbegin(const seqlock_t& s, const site& at = site::here()) {
    return read_seqcount_begin(s.seqcount, at);
}
/// Like read_seqcount_retry(). include/linux/seqlock.h.
inline bool read_seqretry(const seqlock_t& s, std::int64_t start, const site& at = site::here()) {
    return read_seqcount_retry(s.seqcount, start, at);
}

/// spin_lock() and write_seqcount_begin(): blocks while another writer is inside.
/// include/linux/seqlock.h.
void write_seqlock(seqlock_t& s, const site& at = site::here());
/// write_seqcount_end() and spin_unlock(). include/linux/seqlock.h.
void write_sequnlock(seqlock_t& s, const site& at = site::here());

/// A reader that excludes writers: takes only the spinlock. Other readers need not repeat.
/// include/linux/seqlock.h.
inline void read_seqlock_excl(seqlock_t& s, const site& at = site::here()) {
    s.lock.lock("read_seqlock_excl", at);
}
inline void read_sequnlock_excl(seqlock_t& s, const site& at = site::here()) {
    s.lock.unlock("read_sequnlock_excl", at);
}

/// First reads without the lock, with an even `seq`; if that has to be repeated, set `seq` to 1,
/// and it takes the lock. As in fs/dcache.c.
void read_seqbegin_or_lock(seqlock_t& s, std::int64_t& seq, const site& at = site::here());
inline bool need_seqretry(const seqlock_t& s, std::int64_t seq, const site& at = site::here()) {
    return seq % 2 == 0 && read_seqretry(s, seq, at);
}
inline void done_seqretry(seqlock_t& s, std::int64_t seq, const site& at = site::here()) {
    if (seq % 2 != 0)
        read_sequnlock_excl(s, at);
}

} // namespace wbsync

#include <wbsync/sync/seqlock_inl.hpp>
