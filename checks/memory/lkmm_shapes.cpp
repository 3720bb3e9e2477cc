// SPDX-License-Identifier: BSD-3-Clause
// Models under the kernel's memory model: the shapes that tell it from others, with as many final
// states as it gives them; and what only it knows of the engine's choices.

#include "checks/engine/lkmm_shapes.hpp"
#include "checks/engine/differential.hpp"

#include <doctest/doctest.h>

using namespace wbsync;

namespace {

fuzz::exploration explore(const lkmm_shapes::shape& s, memory_kind memory,
                          scheduler_kind how = scheduler_kind::dpor) {
    const fuzz::program p{s.what};
    REQUIRE(fuzz::well_formed(p));
    return fuzz::explore(p, fuzz::orders(p).front(), memory, how, 100'000);
}

} // namespace

TEST_CASE("lkmm: the shapes have the states that the kernel's memory model gives them") {
    for (const lkmm_shapes::shape& s : lkmm_shapes::all()) {
        CAPTURE(s.name);
        const fuzz::exploration seen = explore(s, memory_kind::lkmm);
        CHECK(seen.finals.size() == s.states);
        CHECK(seen.findings.empty());
        CHECK(seen.limit.empty());
        CHECK(seen.sleep_set_blocked == 0);
        CHECK(seen.finals == explore(s, memory_kind::lkmm, scheduler_kind::reference).finals);
    }
}

namespace {

/// A plain variable that is handed over by a flag.
struct hand_over {
    void (*publish)(atomic_t&);
    bool (*fetched)(atomic_t&);
    bool by_write = false; ///< who has fetched it writes it

    atomic_t flag{"flag"};
    plain<int> data{"data"};

    hand_over(void (*publisher)(atomic_t&), bool (*fetcher)(atomic_t&), bool writes = false)
        : publish(publisher), fetched(fetcher), by_write(writes) {}

    void threads(scenario& s) {
        s.thread("writer", [this] {
            data.write(1);
            publish(flag);
        });
        s.thread("reader", [this] {
            if (!fetched(flag))
                return;
            if (by_write)
                data.write(2);
            else
                (void)data.read();
        });
    }
};

bool races(void (*publish)(atomic_t&), bool (*fetched)(atomic_t&), bool by_write = false) {
    options with;
    with.memory = memory_kind::lkmm;
    return check<hand_over>(with, publish, fetched, by_write).found("data-race");
}

void by_wmb(atomic_t& flag) {
    smp_wmb();
    WRITE_ONCE(flag, 1);
}
void by_release(atomic_t& flag) {
    smp_store_release(flag, 1);
}
void by_nothing(atomic_t& flag) {
    WRITE_ONCE(flag, 1);
}
bool with_rmb(atomic_t& flag) {
    const bool seen = READ_ONCE(flag) == 1;
    smp_rmb();
    return seen;
}
bool with_acquire(atomic_t& flag) {
    return smp_load_acquire(flag) == 1;
}
bool with_branch(atomic_t& flag) {
    return READ_ONCE(flag) == 1;
}

} // namespace

TEST_CASE("lkmm: plain accesses race where the kernel's model says so") {
    CHECK_FALSE(races(by_release, with_acquire));
    CHECK_FALSE(races(by_release, with_rmb));
    CHECK_FALSE(races(by_wmb, with_acquire));
    CHECK_FALSE(races(by_wmb, with_rmb));
    CHECK(races(by_nothing, with_acquire));
    CHECK(races(by_nothing, with_rmb));
    CHECK(races(by_wmb, with_branch));
    CHECK(races(by_release, with_branch));
    // smp_rmb() keeps a later read, and no later write.
    CHECK_FALSE(races(by_release, with_acquire, true));
    CHECK(races(by_release, with_rmb, true));
}

TEST_CASE("lkmm: whatever happens under sc can happen under it") {
    for (const lkmm_shapes::shape& s : lkmm_shapes::all()) {
        CAPTURE(s.name);
        CHECK(fuzz::includes(explore(s, memory_kind::lkmm).finals,
                             explore(s, memory_kind::sc).finals));
    }
}
