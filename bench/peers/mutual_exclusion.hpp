// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

// Critical sections that are kept apart only by loads and stores.
namespace bench::peers {

/// Szymanski's algorithm: two threads enter a critical section, n times each. A waiting loop looks
/// n times, and if that was in vain, the thread ends. Nidhugg: SV-COMP/szymanski, where n is LOOP.
///
/// The loops are not await(): each of the two would wait for the other at its second door, and once
/// both are in the doorway, they would do so for ever. See szymanski_waits.
struct szymanski {
    int n;
    atomics flag{"flag", 2};
    atomic_t x{"x"};

    explicit szymanski(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", 2, [this](int self) {
            for (int i = 0; i != n; ++i)
                if (!section(self))
                    return;
        });
    }

    /// Returns whether the thread got through.
    bool section(int self) {
        atomic_t& own = flag[self];
        const atomic_t& other = flag[1 - self];
        if (!enter(own, other))
            return false;
        smp_store_mb(x, self + 1);
        BUG_ON(READ_ONCE(x) != self + 1);
        if (!looks([&] { return READ_ONCE(other) < 2 || READ_ONCE(other) > 3; }))
            return false;
        smp_store_mb(own, 0);
        return true;
    }

    bool enter(atomic_t& own, const atomic_t& other) {
        smp_store_mb(own, 1);
        if (!looks([&] { return READ_ONCE(other) < 3; }))
            return false;
        smp_store_mb(own, 3);
        if (READ_ONCE(other) == 1) {
            smp_store_mb(own, 2);
            if (!looks([&] { return READ_ONCE(other) == 4; }))
                return false;
        }
        smp_store_mb(own, 4);
        return looks([&] { return READ_ONCE(other) < 2; });
    }

    /// Is the condition true at one of n looks?
    template <class Condition>
    bool looks(Condition holds) {
        for (int i = 0; i != n; ++i)
            if (holds())
                return true;
        return false;
    }
};

/// Szymanski's algorithm with loops that wait until they may go on, as in the original: at the
/// second door only thread 1 waits for the other, and on the way out only thread 0.
struct szymanski_waits {
    int n;
    atomics flag{"flag", 2};
    atomic_t x{"x"};

    explicit szymanski_waits(int size) : n(size) {}
    void threads(scenario& s) {
        s.threads("thread", 2, [this](int self) {
            for (int i = 0; i != n; ++i)
                section(self);
        });
    }

    void section(int self) {
        atomic_t& own = flag[self];
        const atomic_t& other = flag[1 - self];
        enter(own, other);
        if (self == 1)
            await(other, [](auto now) { return now < 2; });
        smp_store_mb(x, self + 1);
        BUG_ON(READ_ONCE(x) != self + 1);
        if (self == 0)
            await(other, [](auto now) { return now < 2 || now > 3; });
        smp_store_mb(own, 0);
    }

    /// The part up to the second door.
    static void enter(atomic_t& own, const atomic_t& other) {
        smp_store_mb(own, 1);
        await(other, [](auto now) { return now < 3; });
        smp_store_mb(own, 3);
        if (READ_ONCE(other) == 1) {
            smp_store_mb(own, 2);
            await(other, [](auto now) { return now == 4; });
        }
        smp_store_mb(own, 4);
    }
};

/// A lock for two threads, each of which has its own flag. One thread waits for the other's flag,
/// the other one takes its own flag back and tries again: if both waited with their flags up, they
/// would wait for ever.
class two_flags {
public:
    void lock_and_wait() {
        smp_store_mb(waiting_, 1);
        await(trying_, [](auto now) { return now == 0; });
    }
    void unlock_waiting() {
        smp_mb();
        WRITE_ONCE(waiting_, 0);
    }

    bool trylock() {
        smp_store_mb(trying_, 1);
        if (READ_ONCE(waiting_) == 0)
            return true;
        WRITE_ONCE(trying_, 0);
        return false;
    }
    void lock_and_try() {
        retry_until([&] { return trylock(); });
    }
    void unlock_trying() {
        smp_mb();
        WRITE_ONCE(trying_, 0);
    }

private:
    atomic_t waiting_{"y"};
    atomic_t trying_{"x"};
};

/// LockSupport.park() of Java, which once lost a wake-up on x86: a thread parks until a condition
/// is true, n times at most, and another thread wakes it before and after making it true. Under sc
/// no wake-up is lost. Nidhugg: from_DCDPOR/parker, where n is N.
///
/// Where the parker takes the lock again, Nidhugg assumes that the lock is free, and so does the
/// other thread here: see two_flags. A parker that looped n times in vain is assumed away there,
/// and ends here.
struct parker {
    int n;
    atomic_t done{"global_cond"};
    atomic_t finished{"unparker_finished"};
    atomic_t permit{"parker_counter"};
    atomic_t waits{"parker_cond"};
    two_flags lock;

    explicit parker(int size) : n(size) {}
    void threads(scenario& s) {
        s.thread("parker", [this] {
            for (int i = 0; READ_ONCE(done) == 0 && i != n; ++i)
                park();
        });
        s.thread("unparker", [this] {
            unpark();
            smp_store_mb(done, 1);
            unpark();
            smp_mb();
            WRITE_ONCE(finished, 1);
        });
    }

    /// Takes the permit, if there is one.
    bool take_permit() {
        if (READ_ONCE(permit) == 0)
            return false;
        WRITE_ONCE(permit, 0);
        return true;
    }

    void park() {
        if (take_permit() || !lock.trylock())
            return;
        if (!take_permit()) {
            wait();
            WRITE_ONCE(permit, 0);
        }
        lock.unlock_trying();
    }

    /// Gives up the lock for as long as it waits.
    void wait() {
        WRITE_ONCE(waits, 1);
        lock.unlock_trying();
        BUG_ON(READ_ONCE(finished) != 0 && READ_ONCE(waits) != 0);
        await(waits, [](auto now) { return now == 0; });
        lock.lock_and_try();
    }

    void unpark() {
        lock.lock_and_wait();
        const std::int64_t before = READ_ONCE(permit);
        WRITE_ONCE(permit, 1);
        lock.unlock_waiting();
        if (before < 1)
            WRITE_ONCE(waits, 0);
    }
};

} // namespace bench::peers
