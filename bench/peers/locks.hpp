// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

namespace bench::peers {

/// n threads take a lock that is tested before it is exchanged, and write a variable that it
/// protects. GenMC: data-structures/ttaslock.
struct ttaslock {
    int n;
    atomic_t state{"state"};
    plain<int> shared{"shared"};

    explicit ttaslock(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) {
            lock();
            shared.write(i);
            BUG_ON(shared.read() != i);
            smp_store_release(state, 0);
        });
    }

    void lock() {
        retry_until([&] {
            await(state, [](auto now) { return now == 0; });
            return atomic_xchg_acquire(state, 1) == 0;
        });
    }
};

/// n readers of a variable under a seqcount, and n writers that take its lock. GenMC:
/// data-structures/seqlock-atomic, there with one of each.
struct seqlock_atomic {
    int n;
    atomic_t sequence{"sequence"};
    spinlock_t writers{"writers"};
    atomic_t shared{"shared"};

    explicit seqlock_atomic(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("reader", n, [this](int) { read(); });
        s.threads("writer", n, [this](int) { write(42); });
    }

    std::int64_t read() {
        return *retry_until([&]() -> std::optional<std::int64_t> {
            const std::int64_t begin = await(sequence, [](auto now) { return now % 2 == 0; });
            smp_rmb();
            const std::int64_t data = READ_ONCE(shared);
            smp_rmb();
            return READ_ONCE(sequence) == begin ? std::optional{data} : std::nullopt;
        });
    }

    void write(std::int64_t data) {
        spin_lock(writers);
        WRITE_ONCE(sequence, READ_ONCE(sequence) + 1);
        smp_wmb();
        WRITE_ONCE(shared, data);
        smp_wmb();
        WRITE_ONCE(sequence, READ_ONCE(sequence) + 1);
        spin_unlock(writers);
    }
};

/// The kernel's former reader-writer lock: a reader takes 1 from the bias, a writer all of it; a
/// thread that finds that too much was taken gives its part back, waits, and tries again. GenMC:
/// data-structures/linuxrwlocks.
///
/// Nobody uses the result of an unlock, or of giving back, which Nidhugg sees: so it is
/// atomic_add(), with smp_mb__before_atomic() for the release.
class biased_rwlock {
public:
    void read_lock() {
        retry_until([&] {
            if (!atomic_add_negative_acquire(-1, value_))
                return true;
            atomic_add(1, value_);
            await(value_, [](auto now) { return now > 0; });
            return false;
        });
    }
    void read_unlock() {
        smp_mb__before_atomic();
        atomic_add(1, value_);
    }
    void write_lock() {
        retry_until([&] {
            if (atomic_sub_and_test(bias, value_))
                return true;
            atomic_add(bias, value_);
            await(value_, [](auto now) { return now == bias; });
            return false;
        });
    }
    void write_unlock() {
        smp_mb__before_atomic();
        atomic_add(bias, value_);
    }

private:
    static constexpr std::int64_t bias = 0x00100000;

    atomic_t value_{"lock", bias};
};

/// The variable that the lock protects.
class under_rwlock {
public:
    void read() {
        lock_.read_lock();
        static_cast<void>(shared_.read());
        lock_.read_unlock();
    }
    void write() {
        lock_.write_lock();
        shared_.write(1);
        lock_.write_unlock();
    }

private:
    biased_rwlock lock_;
    plain<int> shared_{"shared"};
};

/// n threads that read under the lock, and then write. GenMC has n = 2 (CONFIG_RWLOCK_RDWR).
struct linuxrwlocks {
    int n;
    under_rwlock all;

    explicit linuxrwlocks(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int) {
            all.read();
            all.write();
        });
    }
};

/// n readers and one writer, each once.
struct linuxrwlocks_r {
    int n;
    under_rwlock all;

    explicit linuxrwlocks_r(int size) : n(size) {}
    void threads(scenario& s) {
        s.thread("writer", [this] { all.write(); });
        s.threads("reader", n, [this](int) { all.read(); });
    }
};

} // namespace bench::peers
