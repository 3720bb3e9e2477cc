// SPDX-License-Identifier: BSD-3-Clause
// wait_on_bit and the like; the forms of wait_var_event with a lock.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct bits {
    static constexpr int busy = 0, dirty = 1;

    atomic_t flags{"flags", 1 << busy | 1 << dirty};
    plain<int> data{"data"};
    std::int64_t seen = 0;
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {flags.value.newest(), data.peek()};
    }
};

using body = void (*)(bits&);

const body waits = [](bits& m) {
    wait_on_bit(m.flags, bits::busy);
    BUG_ON(m.data.read() != 1);
};
const body wakes = [](bits& m) {
    m.data.write(1);
    clear_and_wake_up_bit(bits::busy, m.flags);
};
const body wakes_without_barrier = [](bits& m) {
    m.data.write(1);
    clear_bit_unlock(bits::busy, m.flags);
    wake_up_bit(m.flags, bits::busy);
};
const body locks_bit = [](bits& m) {
    wait_on_bit_lock(m.flags, bits::busy);
    m.data.write(m.data.read() + 1);
    clear_and_wake_up_bit(bits::busy, m.flags);
};
const body starts = [](bits& m) { clear_and_wake_up_bit(bits::busy, m.flags); };

struct under_lock {
    spinlock_t l{"l"};
    mutex m{"m"};
    atomic_t var{"var"};
    plain<int> users{"users", 1};
};

} // namespace

TEST_CASE("wait_on_bit: ends after the bit was cleared, and sees what was before that") {
    check_holds<bits>({{waits, wakes}});
    check_holds<bits>({{waits, waits, wakes}});
    check_holds<bits>({{waits, [](bits& m) {
                            m.data.write(1);
                            test_and_clear_wake_up_bit(bits::busy, m.flags);
                        }}});
    check_fails_weakly<bits>({{waits,
                               [](bits& m) {
                                   m.data.write(1);
                                   clear_bit(bits::busy, m.flags); // orders nothing
                                   smp_mb__after_atomic();
                                   wake_up_bit(m.flags, bits::busy);
                               }}},
                             "data-race");
}

TEST_CASE("wake_up_bit: without a full barrier before it the wake-up may be lost") {
    check_fails_weakly<bits>({{waits, wakes_without_barrier}}, "deadlock");
    check_fails<bits>({{waits,
                        [](bits& m) {
                            m.data.write(1);
                            clear_bit_unlock(bits::busy, m.flags);
                        }}},
                      "deadlock");
}

TEST_CASE("wake_up_bit: wakes only those who wait for that bit") {
    check_fails<bits>({{waits,
                        [](bits& m) {
                            m.data.write(1);
                            clear_bit_unlock(bits::busy, m.flags);
                            clear_and_wake_up_bit(bits::dirty, m.flags);
                        }}},
                      "deadlock");
    check_holds<bits>({{[](bits& m) { wait_on_bit(m.flags, bits::dirty); }, waits,
                        [](bits& m) {
                            wakes(m);
                            clear_and_wake_up_bit(bits::dirty, m.flags);
                        }}});
}

TEST_CASE("wait_on_bit_lock: one owner at a time, and the next one is woken") {
    check_holds<bits>(
        {{locks_bit, locks_bit, starts}, [](bits& m) { BUG_ON(m.data.peek() != 2); }});
    check_fails<bits>({{locks_bit,
                        [](bits& m) {
                            wait_on_bit(m.flags, bits::busy); // waits, and does not lock
                            m.data.write(m.data.read() + 1);
                        },
                        starts}},
                      "data-race");
}

TEST_CASE("wait_on_bit: as the reference scheduler") {
    const body waits_only = [](bits& m) { wait_on_bit(m.flags, bits::busy); };
    check_against_reference<bits>({{waits_only, wakes_without_barrier}});
    check_against_reference<bits>({{waits_only, wakes}});
    check_against_reference<bits>({{locks_bit, starts}});
}

TEST_CASE("wait_var_event_spinlock: the lock stands in for the barriers") {
    constexpr auto waiter = [](under_lock& x) {
        spin_lock(x.l);
        wait_var_event_spinlock(
            x.var, [&x] { return x.users.read() == 0; }, x.l);
        BUG_ON(x.users.read() != 0);
        spin_unlock(x.l);
    };
    check_holds<under_lock>({{waiter, [](under_lock& x) {
                                  spin_lock(x.l);
                                  x.users.write(0);
                                  wake_up_var_locked(x.var, x.l);
                                  spin_unlock(x.l);
                              }}});
    check_fails<under_lock>({{waiter,
                              [](under_lock& x) {
                                  spin_lock(x.l);
                                  wake_up_var_locked(x.var, x.l);
                                  spin_unlock(x.l);
                                  spin_lock(x.l);
                                  x.users.write(0);
                                  spin_unlock(x.l);
                              }}},
                            "deadlock");
    check_fails<under_lock>({{waiter,
                              [](under_lock& x) {
                                  spin_lock(x.l);
                                  x.users.write(0);
                                  spin_unlock(x.l);
                                  wake_up_var_locked(x.var, x.l);
                              }}},
                            "lockdep_assert_held(l): P[1] does not hold it");
}

TEST_CASE("wait_var_event_mutex: the mutex stands in for the barriers") {
    constexpr auto waiter = [](under_lock& x) {
        mutex_lock(x.m);
        wait_var_event_mutex(
            x.var, [&x] { return x.users.read() == 0; }, x.m);
        BUG_ON(x.users.read() != 0);
        mutex_unlock(x.m);
    };
    check_holds<under_lock>({{waiter, [](under_lock& x) {
                                  mutex_lock(x.m);
                                  x.users.write(0);
                                  wake_up_var_locked(x.var, x.m);
                                  mutex_unlock(x.m);
                              }}});
    check_fails<under_lock>({{waiter,
                              [](under_lock& x) {
                                  x.users.write(0);
                                  wake_up_var(x.var);
                              }}},
                            "data-race");
    check_fails<under_lock>({{[](under_lock& x) {
                                spin_lock(x.l);
                                mutex_lock(x.m);
                            }}},
                            "misuse");
}

TEST_CASE("atomic_dec_and_wake_up and store_release_wake_up: with their barriers") {
    struct counted {
        atomic_t users{"users", 2}, done{"done"};
        plain<int> data{"data"};
    };
    constexpr auto waits_for_users = [](counted& m) {
        wait_var_event(m.users, [&m] { return atomic_read_acquire(m.users) == 0; });
    };
    constexpr auto puts = [](counted& m) { atomic_dec_and_wake_up(m.users); };
    constexpr auto waits_for_done = [](counted& m) {
        wait_var_event(m.done, [&m] { return smp_load_acquire(m.done) != 0; });
        BUG_ON(m.data.read() != 1);
    };
    check_holds<counted>({{waits_for_users, puts, puts}});
    check_fails<counted>({{waits_for_users, puts}}, "deadlock");
    check_holds<counted>({{waits_for_done, [](counted& m) {
                               m.data.write(1);
                               store_release_wake_up(m.done, 1);
                           }}});
    check_fails_weakly<counted>({{waits_for_done,
                                  [](counted& m) {
                                      m.data.write(1);
                                      smp_store_release(m.done, 1); // without smp_mb()
                                      wake_up_var(m.done);
                                  }}},
                                "deadlock");
}
