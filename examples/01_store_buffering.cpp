// SPDX-License-Identifier: BSD-3-Clause
// Lesson 1: store buffering.
//
// Each of two CPUs writes one variable and reads the other. In every interleaving at least one of
// them reads the other's 1. A CPU with a store buffer may let its read overtake its own write, and
// then both read 0. The full barrier smp_mb() forbids that, if both sides have it.
//
// New here: a model is a struct with threads(); finally() looks at the end of each execution.
#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

struct store_buffering {
    atomic_t x{"x"}, y{"y"};
    plain<std::int64_t> r0{"r0"}, r1{"r1"};

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 1);
            smp_mb(); // (1) pairs with (2)
            r0.write(READ_ONCE(y));
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            smp_mb(); // (2) pairs with (1)
            r1.write(READ_ONCE(x));
        });
    }
    void finally() { BUG_ON(r0.read() == 0 && r1.read() == 0); }
};

// One promise broken: (2) is missing.
struct store_buffering_without_mb {
    atomic_t x{"x"}, y{"y"};
    plain<std::int64_t> r0{"r0"}, r1{"r1"};

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 1);
            smp_mb();
            r0.write(READ_ONCE(y));
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            r1.write(READ_ONCE(x));
        });
    }
    void finally() { BUG_ON(r0.read() == 0 && r1.read() == 0); }
};

TEST_CASE("two full barriers forbid store buffering") {
    CHECK(verified(check<store_buffering>()));
}

TEST_CASE("with one of them missing both CPUs can read 0") {
    CHECK(found(check<store_buffering_without_mb>(), "BUG_ON"));
}

// Under `sc` a load always reads the newest store. Barriers do nothing there, and this bug is not
// to be seen: a protocol that is verified under sc only is half checked.
TEST_CASE("no interleaving alone shows store buffering") {
    options sc;
    sc.memory = memory_kind::sc;
    CHECK(verified(check<store_buffering_without_mb>(sc)));
}
