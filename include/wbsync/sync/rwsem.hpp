// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/lockdep.hpp>

namespace wbsync {

/// A reader-writer semaphore: many readers, or one writer; its owners may sleep. A reader may pass
/// a writer that waits, which the kernel's queue prevents: a deadlock that needs the waiting writer
/// between two readers is not seen, but for a thread that reads twice (finding "lockdep").
/// include/linux/rwsem.h.
///
/// Readers commute with each other: entering and leaving are additions, and what is known at an
/// unlock is handed over apart from them.
class rw_semaphore {
public:
    explicit rw_semaphore(const label& name) : value(name, 0, &show) {}

    engine::variable value; ///< number of readers, or minus one more than the number of the writer

    void read_lock(const char* verb, const site& at) {
        detail::lock_wanted(value, detail::lock_kind::sleeping, verb, at);
        value.await_add([](std::int64_t v) { return v >= 0; }, 1, verb, at);
        entered(writers_);
        detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
    }
    bool read_trylock(const char* verb, const site& at) {
        const bool taken = value
                               .update_if([](std::int64_t v) { return v >= 0; },
                                          [](std::int64_t v) { return v + 1; },
                                          engine::memory_order::relaxed, false, verb, at)
                               .first;
        if (taken) {
            entered(writers_);
            detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
        }
        return taken;
    }
    void read_unlock(const char* verb, const site& at) {
        must_be_held(value.newest(at) > 0, verb, at);
        detail::lock_given_back(value, verb, at);
        value.add(-1, verb, at);
        leaves(readers_);
        touched_after(verb, at);
    }

    void write_lock(const char* verb, const site& at) {
        detail::lock_wanted(value, detail::lock_kind::sleeping, verb, at);
        value.await_update([](std::int64_t v) { return v == 0; },
                           [me = writer()](std::int64_t) { return me; },
                           engine::memory_order::relaxed, verb, at);
        entered(writers_);
        entered(readers_);
        detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
    }
    bool write_trylock(const char* verb, const site& at) {
        const bool taken = value
                               .update_if([](std::int64_t v) { return v == 0; },
                                          [me = writer()](std::int64_t) { return me; },
                                          engine::memory_order::relaxed, false, verb, at)
                               .first;
        if (taken) {
            entered(writers_);
            entered(readers_);
            detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
        }
        return taken;
    }
    void write_unlock(const char* verb, const site& at) {
        must_be_held(value.newest(at) == writer(), verb, at);
        detail::lock_given_back(value, verb, at);
        value.store(0, engine::memory_order::relaxed, verb, at);
        leaves(writers_);
        touched_after(verb, at);
    }
    void downgrade(const char* verb, const site& at) {
        must_be_held(value.newest(at) == writer(), verb, at);
        value.store(1, engine::memory_order::relaxed, verb, at);
        leaves(writers_);
    }

private:
    static std::int64_t writer() {
        const engine::execution* run = engine::execution::current();
        return run == nullptr ? -1 : -(run->self() + 1);
    }

    static std::string show(std::int64_t v) {
        const engine::execution* run = engine::execution::current();
        if (v == 0 || run == nullptr)
            return "free";
        if (v < 0)
            return "held by " + run->thread_name(static_cast<int>(-v - 1));
        return fmt::format("held by {} reader{}", v, v == 1 ? "" : "s");
    }

    /// Release: whoever enters after that knows what this thread knows.
    static void leaves(engine::view& known) {
        if (engine::execution* run = engine::execution::current();
            run != nullptr && run->running()) {
            known.join(run->memory().now(run->self()));
            run->memory().tick(run->self());
        }
    }
    /// Acquire.
    static void entered(const engine::view& known) {
        if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
            run->memory().learn(run->self(), known);
    }

    void must_be_held(bool held, const char* verb, const site& at) const {
        engine::execution* run = engine::execution::current();
        if (run != nullptr && run->running() && !held)
            run->fail("misuse",
                      fmt::format("{}({}) by {}, and it is {}", verb, value.name().str(),
                                  run->thread_name(run->self()), show(value.newest(at))),
                      at);
    }

    /// The wake-up of the others comes after the next owner can have got in.
    void touched_after(const char* verb, const site& at) const {
        if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
            run->access(value.owner(), verb, at);
    }

    engine::view readers_; ///< what those knew who left
    engine::view writers_;
};

/// Enters as a reader; blocks while a writer is inside. Acquire: after what the writers did. Under
/// a spinlock or in an RCU section: finding "misuse". Taken twice by one thread, in whichever way,
/// or in an order that is circular with those of other locks: finding "lockdep".
/// kernel/locking/rwsem.c.
inline void down_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_lock("down_read", at);
}

/// Enters as a reader if no writer is inside; returns whether it did. Acquire on success; a failure
/// is a relaxed load. Never sleeps.
inline bool down_read_trylock(rw_semaphore& s, const site& at = site::here()) {
    return s.read_trylock("down_read_trylock", at);
}

/// Leaves as a reader. Release. If the thread is not inside as one: finding "misuse". Like
/// mutex_unlock() not the last use of an object that the next writer frees.
inline void up_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_unlock("up_read", at);
}

/// Enters as the writer; blocks while anybody is inside. Acquire: after what readers and writers
/// did. Findings as for down_read(). kernel/locking/rwsem.c.
inline void down_write(rw_semaphore& s, const site& at = site::here()) {
    s.write_lock("down_write", at);
}

/// Enters as the writer if nobody is inside; returns whether it did. Acquire on success; a failure
/// is a relaxed load. Never sleeps.
inline bool down_write_trylock(rw_semaphore& s, const site& at = site::here()) {
    return s.write_trylock("down_write_trylock", at);
}

/// Leaves as the writer. Release. If the thread is not the writer: finding "misuse".
inline void up_write(rw_semaphore& s, const site& at = site::here()) {
    s.write_unlock("up_write", at);
}

/// Turns the writer into a reader, with no other writer in between. Release for the readers that
/// come in. If the thread is not the writer: finding "misuse".
inline void downgrade_write(rw_semaphore& s, const site& at = site::here()) {
    s.downgrade("downgrade_write", at);
}

/// For the newest value, in checks about an execution.
inline bool rwsem_is_locked(const rw_semaphore& s, const site& at = site::here()) {
    return s.value.newest(at) != 0;
}

} // namespace wbsync
