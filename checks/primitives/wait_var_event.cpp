// SPDX-License-Identifier: BSD-3-Clause
// wait_var_event, wake_up_var.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct counted {
    atomic_t users{"users", 1};
    atomic_t x{"x"};
    std::int64_t seen = 0;

    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {users.value.newest(), x.value.newest(), seen};
    }

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

namespace {

struct two_queues : counted {
    wait_queue_head_t wq{"wq"};
};

} // namespace

TEST_CASE("wait_var_event: a thread that is still on another queue is misuse") {
    const auto twice = [](two_queues& m) {
        wait_queue_entry entry;
        prepare_to_wait(m.wq, entry);
        wait_var_event(m.users, [&m] { return atomic_read(m.users) == 0; });
        finish_wait(m.wq, entry);
    };
    check_fails<two_queues>({{twice, [](two_queues& m) { put(m); }}}, "misuse");
    check_holds<two_queues>({{[](two_queues& m) {
                                  wait_queue_entry entry;
                                  prepare_to_wait(m.wq, entry);
                                  finish_wait(m.wq, entry);
                                  m.wait();
                              },
                              [](two_queues& m) { put(m); }}});
}

// --- what waiting costs -------------------------------------------------------------------------

namespace {

struct three_users : counted {
    three_users() { atomic_set(users, 3); }
};

constexpr auto until_none = [](auto& m) { m.wait(); };
constexpr auto awaits_none = [](auto& m) { await(m.users, [](auto n) { return n == 0; }); };
constexpr auto puts_one = [](auto& m) {
    if (atomic_dec_and_test(m.users))
        wake_up_var(m.users);
};
constexpr auto puts_quietly = [](auto& m) { atomic_dec_and_test(m.users); };
constexpr auto puts_and_wakes = [](auto& m) {
    atomic_dec_and_test(m.users);
    wake_up_var(m.users);
};

/// Counts its tests, which others can see.
constexpr auto counts_tests = [](auto& m) {
    wait_var_event(m.users, [&m] {
        atomic_inc(m.x);
        return atomic_read(m.users) == 0;
    });
};

/// Changes something in a failing test, unless it is the first test.
constexpr auto changes_later = [](auto& m) {
    bool first = true;
    wait_var_event(m.users, [&] {
        const auto users = atomic_read(m.users);
        if (!std::exchange(first, false) && users == 1)
            WRITE_ONCE(m.x, 1);
        return users == 0;
    });
};

/// Takes what it waits for, and puts it back.
constexpr auto takes = [](auto& m) {
    wait_var_event(m.users, [&m] { return atomic_cmpxchg(m.users, 0, 5) == 0; });
    m.seen += READ_ONCE(m.x) + 1;
    atomic_set(m.users, 0);
    smp_mb();
    wake_up_var(m.users);
};
constexpr auto sets_x_and_puts = [](auto& m) {
    WRITE_ONCE(m.x, 1);
    puts_one(m);
};

} // namespace

TEST_CASE("wait_var_event: who sleeps, and is woken, costs no executions") {
    const result waits_for_three =
        sc<three_users>({{until_none, puts_one, puts_one, puts_one}, nullptr});
    CHECK(verified(waits_for_three));
    CHECK(waits_for_three.executions ==
          sc<three_users>({{awaits_none, puts_quietly, puts_quietly, puts_quietly}}).executions);
    CHECK(waits_for_three.blocked > 0);
}

TEST_CASE("wait_var_event: nothing is lost by that") {
    check_against_reference<counted>({{until_none, puts_one}});
    check_against_reference<counted>({{until_none, until_none, puts_one}});
    check_against_reference<two_users>({{until_none, puts_one, puts_one}});
    check_against_reference<two_users>({{until_none, puts_and_wakes, puts_and_wakes}});
    check_against_reference<two_users>({{until_none, puts_quietly, puts_and_wakes}});
    check_against_reference<counted>({{takes, sets_x_and_puts}});
}

TEST_CASE("wait_var_event: what a test changes although it is false, others see") {
    const auto twice = [](counted& m) {
        ensure(m.x.value.newest() < 2, "twice", "the condition was tested twice");
    };
    check_fails<counted>({{counts_tests, puts_one}, twice}, "twice");
    check_against_reference<counted>({{counts_tests, puts_one}});
    const auto later = [](two_users& m) {
        ensure(m.x.value.newest() == 0, "later", "the second test changed something");
    };
    check_fails<two_users>({{changes_later, puts_one, puts_one}, later}, "later");
    check_against_reference<two_users>({{changes_later, puts_one, puts_and_wakes}});
}
