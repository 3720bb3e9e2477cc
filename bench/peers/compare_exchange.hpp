// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

// One variable, and compare-and-exchanges on it.
namespace bench::peers {

/// n threads replace 0 by their own number: one of them succeeds. GenMC: synthetic/cas, for up to 5
/// threads.
struct cas_p {
    int n;
    atomic_t x{"x"};

    explicit cas_p(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) { atomic_cmpxchg_relaxed(x, 0, i + 1); });
    }
};

/// One thread stores 2, n others replace it by 3. GenMC: synthetic/wcas.
struct wcas {
    int n;
    atomic_t x{"x"};

    explicit wcas(int size) : n(size) {}
    void threads(scenario& s) {
        s.thread("writer", [this] { smp_store_release(x, 2); });
        s.threads("thread", n, [this](int) { atomic_cmpxchg_relaxed(x, 2, 3); });
    }
};

/// Thread i replaces i by i + 1. GenMC: synthetic/casrot.
struct casrot {
    int n;
    atomic_t x{"x"};

    explicit casrot(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) { atomic_cmpxchg_relaxed(x, i, i + 1); });
    }
};

/// Each of n threads replaces 0 by 1, and then stores a number of its own. GenMC: synthetic/casw.
struct casw {
    int n;
    atomic_t x{"x"};

    explicit casw(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) {
            atomic_cmpxchg_relaxed(x, 0, 1);
            smp_store_release(x, i + 3);
        });
    }
};

/// n threads load x and replace what they saw by 42, until they succeed; two do so with 0, and two
/// replace 42 by 0, once. Everything is sequentially consistent. GenMC: sr/conf-loop, where n is 3
/// and the n threads are declared symmetric. They are not symmetric here: neither are they in the
/// numbers that are published for n = 2.
struct conf_loop {
    int n;
    atomic_t x{"x"};

    explicit conf_loop(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("zero", 2, [this](int) { replace(0); });
        s.threads("back", 2, [this](int) { atomic_cmpxchg(x, 42, 0); });
        s.threads("thread", n, [this](int) { replace(42); });
    }

    void replace(std::int64_t value) {
        retry_until([&] {
            const std::int64_t seen = READ_ONCE(x);
            return atomic_cmpxchg(x, seen, value) == seen;
        });
    }
};

} // namespace bench::peers
