// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

#include <array>
#include <cstdint>
#include <utility>

// Programs without a read-modify-write.
namespace bench::peers {

/// Two threads alternately add to x and y, n times; a third thread checks whether one is too large.
/// GenMC: synthetic/fib_bench.
struct fib_bench {
    int n;
    atomic_t x{"x", 1};
    atomic_t y{"y", 1};

    explicit fib_bench(int size) : n(size) {}
    void threads(scenario& s) {
        s.thread("x", [this] { add_to(x); });
        s.thread("y", [this] { add_to(y); });
        s.thread("reader", [this] {
            BUG_ON(smp_load_acquire(x) > largest());
            BUG_ON(smp_load_acquire(y) > largest());
        });
    }

    void add_to(atomic_t& sum) {
        for (int i = 0; i != n; ++i) {
            const std::int64_t first = smp_load_acquire(x);
            const std::int64_t second = smp_load_acquire(y);
            smp_store_release(sum, first + second);
        }
    }
    /// The Fibonacci number 2 n + 2.
    [[nodiscard]] std::int64_t largest() const {
        std::int64_t before = 0;
        std::int64_t now = 1;
        for (int i = 1; i != 2 * n + 2; ++i)
            before = std::exchange(now, before + now);
        return now;
    }
};

/// Two threads mark multiples of the numbers up to n that are not marked yet.
/// GenMC: synthetic/eratosthenes.
struct eratosthenes {
    int n;
    atomics marks;

    explicit eratosthenes(int size) : n(size), marks("marks", size) {}
    void threads(scenario& s) {
        s.threads("sieve", 2, [this](int) { sieve(); });
    }

    void sieve() {
        for (int i = 0; i < n; ++i) {
            if (smp_load_acquire(marks[i]) != 0)
                continue;
            smp_store_release(marks[i], 1);
            for (int j = 2 * i + 2; j < n; j += i + 2)
                smp_store_release(marks[j], 2);
        }
    }
};

/// Two threads store alternately to two variables each, and two load all four in turn. GenMC:
/// synthetic/big0 (size 0) and synthetic/big1 (size 1), which loads more.
struct big0 {
    int n;
    atomic_t x{"x"};
    atomic_t y{"y"};
    atomic_t z{"z"};
    atomic_t w{"w"};

    explicit big0(int size) : n(size) {}
    void threads(scenario& s) {
        s.thread("reader[0]", [this] { load(n == 0 ? 7 : 8); });
        s.thread("reader[1]", [this] { load(n == 0 ? 3 : 6); });
        s.thread("writer[0]", [this] { store(x, y); });
        s.thread("writer[1]", [this] { store(z, w); });
    }

    void load(int times) {
        const std::array<const atomic_t*, 4> all{&x, &y, &z, &w};
        for (int i = 0; i != times; ++i)
            smp_load_acquire(*all.at(static_cast<std::size_t>(i % 4)));
    }
    static void store(atomic_t& first, atomic_t& second) {
        for (int i = 1; i <= 3; ++i) {
            smp_store_release(first, i);
            smp_store_release(second, i);
        }
    }
};

} // namespace bench::peers
