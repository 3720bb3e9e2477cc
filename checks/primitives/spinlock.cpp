// SPDX-License-Identifier: BSD-3-Clause
// spin_lock, spin_trylock, spin_unlock.

#include "checks/support/full_barrier.hpp"
#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

struct locked {
    spinlock_t l{"l"}, k{"k"};
    plain<int> data{"data"};
    atomic_t flag{"flag"}, x{"x"}, y{"y"};
    bool missed_x = false, missed_y = false;

    void add() { data.write(data.read() + 1); }
    static void both_added(locked& m) { BUG_ON(m.data.read() != 2); }
};

using body = void (*)(locked&);

const body add_locked = [](locked& m) {
    spin_lock(m.l);
    m.add();
    spin_unlock(m.l);
};
const body add_unlocked = [](locked& m) { m.add(); };
const body add_under_another_lock = [](locked& m) {
    spin_lock(m.k);
    m.add();
    spin_unlock(m.k);
};
const body add_after_unlock = [](locked& m) {
    spin_lock(m.l);
    spin_unlock(m.l);
    m.add();
};

} // namespace

TEST_CASE("spin_lock: sections of one lock exclude each other and see what the earlier ones did") {
    check_holds<locked>({{add_locked, add_locked}, &locked::both_added});
}

TEST_CASE("spin_lock: left out, or of another lock, or ended early, does not protect") {
    check_fails<locked>({{add_locked, add_unlocked}}, "data-race");
    check_fails<locked>({{add_locked, add_under_another_lock}}, "data-race");
    check_fails<locked>({{add_locked, add_after_unlock}}, "data-race");
}

TEST_CASE("spin_lock: two locks nest, taken in different orders they are a deadlock") {
    const body l_then_k = [](locked& m) {
        lockdep_off(); // checks/primitives/lockdep.cpp has it on
        spin_lock(m.l);
        spin_lock(m.k);
        m.add();
        spin_unlock(m.l); // not in the order of nesting
        spin_unlock(m.k);
    };
    const body k_then_l = [](locked& m) {
        lockdep_off();
        spin_lock(m.k);
        spin_lock(m.l);
        m.add();
        spin_unlock(m.l);
        spin_unlock(m.k);
    };
    check_holds<locked>({{l_then_k, l_then_k}, &locked::both_added});
    check_fails<locked>({{l_then_k, k_then_l}}, "deadlock");
    CHECK(found(sc<locked>({{l_then_k, k_then_l}}),
                "P[0] waits for spin_lock(k), which is held by P[1]"));
}

TEST_CASE("spin_lock: taken twice by one thread is a deadlock") {
    check_fails<locked>({{[](locked& m) {
                            lockdep_off();
                            spin_lock(m.l);
                            spin_lock(m.l);
                        }}},
                        "P[0] waits for spin_lock(l), which is held by P[0]");
}

TEST_CASE("spin_lock: the names with irq and bh are the same lock") {
    const body irqsave = [](locked& m) {
        unsigned long flags = 0;
        spin_lock_irqsave(m.l, flags);
        m.add();
        spin_unlock_irqrestore(m.l, flags);
    };
    const body irq = [](locked& m) {
        spin_lock_irq(m.l);
        m.add();
        spin_unlock_irq(m.l);
    };
    const body bh = [](locked& m) {
        spin_lock_bh(m.l);
        m.add();
        spin_unlock_bh(m.l);
    };
    const body try_other = [](locked& m) {
        unsigned long flags = 0;
        if (!spin_trylock_irqsave(m.k, flags))
            return;
        m.add();
        spin_unlock_irqrestore(m.k, flags);
    };
    check_holds<locked>({{irqsave, irq}, &locked::both_added});
    check_holds<locked>({{add_locked, bh}, &locked::both_added});
    check_fails<locked>({{irqsave, try_other}}, "data-race");
}

TEST_CASE("spin_unlock: a thread that is still inside keeps the others out for ever") {
    check_fails<locked>({{[](locked& m) {
                              spin_lock(m.l);
                              await(m.flag, [](auto v) { return v == 1; });
                              spin_unlock(m.l);
                          },
                          [](locked& m) {
                              spin_lock(m.l);
                              WRITE_ONCE(m.flag, 1);
                              spin_unlock(m.l);
                          }}},
                        "deadlock");
}

TEST_CASE("spin_trylock: success is as good as spin_lock, failure means keep out") {
    const body try_add = [](locked& m) {
        if (!spin_trylock(m.l))
            return;
        m.add();
        spin_unlock(m.l);
    };
    const body add_anyway = [](locked& m) {
        const bool mine = spin_trylock(m.l);
        m.add();
        if (mine)
            spin_unlock(m.l);
    };
    check_holds<locked>(
        {{add_locked, try_add}, [](locked& m) { BUG_ON(m.data.read() < 1 || m.data.read() > 2); }});
    check_fails<locked>({{add_locked, add_anyway}}, "data-race");
    // It fails if the lock is held, and does not fail if nobody has taken it.
    check_fails<locked>({{add_locked, try_add}, &locked::both_added}, "BUG_ON");
    check_holds<locked>({{try_add}, [](locked& m) { BUG_ON(m.data.read() != 1); }});
}

TEST_CASE("spin_trylock: failure orders nothing") {
    // To fail, the second thread must have met the later of two sections; but that orders nothing,
    // and neither does the flag.
    const body twice = [](locked& m) {
        add_locked(m);
        spin_lock(m.l);
        WRITE_ONCE(m.flag, 1);
        spin_unlock(m.l);
    };
    check_fails_weakly<locked>({{twice,
                                 [](locked& m) {
                                     if (READ_ONCE(m.flag) == 0)
                                         return;
                                     if (spin_trylock(m.l))
                                         spin_unlock(m.l);
                                     else
                                         m.add();
                                 }}},
                               "data-race");
    check_holds<locked>({{twice, [](locked& m) {
                              if (READ_ONCE(m.flag) == 0)
                                  return;
                              if (!spin_trylock(m.l))
                                  return;
                              m.add();
                              spin_unlock(m.l);
                          }}});
}

TEST_CASE("spin_lock: no full barrier, with smp_mb__after_spinlock it is") {
    const body lock_only = [](locked& m) {
        WRITE_ONCE(m.x, 1);
        spin_lock(m.l);
        m.missed_y = READ_ONCE(m.y) == 0;
        spin_unlock(m.l);
    };
    const body lock_and_barrier = [](locked& m) {
        WRITE_ONCE(m.x, 1);
        spin_lock(m.l);
        smp_mb__after_spinlock();
        m.missed_y = READ_ONCE(m.y) == 0;
        spin_unlock(m.l);
    };
    check_full_barrier<locked>(lock_and_barrier, lock_only);
}

TEST_CASE("spin_is_locked: the state of the lock at the end") {
    check_holds<locked>({{add_locked}, [](locked& m) { BUG_ON(spin_is_locked(m.l)); }});
}
