// SPDX-License-Identifier: BSD-3-Clause
// What an unlock and the next lock order together: shapes with their answers as herd7 gives them
// with the kernel's model, and where ours allows more.

#include "checks/memory/litmus.hpp"

#include "checks/support/primitives_program.hpp"

#include <doctest/doctest.h>

using namespace litmus;

namespace {

/// x, then y, for everybody.
void write_both(shared& m) {
    WRITE_ONCE(m.x, 1);
    smp_wmb();
    WRITE_ONCE(m.y, 1);
}
void read_both(shared& m) {
    m.r[0] = smp_load_acquire(m.y);
    m.r[1] = READ_ONCE(m.x);
}

void empty_section(shared& m) {
    spin_lock(m.l);
    spin_unlock(m.l);
}

} // namespace

// --- loads --------------------------------------------------------------------------------------

TEST_CASE("unlock, then lock: a load before is performed before a load after") {
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    empty_section(m);
                    spin_lock(m.k);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.k);
                }}) == all_but(2, {"10"}));
    // Also after the second section, and with the first load inside of the first one.
    CHECK(weak({&write_both, [](shared& m) {
                    spin_lock(m.l);
                    m.r[0] = READ_ONCE(m.y);
                    spin_unlock(m.l);
                    spin_lock(m.k);
                    spin_unlock(m.k);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
    // One lock, twice.
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    empty_section(m);
                    spin_lock(m.l);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.l);
                }}) == all_but(2, {"10"}));
}

TEST_CASE("unlock, then lock: neither of the two alone orders loads") {
    CHECK(weak({&write_both, [](shared& m) { // nothing is locked after it
                    m.r[0] = READ_ONCE(m.y);
                    empty_section(m);
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
    CHECK(weak({&write_both, [](shared& m) { // nothing was unlocked before
                    m.r[0] = READ_ONCE(m.y);
                    spin_lock(m.k);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.k);
                }}) == all(2));
    CHECK(weak({&write_both, [](shared& m) { // the load comes after the unlock
                    empty_section(m);
                    m.r[0] = READ_ONCE(m.y);
                    spin_lock(m.k);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.k);
                }}) == all(2));
}

TEST_CASE("unlock, then trylock: as a lock if it takes the lock, otherwise nothing") {
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    empty_section(m);
                    BUG_ON(!spin_trylock(m.k));
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.k);
                }}) == all_but(2, {"10"}));
    CHECK(weak({&write_both, [](shared& m) {
                    spin_lock(m.k);
                    m.r[0] = READ_ONCE(m.y);
                    empty_section(m);
                    BUG_ON(spin_trylock(m.k));
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.k);
                }}) == all(2));
}

TEST_CASE("unlock, then lock: with a full barrier of the writer as well") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    smp_mb();
                    WRITE_ONCE(m.y, 1);
                },
                [](shared& m) {
                    spin_lock(m.l);
                    m.r[0] = READ_ONCE(m.y);
                    spin_unlock(m.l);
                    spin_lock(m.k);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.k);
                }}) == all_but(2, {"10"}));
}

TEST_CASE("unlock, then lock: of mutexes and semaphores orders no loads") {
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    mutex_lock(m.m);
                    mutex_unlock(m.m);
                    mutex_lock(m.m);
                    m.r[1] = READ_ONCE(m.x);
                    mutex_unlock(m.m);
                }}) == all(2));
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    empty_section(m);
                    mutex_lock(m.m);
                    m.r[1] = READ_ONCE(m.x);
                    mutex_unlock(m.m);
                }}) == all(2));
}

TEST_CASE("unlock, then lock: a wait queue's lock is a spinlock") {
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    wake_up(m.queue);
                    spin_lock(m.l);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.l);
                }}) == all_but(2, {"10"}));
    CHECK(weak({&write_both, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    waitqueue_active(m.queue); // without the lock
                    spin_lock(m.l);
                    m.r[1] = READ_ONCE(m.x);
                    spin_unlock(m.l);
                }}) == all(2));
}

TEST_CASE("unlock, then lock is no full barrier") {
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    empty_section(m);
                    spin_lock(m.k);
                    m.r[0] = READ_ONCE(m.y);
                    spin_unlock(m.k);
                },
                [](shared& m) {
                    WRITE_ONCE(m.y, 1);
                    smp_mb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all(2));
}

// --- stores -------------------------------------------------------------------------------------

TEST_CASE("unlock, then lock: a store before is propagated before a store after") {
    const auto two_sections = [](shared& m) {
        spin_lock(m.l);
        WRITE_ONCE(m.x, 1);
        spin_unlock(m.l);
        spin_lock(m.k);
        WRITE_ONCE(m.y, 1);
        spin_unlock(m.k);
    };
    CHECK(weak({two_sections, &read_both}) == all_but(2, {"10"}));
    CHECK(weak({two_sections, [](shared& m) {
                    m.r[0] = READ_ONCE(m.y);
                    smp_rmb();
                    m.r[1] = READ_ONCE(m.x);
                }}) == all_but(2, {"10"}));
    CHECK(weak({[](shared& m) {
                    spin_lock(m.l);
                    WRITE_ONCE(m.x, 1);
                    spin_unlock(m.l);
                    BUG_ON(!spin_trylock(m.k));
                    WRITE_ONCE(m.y, 1);
                    spin_unlock(m.k);
                },
                &read_both}) == all_but(2, {"10"}));
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    empty_section(m);
                    empty_section(m);
                    WRITE_ONCE(m.y, 1);
                },
                &read_both}) == all_but(2, {"10"}));
}

TEST_CASE("unlock, then lock: neither of the two alone orders stores") {
    CHECK(weak({[](shared& m) {
                    spin_lock(m.l);
                    WRITE_ONCE(m.x, 1);
                    spin_unlock(m.l);
                    WRITE_ONCE(m.y, 1);
                },
                &read_both}) == all(2));
    CHECK(weak({[](shared& m) {
                    WRITE_ONCE(m.x, 1);
                    spin_lock(m.l);
                    WRITE_ONCE(m.y, 1);
                    spin_unlock(m.l);
                },
                &read_both}) == all(2));
    CHECK(weak({[](shared& m) {
                    empty_section(m);
                    WRITE_ONCE(m.x, 1);
                    spin_lock(m.l);
                    WRITE_ONCE(m.y, 1);
                    spin_unlock(m.l);
                },
                &read_both}) == all(2));
    CHECK(weak({[](shared& m) {
                    mutex_lock(m.m);
                    WRITE_ONCE(m.x, 1);
                    mutex_unlock(m.m);
                    mutex_lock(m.m);
                    WRITE_ONCE(m.y, 1);
                    mutex_unlock(m.m);
                },
                &read_both}) == all(2));
}

TEST_CASE("unlock, then lock: what was only read before is not passed on by a store after") {
    // x by P0, read by P1, then y by P1: P2 may see y and not x.
    const test relayed{[](shared& m) { WRITE_ONCE(m.x, 1); },
                       [](shared& m) {
                           spin_lock(m.l);
                           m.r[0] = READ_ONCE(m.x);
                           spin_unlock(m.l);
                           spin_lock(m.l);
                           WRITE_ONCE(m.y, 1);
                           spin_unlock(m.l);
                       },
                       [](shared& m) {
                           m.r[1] = smp_load_acquire(m.y);
                           m.r[2] = READ_ONCE(m.x);
                       }};
    CHECK(weak(relayed).count("110") == 1);
    // With a full barrier it must.
    const test with_barrier{[](shared& m) { WRITE_ONCE(m.x, 1); },
                            [](shared& m) {
                                spin_lock(m.l);
                                m.r[0] = READ_ONCE(m.x);
                                spin_unlock(m.l);
                                spin_lock(m.l);
                                smp_mb__after_unlock_lock();
                                WRITE_ONCE(m.y, 1);
                                spin_unlock(m.l);
                            },
                            [](shared& m) {
                                m.r[1] = smp_load_acquire(m.y);
                                m.r[2] = READ_ONCE(m.x);
                            }};
    CHECK(weak(with_barrier).count("110") == 0);
}

TEST_CASE("the second lock orders a store for those who acquire it at third hand, too") {
    const test third_hand{[](shared& m) {
                              spin_lock(m.l);
                              WRITE_ONCE(m.x, 1);
                              spin_unlock(m.l);
                              spin_lock(m.k);
                              WRITE_ONCE(m.y, 1);
                              spin_unlock(m.k);
                          },
                          [](shared& m) {
                              m.r[0] = smp_load_acquire(m.y);
                              smp_store_release(m.z, 1);
                          },
                          [](shared& m) {
                              m.r[1] = smp_load_acquire(m.z);
                              m.r[2] = READ_ONCE(m.x);
                          }};
    CHECK(weak(third_hand).count("110") == 0);
}

// --- a lock that is handed over -----------------------------------------------------------------

TEST_CASE("a lock handed over passes on what its last owner has read") {
    const test handed_over{&write_both,
                           [](shared& m) {
                               spin_lock(m.l);
                               m.r[0] = READ_ONCE(m.y);
                               WRITE_ONCE(m.z, 1);
                               spin_unlock(m.l);
                           },
                           [](shared& m) {
                               spin_lock(m.l);
                               m.r[1] = READ_ONCE(m.z);
                               m.r[2] = READ_ONCE(m.x);
                               spin_unlock(m.l);
                           }};
    CHECK(weak(handed_over).count("110") == 0);
    CHECK(weak(handed_over).count("111") == 1);
    const test another_lock{&write_both,
                            [](shared& m) {
                                spin_lock(m.l);
                                m.r[0] = READ_ONCE(m.y);
                                WRITE_ONCE(m.z, 1);
                                spin_unlock(m.l);
                            },
                            [](shared& m) {
                                spin_lock(m.k);
                                m.r[1] = READ_ONCE(m.z);
                                m.r[2] = READ_ONCE(m.x);
                                spin_unlock(m.k);
                            }};
    CHECK(weak(another_lock).count("110") == 1);
}

TEST_CASE("a lock handed over orders the stores of its owners for third parties") {
    const test stores{[](shared& m) {
                          spin_lock(m.l);
                          WRITE_ONCE(m.x, 1);
                          spin_unlock(m.l);
                      },
                      [](shared& m) {
                          spin_lock(m.l);
                          m.r[2] = READ_ONCE(m.x);
                          WRITE_ONCE(m.y, 1);
                          spin_unlock(m.l);
                      },
                      &read_both};
    CHECK(weak(stores).count("101") == 0); // P1 came second: whoever sees its y sees x
    CHECK(weak(stores).count("100") == 1); // P1 came first
}

// --- the protocols that this is about -----------------------------------------------------------

namespace {

/// The worker's eviction changes a counter of the file system and counts itself down; umount waits
/// for that with a relaxed load, takes two locks one after the other and reads the counter.
template <void (*BeforeRead)(shared&), void (*AfterRead)(shared&)>
outcome_set sum() {
    return weak({[](shared& m) {
                     empty_section(m);
                     WRITE_ONCE(m.x, 1);
                     BUG_ON(atomic_dec_and_test(m.w));
                 },
                 [](shared& m) {
                     smp_mb();
                     m.r[0] = atomic_read(m.w) == -1;
                     empty_section(m);
                     BeforeRead(m);
                     m.r[1] = READ_ONCE(m.x);
                     AfterRead(m);
                 }});
}

void take_counter(shared& m) {
    spin_lock(m.k);
}
void leave_counter(shared& m) {
    spin_unlock(m.k);
}
void nothing(shared&) {}

} // namespace

TEST_CASE("the sum after a relaxed drain is not stale: unlock of one list, lock of the counter") {
    CHECK(sum<&take_counter, &leave_counter>() == all_but(2, {"10"}));
    CHECK(sum<&nothing, &nothing>() == all(2)); // read without the counter's lock
}

namespace {

struct drained {
    plain<int> part{"cpu[0]"};
    atomic_t in_flight{"in_flight", 1};
    spinlock_t list{"list"}, counter{"counter"};

    static void evict(drained& m) {
        m.part.write(1);
        atomic_dec_and_test(m.in_flight);
    }
    void umount(bool done) {
        if (!done)
            return;
        spin_lock(list);
        spin_unlock(list);
        spin_lock(counter);
        BUG_ON(part.read() != 1);
        spin_unlock(counter);
    }
};

} // namespace

TEST_CASE("the sum after a relaxed drain: read plainly, the part of a CPU is a data race") {
    using body = void (*)(drained&);
    const body relaxed = [](drained& m) {
        smp_mb();
        m.umount(atomic_read(m.in_flight) == 0);
    };
    const body acquire = [](drained& m) {
        smp_mb();
        m.umount(atomic_read_acquire(m.in_flight) == 0);
    };
    // One lock more is an acquire, which the load comes before.
    const body relaxed_and_one_lock_more = [](drained& m) {
        smp_mb();
        const bool done = atomic_read(m.in_flight) == 0;
        spin_lock(m.list);
        spin_unlock(m.list);
        spin_lock(m.list);
        spin_unlock(m.list);
        m.umount(done);
    };
    primitives::check_fails_weakly<drained>({{&drained::evict, relaxed}}, "data-race");
    primitives::check_holds<drained>({{&drained::evict, relaxed_and_one_lock_more}});
    primitives::check_holds<drained>({{&drained::evict, acquire}});
}

TEST_CASE("a stale count after a relaxed wait needs a path with no lock before the list's") {
    // The last reference is dropped, then a counter of its own; the waiter reads that relaxed.
    const auto drops = [](shared& m) {
        spin_lock(m.k);
        atomic_dec_and_test(m.x);
        spin_unlock(m.k);
        atomic_dec_and_test(m.y);
    };
    const auto fast = [](shared& m) {
        m.r[0] = atomic_read(m.y) == -1;
        spin_lock(m.l);
        m.r[1] = atomic_read(m.x) == -1;
        spin_unlock(m.l);
    };
    const auto past_a_lock = [](shared& m) {
        m.r[0] = atomic_read(m.y) == -1;
        wake_up(m.queue); // or finish_wait(), or a dentry's lock
        spin_lock(m.l);
        m.r[1] = atomic_read(m.x) == -1;
        spin_unlock(m.l);
    };
    CHECK(weak({drops, fast}) == all(2));
    CHECK(weak({drops, past_a_lock}) == all_but(2, {"10"}));
}

// --- where ours allows more ---------------------------------------------------------------------

TEST_CASE("more than the kernel: a release is not cumulative over what was read, locks or not") {
    const test relayed{[](shared& m) {
                           WRITE_ONCE(m.x, 1);
                           smp_mb();
                           WRITE_ONCE(m.y, 1);
                       },
                       [](shared& m) {
                           m.r[0] = READ_ONCE(m.y);
                           smp_store_release(m.z, 1);
                       },
                       [](shared& m) {
                           spin_lock(m.l);
                           m.r[1] = READ_ONCE(m.z);
                           spin_unlock(m.l);
                           spin_lock(m.k);
                           m.r[2] = READ_ONCE(m.x);
                           spin_unlock(m.k);
                       }};
    CHECK(weak(relayed).count("110") == 1); // LKMM: never
}
