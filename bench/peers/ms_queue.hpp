// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/counted.hpp"
#include "bench/peers/operations.hpp"

namespace bench::peers {

/// The queue of Michael and Scott, with nodes identified by their numbers. n threads put something
/// in and take something out. A thread whose compare-and-exchange of the head fails gives up:
/// GenMC's version assumes that it does not fail. GenMC: data-structures/ms-queue with
/// CONFIG_QUEUE_RDWR.
struct ms_queue {
    int n;
    atomic_t head{"head", counted::word(1, 0)};
    atomic_t tail{"tail", counted::word(1, 0)};
    atomics next;
    atomics value;

    explicit ms_queue(int size) : n(size), next("next", size + 2), value("value", size + 2) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) {
            enqueue(i + 2, std::int64_t{i} * 10);
            dequeue();
        });
    }

    void enqueue(int node, std::int64_t data) {
        WRITE_ONCE(value[node], data);
        WRITE_ONCE(next[node], counted::word(0, counted{READ_ONCE(next[node])}.count));
        const std::int64_t last = *retry_until([&]() -> std::optional<std::int64_t> {
            const std::int64_t seen = smp_load_acquire(tail);
            return append(seen, node) ? std::optional{seen} : std::nullopt;
        });
        atomic_cmpxchg_release(tail, last, counted{last}.followed_by(node));
    }

    /// Appends `node` to `last`, or finds that `last` is not the last one.
    bool append(std::int64_t last, int node) {
        atomic_t& after = next[counted{last}.number];
        const std::int64_t seen = smp_load_acquire(after);
        if (READ_ONCE(tail) != last)
            return false;
        if (counted{seen}.number == 0 &&
            atomic_cmpxchg_release(after, seen, counted{seen}.followed_by(node)) == seen)
            return true;
        const counted there{smp_load_acquire(after)};
        atomic_cmpxchg_release(tail, last, counted{last}.followed_by(there.number));
        return false;
    }

    void dequeue() {
        retry_until([&] {
            const std::int64_t first = smp_load_acquire(head);
            const std::int64_t last = smp_load_acquire(tail);
            const counted second{smp_load_acquire(next[counted{first}.number])};
            if (READ_ONCE(head) != first)
                return false;
            if (counted{first}.number != counted{last}.number) {
                READ_ONCE(value[second.number]);
                atomic_cmpxchg_release(head, first, counted{first}.followed_by(second.number));
                return true;
            }
            if (second.number == 0)
                return true;
            atomic_cmpxchg_release(tail, last, counted{last}.followed_by(second.number));
            return false;
        });
    }
};

} // namespace bench::peers
