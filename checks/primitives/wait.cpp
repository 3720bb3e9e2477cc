// SPDX-License-Identifier: BSD-3-Clause
// Wait queues: wait_event, prepare_to_wait, schedule, finish_wait, waitqueue_active, wake_up.

#include "checks/support/against_reference.hpp"

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

/// wait_event(), spelled out.
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
    // Without prepare_to_wait() schedule() does not sleep.
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

// --- who touches the queue after a wake-up -------------------------------------------------------

namespace {

/// The queue is part of something that is freed.
struct queued {
    struct object {
        wait_queue_head_t wq{"object.wq"};
        atomic_t x{"object.x"};
    };
    object* o = kmalloc<object>("object");
    spinlock_t l{"l"};
    atomic_t ready{"ready"}, on_queue{"on_queue"}, off_queue{"off_queue"}, tests{"tests"};

    /// For wait_event(): after the second test that fails the thread sleeps.
    bool is_ready() {
        if (smp_load_acquire(ready) == 1)
            return true;
        atomic_inc(tests);
        return false;
    }
    void let_it_sleep() {
        await_acquire(tests, [](auto n) { return n == 2; });
    }
};

using user = void (*)(queued&);

const user sleeps_by_hand = [](queued& m) {
    wait_queue_entry wait;
    prepare_to_wait(m.o->wq, wait);
    smp_store_release(m.on_queue, 1);
    schedule();
    finish_wait(m.o->wq, wait);
    smp_store_release(m.off_queue, 1);
};
/// sleeps, and comes after the waker because of the lock in between.
const user sleeps_and_locks = [](queued& m) {
    wait_queue_entry wait;
    prepare_to_wait(m.o->wq, wait);
    smp_store_release(m.on_queue, 1);
    schedule();
    spin_lock(m.l);
    spin_unlock(m.l);
    smp_store_release(m.off_queue, 1);
    finish_wait(m.o->wq, wait);
};
const user does_not_sleep = [](queued& m) {
    wait_queue_entry wait;
    prepare_to_wait(m.o->wq, wait);
    smp_store_release(m.on_queue, 1);
    finish_wait(m.o->wq, wait);
    smp_store_release(m.off_queue, 1);
};

const user wakes_under_lock = [](queued& m) {
    await_acquire(m.on_queue, [](auto v) { return v == 1; });
    spin_lock(m.l);
    wake_up(m.o->wq);
    spin_unlock(m.l);
    await_acquire(m.off_queue, [](auto v) { return v == 1; });
    kfree(m.o);
};
const user wakes_and_frees = [](queued& m) {
    await_acquire(m.on_queue, [](auto v) { return v == 1; });
    wake_up(m.o->wq);
    kfree(m.o);
};
const user wakes_waits_and_frees = [](queued& m) {
    await_acquire(m.on_queue, [](auto v) { return v == 1; });
    wake_up(m.o->wq);
    await_acquire(m.off_queue, [](auto v) { return v == 1; });
    kfree(m.o);
};

} // namespace

TEST_CASE("finish_wait: does not touch a queue that the thread knows to have left") {
    check_holds<queued>({{sleeps_and_locks, wakes_under_lock}});
    // It has not left the lock of the queue yet: that lock is taken.
    const user frees = [](queued& m) {
        await_acquire(m.on_queue, [](auto v) { return v == 1; });
        kfree(m.o);
    };
    const user waits_and_frees = [](queued& m) {
        await_acquire(m.off_queue, [](auto v) { return v == 1; });
        kfree(m.o);
    };
    check_fails<queued>({{does_not_sleep, frees}}, "use-after-free");
    check_holds<queued>({{does_not_sleep, waits_and_frees}});
}

TEST_CASE("finish_wait: a waker that frees the queue at once may be faster than the woken thread") {
    // autoremove_wake_function() takes the entry off after it has woken the thread.
    check_fails<queued>({{sleeps_by_hand, wakes_and_frees}}, "use-after-free");
    check_fails<queued>({{sleeps_and_locks, wakes_and_frees}}, "use-after-free");
    check_holds<queued>({{sleeps_by_hand, wakes_waits_and_frees}});
}

TEST_CASE("finish_wait: only a thread that is still queued is ordered by the lock of the queue") {
    struct buffering : queued {
        buffering() { kfree(o); }
        wait_queue_head_t wq{"wq"};
        atomic_t y{"y"}, x{"x"};
        std::int64_t r0 = 0, r1 = 0;
        void others_turn() {
            WRITE_ONCE(x, 1);
            wait_queue_entry wait;
            prepare_to_wait(wq, wait);
            r1 = READ_ONCE(y);
            finish_wait(wq, wait);
        }
        void leave(wait_queue_entry& wait) {
            WRITE_ONCE(y, 1);
            finish_wait(wq, wait);
            r0 = READ_ONCE(x);
        }
        static void both_missed(buffering& m) { BUG_ON(m.r0 == 0 && m.r1 == 0); }
    };
    using step = void (*)(buffering&);
    const step other = [](buffering& m) { m.others_turn(); };
    const step still_queued = [](buffering& m) {
        wait_queue_entry wait;
        prepare_to_wait(m.wq, wait);
        m.leave(wait);
    };
    const step woken = [](buffering& m) {
        wait_queue_entry wait;
        prepare_to_wait(m.wq, wait);
        smp_store_release(m.on_queue, 1);
        schedule();
        m.leave(wait);
    };
    const step waker = [](buffering& m) {
        await_acquire(m.on_queue, [](auto v) { return v == 1; });
        wake_up(m.wq);
    };
    check_holds<buffering>({{still_queued, other}, &buffering::both_missed});
    const program<buffering> off_it{{woken, waker, other}, &buffering::both_missed};
    CHECK(verified(sc(off_it)));
    CHECK(found(weak(off_it), "BUG_ON"));
}

TEST_CASE("wait_event: gets on the queue again when it was woken") {
    const user sleeps = [](queued& m) {
        wait_event(m.o->wq, [&m] { return m.is_ready(); });
        smp_store_release(m.off_queue, 1);
    };
    const user readies_wakes_and_frees = [](queued& m) {
        m.let_it_sleep();
        smp_store_release(m.ready, 1);
        wake_up(m.o->wq);
        kfree(m.o);
    };
    const user readies_wakes_and_waits = [](queued& m) {
        m.let_it_sleep();
        smp_store_release(m.ready, 1);
        wake_up(m.o->wq);
        await_acquire(m.off_queue, [](auto v) { return v == 1; });
        kfree(m.o);
    };
    check_fails<queued>({{sleeps, readies_wakes_and_frees}}, "use-after-free");
    check_holds<queued>({{sleeps, readies_wakes_and_waits}});
}

TEST_CASE(
    "wait_event: who was woken, and was on the queue again, comes after the waker's section") {
    const user waits_and_frees = [](queued& m) {
        wait_event(m.o->wq, [&m] { return m.is_ready(); });
        kfree(m.o);
    };
    const user lets_it_sleep_and_wakes = [](queued& m) {
        m.let_it_sleep();
        smp_store_release(m.ready, 1);
        wake_up(m.o->wq);
    };
    const user readies_and_wakes = [](queued& m) {
        smp_store_release(m.ready, 1);
        wake_up(m.o->wq);
    };
    check_holds<queued>({{waits_and_frees, lets_it_sleep_and_wakes}});
    check_fails<queued>({{waits_and_frees, readies_and_wakes}}, "use-after-free");
}

TEST_CASE("wait_event_exclusive: one that was woken may take the next one's wake-up as well") {
    struct turns {
        wait_queue_head_t wq{"wq"};
        atomic_t left{"left"}, first_tests{"first_tests"}, second_tests{"second_tests"};
        atomic_t taken{"taken"};
        /// A test that fails twice is followed by sleep.
        bool take(atomic_t& failed_tests) {
            if (atomic_add_unless(left, -1, 0)) {
                smp_store_release(taken, 1);
                return true;
            }
            atomic_inc(failed_tests);
            return false;
        }
    };
    using step = void (*)(turns&);
    const step first = [](turns& m) {
        wait_event_exclusive(m.wq, [&m] { return m.take(m.first_tests); });
    };
    const step second = [](turns& m) {
        await_acquire(m.taken, [](auto v) { return v == 1; });
        wait_event_exclusive(m.wq, [&m] { return m.take(m.second_tests); });
    };
    // Each is certainly asleep when its turn and its wake-up come.
    const step wakes_one = [](turns& m) {
        await_acquire(m.first_tests, [](auto n) { return n == 2; });
        atomic_inc(m.left);
        wake_up(m.wq);
        await_acquire(m.second_tests, [](auto n) { return n == 2; });
        atomic_inc(m.left);
        wake_up(m.wq);
    };
    const step wakes_all = [](turns& m) {
        await_acquire(m.first_tests, [](auto n) { return n == 2; });
        atomic_inc(m.left);
        wake_up(m.wq);
        await_acquire(m.second_tests, [](auto n) { return n == 2; });
        atomic_inc(m.left);
        wake_up_all(m.wq);
    };
    check_fails<turns>({{first, second, wakes_one}}, "deadlock");
    check_holds<turns>({{first, second, wakes_all}});
}

TEST_CASE("wait_queue_entry: must not be on a queue when its scope ends") {
    const body forgets = [](waiting& m) {
        wait_queue_entry wait;
        prepare_to_wait(m.wq, wait);
    };
    const body finishes = [](waiting& m) {
        wait_queue_entry wait;
        prepare_to_wait(m.wq, wait);
        finish_wait(m.wq, wait);
    };
    check_fails<waiting>({{forgets}}, "an entry of P[0] may still be on wq when its scope ends");
    check_fails<waiting>({{forgets, wakes}}, "use-after-scope");
    check_holds<waiting>({{finishes, wakes}});
    check_fails<waiting>({{[](waiting& m) {
                             wait_queue_entry wait;
                             prepare_to_wait(m.wq, wait);
                             finish_wait(m.other, wait);
                         }}},
                         "an entry that is on another queue, wq");
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
