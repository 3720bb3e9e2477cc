// SPDX-License-Identifier: BSD-3-Clause
// The explorer against the reference scheduler on random programs with fixed seeds: the same
// outcomes and deadlocks, one execution for each trace, none sleep-set blocked, for any order of
// the threads. checks/engine/fuzz/ runs any number of further programs.

#include "checks/engine/differential.hpp"
#include "checks/engine/program_source.hpp"
#include "checks/engine/shrink.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>

using wbsync::memory_kind;

namespace {

std::uint64_t only(std::initializer_list<std::string_view> names) {
    std::uint64_t set = 0;
    for (const std::string_view name : names) {
        const auto bit = fuzz::group_bit(name);
        REQUIRE(bit != 0);
        set |= bit;
    }
    return set;
}

/// A failure shows the smallest program that has the same flaw.
void explain(std::uint64_t seed, memory_kind memory, const fuzz::program& p, fuzz::flaw what) {
    const fuzz::program small = fuzz::shrinker(
        [&](const fuzz::program& q) { return fuzz::compare(q, memory).what == what; })(p);
    const fuzz::comparison c = fuzz::compare(small, memory);
    FAIL_CHECK("program ", seed, " under ", wbsync::name_of(memory), "\n", fuzz::str(c, small),
               fuzz::source(small, c.order));
}

/// `too_large`: in how many comparisons the reference needs too many executions.
void compare(std::uint64_t first_seed, int programs, const fuzz::shape& how, int too_large = 0) {
    int skipped = 0;
    int failed = 0;
    for (int i = 0; i != programs && failed < 3; ++i) {
        const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
        const fuzz::program p = fuzz::draw(seed, how);
        for (const memory_kind memory : {memory_kind::sc, memory_kind::weak, memory_kind::lkmm}) {
            if (memory == memory_kind::lkmm && i % 3 != 0)
                continue; // these take the longest
            const fuzz::flaw what = fuzz::compare(p, memory).what;
            skipped += what == fuzz::flaw::too_large && memory != memory_kind::lkmm ? 1 : 0;
            if (what == fuzz::flaw::none || what == fuzz::flaw::too_large)
                continue;
            ++failed;
            explain(seed, memory, p, what);
        }
    }
    // How many executions an undeclared loop costs depends on the compiler.
    if ((how.groups & fuzz::group_bit("spin")) == 0)
        CHECK(skipped == too_large);
    else
        CHECK(skipped <= too_large);
}

constexpr fuzz::shape small{};

fuzz::shape with_groups(std::initializer_list<std::string_view> names) {
    fuzz::shape s = small;
    s.groups = only(names);
    return s;
}

} // namespace

TEST_CASE("random programs of loads, stores, read-modify-writes and fences") {
    compare(
        1'000'000, 600,
        with_groups({"load", "acquire", "store", "release", "rmw", "rmw-order", "mb", "fence"}));
}

TEST_CASE("random programs with additions that commute") {
    compare(2'000'000, 600,
            with_groups({"load", "acquire", "store", "release", "rmw", "add", "mb", "fence"}));
}

TEST_CASE("random programs of additions and loads only") {
    compare(3'000'000, 400, with_groups({"load", "acquire", "add"}));
}

TEST_CASE("random programs with spinlocks") {
    compare(4'000'000, 400, with_groups({"load", "store", "rmw", "add", "mb", "lock"}));
}

TEST_CASE("random programs with waits, many of them deadlocks") {
    compare(5'000'000, 600,
            with_groups({"load", "acquire", "store", "release", "rmw", "add", "mb", "await"}));
}

TEST_CASE("random programs with RCU sections and grace periods") {
    compare(6'000'000, 600,
            with_groups({"load", "acquire", "store", "release", "rmw", "add", "mb", "rcu"}));
}

TEST_CASE("random programs with compare-and-exchange and trylock") {
    compare(9'000'000, 300,
            with_groups({"load", "acquire", "store", "add", "rmw", "cmpxchg", "trylock"}));
}

TEST_CASE("random programs with loops that try again") {
    compare(18'000'000, 400, with_groups({"load", "store", "add", "retry"}), 8);
    compare(19'000'000, 200, with_groups({"store", "acquire", "cmpxchg", "rmw", "retry"}));
}

TEST_CASE("random programs with loops that nobody declared") {
    compare(21'000'000, 300, with_groups({"load", "store", "add", "rmw", "spin"}), 6);
    compare(22'000'000, 100, with_groups({"store", "acquire", "lock", "cmpxchg", "mb", "spin"}), 3);
}

TEST_CASE("random programs with locks that are tried again, and readers of a seqlock") {
    compare(20'000'000, 60, with_groups({"store", "lock", "seqlock", "retry", "retry-lock"}), 2);
}

TEST_CASE("random programs of loads whose value decides about nothing") {
    compare(25'000'000, 300,
            with_groups({"free-load", "acquire", "store", "release", "rmw-order", "add", "mb"}));
    compare(26'000'000, 300, with_groups({"free-load", "load", "store", "plain", "fence"}));
    compare(27'000'000, 300, with_groups({"free-rmw", "free-load", "store", "add"}));
}

TEST_CASE("random programs with data races and uses after free") {
    compare(10'000'000, 400,
            with_groups(
                {"load", "acquire", "store", "release", "lock", "rcu", "await", "plain", "heap"}));
}

TEST_CASE("random programs of all operations of atomic_t") {
    compare(23'000'000, 200, with_groups({"atomic"}));
    compare(24'000'000, 200, with_groups({"load", "acquire", "store", "mb", "add", "atomic"}));
}

TEST_CASE("random programs with objects that are published, used and freed") {
    compare(12'000'000, 200, with_groups({"load", "acquire", "store", "rmw", "rcu", "pointer"}), 2);
}

TEST_CASE("random programs that look at their results") {
    compare(13'000'000, 300,
            with_groups({"load", "acquire", "store", "release", "rmw", "add", "cmpxchg", "lock",
                         "trylock", "bug"}));
}

TEST_CASE("random programs with lists and per-CPU counters") {
    compare(14'000'000, 200, with_groups({"load", "store", "add", "lock", "llist", "percpu"}));
}

TEST_CASE("random programs with mutexes, semaphores and completions") {
    compare(16'000'000, 300,
            with_groups({"load", "store", "add", "lock", "mutex", "rwsem", "completion"}), 6);
}

TEST_CASE("random programs with SRCU, sequence locks, wait queues and reference counts") {
    compare(17'000'000, 200,
            with_groups({"load", "store", "add", "mb", "srcu", "seqlock", "wait", "refcount"}), 1);
}

TEST_CASE("random programs in which some threads do the same") {
    fuzz::shape s = small;
    s.symmetric = true;
    s.min_operations = 3;
    s.max_operations = 5;
    compare(15'000'000, 300, s, 9);
}

TEST_CASE("random programs with works, callbacks and wait queues") {
    compare(11'000'000, 200,
            with_groups({"load", "store", "add", "rcu", "work", "callback", "event"}));
}

TEST_CASE("random programs of everything") {
    compare(7'000'000, 800, small, 6);
}

TEST_CASE("larger random programs of two threads") {
    fuzz::shape s;
    s.max_threads = 2;
    s.min_operations = 7;
    s.max_operations = 10;
    compare(8'000'000, 200, s, 4);
}
