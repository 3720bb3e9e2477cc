// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

namespace bench::peers {

/// The kernel's queued spinlock without the pending byte, taken by n threads once. A thread that
/// finds the lock taken announces itself in the pending bit; if that is set, too, it queues up in a
/// list of nodes, and only the first of the list looks at the lock. GenMC:
/// data-structures/qspinlock, which has Linux 4.9's kernel/locking/qspinlock.c.
struct qspinlock {
    static constexpr std::int64_t locked_value = 1;
    static constexpr std::int64_t locked_mask = 0xff;
    static constexpr std::int64_t pending = 0x100;
    static constexpr int tail_shift = 11;

    int n;
    atomic_t value{"value"};
    atomics next; ///< of each thread's node: the thread of the next node plus 1
    atomics at_head;
    atomics uses;
    plain<int> shared{"shared"};

    explicit qspinlock(int size)
        : n(size), next("next", size), at_head("at_head", size), uses("uses", size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) {
            lock(i);
            shared.write(42);
            atomic_fetch_add_release(-locked_value, value);
        });
    }

    static std::int64_t tail_of(std::int64_t seen) { return seen >> tail_shift << tail_shift; }

    void lock(int self) {
        std::int64_t seen = atomic_cmpxchg_acquire(value, 0, locked_value);
        if (seen == 0)
            return;
        if (seen == pending)
            seen = await(value, [](auto now) { return now != pending; });
        while ((seen & ~locked_mask) == 0) {
            const std::int64_t wanted =
                seen == locked_value ? locked_value | pending : locked_value;
            const std::int64_t before = atomic_cmpxchg_acquire(value, seen, wanted);
            if (before == seen)
                return wait_as_pending(wanted);
            seen = before;
        }
        queue(self);
    }

    /// The compare-and-exchange has stored `now`: the lock, or the pending bit.
    void wait_as_pending(std::int64_t now) {
        if (now == locked_value)
            return;
        await_acquire(value, [](auto v) { return (v & locked_mask) == 0; });
        atomic_add(locked_value - pending, value);
    }

    void queue(int self) {
        atomic_fetch_add(1, uses[self]);
        WRITE_ONCE(at_head[self], 0);
        WRITE_ONCE(next[self], 0);
        if (READ_ONCE(value) != 0 || atomic_cmpxchg_acquire(value, 0, locked_value) != 0)
            wait_in_list(self, (self + 1) << tail_shift);
        atomic_fetch_sub(1, uses[self]);
    }

    void wait_in_list(int self, std::int64_t tail) {
        const std::int64_t last = tail_of(exchange_tail(tail)) >> tail_shift;
        std::int64_t after = 0;
        if (last != 0) {
            WRITE_ONCE(next[last - 1], self + 1);
            await_acquire(at_head[self], [](auto now) { return now != 0; });
            after = READ_ONCE(next[self]);
        }
        if (take_at_head(tail))
            return;
        if (after == 0)
            after = await(next[self], [](auto now) { return now != 0; });
        smp_store_release(at_head[after - 1], 1);
    }

    std::int64_t exchange_tail(std::int64_t tail) {
        return *retry_until([&]() -> std::optional<std::int64_t> {
            const std::int64_t seen = atomic_read(value);
            const std::int64_t wanted = (seen & (locked_mask | pending)) | tail;
            return atomic_cmpxchg_release(value, seen, wanted) == seen ? std::optional{seen}
                                                                       : std::nullopt;
        });
    }

    /// Was this the only thread in the list?
    bool take_at_head(std::int64_t tail) {
        std::int64_t seen =
            await_acquire(value, [](auto now) { return (now & (locked_mask | pending)) == 0; });
        while (tail_of(seen) == tail) {
            const std::int64_t before = atomic_cmpxchg_relaxed(value, seen, locked_value);
            if (before == seen)
                return true;
            seen = before;
        }
        atomic_add(locked_value, value); // in the original a store to the byte, which is 0
        return false;
    }
};

} // namespace bench::peers
