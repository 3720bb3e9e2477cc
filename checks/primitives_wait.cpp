// SPDX-License-Identifier: BSD-3-Clause
// Wait queues: wait_event, prepare_to_wait, schedule, finish_wait, waitqueue_active, wake_up.

#include "checks/against_reference.hpp"

using namespace primitives;

namespace {

struct waiting {
    wait_queue_head_t wq{"wq"}, other{"other"};
    atomic_t ready{"ready"}, turns{"turns"};
    spinlock_t l{"l"};
    std::int64_t late = 0;

    void wait() {
        wait_event(wq, [this] { return READ_ONCE(ready) != 0; });
    }
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {ready.value.newest(), turns.value.newest()};
    }
};

using body = void (*)(waiting&);

const body waits = [](waiting& m) { m.wait(); };
const body wakes = [](waiting& m) {
    WRITE_ONCE(m.ready, 1);
    wake_up(m.wq);
};
const body looks_then_wakes = [](waiting& m) {
    WRITE_ONCE(m.ready, 1);
    if (waitqueue_active(m.wq))
        wake_up(m.wq);
};
const body barrier_looks_then_wakes = [](waiting& m) {
    WRITE_ONCE(m.ready, 1);
    if (wq_has_sleeper(m.wq))
        wake_up(m.wq);
};

/// wait_event() written out.
const body waits_by_hand = [](waiting& m) {
    wait_queue_entry wait;
    for (;;) {
        prepare_to_wait(m.wq, wait, TASK_UNINTERRUPTIBLE);
        if (READ_ONCE(m.ready) != 0)
            break;
        schedule();
    }
    finish_wait(m.wq, wait);
};

/// Takes a turn once there is one.
const body takes_turn = [](waiting& m) {
    wait_event_exclusive(m.wq, [&m] { return atomic_add_unless(m.turns, -1, 0); });
};

} // namespace

TEST_CASE("wait_event: no wake-up is lost, the lock of the queue orders waker and waiter") {
    check_holds<waiting>({{waits, wakes}});
    check_holds<waiting>({{waits, waits, wakes}});
    check_holds<waiting>({{waits_by_hand, wakes}});
    check_fails<waiting>({{waits, [](waiting& m) { WRITE_ONCE(m.ready, 1); }}}, "deadlock");
    check_fails<waiting>({{waits,
                           [](waiting& m) {
                               wake_up(m.wq);
                               WRITE_ONCE(m.ready, 1);
                           }}},
                         "deadlock");
}

TEST_CASE("waitqueue_active: without a full barrier before it the wake-up may be lost") {
    check_holds<waiting>({{waits, barrier_looks_then_wakes}});
    check_holds<waiting>({{waits_by_hand, barrier_looks_then_wakes}});
    check_fails_weakly<waiting>({{waits, looks_then_wakes}}, "deadlock");
    check_fails_weakly<waiting>({{waits_by_hand, looks_then_wakes}}, "deadlock");
}

TEST_CASE("prepare_to_wait: must come before the last test of the condition") {
    check_fails<waiting>({{[](waiting& m) {
                               wait_queue_entry wait;
                               if (READ_ONCE(m.ready) == 0) {
                                   prepare_to_wait(m.wq, wait);
                                   schedule();
                               }
                               finish_wait(m.wq, wait);
                           },
                           wakes}},
                         "P[0] waits for schedule");
    // Without it schedule() does not sleep.
    check_holds<waiting>({{[](waiting&) { schedule(); }}});
}

TEST_CASE("prepare_to_wait: on two queues, either wakes") {
    const body waits_for_either = [](waiting& m) {
        wait_queue_entry one, two;
        for (;;) {
            prepare_to_wait(m.wq, one);
            prepare_to_wait(m.other, two);
            if (READ_ONCE(m.ready) != 0)
                break;
            schedule();
        }
        finish_wait(m.wq, one);
        finish_wait(m.other, two);
        m.wait(); // no old wake-up is left over
    };
    check_holds<waiting>({{waits_for_either, [](waiting& m) {
                               WRITE_ONCE(m.ready, 1);
                               wake_up(m.other);
                           }}});
    check_holds<waiting>({{waits_for_either, [](waiting& m) {
                               wake_up(m.wq);
                               WRITE_ONCE(m.ready, 1);
                               wake_up(m.wq);
                               wake_up(m.other);
                           }}});
}

TEST_CASE("wake_up: of exclusive waiters it wakes one, wake_up_all all of them") {
    const body gives_two = [](waiting& m) {
        atomic_add(2, m.turns);
        wake_up_all(m.wq);
    };
    const body gives_two_wakes_one = [](waiting& m) {
        atomic_add(2, m.turns);
        wake_up(m.wq);
    };
    const body gives_one_twice = [](waiting& m) {
        atomic_inc(m.turns);
        wake_up(m.wq);
        atomic_inc(m.turns);
        wake_up(m.wq);
    };
    check_holds<waiting>({{takes_turn, takes_turn, gives_two}});
    // The second wake-up may go to a thread that has just found its turn without it.
    check_fails<waiting>({{takes_turn, takes_turn, gives_one_twice}}, "deadlock");
    check_holds<waiting>({{waits, waits, wakes}}); // not exclusive: all of them
    check_fails<waiting>({{takes_turn, takes_turn, gives_two_wakes_one}}, "deadlock");
    check_holds<waiting>({{takes_turn, takes_turn, [](waiting& m) {
                               atomic_add(2, m.turns);
                               wake_up_nr(m.wq, 2);
                           }}});
}

TEST_CASE("wake_up: still touches the queue of a thread that is on its way") {
    struct object {
        wait_queue_head_t wq{"wq"};
        atomic_t ready{"ready"};
    };
    struct freed_by_waiter {
        object* o = kmalloc<object>("object");
        spinlock_t l{"l"};
    };
    check_fails<freed_by_waiter>(
        {{[](freed_by_waiter& m) {
              wait_event(m.o->wq, [&m] { return smp_load_acquire(m.o->ready) != 0; });
              kfree(m.o);
          },
          [](freed_by_waiter& m) {
              smp_store_release(m.o->ready, 1);
              wake_up(m.o->wq);
          }}},
        "use-after-free");
    // A lock around the waker's section, taken once more before freeing, repairs it.
    check_holds<freed_by_waiter>(
        {{[](freed_by_waiter& m) {
              wait_event(m.o->wq, [&m] { return smp_load_acquire(m.o->ready) != 0; });
              spin_lock(m.l);
              spin_unlock(m.l);
              kfree(m.o);
          },
          [](freed_by_waiter& m) {
              spin_lock(m.l);
              smp_store_release(m.o->ready, 1);
              wake_up(m.o->wq);
              spin_unlock(m.l);
          }}});
}

TEST_CASE("wait_event: misuse") {
    check_fails<waiting>({{[](waiting& m) {
                             spin_lock(m.l);
                             wait_event(m.wq, [] { return true; });
                         }}},
                         "wait_event can sleep");
    check_fails<waiting>({{[](waiting& m) {
                             wait_queue_entry wait;
                             prepare_to_wait(m.wq, wait);
                             spin_lock(m.l);
                             schedule();
                         }}},
                         "schedule can sleep");
    check_fails<waiting>({{[](waiting& m) {
                             wait_queue_entry wait;
                             prepare_to_wait(m.wq, wait);
                             wait_event(m.other, [] { return false; });
                         }}},
                         "between prepare_to_wait() and finish_wait()");
    check_fails<waiting>({{[](waiting& m) {
                             wait_queue_entry wait;
                             prepare_to_wait(m.wq, wait);
                             init_waitqueue_head(m.wq);
                         }}},
                         "while it is not empty");
    check_holds<waiting>({{[](waiting& m) { init_waitqueue_head(m.wq); }}});
}

TEST_CASE("wait queues: as the reference scheduler") {
    check_against_reference<waiting>({{waits, wakes}});
    check_against_reference<waiting>({{waits, looks_then_wakes}});
    check_against_reference<waiting>({{waits_by_hand, barrier_looks_then_wakes}});
    check_against_reference<waiting>({{takes_turn, takes_turn, [](waiting& m) {
                                           atomic_inc(m.turns);
                                           wake_up(m.wq);
                                       }}});
}

TEST_CASE("wait_event: the 25th thread of a model sleeps as the first one does") {
    // What wakes it is not mixed up with the callbacks of the second CPU.
    struct many {
        atomic_t flag{"flag"};
        wait_queue_head_t wq{"wq"};
        rcu_head head;
        void threads(scenario& s) {
            rcu_callback_thread(s, nr_cpus);
            s.threads("P", 21, [](int) {});
            s.thread("caller", [this] { // on CPU 1
                call_rcu(head, [this] {
                    WRITE_ONCE(flag, 1);
                    smp_mb();
                    wake_up(wq);
                });
            });
            s.thread("sleeper",
                     [this] { wait_event(wq, [this] { return READ_ONCE(flag) == 1; }); });
        }
    };
    CHECK(verified(check<many>()));
}
