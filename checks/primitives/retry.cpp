// SPDX-License-Identifier: BSD-3-Clause
// retry_until(): failed rounds cost nothing, and nothing is lost with them.

#include "checks/support/against_reference.hpp"

#include <optional>

using namespace primitives;

namespace {

struct shared {
    atomic_t x{"x"};
    atomic_t y{"y"};
    spinlock_t a{"a"};
    spinlock_t b{"b"};
    seqlock_t sequence{"sequence"};
    plain<int> data{"data"};
    atomic_t data_ready{"data_ready"};
    std::int64_t seen = 0;
    int tries = 0;
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {x.value.newest(), y.value.newest(), seen};
    }
};

using body = void (*)(shared&);

const body increments = [](shared& m) {
    retry_until([&] {
        const std::int64_t old = atomic_read(m.x);
        return atomic_cmpxchg(m.x, old, old + 1) == old;
    });
};
const body waits_for_x = [](shared& m) { retry_until([&] { return READ_ONCE(m.x) != 0; }); };
const body sets_x = [](shared& m) { WRITE_ONCE(m.x, 1); };

/// Locks in the wrong order, as d_walk() in fs/dcache.c does: it only tries the second one.
const body against_the_order = [](shared& m) {
    retry_until([&] {
        spin_lock(m.b);
        if (spin_trylock(m.a))
            return true;
        spin_unlock(m.b);
        return false;
    });
    m.data.write(1);
    spin_unlock(m.a);
    spin_unlock(m.b);
};
const body in_order = [](shared& m) {
    spin_lock(m.a);
    spin_lock(m.b);
    m.data.write(2);
    spin_unlock(m.b);
    spin_unlock(m.a);
};

/// Takes x while it waits for y, and gives x back if y is not there yet.
const body borrows_x = [](shared& m) {
    retry_until([&] {
        WRITE_ONCE(m.x, 1);
        if (smp_load_acquire(m.y) != 0)
            return true;
        WRITE_ONCE(m.x, 0);
        return false;
    });
};
const body looks_at_x_first = [](shared& m) {
    m.seen = 10 * READ_ONCE(m.x);
    m.seen += READ_ONCE(m.x);
    smp_store_release(m.y, 1);
};

std::uint64_t completed(memory_kind memory, const program<shared>& what) {
    const result r = run(memory, what);
    INFO(r);
    CHECK(r.limit.empty());
    return r.executions;
}

/// Compares with the reference, which runs rounds in vain; and counts complete executions.
void check_count(const program<shared>& what, std::uint64_t expected) {
    for (const auto memory : {memory_kind::sc, memory_kind::weak})
        CHECK(completed(memory, what) == expected);
    check_against_reference<shared>(what);
}

} // namespace

TEST_CASE("retry_until: increments of n threads are n! executions, and none is lost") {
    const program<shared>::body all_there = [](shared& m) {
        ensure(m.x.value.newest() == 3, "sum", "an increment is lost");
    };
    check_count({{increments, increments}}, 2);
    check_count({{increments, increments, increments}, all_there}, 6);
    // The same without checking whether another thread was in between.
    check_fails<shared>(
        {{increments, increments, [](shared& m) { WRITE_ONCE(m.x, atomic_read(m.x) + 1); }},
         all_there},
        "sum");
}

TEST_CASE("retry_until: a loop that waits for a value is an await") {
    check_count({{waits_for_x, sets_x}}, 1);
    check_count({{waits_for_x, waits_for_x, waits_for_x, sets_x}}, 1);
    CHECK(run(memory_kind::sc, program<shared>{{waits_for_x, sets_x}}).blocked == 1);
}

TEST_CASE("retry_until: a loop that can never end is a livelock, with its place") {
    const program<shared> never{{waits_for_x, [](shared& m) { WRITE_ONCE(m.y, 1); }}};
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        const result r = run(memory, never);
        CHECK(found(r, "livelock"));
        CHECK(found(r, "no thread can run: P[0] waits for a change of what its loop looks at (x)"));
        CHECK(std::string_view{r.what.where.file}.ends_with("retry.cpp"));
        CHECK(r.what.where.line != 0);
    }
    check_against_reference<shared>(never);
    // Threads that wait for it wait for ever as well.
    check_fails<shared>({{[](shared& m) {
                              spin_lock(m.a);
                              waits_for_x(m);
                              spin_unlock(m.a);
                          },
                          [](shared& m) {
                              spin_lock(m.a);
                              sets_x(m);
                              spin_unlock(m.a);
                          }}},
                        "livelock");
}

TEST_CASE("retry_until: a lock that is tried again while another one is held") {
    check_count({{against_the_order, in_order}}, 2);
    check_against_reference<shared>({{against_the_order, against_the_order, in_order}});
    // Without the lock it is a race.
    check_fails<shared>({{against_the_order, [](shared& m) { m.data.write(2); }}}, "data-race");
}

TEST_CASE("retry_until: a reader of a seqlock") {
    const body reads = [](shared& m) {
        m.seen = *retry_until([&]() -> std::optional<std::int64_t> {
            const std::int64_t start = read_seqbegin(m.sequence);
            const std::int64_t seen = 10 * READ_ONCE(m.x) + READ_ONCE(m.y);
            return read_seqretry(m.sequence, start) ? std::nullopt : std::optional{seen};
        });
        ensure(m.seen == 0 || m.seen == 11, "torn", "half of what was written");
    };
    const body writes = [](shared& m) {
        write_seqlock(m.sequence);
        WRITE_ONCE(m.x, 1);
        WRITE_ONCE(m.y, 1);
        write_sequnlock(m.sequence);
    };
    check_count({{reads, writes}}, 2);
    check_fails<shared>({{reads,
                          [](shared& m) {
                              WRITE_ONCE(m.x, 1);
                              WRITE_ONCE(m.y, 1);
                          }}},
                        "torn");
}

TEST_CASE("retry_until: a round that leaves something behind has happened") {
    const body counts_rounds = [](shared& m) {
        retry_until([&] {
            if (atomic_read(m.y) < 3) // then it goes on without
                atomic_inc(m.y);
            return READ_ONCE(m.x) != 0;
        });
    };
    for (const std::int64_t rounds : {1, 2, 3}) {
        static std::int64_t wanted;
        wanted = rounds;
        check_fails<shared>(
            {{counts_rounds, sets_x},
             [](shared& m) { ensure(m.y.value.newest() != wanted, "rounds", "so many"); }},
            "rounds");
    }
}

TEST_CASE("retry_until: what a round put back was there for who looked in between") {
    const program<shared>::body nobody_looked = [](shared& m) {
        ensure(m.seen != 10, "borrowed", "x was there, and was put back");
    };
    check_fails<shared>({{borrows_x, looks_at_x_first}, nobody_looked}, "borrowed");
    check_against_reference<shared>({{borrows_x, looks_at_x_first}});
    check_holds<shared>({{[](shared& m) {
                              retry_until([&] { return smp_load_acquire(m.y) != 0; });
                              WRITE_ONCE(m.x, 1);
                          },
                          looks_at_x_first},
                         nobody_looked});
}

TEST_CASE("retry_until: an old store of a round that was put back can be read under weak") {
    // P1 knows nothing of what P0 did, and so may see the value from before it was put back.
    check_against_reference<shared>({{borrows_x,
                                      [](shared& m) {
                                          const bool late = READ_ONCE(m.data_ready) != 0;
                                          m.seen = (late ? std::int64_t{10} : 0) + READ_ONCE(m.x);
                                          smp_store_release(m.y, 1);
                                      },
                                      [](shared& m) { WRITE_ONCE(m.data_ready, 1); }}});
}

TEST_CASE("loops that nobody declared: one that can never end is a livelock, with its place") {
    const body spins = [](shared& m) {
        while (READ_ONCE(m.x) == 0)
            cpu_relax();
    };
    const body tries = [](shared& m) {
        while (!spin_trylock(m.a)) {
        }
        spin_unlock(m.a);
    };
    const body exchanges = [](shared& m) {
        while (atomic_xchg(m.y, 1) != 0)
            while (READ_ONCE(m.y) != 0) {
            }
        WRITE_ONCE(m.y, 0);
    };
    const body reads_plainly = [](shared& m) {
        while (smp_load_acquire(m.x) == 0)
            static_cast<void>(m.data.read());
    };
    check_holds<shared>({{spins, sets_x}});
    check_holds<shared>({{spins, spins, sets_x}});
    check_holds<shared>({{reads_plainly, sets_x}});
    check_holds<shared>({{tries, tries, [](shared& m) {
                              spin_lock(m.a);
                              spin_unlock(m.a);
                          }}});
    check_holds<shared>({{exchanges, exchanges}});
    check_against_reference<shared>({{spins, sets_x}});
    check_against_reference<shared>({{exchanges, exchanges}});
    const body nothing = [](shared& m) { READ_ONCE(m.y); };
    for (const body endless : {spins, reads_plainly})
        for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
            const result r = run(memory, program<shared>{{endless, nothing}});
            CHECK(found(r, "livelock"));
            CHECK(found(r, "P[0] waits for a change of what its loop looks at (x)"));
            CHECK(std::string_view{r.what.where.file}.ends_with("retry.cpp"));
        }
    check_fails<shared>({{exchanges, [](shared& m) { atomic_xchg(m.y, 1); }}}, "livelock");
    check_fails<shared>({{[](shared& m) {
                              spin_lock(m.b);
                              while (!spin_trylock(m.a)) {
                              }
                              spin_unlock(m.a);
                              spin_unlock(m.b);
                          },
                          [](shared& m) {
                              spin_lock(m.a);
                              spin_lock(m.b);
                              spin_unlock(m.b);
                              spin_unlock(m.a);
                          }}},
                        "livelock");
}

TEST_CASE("loops that nobody declared: what a thread counts is seen, wherever that is") {
    const program<shared>::body never_gave_up = [](shared& m) {
        ensure(m.seen == 0, "gave up", "after three tries");
    };
    const body counts_in_a_register = [](shared& m) {
        for (int i = 0; READ_ONCE(m.x) == 0; ++i)
            if (i == 3) {
                m.seen = 1;
                return;
            }
    };
    const body counts_in_the_model = [](shared& m) {
        while (READ_ONCE(m.x) == 0)
            if (++m.tries == 3) {
                m.seen = 1;
                return;
            }
    };
    const body counts_in_a_block = [](shared& m) {
        struct counter {
            int tries = 0;
        };
        auto* c = kmalloc<counter>("counter");
        while (READ_ONCE(m.x) == 0)
            if (++c->tries == 3) {
                m.seen = 1;
                break;
            }
        kfree(c);
    };
    const body counts_in_a_variable = [](shared& m) {
        while (READ_ONCE(m.x) == 0) {
            m.data.write(m.data.read() + 1);
            if (m.data.read() == 3) {
                m.seen = 1;
                return;
            }
        }
    };
    const body remembers = [](shared& m) {
        std::int64_t before = 0;
        for (int i = 0; i != 6; ++i) {
            const std::int64_t now = READ_ONCE(m.x);
            if (before == 1 && now == 2)
                m.seen = 1;
            before = now;
        }
    };
    for (const body counts :
         {counts_in_a_register, counts_in_the_model, counts_in_a_block, counts_in_a_variable}) {
        check_fails<shared>({{counts, sets_x}, never_gave_up}, "gave up");
        check_against_reference<shared>({{counts, sets_x}});
    }
    const body sets_x_twice = [](shared& m) {
        WRITE_ONCE(m.x, 1);
        WRITE_ONCE(m.x, 2);
    };
    check_fails<shared>({{remembers, sets_x_twice}, never_gave_up}, "gave up");
    check_against_reference<shared>({{remembers, sets_x_twice}});
}

TEST_CASE("retry_until: returns what the attempt that succeeded returned") {
    check_holds<shared>({{[](shared& m) {
                              const std::int64_t* at = retry_until(
                                  [&] { return READ_ONCE(m.x) == 0 ? nullptr : &m.seen; });
                              BUG_ON(at != &m.seen);
                          },
                          sets_x}});
}

TEST_CASE("retry_until: after all threads have ended nothing changes any more") {
    check_fails<shared>(
        {{sets_x, sets_x}, [](shared& m) { retry_until([&] { return READ_ONCE(m.x) == 2; }); }},
        "misuse");
}

namespace {

/// Readers of a lock with a bias, all of which a writer takes at once. At first it is closed.
constexpr std::int64_t bias = 8;

const body reads_under_bias = [](shared& m) {
    retry_until([&] {
        if (!atomic_add_negative(-1, m.x))
            return true;
        atomic_add(1, m.x);
        await(m.x, [](auto n) { return n > 0; });
        return false;
    });
    m.seen += 1 + READ_ONCE(m.y);
    atomic_add(1, m.x);
};
const body writes_under_bias = [](shared& m) {
    retry_until([&] {
        if (atomic_sub_and_test(bias, m.x))
            return true;
        atomic_add(bias, m.x);
        await(m.x, [](auto n) { return n == bias; });
        return false;
    });
    WRITE_ONCE(m.y, 1);
    atomic_add(bias, m.x);
};
const body opens = [](shared& m) { atomic_add(bias, m.x); };

/// The sum matters to this one.
const body looks_at_the_sum = [](shared& m) { m.seen = atomic_fetch_add(0, m.x); };

} // namespace

TEST_CASE("retry_until: what was added for a while is not seen by those who learn the same") {
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        // The results are who is first, and whether it has left: failed attempts add none.
        CHECK(completed(memory, {{opens, reads_under_bias}}) == 1);
        CHECK(completed(memory, {{opens, reads_under_bias, reads_under_bias}}) == 4);
        CHECK(completed(memory, {{opens, reads_under_bias, looks_at_the_sum}}) > 3);
    }
    check_against_reference<shared>({{opens, reads_under_bias}});
    check_against_reference<shared>({{opens, reads_under_bias, looks_at_the_sum}});
    check_against_reference<shared>({{opens, reads_under_bias, writes_under_bias}});
}
