// SPDX-License-Identifier: BSD-3-Clause
// Lesson 3: spinlocks.
//
// Two accounts, each with its lock; two threads move money in opposite directions. A lock is not
// spun on: a thread that waits is not scheduled. When no thread can run the execution ends with a
// finding "deadlock" that says what each of them waits for. Before it comes to that, lockdep finds
// that the orders of the locks are circular, in the first execution, where nobody has to wait.
//
// New here: spinlocks, lockdep, deadlocks, arguments of the model's constructor.
#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class locking {
    in_one_order,
    source_first, ///< the two threads take the two locks in opposite orders
    none,
};

struct account {
    explicit account(const label& called)
        : name(called), lock({name, "lock"}), balance({name, "balance"}, 10) {}

    label name;
    spinlock_t lock;
    plain<int> balance;
};

struct bank {
    explicit bank(locking how_to_lock, bool with_lockdep = true) : how(how_to_lock) {
        if (!with_lockdep)
            lockdep_off();
    }

    locking how;
    account a{"a"}, b{"b"};

    void move(account& from, account& to) {
        account& first = how == locking::source_first ? from : a;
        account& second = how == locking::source_first ? to : b;
        if (how != locking::none) {
            spin_lock(first.lock);
            spin_lock(second.lock);
        }
        from.balance.write(from.balance.read() - 1);
        to.balance.write(to.balance.read() + 1);
        if (how != locking::none) {
            spin_unlock(second.lock);
            spin_unlock(first.lock);
        }
    }

    void threads(scenario& s) {
        s.thread("P0", [this] { move(a, b); });
        s.thread("P1", [this] { move(b, a); });
    }
    void finally() { BUG_ON(a.balance.peek() + b.balance.peek() != 20); }
};

TEST_CASE("one order of locks for everybody neither races nor deadlocks") {
    CHECK(verified(check<bank>(options{}, locking::in_one_order)));
}

TEST_CASE("opposite orders of locks are found before they deadlock") {
    CHECK(found(check<bank>(options{}, locking::source_first), "lockdep"));
}

TEST_CASE("opposite orders of locks deadlock") {
    CHECK(found(check<bank>(options{}, locking::source_first, false), "deadlock"));
}

TEST_CASE("without locks the balances race") {
    CHECK(found(check<bank>(options{}, locking::none), "data-race"));
}
