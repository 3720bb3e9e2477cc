// SPDX-License-Identifier: BSD-3-Clause
// wait_var_event, wake_up_var.

#include "checks/primitives_program.hpp"

using namespace primitives;

namespace {

struct counted {
    atomic_t users{"users", 1};
    atomic_t x{"x"};

    void wait() {
        wait_var_event(users, [this] { return atomic_read(users) == 0; });
    }
    void wait_acquire() {
        wait_var_event(users, [this] { return atomic_read_acquire(users) == 0; });
    }
};

struct two_users : counted {
    two_users() { atomic_set(users, 2); }
};

using body = void (*)(counted&);

const body waits = [](counted& m) { m.wait(); };
const body put = [](counted& m) {
    if (atomic_dec_and_test(m.users))
        wake_up_var(m.users);
};
const body put_relaxed = [](counted& m) {
    atomic_dec(m.users);
    wake_up_var(m.users);
};

} // namespace

TEST_CASE("wait_var_event: with atomic_dec_and_test before wake_up_var no wake-up is lost") {
    check_holds<counted>({{waits, put}});
    check_holds<counted>({{waits, waits, put}}); // all who wait are woken
    const auto put_one = [](two_users& m) {
        if (atomic_dec_and_test(m.users))
            wake_up_var(m.users);
    };
    check_holds<two_users>({{put_one, put_one, [](two_users& m) { m.wait(); }}});
}

TEST_CASE("wake_up_var: with a relaxed atomic_dec before it the wake-up may be lost") {
    check_fails_weakly<counted>({{waits, put_relaxed}}, "deadlock");
    CHECK(found(weak<counted>({{waits, put_relaxed}}), "P[0] waits for schedule"));
    // smp_mb__after_atomic() repairs it.
    check_holds<counted>({{waits, [](counted& m) {
                               atomic_dec(m.users);
                               smp_mb__after_atomic();
                               wake_up_var(m.users);
                           }}});
}

TEST_CASE("wake_up_var: left out, or too early, the thread sleeps for ever") {
    check_fails<counted>({{waits, [](counted& m) { atomic_dec_and_test(m.users); }}}, "deadlock");
    check_fails<counted>({{waits,
                           [](counted& m) {
                               wake_up_var(m.users);
                               atomic_dec_and_test(m.users);
                           }}},
                         "deadlock");
    check_fails<counted>({{waits,
                           [](counted& m) {
                               atomic_dec_and_test(m.users);
                               wake_up_var(m.x); // somebody else's queue
                           }}},
                         "deadlock");
}

TEST_CASE("wait_var_event: woken although the condition is still false, it goes on waiting") {
    const auto wakes_too_often = [](two_users& m) {
        atomic_dec_and_test(m.users);
        wake_up_var(m.users);
    };
    check_holds<two_users>({{[](two_users& m) {
                                 m.wait();
                                 BUG_ON(atomic_read(m.users) != 0);
                             },
                             wakes_too_often, wakes_too_often}});
    // A condition that is true too early does end it.
    check_fails<two_users>({{[](two_users& m) {
                                 wait_var_event(m.users, [&m] { return atomic_read(m.users) < 2; });
                                 BUG_ON(atomic_read(m.users) != 0);
                             },
                             wakes_too_often, wakes_too_often}},
                           "BUG_ON");
}

TEST_CASE("wait_var_event: a thread may wait again, and no old wake-up counts for the new wait") {
    check_holds<counted>({{[](counted& m) {
                               m.wait();
                               wait_var_event(m.x, [&m] { return atomic_read(m.x) == 1; });
                               BUG_ON(atomic_read(m.x) != 1);
                           },
                           [](counted& m) {
                               if (atomic_dec_and_test(m.users))
                                   wake_up_var(m.users);
                               smp_store_mb(m.x, 1);
                               wake_up_var(m.x);
                           }}});
    check_fails_weakly<counted>({{[](counted& m) {
                                      m.wait();
                                      wait_var_event(m.x, [&m] { return atomic_read(m.x) == 1; });
                                  },
                                  [](counted& m) {
                                      if (atomic_dec_and_test(m.users))
                                          wake_up_var(m.users);
                                      WRITE_ONCE(m.x, 1); // no barrier
                                      wake_up_var(m.x);
                                  }}},
                                "deadlock");
}

TEST_CASE("wait_var_event: a relaxed condition does not order what follows, an acquire does") {
    const body stores_and_put = [](counted& m) {
        WRITE_ONCE(m.x, 1);
        put(m);
    };
    check_holds<counted>({{[](counted& m) {
                               m.wait_acquire();
                               BUG_ON(READ_ONCE(m.x) != 1);
                           },
                           stores_and_put}});
    check_fails_weakly<counted>({{[](counted& m) {
                                      m.wait();
                                      BUG_ON(READ_ONCE(m.x) != 1);
                                  },
                                  stores_and_put}},
                                "BUG_ON");
}
