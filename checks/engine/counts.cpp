// SPDX-License-Identifier: BSD-3-Clause
// How many executions the explorer runs: one for each Mazurkiewicz trace (an order of the
// conflicting steps). For these programs that number is known in closed form.

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <numeric>
#include <vector>

using namespace wbsync;

namespace {

struct shared {
    atomic_t x{"x"}, y{"y"}, z{"z"};
    spinlock_t l{"l"}, k{"k"};
    std::deque<atomic_t> a; ///< one for each thread, and one more

    explicit shared(std::size_t n) {
        for (std::size_t i = 0; i <= n; ++i)
            a.emplace_back(label{"a", static_cast<int>(i)});
    }
};

using body = std::function<void(shared&)>;
using bodies = std::vector<body>;

class model {
public:
    explicit model(const bodies* what) : bodies_(*what), shared_(what->size()) {}

    void threads(scenario& s) {
        int n = 0;
        for (const body& b : bodies_)
            s.thread({"P", n++}, [this, &b] { b(shared_); });
    }

private:
    const bodies& bodies_;
    shared shared_;
};

std::uint64_t run(memory_kind memory, const bodies& what) {
    options with;
    with.memory = memory;
    with.accept_vacuous = true; // it is only for counting
    const result r = check<model>(with, &what);
    CHECK(r.verified());
    CHECK(r.sleep_set_blocked == 0);
    return r.executions;
}

/// The number of executions of a program, which must not depend on the order of declaration.
std::uint64_t executions(memory_kind memory, bodies what) {
    const std::uint64_t n = run(memory, what);
    for (std::size_t i = 1; i < what.size() && n < 1000; ++i) {
        std::rotate(what.begin(), what.begin() + 1, what.end());
        CHECK(run(memory, what) == n);
    }
    std::reverse(what.begin(), what.end());
    CHECK(run(memory, what) == n);
    return n;
}

/// For programs with the same number of executions under weak and under sc.
std::uint64_t executions(const bodies& what) {
    const std::uint64_t n = executions(memory_kind::sc, what);
    CHECK(executions(memory_kind::weak, what) == n);
    return n;
}

bodies times(int n, const body& b) {
    return bodies(static_cast<std::size_t>(n), b);
}

bodies operator+(bodies a, const bodies& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// `make(i)` for each i less than n.
template <class F>
bodies each(int n, F make) {
    bodies all;
    for (int i = 0; i != n; ++i)
        all.push_back(make(static_cast<std::size_t>(i)));
    return all;
}

std::uint64_t factorial(std::uint64_t n) {
    return n < 2 ? 1 : n * factorial(n - 1);
}
std::uint64_t power(std::uint64_t base, int n) {
    return n == 0 ? 1 : base * power(base, n - 1);
}

/// The number of interleavings of n sequences of k steps each.
std::uint64_t shuffles(std::uint64_t n, std::uint64_t k) {
    std::uint64_t count = factorial(n * k);
    for (std::uint64_t i = 0; i != n; ++i)
        count /= factorial(k);
    return count;
}

const body read_x = [](shared& m) { READ_ONCE(m.x); };
const body write_x = [](shared& m) { WRITE_ONCE(m.x, 1); };
const body add_x = [](shared& m) { atomic_inc(m.x); };
const body swap_x = [](shared& m) { atomic_fetch_add(1, m.x); };

} // namespace

// --- one variable --------------------------------------------------------------------------------

TEST_CASE("count: n threads of k read-modify-writes on one variable, every shuffle once") {
    for (const int k : {1, 2, 3, 4})
        CHECK(executions(times(2, [k](shared& m) {
                  for (int i = 0; i != k; ++i)
                      atomic_fetch_add(1, m.x);
              })) == shuffles(2, static_cast<std::uint64_t>(k)));
    const body twice = [](shared& m) {
        atomic_fetch_add(1, m.x);
        atomic_fetch_add(1, m.x);
    };
    CHECK(executions(times(3, twice)) == 90);
    CHECK(executions(times(4, twice)) == 2520);
}

TEST_CASE("count: 5 threads of 2 read-modify-writes, 113,400 executions") {
    const bodies all = times(5, [](shared& m) {
        atomic_fetch_add(1, m.x);
        atomic_fetch_add(1, m.x);
    });
    CHECK(shuffles(5, 2) == 113'400);
    CHECK(run(memory_kind::weak, all) == 113'400);
}

TEST_CASE("count: n writers of one variable, every order once") {
    for (const int n : {1, 2, 3, 4, 5})
        CHECK(executions(times(n, write_x)) == factorial(static_cast<std::uint64_t>(n)));
}

TEST_CASE("count: n writers and a reader, who may come anywhere in their order") {
    for (const int n : {1, 2, 3, 4})
        CHECK(executions(times(n, write_x) + bodies{read_x}) ==
              factorial(static_cast<std::uint64_t>(n) + 1));
}

TEST_CASE("count: n readers and a writer, each reader before or after it") {
    for (const int n : {1, 2, 3, 6, 8})
        CHECK(executions(times(n, read_x) + bodies{write_x}) == power(2, n));
}

TEST_CASE("count: readers alone, one execution") {
    CHECK(executions(times(6, read_x)) == 1);
}

TEST_CASE("count: a writer of k stores and a reader, who may come anywhere between") {
    for (const int k : {1, 2, 5})
        CHECK(executions({[k](shared& m) {
                              for (int i = 0; i != k; ++i)
                                  WRITE_ONCE(m.x, i);
                          },
                          read_x}) == static_cast<std::uint64_t>(k) + 1);
}

// --- read-modify-writes that may change nothing --------------------------------------------------

TEST_CASE("count: n compare-and-exchanges of one value, of which the first one decides") {
    const auto from_zero = [](std::size_t i) {
        return [i](shared& m) { atomic_cmpxchg(m.x, 0, static_cast<int>(i) + 1); };
    };
    for (const int n : {1, 2, 3, 4, 6})
        CHECK(executions(each(n, from_zero)) == static_cast<std::uint64_t>(n));
    CHECK(run(memory_kind::sc, each(12, from_zero)) == 12);
}

TEST_CASE("count: n compare-and-exchanges from i to i + 1, up to the first that comes too early") {
    // If that is number k, it sees one of the k values before it, and those after it see one of k +
    // 1.
    const auto expected = [](int n) {
        std::uint64_t sum = 1;
        for (int k = 1; k < n; ++k)
            sum +=
                static_cast<std::uint64_t>(k) * power(static_cast<std::uint64_t>(k) + 1, n - k - 1);
        return sum;
    };
    CHECK(expected(9) == 8597);
    for (const int n : {1, 2, 3, 4, 5, 6})
        CHECK(executions(each(n, [](std::size_t i) {
                  return [i = static_cast<int>(i)](shared& m) { atomic_cmpxchg(m.x, i, i + 1); };
              })) == expected(n));
}

TEST_CASE("count: those that fail whatever happens are readers") {
    const body in_vain = [](shared& m) { atomic_cmpxchg(m.x, 7, 8); };
    const body not_zero = [](shared& m) { atomic_inc_not_zero(m.z); };
    CHECK(executions(times(6, in_vain)) == 1);
    CHECK(executions(times(3, in_vain) + times(3, read_x)) == 1);
    CHECK(executions(times(4, not_zero)) == 1);
    for (const int n : {1, 2, 4})
        CHECK(executions(times(n, in_vain) + bodies{write_x}) == power(2, n));
}

TEST_CASE("count: n compare-and-exchanges and the store that one of them can replace") {
    // Any k of them come after it; one of these comes first.
    for (const int n : {1, 2, 3, 4})
        CHECK(executions(each(n,
                              [](std::size_t i) {
                                  return [i](shared& m) {
                                      atomic_cmpxchg(m.x, 1, static_cast<int>(i) + 2);
                                  };
                              }) +
                         bodies{write_x}) == 1 + static_cast<std::uint64_t>(n) * power(2, n - 1));
}

TEST_CASE("count: n tries for a lock that is given back: k get it in some order, the others look "
          "while one of those has it") {
    const body try_once = [](shared& m) {
        if (spin_trylock(m.l))
            spin_unlock(m.l);
    };
    const auto expected = [](std::uint64_t n) {
        std::uint64_t sum = 0;
        for (std::uint64_t k = 1; k <= n; ++k)
            sum += factorial(n) / factorial(n - k) * power(k, static_cast<int>(n - k));
        return sum;
    };
    CHECK(expected(3) == 21);
    for (const int n : {1, 2, 3, 4})
        CHECK(executions(times(n, try_once)) == expected(static_cast<std::uint64_t>(n)));
}

// --- additions -----------------------------------------------------------------------------------

TEST_CASE("count: additions whose results nobody uses commute, one execution") {
    for (const int n : {1, 2, 4, 8})
        CHECK(executions(times(n, add_x)) == 1);
    CHECK(executions(each(5, [](std::size_t i) {
              return [i](shared& m) {
                  atomic_add(static_cast<int>(i), m.x);
                  atomic_sub(2, m.x);
                  atomic_inc(m.x);
              };
          })) == 1);
}

TEST_CASE("count: n additions and a reader, any subset of them comes before it") {
    for (const int n : {1, 2, 3, 6})
        CHECK(executions(times(n, add_x) + bodies{read_x}) == power(2, n));
}

TEST_CASE("count: k additions of one thread and a reader, some first ones come before it") {
    for (const int k : {1, 2, 5})
        CHECK(executions({[k](shared& m) {
                              for (int i = 0; i != k; ++i)
                                  atomic_inc(m.x);
                          },
                          read_x}) == static_cast<std::uint64_t>(k) + 1);
}

TEST_CASE("count: n additions and a read-modify-write, or a store") {
    for (const int n : {1, 2, 3, 6}) {
        CHECK(executions(times(n, add_x) + bodies{swap_x}) == power(2, n));
        CHECK(executions(times(n, add_x) + bodies{write_x}) == power(2, n));
    }
}

TEST_CASE("count: additions of n threads between two barriers of a single wait, one execution") {
    for (const int n : {1, 2, 3, 5})
        CHECK(executions(times(n, add_x) + bodies{[n](shared& m) {
                             await(m.x, [n](auto v) { return v == n; });
                             WRITE_ONCE(m.y, 1);
                         }}) == 1);
}

// --- several variables ---------------------------------------------------------------------------

TEST_CASE("count: threads with variables of their own, one execution") {
    for (const int n : {1, 3, 8})
        CHECK(executions(each(n, [](std::size_t i) {
                  return [i](shared& m) {
                      WRITE_ONCE(m.a[i], 1);
                      READ_ONCE(m.a[i]);
                      atomic_fetch_add(1, m.a[i]);
                      smp_store_release(m.a[i], 2);
                  };
              })) == 1);
}

TEST_CASE("count: the counts of independent pairs multiply") {
    const bodies pair{[](shared& m) { atomic_fetch_add(1, m.y); },
                      [](shared& m) { atomic_fetch_add(1, m.y); }};
    CHECK(executions(times(3, swap_x) + pair) == 6 * 2);
    CHECK(executions(times(4, read_x) + bodies{write_x} + pair) == 16 * 2);
}

TEST_CASE("count: store buffering, both orders on both variables but for the cycle") {
    const bodies plain{[](shared& m) {
                           WRITE_ONCE(m.x, 1);
                           READ_ONCE(m.y);
                       },
                       [](shared& m) {
                           WRITE_ONCE(m.y, 1);
                           READ_ONCE(m.x);
                       }};
    CHECK(executions(memory_kind::sc, plain) == 3);
    // Both loads miss the other's store: one more execution, whichever of them is late.
    CHECK(executions(memory_kind::weak, plain) == 4);
}

TEST_CASE("count: fences cost nothing") {
    CHECK(executions({[](shared& m) {
                          WRITE_ONCE(m.x, 1);
                          smp_mb();
                          READ_ONCE(m.y);
                      },
                      [](shared& m) {
                          WRITE_ONCE(m.y, 1);
                          smp_mb();
                          READ_ONCE(m.x);
                      }}) == 3);
    CHECK(executions(times(6, [](shared&) {
              smp_mb();
              smp_wmb();
              smp_rmb();
              smp_mb();
          })) == 1);
    CHECK(executions(times(3, [](shared& m) {
              smp_mb();
              atomic_fetch_add_relaxed(1, m.x);
              smp_mb();
              atomic_fetch_add_relaxed(1, m.x);
              smp_mb();
          })) == 90);
}

TEST_CASE("count: the last zero of n cells, (n + 3) * 2^(n - 2) executions") {
    // A reader looks for the last cell that is 0; each writer adds 1 to the cell before its own.
    // Abdulla, Aronis, Jonsson, Sagonas, POPL 2014, where the optimal numbers are 64 and 3,328.
    const auto last_zero = [](int n) {
        return bodies{[n](shared& m) {
                   for (auto i = static_cast<std::size_t>(n); READ_ONCE(m.a[i]) != 0;)
                       --i;
               }} +
               each(n, [](std::size_t i) {
                   return [i](shared& m) { WRITE_ONCE(m.a[i + 1], READ_ONCE(m.a[i]) + 1); };
               });
    };
    CHECK(executions(memory_kind::sc, last_zero(5)) == 64);
    CHECK(run(memory_kind::sc, last_zero(10)) == 3328);
}

// --- blocking ------------------------------------------------------------------------------------

TEST_CASE("count: n threads that take a lock, every order once") {
    for (const int n : {1, 2, 3, 4, 5})
        CHECK(executions(times(n, [](shared& m) {
                  spin_lock(m.l);
                  WRITE_ONCE(m.x, READ_ONCE(m.x) + 1);
                  READ_ONCE(m.y);
                  spin_unlock(m.l);
              })) == factorial(static_cast<std::uint64_t>(n)));
}

TEST_CASE("count: n threads that take a lock twice") {
    const body twice = [](shared& m) {
        for (int i = 0; i != 2; ++i) {
            spin_lock(m.l);
            spin_unlock(m.l);
        }
    };
    CHECK(executions(times(2, twice)) == 6);
    CHECK(executions(times(3, twice)) == 90);
}

TEST_CASE("count: two locks do not order each other") {
    const body first = [](shared& m) {
        spin_lock(m.l);
        spin_unlock(m.l);
    };
    const body second = [](shared& m) {
        spin_lock(m.k);
        spin_unlock(m.k);
    };
    CHECK(executions(times(3, first) + times(2, second)) == 6 * 2);
}

TEST_CASE("count: nobody is woken in vain, a chain of waits has one execution") {
    for (const int n : {1, 2, 4, 7})
        CHECK(executions(each(n, [](std::size_t i) {
                  return [i](shared& m) {
                      if (i != 0)
                          await_acquire(m.a[i - 1], [](auto v) { return v != 0; });
                      smp_store_release(m.a[i], 1);
                  };
              })) == 1);
    CHECK(executions(times(5, [](shared& m) { await(m.x, [](auto v) { return v == 1; }); }) +
                     bodies{write_x}) == 1);
}

// --- RCU -----------------------------------------------------------------------------------------

TEST_CASE("count: each section starts before or after each grace period") {
    const body section = [](shared&) {
        rcu_read_lock();
        rcu_read_unlock();
    };
    const body period = [](shared&) { synchronize_rcu(); };
    for (const int n : {1, 2, 4}) {
        CHECK(executions(times(n, section)) == 1);
        CHECK(executions(times(n, period)) == 1);
        CHECK(executions(times(n, section) + bodies{period}) == power(2, n));
        CHECK(executions(times(n, period) + bodies{section}) == power(2, n));
    }
}
