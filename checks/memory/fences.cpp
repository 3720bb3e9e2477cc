// SPDX-License-Identifier: BSD-3-Clause
// Barriers that are full only together with another operation: store buffering with them in place,
// with them astray, and with the store on the wrong side. What is allowed is what herd7 says with
// the kernel's model.

#include "checks/memory/litmus.hpp"

#include "checks/support/primitives_program.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace litmus;

namespace {

using action = void (*)(shared&);

/// A full barrier is found to be one, or none, opposite a full barrier.
void seen_by_the_other(shared& m) {
    WRITE_ONCE(m.y, 1);
    smp_mb();
    m.r[1] = READ_ONCE(m.x);
}

template <action... Between>
void store_then_load(shared& m) {
    WRITE_ONCE(m.x, 1);
    (Between(m), ...);
    m.r[0] = READ_ONCE(m.y);
}

/// `Before`, the store, `Between`, the load, `After`.
template <action Before, action Between, action After>
void store_in_the_middle(shared& m) {
    Before(m);
    WRITE_ONCE(m.x, 1);
    Between(m);
    m.r[0] = READ_ONCE(m.y);
    After(m);
}

template <action... Between>
bool orders() {
    const outcome_set seen = weak({&store_then_load<Between...>, &seen_by_the_other});
    CHECK((seen == all(2) || seen == all_but(2, {"00"})));
    return seen != all(2);
}
template <action Before, action Between, action After>
bool orders_around() {
    const outcome_set seen =
        weak({&store_in_the_middle<Before, Between, After>, &seen_by_the_other});
    CHECK((seen == all(2) || seen == all_but(2, {"00"})));
    return seen != all(2);
}

/// With the same on both sides.
template <action Between>
outcome_set both_sides() {
    return weak({[](shared& m) {
                     WRITE_ONCE(m.x, 1);
                     Between(m);
                     m.r[0] = READ_ONCE(m.y);
                 },
                 [](shared& m) {
                     WRITE_ONCE(m.y, 1);
                     Between(m);
                     m.r[1] = READ_ONCE(m.x);
                 }});
}

void nothing(shared&) {}
void mb(shared&) {
    smp_mb();
}
void before_atomic(shared&) {
    smp_mb__before_atomic();
}
void after_atomic(shared&) {
    smp_mb__after_atomic();
}
void after_spinlock(shared&) {
    smp_mb__after_spinlock();
}
void after_unlock_lock(shared&) {
    smp_mb__after_unlock_lock();
}
void after_srcu(shared&) {
    smp_mb__after_srcu_read_unlock();
}

void inc(shared& m) {
    atomic_inc(m.z);
}
void fetch_add(shared& m) {
    atomic_fetch_add_relaxed(1, m.z);
}
void exchange(shared& m) {
    atomic_xchg_relaxed(m.z, 5);
}
void exchange_acquire(shared& m) {
    atomic_xchg_acquire(m.z, 5);
}
void exchange_release(shared& m) {
    atomic_xchg_release(m.z, 5);
}
void full_exchange(shared& m) {
    atomic_xchg(m.z, 5);
}
void set(shared& m) {
    set_bit(1, m.z);
}
void unlock_bit(shared& m) {
    clear_bit_unlock(1, m.z);
}
void compare(shared& m) {
    atomic_cmpxchg_relaxed(m.z, 0, 1);
}
void compare_in_vain(shared& m) {
    atomic_cmpxchg_relaxed(m.z, 7, 1);
}
void full_compare_in_vain(shared& m) {
    atomic_cmpxchg(m.z, 7, 1);
}
void add_unless_in_vain(shared& m) {
    atomic_add_unless(m.z, 1, 0);
}
void inc_not_zero_in_vain(shared& m) {
    atomic_inc_not_zero(m.z);
}
void set_only(shared& m) {
    atomic_set(m.z, 1);
}
void read_other(shared& m) {
    READ_ONCE(m.w);
}

void before_and_inc(shared& m) {
    smp_mb__before_atomic();
    atomic_inc(m.z);
}
void inc_and_after(shared& m) {
    atomic_inc(m.z);
    smp_mb__after_atomic();
}

std::int64_t load_x(shared& m) {
    return READ_ONCE(m.x);
}
std::int64_t compare_x_in_vain(shared& m) {
    return atomic_cmpxchg_relaxed(m.x, 7, 8);
}

/// Message passing, with `Between` on the side of the writer or of the reader.
template <action Between>
outcome_set message() {
    return weak({[](shared& m) {
                     WRITE_ONCE(m.x, 1);
                     Between(m);
                     WRITE_ONCE(m.y, 1);
                 },
                 [](shared& m) {
                     m.r[0] = smp_load_acquire(m.y);
                     m.r[1] = READ_ONCE(m.x);
                 }});
}
template <action Between, std::int64_t (*Last)(shared&) = &load_x>
outcome_set message_read() {
    return weak({[](shared& m) {
                     WRITE_ONCE(m.x, 1);
                     smp_store_release(m.y, 1);
                 },
                 [](shared& m) {
                     m.r[0] = READ_ONCE(m.y);
                     Between(m);
                     m.r[1] = Last(m);
                 }});
}

void take(shared& m) {
    spin_lock(m.l);
}
void give(shared& m) {
    spin_unlock(m.l);
}
void take_other(shared& m) {
    spin_lock(m.k);
}
void give_other(shared& m) {
    spin_unlock(m.k);
}
void take_mutex(shared& m) {
    mutex_lock(m.m);
}
void give_mutex(shared& m) {
    mutex_unlock(m.m);
}
void try_to_take(shared& m) {
    BUG_ON(!spin_trylock(m.l));
}
void section(shared& m) {
    const int index = srcu_read_lock(m.srcu);
    srcu_read_unlock(m.srcu, index);
}

} // namespace

TEST_CASE("SB: barriers that belong to an operation are none without it") {
    CHECK(both_sides<&mb>() == all_but(2, {"00"}));
    CHECK(both_sides<&nothing>() == all(2));
    CHECK(both_sides<&before_atomic>() == all(2));
    CHECK(both_sides<&after_atomic>() == all(2));
    CHECK(both_sides<&after_spinlock>() == all(2));
    CHECK(both_sides<&after_unlock_lock>() == all(2));
    CHECK(both_sides<&after_srcu>() == all(2));
}

// --- atomic operations --------------------------------------------------------------------------

TEST_CASE("SB: smp_mb__before_atomic() and an atomic operation after it, whatever its result") {
    CHECK(orders<&before_atomic, &inc>());
    CHECK(orders<&before_atomic, &fetch_add>());
    CHECK(orders<&before_atomic, &exchange>());
    CHECK(orders<&before_atomic, &exchange_acquire>());
    CHECK(orders<&before_atomic, &exchange_release>());
    CHECK(orders<&before_atomic, &set>());
    CHECK(orders<&before_atomic, &unlock_bit>());
    CHECK(orders<&before_atomic, &compare>());
    CHECK(!orders<&before_atomic>());
    CHECK(!orders<&inc>());
    CHECK(!orders<&exchange_acquire>());
}

TEST_CASE("SB: smp_mb__after_atomic() and an atomic operation before it, whatever its result") {
    CHECK(orders<&inc, &after_atomic>());
    CHECK(orders<&fetch_add, &after_atomic>());
    CHECK(orders<&exchange, &after_atomic>());
    CHECK(orders<&exchange_acquire, &after_atomic>());
    CHECK(orders<&exchange_release, &after_atomic>());
    CHECK(orders<&set, &after_atomic>());
    CHECK(orders<&unlock_bit, &after_atomic>());
    CHECK(orders<&compare, &after_atomic>());
    CHECK(orders<&full_exchange, &after_atomic>());
    CHECK(!orders<&after_atomic>());
}

TEST_CASE("SB: such a barrier on the wrong side of the operation is none") {
    CHECK(!orders<&after_atomic, &inc>());
    CHECK(!orders<&inc, &before_atomic>());
}

TEST_CASE("SB: a compare-and-exchange that fails is a partner, and by itself orders nothing") {
    CHECK(orders<&before_atomic, &compare_in_vain>());
    CHECK(orders<&compare_in_vain, &after_atomic>());
    CHECK(orders<&before_atomic, &full_compare_in_vain>());
    CHECK(orders<&full_compare_in_vain, &after_atomic>());
    CHECK(!orders<&compare_in_vain>());
    CHECK(!orders<&full_compare_in_vain>());
    CHECK(!orders<&after_atomic, &compare_in_vain>());
    CHECK(!orders<&full_compare_in_vain, &before_atomic>());
    CHECK(!orders_around<&nothing, &before_atomic, &compare_in_vain>()); // the load
    CHECK(!orders_around<&compare_in_vain, &after_atomic, &nothing>());  // the store
}

TEST_CASE("MP: smp_mb__before_atomic() goes before the value that a compare-and-exchange sees") {
    // Whether it succeeds is decided after the barrier.
    CHECK(message_read<&before_atomic, &compare_x_in_vain>() == all_but(2, {"10"}));
    CHECK(message_read<&after_atomic, &compare_x_in_vain>() == all(2));
    CHECK(message_read<&nothing, &compare_x_in_vain>() == all(2));
}

TEST_CASE("SB: what looks first and changes nothing is no partner, nor is a store or a lock") {
    CHECK(!orders<&before_atomic, &add_unless_in_vain>());
    CHECK(!orders<&add_unless_in_vain, &after_atomic>());
    CHECK(!orders<&before_atomic, &inc_not_zero_in_vain>());
    CHECK(!orders<&inc_not_zero_in_vain, &after_atomic>());
    CHECK(!orders<&before_atomic, &set_only>());
    CHECK(!orders<&set_only, &after_atomic>());
    CHECK(!orders<&before_atomic, &take, &give>());
    CHECK(!orders<&take, &give, &after_atomic>());
    // It goes on waiting for one that does.
    CHECK(orders<&before_atomic, &add_unless_in_vain, &compare>());
    CHECK(orders<&compare, &add_unless_in_vain, &after_atomic>());
}

TEST_CASE("SB: smp_mb__before_atomic() does not order what lies between it and the operation") {
    CHECK(!orders_around<&nothing, &before_atomic, &inc>()); // the load
    CHECK(!orders_around<&before_atomic, &inc, &nothing>()); // the store
    CHECK(orders<&before_atomic, &read_other, &inc>());
    CHECK(orders<&before_atomic, &inc, &read_other>());
}

TEST_CASE("SB: smp_mb__after_atomic() does not order what lies between the operation and it") {
    CHECK(!orders_around<&inc, &after_atomic, &nothing>()); // the store
    CHECK(!orders_around<&nothing, &inc, &after_atomic>()); // the load
    CHECK(orders<&inc, &read_other, &after_atomic>());
    CHECK(orders<&read_other, &inc, &after_atomic>());
    CHECK(!orders_around<&inc, &after_atomic, &after_atomic>());
    // The last operation counts.
    const outcome_set again = weak({[](shared& m) {
                                        atomic_inc(m.z);
                                        WRITE_ONCE(m.x, 1);
                                        atomic_inc(m.z);
                                        smp_mb__after_atomic();
                                        m.r[0] = READ_ONCE(m.y);
                                    },
                                    &seen_by_the_other});
    CHECK(again == all_but(2, {"00"}));
}

TEST_CASE("SB: smp_mb() between the operation and its barrier orders as it does everywhere") {
    CHECK(orders_around<&inc, &mb, &after_atomic>());
    CHECK(orders_around<&before_atomic, &mb, &inc>());
    CHECK(orders<&before_atomic, &mb, &inc>());
}

TEST_CASE("MP: barriers that belong to an operation pass on nothing without it") {
    CHECK(message<&mb>() == all_but(2, {"10"}));
    CHECK(message<&nothing>() == all(2));
    CHECK(message<&before_atomic>() == all(2));
    CHECK(message<&after_atomic>() == all(2));
    CHECK(message<&after_spinlock>() == all(2));
    CHECK(message<&before_and_inc>() == all_but(2, {"10"}));
    CHECK(message<&inc_and_after>() == all_but(2, {"10"}));
    CHECK(message_read<&mb>() == all_but(2, {"10"}));
    CHECK(message_read<&nothing>() == all(2));
    CHECK(message_read<&before_atomic>() == all(2));
    CHECK(message_read<&after_atomic>() == all(2));
    CHECK(message_read<&after_spinlock>() == all(2));
    CHECK(message_read<&before_and_inc>() == all_but(2, {"10"}));
    CHECK(message_read<&inc_and_after>() == all_but(2, {"10"}));
}

namespace {

struct handed_over {
    plain<int> data{"data"};
    atomic_t flag{"flag"}, count{"count"};

    static void receive(handed_over& m) {
        if (smp_load_acquire(m.flag) == 1)
            static_cast<void>(m.data.read());
    }
};

} // namespace

TEST_CASE("data before a barrier that has no operation is not ordered before the flag") {
    using primitives::check_fails_weakly;
    using primitives::check_holds;
    using body = void (*)(handed_over&);
    const body stray = [](handed_over& m) {
        m.data.write(1);
        smp_mb__before_atomic();
        WRITE_ONCE(m.flag, 1);
    };
    const body in_place = [](handed_over& m) {
        m.data.write(1);
        smp_mb__before_atomic();
        atomic_inc(m.count);
        WRITE_ONCE(m.flag, 1);
    };
    const body too_early = [](handed_over& m) {
        atomic_inc(m.count);
        m.data.write(1);
        smp_mb__after_atomic();
        WRITE_ONCE(m.flag, 1);
    };
    check_fails_weakly<handed_over>({{stray, &handed_over::receive}}, "data-race");
    check_holds<handed_over>({{in_place, &handed_over::receive}});
    check_fails_weakly<handed_over>({{too_early, &handed_over::receive}}, "data-race");
}

// --- locks and sections -------------------------------------------------------------------------

TEST_CASE(
    "SB: smp_mb__after_spinlock() is full after what came before the lock, not after the rest") {
    CHECK(orders<&take, &after_spinlock, &give>());
    CHECK(orders<&take, &give, &after_spinlock>());
    CHECK(orders<&try_to_take, &after_spinlock, &give>());
    CHECK(!orders<&after_spinlock, &take, &give>());
    CHECK(!orders<&take, &give>());
    CHECK(!orders_around<&take, &after_spinlock, &give>());
    CHECK(!orders<&take_mutex, &after_spinlock, &give_mutex>());
    // A try in vain takes nothing. The lock that is held was taken before the store.
    const outcome_set in_vain = weak({[](shared& m) {
                                          spin_lock(m.l);
                                          WRITE_ONCE(m.x, 1);
                                          BUG_ON(spin_trylock(m.l));
                                          smp_mb__after_spinlock();
                                          m.r[0] = READ_ONCE(m.y);
                                          spin_unlock(m.l);
                                      },
                                      &seen_by_the_other});
    CHECK(in_vain == all(2));
}

TEST_CASE("SB: smp_mb__after_unlock_lock() is full after what came before an earlier unlock") {
    CHECK(orders<&take, &give, &take_other, &after_unlock_lock, &give_other>());
    CHECK(orders<&take, &give, &take, &after_unlock_lock, &give>());
    CHECK(!orders<&take, &after_unlock_lock, &give>());
    CHECK(!orders<&take, &give, &after_unlock_lock>());
    CHECK(!orders<&take, &give, &take_other, &give_other>());
    const auto between_unlock_and_lock = [](shared& m) {
        spin_lock(m.l);
        spin_unlock(m.l);
        WRITE_ONCE(m.x, 1);
        spin_lock(m.k);
        smp_mb__after_unlock_lock();
        m.r[0] = READ_ONCE(m.y);
        spin_unlock(m.k);
    };
    CHECK(weak({between_unlock_and_lock, &seen_by_the_other}) == all(2));
}

TEST_CASE("SB: smp_mb__after_srcu_read_unlock() needs an srcu_read_unlock() before it") {
    CHECK(orders<&section, &after_srcu>());
    CHECK(!orders<&after_srcu, &section>());
    CHECK(!orders<&section>());
    CHECK(!orders_around<&section, &after_srcu, &nothing>());
}

// --- the trace ----------------------------------------------------------------------------------

TEST_CASE("a trace says of a barrier without its operation that it is none") {
    using primitives::handshake;
    using body = void (*)(handshake&);
    const body astray = [](handshake& h) {
        WRITE_ONCE(h.x, 1);
        smp_mb__after_atomic();
        h.r0 = READ_ONCE(h.y);
    };
    const body in_place = [](handshake& h) {
        atomic_inc(h.other);
        WRITE_ONCE(h.y, 1);
        smp_mb__after_atomic();
        h.r1 = READ_ONCE(h.x);
    };
    const result r = primitives::weak<handshake>({{astray, in_place}, &handshake::at_end});
    REQUIRE(found(r, "BUG_ON"));
    int none = 0;
    int some = 0;
    for (const trace_step& s : r.counterexample.steps)
        if (s.verb == "smp_mb__after_atomic")
            ++(s.message.find("no atomic operation before it") != std::string::npos ? none : some);
    CHECK(none == 1);
    CHECK(some == 1);
}
