// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/rwsem.hpp>
#else

#include <wbsync/sync/lockdep.hpp>

namespace wbsync {

/// A reader-writer semaphore: many readers, or one writer; its owners may sleep. A waiting writer
/// keeps later readers out, so a reader inside that waits for one of them is a deadlock. Waiting
/// writers enter in any order, and before all waiting readers (the kernel's queue lets readers in
/// that came before the writer; here these are executions in which the writer comes after them).
/// include/linux/rwsem.h, kernel/locking/rwsem.c.
///
/// Up and down are a release and an acquire, and together order no more than these, unlike unlock
/// and lock of a spinlock.
///
/// Readers commute with each other: entering and leaving are additions, and what is known at an
/// unlock is handed over separately.
class rw_semaphore {
public:
    explicit rw_semaphore(const label& name) : value(name, 0, &show) {}

    /// Number of readers inside, or minus one more than the number of the writer; plus `waits` for
    /// each waiting writer.
    engine::variable value;

    void read_lock(const char* verb, const site& at);
    bool read_trylock(const char* verb, const site& at);
    void read_unlock(const char* verb, const site& at);

    /// One step if nobody is inside; otherwise one step to wait, and one to enter.
    void write_lock(const char* verb, const site& at);
    bool write_trylock(const char* verb, const site& at);
    void write_unlock(const char* verb, const site& at);
    void downgrade(const char* verb, const site& at) { leaves_as_writer(1, verb, at, false); }

    /// Is anybody inside?
    [[nodiscard]] bool is_locked(const site& at) const { return inside(value.newest(at)) != 0; }

private:
    static std::int64_t writer();

    static constexpr std::int64_t waits = 1 << 16;

    /// Readers inside, or minus one more than the number of the writer.
    static std::int64_t inside(std::int64_t v);
    static bool lets_readers_in(std::int64_t v) { return v >= 0 && v == inside(v); }

    static event_value show(std::int64_t v);
    static event_value show_inside(std::int64_t v);

    /// Leaves with `readers` inside afterwards.
    void leaves_as_writer(std::int64_t readers, const char* verb, const site& at, bool gives_back);

    /// Release: a thread that enters later knows what this thread knows.
    static void leaves(engine::view& known);
    /// Acquire.
    static void entered(const engine::view& known);

    void must_be_held(bool held, const char* verb, const site& at) const;

    /// The next owner may have entered before the others are woken.
    void touched_after(const char* verb, const site& at) const;

    engine::view readers_; ///< what the readers knew when they left
    engine::view writers_;
};

/// Enters as a reader; blocks while a writer is inside or waits. Acquire: comes after what the
/// writers did. Under a spinlock or in an RCU section: finding "misuse". If one thread takes it
/// twice, in whichever way, or in an order that is circular with those of other locks: finding
/// "lockdep". kernel/locking/rwsem.c.
inline void down_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_lock("down_read", at);
}

/// Enters as a reader if no writer is inside or waits; returns whether it did. Acquire on success;
/// a failure is a relaxed load. Never sleeps. kernel/locking/rwsem.c.
inline bool down_read_trylock(rw_semaphore& s, const site& at = site::here()) {
    return s.read_trylock("down_read_trylock", at);
}

/// Leaves as a reader. Release. If the thread is not inside as a reader: finding "misuse". Like
/// mutex_unlock() it must not be the last use of an object that the next writer frees.
/// kernel/locking/rwsem.c.
inline void up_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_unlock("up_read", at);
}

/// Enters as the writer; blocks while anybody is inside, and keeps readers out from then on.
/// Acquire: comes after what readers and writers did. Findings as for down_read().
/// kernel/locking/rwsem.c.
inline void down_write(rw_semaphore& s, const site& at = site::here()) {
    s.write_lock("down_write", at);
}

/// Enters as the writer if nobody is inside or waits to write; returns whether it did. Acquire on
/// success; a failure is a relaxed load. Never sleeps. kernel/locking/rwsem.c.
inline bool down_write_trylock(rw_semaphore& s, const site& at = site::here()) {
    return s.write_trylock("down_write_trylock", at);
}

/// Leaves as the writer. Release. If the thread is not the writer: finding "misuse".
/// kernel/locking/rwsem.c.
inline void up_write(rw_semaphore& s, const site& at = site::here()) {
    s.write_unlock("up_write", at);
}

/// Turns the writer into a reader, with no other writer in between. Release for the readers that
/// enter. If the thread is not the writer: finding "misuse". kernel/locking/rwsem.c.
inline void downgrade_write(rw_semaphore& s, const site& at = site::here()) {
    s.downgrade("downgrade_write", at);
}

/// Tells by the newest value; for checks about an execution.
inline bool rwsem_is_locked(const rw_semaphore& s, const site& at = site::here()) {
    return s.is_locked(at);
}

} // namespace wbsync

#include <wbsync/sync/rwsem_inl.hpp>

#endif
