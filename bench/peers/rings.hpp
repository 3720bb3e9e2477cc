// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

// Queues in an array of fixed size, which several threads fill and empty.
namespace bench::peers {

/// n threads put something in and take something out. A position is claimed at the head; the thread
/// that has claimed it waits until the positions before it are done, and then moves the tail. A
/// thread whose compare-and-exchange fails gives up: GenMC's version assumes that it does not fail.
/// GenMC: data-structures/buf_ring, FreeBSD 8's sys/buf_ring.h.
struct buf_ring {
    static constexpr std::int64_t room = 8;

    int n;
    atomic_t prod_head{"prod_head"};
    atomic_t prod_tail{"prod_tail"};
    atomic_t cons_head{"cons_head"};
    atomic_t cons_tail{"cons_tail"};
    atomics ring{"ring", room};

    explicit buf_ring(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) {
            if (enqueue(i + 1))
                dequeue();
        });
    }

    static std::int64_t after(std::int64_t position) { return (position + 1) % room; }

    /// False if another thread was in the way.
    bool enqueue(std::int64_t data) {
        const std::int64_t head = READ_ONCE(prod_head);
        if (after(head) == READ_ONCE(cons_tail))
            return true; // full
        if (cmpxchg_acq_rel(prod_head, head, after(head)) != head)
            return false;
        smp_mb();
        WRITE_ONCE(ring[head], data);
        await(prod_tail, [head](auto now) { return now == head; });
        WRITE_ONCE(prod_tail, after(head));
        return true;
    }

    void dequeue() {
        const std::int64_t head = READ_ONCE(cons_head);
        if (head == READ_ONCE(prod_tail))
            return; // empty
        if (cmpxchg_acq_rel(cons_head, head, after(head)) != head)
            return;
        READ_ONCE(ring[head]);
        await(cons_tail, [head](auto now) { return now == head; });
        smp_mb();
        WRITE_ONCE(cons_tail, after(head));
    }
};

/// n threads put something in, n threads take out as long as there is something; there is one
/// element at first. One word counts the reads and writes that have begun, two others count those
/// that are done, and a thread that begins waits until those of the other side are done. GenMC:
/// data-structures/mpmc-queue, there with one of each.
struct mpmc {
    static constexpr std::int64_t room = 4;
    static constexpr std::int64_t one_read = 1 << 16;

    int n;
    atomic_t begun{"begun", 1};
    atomic_t read{"read"};
    atomic_t written{"written", 1};
    atomics buffer{"buffer", room};

    explicit mpmc(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("writer", n, [this](int) { put(); });
        s.threads("reader", n, [this](int) {
            while (take()) {
            }
        });
    }

    static std::int64_t reads(std::int64_t word) { return word >> 16; }
    static std::int64_t writes(std::int64_t word) { return word & 0xffff; }

    /// Adds one to `begun` unless `refuses` is true of the old value; returns the old value.
    template <class Predicate>
    std::int64_t begin(std::int64_t one, Predicate refuses) {
        return *retry_until([&]() -> std::optional<std::int64_t> {
            const std::int64_t seen = smp_load_acquire(begun);
            if (refuses(seen) || cmpxchg_acq_rel(begun, seen, seen + one) == seen)
                return seen;
            return std::nullopt;
        });
    }

    void put() {
        const auto full = [](std::int64_t seen) { return writes(seen) == reads(seen) + room; };
        const std::int64_t seen = begin(1, full);
        if (full(seen))
            return;
        await_acquire(read, [seen](auto now) { return now == reads(seen); });
        WRITE_ONCE(buffer[writes(seen) % room], 1);
        atomic_fetch_add_release(1, written);
    }

    bool take() {
        const auto empty = [](std::int64_t seen) { return writes(seen) == reads(seen); };
        const std::int64_t seen = begin(one_read, empty);
        if (empty(seen))
            return false;
        await_acquire(written, [seen](auto now) { return now == writes(seen); });
        atomic_fetch_add_release(1, read);
        return true;
    }
};

} // namespace bench::peers
