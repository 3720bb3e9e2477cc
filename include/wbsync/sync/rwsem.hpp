// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/sync/rwsem.hpp>
#else

#include <wbsync/sync/lockdep.hpp>

namespace wbsync {

/// A reader-writer semaphore: many readers, or one writer; its owners may sleep. A writer that
/// waits keeps later readers out, so a reader inside that waits for one of them is a deadlock.
/// Writers that wait get in in any order, and before all readers that wait (the kernel's queue lets
/// the readers in that came before the writer; here that is where the writer comes after them).
/// include/linux/rwsem.h, kernel/locking/rwsem.c.
///
/// Up and down are a release and an acquire, and order together no more than these, unlike unlock
/// and lock of a spinlock.
///
/// Readers commute with each other: entering and leaving are additions, and what is known at an
/// unlock is handed over apart from them.
class rw_semaphore {
public:
    explicit rw_semaphore(const label& name) : value(name, 0, &show) {}

    /// Number of readers inside, or minus one more than the number of the writer; and `waits` for
    /// each writer that waits.
    engine::variable value;

    void read_lock(const char* verb, const site& at) {
        detail::lock_wanted(value, detail::lock_kind::sleeping, verb, at);
        value.await_add(&lets_readers_in, 1, {verb, event_kind::down}, at);
        entered(writers_);
        detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
    }
    bool read_trylock(const char* verb, const site& at) {
        const bool taken =
            value
                .update_if(
                    &lets_readers_in, [](std::int64_t v) { return v + 1; },
                    engine::memory_order::relaxed, false, {verb, event_kind::down}, at)
                .first;
        if (taken) {
            entered(writers_);
            detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
        }
        return taken;
    }
    void read_unlock(const char* verb, const site& at) {
        must_be_held(inside(value.newest(at)) > 0, verb, at);
        detail::lock_given_back(value, verb, at);
        value.add(-1, {verb, event_kind::up}, at);
        leaves(readers_);
        touched_after(verb, at);
    }

    /// One step if nobody is inside; otherwise one to wait, and one to get in.
    void write_lock(const char* verb, const site& at) {
        detail::lock_wanted(value, detail::lock_kind::sleeping, verb, at);
        const std::int64_t me = writer();
        const std::int64_t before =
            value.update([me](std::int64_t v) { return v == 0 ? me : v + waits; },
                         engine::memory_order::relaxed, {verb, event_kind::down}, at);
        if (before != 0)
            value.await_update([](std::int64_t v) { return inside(v) == 0; },
                               [me](std::int64_t v) { return v - waits + me; },
                               engine::memory_order::relaxed, {verb, event_kind::down}, at);
        entered(writers_);
        entered(readers_);
        detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
    }
    bool write_trylock(const char* verb, const site& at) {
        const bool taken =
            value
                .update_if([](std::int64_t v) { return v == 0; },
                           [me = writer()](std::int64_t) { return me; },
                           engine::memory_order::relaxed, false, {verb, event_kind::down}, at)
                .first;
        if (taken) {
            entered(writers_);
            entered(readers_);
            detail::lock_taken(value, detail::lock_kind::sleeping, verb, at);
        }
        return taken;
    }
    void write_unlock(const char* verb, const site& at) {
        leaves_as_writer(0, verb, at, true);
        touched_after(verb, at);
    }
    void downgrade(const char* verb, const site& at) { leaves_as_writer(1, verb, at, false); }

    /// Is anybody inside?
    [[nodiscard]] bool is_locked(const site& at) const { return inside(value.newest(at)) != 0; }

private:
    static std::int64_t writer() {
        const engine::execution* run = engine::execution::current();
        return run == nullptr ? -1 : -(run->self() + 1);
    }

    static constexpr std::int64_t waits = 1 << 16;

    /// Readers inside, or minus one more than the number of the writer.
    static std::int64_t inside(std::int64_t v) {
        const std::int64_t low = v & (waits - 1);
        return low >= waits / 2 ? low - waits : low;
    }
    static bool lets_readers_in(std::int64_t v) { return v >= 0 && v == inside(v); }

    static event_value show(std::int64_t v) {
        const std::int64_t writers = (v - inside(v)) / waits;
        const event_value now = show_inside(inside(v));
        if (writers == 0)
            return now;
        return text_of(now) + (writers == 1 ? std::string{", a writer waits"}
                                            : fmt::format(", {} writers wait", writers));
    }
    static event_value show_inside(std::int64_t v) {
        const engine::execution* run = engine::execution::current();
        if (v == 0 || run == nullptr)
            return lock_owner{};
        const auto writer = static_cast<int>(-v - 1);
        if (v < 0)
            return lock_owner{writer, run->thread_name(writer)};
        return fmt::format("held by {} reader{}", v, v == 1 ? "" : "s");
    }

    /// Then there are `readers` inside.
    void leaves_as_writer(std::int64_t readers, const char* verb, const site& at, bool gives_back) {
        const std::int64_t me = writer();
        must_be_held(inside(value.newest(at)) == me, verb, at);
        if (gives_back)
            detail::lock_given_back(value, verb, at);
        value.update([=](std::int64_t v) { return v - me + readers; },
                     engine::memory_order::relaxed, {verb, event_kind::up}, at);
        leaves(writers_);
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
                                  run->thread_name(run->self()), text_of(show(value.newest(at)))),
                      at);
    }

    /// The wake-up of the others comes after the next owner can have got in.
    void touched_after(const char* verb, const site& at) const {
        if (engine::execution* run = engine::execution::current(); run != nullptr && run->running())
            value.touch(verb, at);
    }

    engine::view readers_; ///< what those knew who left
    engine::view writers_;
};

/// Enters as a reader; blocks while a writer is inside or waits. Acquire: after what the writers
/// did. Under a spinlock or in an RCU section: finding "misuse". Taken twice by one thread, in
/// whichever way, or in an order that is circular with those of other locks: finding "lockdep".
/// kernel/locking/rwsem.c.
inline void down_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_lock("down_read", at);
}

/// Enters as a reader if no writer is inside or waits; returns whether it did. Acquire on success;
/// a failure is a relaxed load. Never sleeps. kernel/locking/rwsem.c.
inline bool down_read_trylock(rw_semaphore& s, const site& at = site::here()) {
    return s.read_trylock("down_read_trylock", at);
}

/// Leaves as a reader. Release. If the thread is not inside as one: finding "misuse". Like
/// mutex_unlock() not the last use of an object that the next writer frees. kernel/locking/rwsem.c.
inline void up_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_unlock("up_read", at);
}

/// Enters as the writer; blocks while anybody is inside, and keeps readers out from then on.
/// Acquire: after what readers and writers did. Findings as for down_read().
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
/// come in. If the thread is not the writer: finding "misuse". kernel/locking/rwsem.c.
inline void downgrade_write(rw_semaphore& s, const site& at = site::here()) {
    s.downgrade("downgrade_write", at);
}

/// For the newest value, in checks about an execution.
inline bool rwsem_is_locked(const rw_semaphore& s, const site& at = site::here()) {
    return s.is_locked(at);
}

} // namespace wbsync

#endif
