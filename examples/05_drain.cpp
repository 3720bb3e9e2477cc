// SPDX-License-Identifier: BSD-3-Clause
// Lesson 5: wait until a counter has drained.
//
// A worker finishes a request and counts down; whoever tears things down waits for 0 and then uses
// what the worker left behind. Two orderings make this work, and each has a bug when it is missing:
//
//   * between the decrement and the look at the wait queue, inside wake_up_var(), a full barrier is
//     needed. Without it the worker may find the queue empty while the waiter still reads the old
//     count, and nobody ever wakes the waiter: store buffering again (lesson 1).
//   * the condition has to load with acquire, or what comes after the wait is not ordered after
//     what the worker did.
//
// New here: wait_var_event() and wake_up_var(); a bug that needs weak memory.
#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class broken { nothing, no_barrier_before_wake_up, relaxed_condition };

template <broken What>
struct drain {
    atomic_t in_flight{"in_flight", 1};
    plain<int> answer{"answer"};

    void worker() {
        answer.write(42);
        if constexpr (What == broken::no_barrier_before_wake_up) {
            smp_mb__before_atomic();
            atomic_dec(in_flight); // no ordering after it
            wake_up_var(in_flight);
        } else if (atomic_dec_and_test(in_flight)) { // fully ordered
            wake_up_var(in_flight);
        }
    }

    void teardown() {
        wait_var_event(in_flight, [this] {
            if constexpr (What == broken::relaxed_condition)
                return atomic_read(in_flight) == 0;
            else
                return atomic_read_acquire(in_flight) == 0;
        });
        BUG_ON(answer.read() != 42);
    }

    void threads(scenario& s) {
        s.thread("worker", [this] { worker(); });
        s.thread("teardown", [this] { teardown(); });
    }
};

TEST_CASE("a fully ordered decrement and an acquiring condition drain safely") {
    CHECK(verified(check<drain<broken::nothing>>()));
}

TEST_CASE("without a barrier before wake_up_var() the wake-up can be lost") {
    CHECK(found(check<drain<broken::no_barrier_before_wake_up>>(), "deadlock"));
}

TEST_CASE("the lost wake-up needs weak memory") {
    options sc;
    sc.memory = memory_kind::sc;
    CHECK(verified(check<drain<broken::no_barrier_before_wake_up>>(sc)));
}

TEST_CASE("a relaxed condition does not order what follows the wait") {
    CHECK(found(check<drain<broken::relaxed_condition>>(), "data-race"));
}
