// SPDX-License-Identifier: BSD-3-Clause
// What lockdep finds even though nothing went wrong in that execution.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

struct locks {
    spinlock_t a{"a"}, b{"b"}, c{"c"};
    mutex m{"m"}, n{"n"};
    rw_semaphore rw{"rw"};
    atomic_t done{"done"};
};

using body = void (*)(locks&);

const body a_then_b = [](locks& x) {
    spin_lock(x.a);
    spin_lock(x.b);
    spin_unlock(x.b);
    spin_unlock(x.a);
};

/// Never at the same time as the others.
const body b_then_a_later = [](locks& x) {
    await_acquire(x.done, [](auto v) { return v == 1; });
    spin_lock(x.b);
    spin_lock(x.a);
    spin_unlock(x.a);
    spin_unlock(x.b);
};
const body a_then_b_first = [](locks& x) {
    a_then_b(x);
    smp_store_release(x.done, 1);
};

} // namespace

TEST_CASE("lockdep: opposite orders are found in an execution in which they do not meet") {
    check_holds<locks>({{a_then_b, a_then_b}});
    check_fails<locks>({{a_then_b_first, b_then_a_later}}, "lockdep");
    CHECK(found(weak<locks>({{a_then_b_first, b_then_a_later}}), "in a circular order"));
}

TEST_CASE("lockdep: opposite orders of which each execution has one only are no deadlock") {
    // The kernel's lockdep, which does not forget, would complain. Here every execution is run, so
    // if a deadlock is possible, one execution has both orders.
    const body first_to_come = [](locks& x) {
        if (atomic_xchg(x.done, 1) == 0)
            a_then_b(x);
    };
    const body first_to_come_the_other_way = [](locks& x) {
        if (atomic_xchg(x.done, 1) != 0)
            return;
        spin_lock(x.b);
        spin_lock(x.a);
        spin_unlock(x.a);
        spin_unlock(x.b);
    };
    check_holds<locks>({{first_to_come, first_to_come_the_other_way}});
    check_fails<locks>({{a_then_b, first_to_come_the_other_way}}, "lockdep");
}

TEST_CASE("lockdep: a circle of three locks, each pair of which has one order only") {
    const body b_then_c = [](locks& x) {
        spin_lock(x.b);
        spin_lock(x.c);
        spin_unlock(x.c);
        spin_unlock(x.b);
    };
    const body c_then_a = [](locks& x) {
        spin_lock(x.c);
        spin_lock(x.a);
        spin_unlock(x.a);
        spin_unlock(x.c);
    };
    const body a_then_c = [](locks& x) {
        spin_lock(x.a);
        spin_lock(x.c);
        spin_unlock(x.c);
        spin_unlock(x.a);
    };
    check_holds<locks>({{a_then_b, b_then_c, a_then_c}});
    check_fails<locks>({{a_then_b, b_then_c, c_then_a}}, "lockdep");
}

TEST_CASE("lockdep: mutexes and semaphores are part of the order, readers too") {
    const body m_then_rw = [](locks& x) {
        mutex_lock(x.m);
        down_write(x.rw);
        up_write(x.rw);
        mutex_unlock(x.m);
        smp_store_release(x.done, 1);
    };
    const body m_then_read = [](locks& x) {
        await_acquire(x.done, [](auto v) { return v == 1; });
        mutex_lock(x.m);
        down_read(x.rw);
        up_read(x.rw);
        mutex_unlock(x.m);
    };
    const body read_then_m = [](locks& x) {
        await_acquire(x.done, [](auto v) { return v == 1; });
        down_read(x.rw);
        mutex_lock(x.m);
        mutex_unlock(x.m);
        up_read(x.rw);
    };
    check_holds<locks>({{m_then_rw, m_then_read}});
    check_fails<locks>({{m_then_rw, read_then_m}}, "lockdep");
}

TEST_CASE("lockdep: a trylock never waits and so is no order, what is taken after it is") {
    const body b_then_try_a = [](locks& x) {
        spin_lock(x.b);
        if (spin_trylock(x.a))
            spin_unlock(x.a);
        spin_unlock(x.b);
    };
    const body try_b_then_a = [](locks& x) {
        if (!spin_trylock(x.b))
            return;
        spin_lock(x.a);
        spin_unlock(x.a);
        spin_unlock(x.b);
    };
    check_holds<locks>({{a_then_b, b_then_try_a}});
    check_fails<locks>({{a_then_b, try_b_then_a}}, "lockdep");
}

TEST_CASE("lockdep: a lock taken twice by one thread") {
    const auto twice = [](body what) {
        check_fails<locks>({{what}}, "lockdep");
        CHECK(found(weak<locks>({{what}}), "holds it already since"));
    };
    twice([](locks& x) {
        spin_lock(x.a);
        spin_lock_irq(x.a);
    });
    twice([](locks& x) {
        mutex_lock(x.m);
        mutex_lock(x.m);
    });
    twice([](locks& x) {
        down_write(x.rw);
        down_read(x.rw);
    });
    // Reading twice works here: only a writer in between makes it a deadlock.
    twice([](locks& x) {
        down_read(x.rw);
        down_read(x.rw);
    });
    check_holds<locks>({{[](locks& x) {
        spin_lock(x.a);
        BUG_ON(spin_trylock(x.a));
        spin_unlock(x.a);
        spin_lock(x.a);
        spin_unlock(x.a);
    }}});
}

TEST_CASE("lockdep: sleeping under a spinlock, although nobody has to wait") {
    const auto sleeps = [](body what, const char* why) { check_fails<locks>({{what}}, why); };
    sleeps(
        [](locks& x) {
            spin_lock(x.a);
            mutex_lock(x.m);
        },
        "mutex_lock can sleep, and P[0] is inside of spinlock a");
    sleeps(
        [](locks& x) {
            if (spin_trylock(x.a))
                down_read(x.rw);
        },
        "down_read can sleep, and P[0] is inside of spinlock a");
    sleeps(
        [](locks& x) {
            spin_lock(x.a);
            down_write(x.rw);
        },
        "down_write can sleep");
    sleeps(
        [](locks& x) {
            spin_lock(x.a);
            synchronize_rcu();
        },
        "synchronize_rcu can sleep, and P[0] is inside of spinlock a");
    sleeps(
        [](locks& x) {
            rcu_read_lock();
            mutex_lock(x.m);
        },
        "mutex_lock can sleep, and P[0] is inside of an RCU");
    check_holds<locks>({{[](locks& x) {
        mutex_lock(x.m);
        down_read(x.rw);
        synchronize_rcu();
        spin_lock(x.a);
        spin_lock(x.b);
        spin_unlock(x.a);
        BUG_ON(!mutex_trylock(x.n)); // does not sleep
        mutex_unlock(x.n);
        spin_unlock(x.b);
        might_sleep();
        up_read(x.rw);
        mutex_unlock(x.m);
    }}});
}

TEST_CASE("lockdep: switched off for a part of a thread, or for the whole model") {
    const body b_then_a_unwatched = [](locks& x) {
        await_acquire(x.done, [](auto v) { return v == 1; });
        lockdep_off();
        spin_lock(x.b);
        spin_lock(x.a);
        spin_unlock(x.a);
        spin_unlock(x.b);
        lockdep_on();
    };
    check_holds<locks>({{a_then_b_first, b_then_a_unwatched}});

    struct unwatched : locks {
        unwatched() { lockdep_off(); }
    };
    check_holds<unwatched>(
        {{[](unwatched& x) { a_then_b_first(x); }, [](unwatched& x) { b_then_a_later(x); }}});
    // The owners of locks are still tracked.
    check_fails<unwatched>({{[](unwatched& x) { spin_unlock(x.a); }}}, "misuse");
    check_fails<unwatched>({{[](unwatched& x) {
                               spin_lock(x.a);
                               mutex_lock(x.m);
                           }}},
                           "mutex_lock can sleep");
}

TEST_CASE("lockdep_assert_held: only the thread that holds the lock may say so") {
    check_holds<locks>({{[](locks& x) {
        spin_lock(x.a);
        lockdep_assert_held(x.a);
        BUG_ON(lockdep_is_held(x.b));
        spin_unlock(x.a);
    }}});
    check_fails<locks>({{[](locks& x) { lockdep_assert_held(x.m); }}},
                       "lockdep_assert_held(m): P[0] does not hold it");
}
