// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/fences.hpp>
#include <wbsync/sync/lockdep.hpp>
#include <wbsync/sync/spinlock.hpp>

namespace wbsync {

/// A sequence counter: odd while a writer is inside. Writers exclude each other by other means.
/// What it protects races by design: READ_ONCE() and WRITE_ONCE().
/// Documentation/locking/seqlock.rst, include/linux/seqlock.h.
class seqcount_t {
public:
    explicit seqcount_t(const label& name) : sequence(name) {}

    atomic_t sequence;
};

/// Begins a read section; returns the sequence for read_seqcount_retry(). Blocks while the sequence
/// is odd, where the kernel spins. Acquire. Repeating a section ends: each time a writer was there.
/// include/linux/seqlock.h.
std::int64_t read_seqcount_begin(const seqcount_t& s, const site& at = site::here());

/// The same without waiting for a writer inside: the section will have to be repeated then.
/// include/linux/seqlock.h.
inline std::int64_t raw_seqcount_begin(const seqcount_t& s, const site& at = site::here()) {
    return s.sequence.value.load(memory_order::acquire, "raw_seqcount_begin", at) &
           ~std::int64_t{1};
}

/// Ends a read section: smp_rmb(), and a look whether the sequence is another one than `start`. If
/// so, what was read is to be thrown away. include/linux/seqlock.h.
bool read_seqcount_retry(const seqcount_t& s, std::int64_t start, const site& at = site::here());

namespace detail {

/// Of a writer: where the sequence stands decides whether it is inside.
void step_sequence(seqcount_t& s, bool was_odd, const char* verb, const site& at);

} // namespace detail

/// Begins a write section: the sequence becomes odd, smp_wmb(). If another writer is inside:
/// finding "misuse". include/linux/seqlock.h.
void write_seqcount_begin(seqcount_t& s, const site& at = site::here());

/// Ends it: smp_wmb(), the sequence becomes even. include/linux/seqlock.h.
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

/// As of its spinlock: for whoever writes, or reads with read_seqlock_excl().
inline bool lockdep_is_held(const seqlock_t& s) {
    return lockdep_is_held(s.lock);
}
inline void lockdep_assert_held(const seqlock_t& s, const site& at = site::here()) {
    lockdep_assert_held(s.lock, at);
}

/// As read_seqcount_begin(). include/linux/seqlock.h.
inline std::int64_t read_seqbegin(const seqlock_t& s, const site& at = site::here()) {
    return read_seqcount_begin(s.seqcount, at);
}
/// As read_seqcount_retry(). include/linux/seqlock.h.
inline bool read_seqretry(const seqlock_t& s, std::int64_t start, const site& at = site::here()) {
    return read_seqcount_retry(s.seqcount, start, at);
}

/// spin_lock() and write_seqcount_begin(): blocks while another writer is inside.
/// include/linux/seqlock.h.
void write_seqlock(seqlock_t& s, const site& at = site::here());
/// write_seqcount_end() and spin_unlock(). include/linux/seqlock.h.
void write_sequnlock(seqlock_t& s, const site& at = site::here());

/// A reader that excludes writers: the spinlock alone. Others that read need not repeat.
/// include/linux/seqlock.h.
inline void read_seqlock_excl(seqlock_t& s, const site& at = site::here()) {
    s.lock.lock("read_seqlock_excl", at);
}
inline void read_sequnlock_excl(seqlock_t& s, const site& at = site::here()) {
    s.lock.unlock("read_sequnlock_excl", at);
}

/// First without the lock, with an even `seq`; when that has to be repeated, with it: set `seq` to
/// 1 then. As fs/dcache.c does.
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
