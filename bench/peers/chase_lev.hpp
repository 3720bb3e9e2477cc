// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

namespace bench::peers {

/// A queue of one owner, who pushes and pops at its bottom, and of n others, each of whom takes
/// something from its top once. The owner pushes 5, pops 3 and pushes 2. GenMC:
/// data-structures/chase-lev.
struct chase_lev {
    static constexpr int room = 10;

    int n;
    atomic_t bottom{"bottom"};
    atomic_t top{"top"};
    atomics buffer{"buffer", room};

    explicit chase_lev(int size) : n(size) {}
    void threads(scenario& s) {
        s.thread("owner", [this] { owner(); });
        s.threads("thief", n, [this](int) { steal(); });
    }

    void owner() {
        std::int64_t next = 1;
        for (int i = 0; i != 5; ++i)
            push(next++);
        for (int i = 0; i != 3; ++i)
            pop();
        for (int i = 0; i != 2; ++i)
            push(next++);
    }

    void push(std::int64_t data) {
        const std::int64_t b = READ_ONCE(bottom);
        const std::int64_t t = smp_load_acquire(top);
        if (b - t >= room)
            return;
        WRITE_ONCE(buffer[b % room], data);
        smp_store_release(bottom, b + 1);
    }

    void pop() {
        const std::int64_t b = READ_ONCE(bottom);
        WRITE_ONCE(bottom, b - 1);
        smp_mb();
        const std::int64_t t = READ_ONCE(top);
        if (b - t <= 0) {
            WRITE_ONCE(bottom, b);
            return;
        }
        READ_ONCE(buffer[(b - 1) % room]);
        if (b - t > 1)
            return;
        cmpxchg_acq_rel(top, t, t + 1);
        WRITE_ONCE(bottom, b);
    }

    void steal() {
        const std::int64_t t = READ_ONCE(top);
        smp_mb();
        const std::int64_t b = smp_load_acquire(bottom);
        if (b - t <= 0)
            return;
        READ_ONCE(buffer[t % room]);
        atomic_cmpxchg_release(top, t, t + 1);
    }
};

} // namespace bench::peers
