// SPDX-License-Identifier: BSD-3-Clause
// What an unlock and the next lock order together, with locks that litmus tests do not know, and
// with plain data. What they order of spinlocks is in checks/litmus/mp+*lock* and its like.

#include "checks/memory/litmus.hpp"

#include "checks/support/primitives_program.hpp"

#include <doctest/doctest.h>

using namespace litmus;

namespace {

/// x, then y, for everybody.
void write_both(shared& m) {
    WRITE_ONCE(m.x, 1);
    smp_wmb();
    WRITE_ONCE(m.y, 1);
}

void empty_section(shared& m) {
    spin_lock(m.l);
    spin_unlock(m.l);
}

} // namespace

TEST_CASE("unlock, then lock: of mutexes and semaphores orders no loads") {
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    mutex_lock(m.m);
                    mutex_unlock(m.m);
                    mutex_lock(m.m);
                    m.r[1] = READ_ONCE(m.x);
                    mutex_unlock(m.m);
                }}) == all(2));
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    empty_section(m);
                    mutex_lock(m.m);
                    m.r[1] = READ_ONCE(m.x);
                    mutex_unlock(m.m);
                }}) == all(2));
}

TEST_CASE("unlock, then lock: a wait queue's lock is a spinlock") {
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    wake_up(m.queue);
                    spin_lock(m.l);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.l);
                }}) == all_but(2, {"10"}));
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    waitqueue_active(m.queue); // without the lock
                    spin_lock(m.l);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.l);
                }}) == all(2));
}

TEST_CASE("unlock, then lock: of mutexes orders no stores") {
    CHECK(weak({[](shared& m) {
                    mutex_lock(m.m);
                    WRITE_ONCE(m.x, 1);
                    mutex_unlock(m.m);
                    mutex_lock(m.m);
                    WRITE_ONCE(m.y, 1);
                    mutex_unlock(m.m);
                },
                [](shared& m) {
                    m.r[0] = smp_load_acquire(m.y);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

// --- the protocols that this is about -----------------------------------------------------------

namespace {

struct drained {
    plain<int> part{"cpu[0]"};
    atomic_t in_flight{"in_flight", 1};
    spinlock_t list{"list"}, counter{"counter"};

    static void evict(drained& m) {
        m.part.write(1);
        atomic_dec_and_test(m.in_flight);
    }
    void umount(bool done) {
        if (!done)
            return;
        spin_lock(list);
        spin_unlock(list);
        spin_lock(counter);
        BUG_ON(part.read() != 1);
        spin_unlock(counter);
    }
};

} // namespace

TEST_CASE("the sum after a relaxed drain: read plainly, the part of a CPU is a data race") {
    using body = void (*)(drained&);
    const body relaxed = [](drained& m) {
        smp_mb();
        m.umount(atomic_read(m.in_flight) == 0);
    };
    const body acquire = [](drained& m) {
        smp_mb();
        m.umount(atomic_read_acquire(m.in_flight) == 0);
    };
    // One lock more is an acquire, which the load comes before.
    const body relaxed_and_one_lock_more = [](drained& m) {
        smp_mb();
        const bool done = atomic_read(m.in_flight) == 0;
        spin_lock(m.list);
        spin_unlock(m.list);
        spin_lock(m.list);
        spin_unlock(m.list);
        m.umount(done);
    };
    primitives::check_fails_weakly<drained>({{&drained::evict, relaxed}}, "data-race");
    primitives::check_holds<drained>({{&drained::evict, relaxed_and_one_lock_more}});
    primitives::check_holds<drained>({{&drained::evict, acquire}});
}

TEST_CASE("a stale count after a relaxed wait needs a path with no lock before the list's") {
    // The last reference is dropped, then a counter of its own; the waiter reads that relaxed.
    const auto drops = [](shared& m) {
        spin_lock(m.k);
        atomic_dec_and_test(m.x);
        spin_unlock(m.k);
        atomic_dec_and_test(m.y);
    };
    const auto fast = [](shared& m) {
        m.r[0] = atomic_read(m.y) == -1;
        spin_lock(m.l);
        m.r[1] = atomic_read(m.x) == -1;
        spin_unlock(m.l);
    };
    const auto past_a_lock = [](shared& m) {
        m.r[0] = atomic_read(m.y) == -1;
        wake_up(m.queue); // or finish_wait(), or a dentry's lock
        spin_lock(m.l);
        m.r[1] = atomic_read(m.x) == -1;
        spin_unlock(m.l);
    };
    CHECK(weak({drops, fast}) == all(2));
    CHECK(weak({drops, past_a_lock}) == all_but(2, {"10"}));
}
