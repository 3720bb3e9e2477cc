// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/support/primitives_program.hpp"

#include <cstdint>
#include <functional>
#include <string>

/// What an atomic operation promises: its result, that it is one step, and what it orders.
namespace primitives {

/// A read-modify-write, or a plain load or store, of a variable that is `idle` until somebody sets
/// it: its value in the two cases.
template <class Atomic>
struct operation {
    std::string name;
    std::int64_t idle, set;
    std::function<std::int64_t(Atomic&)> apply;
    std::int64_t result_if_idle, result_if_set, idle_becomes;
};

/// A release passes data on: P0 writes, then operates on the flag.
template <class Atomic>
struct as_release {
    const operation<Atomic>& op;
    plain<int> data{"data"};
    Atomic flag{"flag", op.idle};

    explicit as_release(const operation<Atomic>* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            data.write(1);
            op.apply(flag);
        });
        s.thread("P1", [this] {
            if (smp_load_acquire(flag) != op.idle)
                BUG_ON(data.read() != 1);
        });
    }
};

/// An acquire gets it: P1 operates on the flag, then reads.
template <class Atomic>
struct as_acquire {
    const operation<Atomic>& op;
    plain<int> data{"data"};
    Atomic flag{"flag", op.idle};

    explicit as_acquire(const operation<Atomic>* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            data.write(1);
            smp_store_release(flag, op.set);
        });
        s.thread("P1", [this] {
            if (op.apply(flag) == op.result_if_set)
                BUG_ON(data.read() != 1);
        });
    }
};

/// A full barrier orders the operation's store before a later load.
template <class Atomic>
struct as_full_barrier {
    const operation<Atomic>& op;
    Atomic x{"x", op.idle}, y{"y"};
    bool missed_y = false, missed_x = false;

    explicit as_full_barrier(const operation<Atomic>* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            op.apply(x);
            missed_y = READ_ONCE(y) == 0;
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            smp_mb();
            missed_x = READ_ONCE(x) == op.idle;
        });
    }
    void finally() { BUG_ON(missed_x && missed_y); }
};

/// The result, without other threads.
template <class Atomic>
struct alone {
    const operation<Atomic>& op;
    Atomic idle{"idle", op.idle}, set{"set", op.set};

    explicit alone(const operation<Atomic>* o) : op(*o) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            BUG_ON(op.apply(idle) != op.result_if_idle);
            BUG_ON(READ_ONCE(idle) != op.idle_becomes);
            BUG_ON(op.apply(set) != op.result_if_set);
        });
    }
};

/// Two threads that do the operation have the effect of one after the other.
template <class Atomic>
struct together {
    const operation<Atomic>& op;
    Atomic x{"x", op.idle}, by_one{"by one", op.idle};

    explicit together(const operation<Atomic>* o) : op(*o) {}

    void threads(scenario& s) {
        s.threads("P", 2, [this](int) { op.apply(x); });
    }
    void finally() {
        op.apply(by_one);
        op.apply(by_one);
        BUG_ON(READ_ONCE(x) != READ_ONCE(by_one));
    }
};

template <template <class> class Model, class Atomic>
result run(memory_kind memory, const operation<Atomic>& op) {
    options with;
    with.memory = memory;
    return check<Model<Atomic>>(with, &op);
}

template <template <class> class Model, class Atomic>
void check_order(const operation<Atomic>& op, bool orders, const char* why) {
    CHECK(verified(run<Model>(memory_kind::sc, op)));
    if (orders)
        CHECK(verified(run<Model>(memory_kind::weak, op)));
    else
        CHECK(found(run<Model>(memory_kind::weak, op), why));
}

template <class Atomic>
void check_value(const operation<Atomic>& op) {
    CHECK(verified(run<alone>(memory_kind::weak, op)));
    CHECK(verified(run<together>(memory_kind::sc, op)));
    CHECK(verified(run<together>(memory_kind::weak, op)));
}

} // namespace primitives
