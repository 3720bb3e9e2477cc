// SPDX-License-Identifier: BSD-3-Clause
// The divided search: whatever it is divided into and on however many processes, it runs the same
// executions and finds the same first counterexample. checks/engine/differential.cpp compares the
// two on random programs.
#include "bench/umount.hpp"
#include "checks/search/divided_models.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

using namespace wbsync;
using namespace divided_models;

namespace {

using check_function = std::function<result(const options&)>;

/// Ways to run a search.
struct way {
    const char* name;
    int jobs;
    division divide;
};

const std::vector<way> ways{
    {"two processes, many tasks", 2, {20, 30, 16, 4}},
    {"three processes, tiny tasks", 3, {1, 3, 5, 2}},
    {"one process, every execution a task", 1, {1, 1, 64, 3, true}},
    {"one process, two tasks at a time", 1, {7, 13, 2, 2, true}},
};

options undivided() {
    options with;
    with.jobs = 1;
    return with;
}

options by(const way& w, options with = {}) {
    with.jobs = w.jobs;
    with.divide = w.divide;
    return with;
}

void expect_same(const result& seen, const result& whole) {
    INFO(seen);
    divided_models::expect_same_search(seen, whole);
    CHECK(seen.limit == whole.limit);
    CHECK(seen.what == whole.what);
    if (seen.discarded == 0 && whole.discarded == 0)
        CHECK(seen.events == whole.events);
    CHECK(report::counterexample(seen.counterexample, seen.what) ==
          report::counterexample(whole.counterexample, whole.what));
}

/// All ways have the same result.
void compare(const check_function& checking, const options& with = {}) {
    options alone = with;
    alone.jobs = 1;
    const result whole = checking(alone);
    for (const way& w : ways) {
        CAPTURE(w.name);
        expect_same(checking(by(w, with)), whole);
    }
}

template <class Model, class... Args>
check_function checking(const Args&... args) {
    return [=](const options& with) { return check<Model>(with, args...); };
}

} // namespace

TEST_CASE("a divided search of the umount protocol has the same totals") {
    using namespace bench;
    for (const memory_kind memory : {memory_kind::sc, memory_kind::weak}) {
        options with;
        with.memory = memory;
        compare(checking<umount_protocol<fix::per_sb, 4>>(), with);
        compare(checking<umount_protocol<fix::rcu, 2>>(), with);
        compare(checking<umount_protocol<fix::rcu, 3>>(), with);
    }
}

namespace {

/// Reads of old stores, in three threads.
struct stale_reads {
    atomic_t x{"x"}, y{"y"};
    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 1);
            WRITE_ONCE(x, 2);
            READ_ONCE(y);
        });
        s.threads("P", 2, [this](int i) {
            READ_ONCE(x);
            WRITE_ONCE(y, i + 1);
            READ_ONCE(x);
        });
    }
};

/// A thread that waits in vain, in an order that a task finds where all others are asleep.
struct waits_in_vain {
    atomic_t x{"x"}, flag{"flag"}, z{"z"};
    void threads(scenario& s) {
        s.thread("looked at last", [this] { WRITE_ONCE(z, 4); });
        s.thread("ends the wait", [this] {
            WRITE_ONCE(x, 4);
            WRITE_ONCE(flag, 3);
        });
        s.thread("waits", [this] {
            WRITE_ONCE(x, 2);
            await(flag, [](auto v) { return v == 0; });
            WRITE_ONCE(x, 2);
            READ_ONCE(z);
        });
    }
};

/// Alike threads that hand over to each other.
struct symmetric {
    atomic_t x{"x"}, y{"y"};
    void threads(scenario& s) {
        s.threads("P", 3, [this] {
            if (atomic_xchg(x, 1) == 0)
                WRITE_ONCE(y, 1);
            atomic_fetch_add(1, y);
        });
        s.thread("waits", [this] { await(y, [](auto v) { return v > 1; }); });
    }
};

struct deadlocks {
    spinlock_t a{"a"}, b{"b"}, c{"c"};
    void threads(scenario& s) {
        s.thread("P0", [this] { nest(a, b); });
        s.thread("P1", [this] { nest(b, c); });
        s.thread("P2", [this] { nest(c, a); });
    }
    static void nest(spinlock_t& outer, spinlock_t& inner) {
        spin_lock(outer);
        spin_lock(inner);
        spin_unlock(inner);
        spin_unlock(outer);
    }
};

/// Fails only in its first execution, the one in which the values read are `bad`: before anything
/// is divided. The rest is never divided, because of the old stores that are read.
struct fails_first {
    atomic_t turn{"turn"}, x{"x"}, y{"y"};
    std::int64_t bad;
    std::int64_t* seen;
    std::int64_t order = 1;

    fails_first(std::int64_t bad_order, std::int64_t* first_order)
        : bad(bad_order), seen(first_order) {}

    void threads(scenario& s) {
        s.threads("P", 4, [this](int i) {
            note(atomic_xchg(turn, i + 1));
            WRITE_ONCE(i % 2 == 0 ? x : y, i + 1);
            note(READ_ONCE(i % 2 == 0 ? y : x));
        });
    }
    void finally() {
        if (*seen == 0)
            *seen = order;
        BUG_ON(order == bad);
    }
    void note(std::int64_t value) { order = 10 * order + value; }
};

} // namespace

TEST_CASE("a divided search of stale reads, symmetric threads and additions has the same totals") {
    compare(checking<stale_reads>());
    compare(checking<symmetric>());
    compare(checking<ordered_additions>());
    CHECK(check<ordered_additions>(undivided()).discarded > 0);
    options with;
    with.symmetry = false;
    compare(checking<symmetric>(), with);
}

TEST_CASE("a divided search has the same late loads") {
    options with;
    with.memory = memory_kind::lkmm;
    for (const bool fails : {false, true})
        compare(checking<late_on_two_cycles>(fails), with);
    with.jobs = 1;
    CHECK(check<late_on_two_cycles>(with, false).discarded > 0);
    CHECK(found(check<late_on_two_cycles>(with, true), "BUG_ON"));
}

TEST_CASE("a divided search knows of a wait that never ended, although others could still run") {
    options with = undivided();
    with.memory = memory_kind::sc;
    with.all_findings = true;
    with.accept_vacuous = true;
    const result whole = check<waits_in_vain>(with);
    CHECK(found(whole, "deadlock"));
    for (const way& w : ways)
        CHECK(check<waits_in_vain>(by(w, with)).executions == whole.executions);
}

TEST_CASE("a divided search ends with the first finding of an undivided one") {
    compare(checking<fails_late>());
    compare(checking<deadlocks>());
    const result r = check<fails_late>(undivided());
    CHECK(found(r, "BUG_ON"));
    CHECK(r.executions > 1000); // that is, late
    options with;
    with.all_findings = true;
    compare(checking<fails_late>(), with);
}

TEST_CASE("a finding from before a search was divided is not forgotten when it is no longer") {
    std::int64_t first = 0;
    CHECK(verified(check<fails_first>(undivided(), 0, &first)));
    options with;
    with.all_findings = true;
    for (const way& w : ways) {
        CAPTURE(w.name);
        std::int64_t seen = 1;
        CHECK(found(check<fails_first>(by(w, with), first, &seen), "BUG_ON"));
    }
}

TEST_CASE("a limit to the executions is kept to the last one by a divided search") {
    const result whole = check<many_executions>(undivided(), 3, 3);
    REQUIRE(whole.verified());
    for (const way& w : ways)
        for (const int more : {-1000, -1, 0, 1}) {
            CAPTURE(w.name);
            CAPTURE(more);
            options with = by(w);
            with.max_executions = whole.executions + static_cast<std::uint64_t>(more);
            const result r = check<many_executions>(with, 3, 3);
            if (more >= 0) {
                expect_same(r, whole);
                continue;
            }
            CHECK(r.incomplete());
            CHECK(r.executions == with.max_executions);
            CHECK(r.explored < 1);
            CHECK(r.explored > 0);
        }
}

TEST_CASE("a limit to the memory ends a search on any number of processes") {
    for (const way& w : ways) {
        options with = by(w);
        with.max_memory = 1; // the program alone has more
        const result r = check<many_executions>(with, 4, 4);
        CHECK(r.incomplete());
        CHECK(report::text_of(r.limit) == "max_memory of 1 MiB reached");
        CHECK(r.explored < 1);
    }
    options with;
    with.max_memory = 1'000'000;
    CHECK(verified(check<many_executions>(with, 3, 3)));
}

TEST_CASE("what kills a process that explores is found by the one that started it") {
    struct crashes {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 4, [this](int i) {
                atomic_xchg(x, i);
                if (atomic_xchg(x, i + 10) == 13 && i == 0)
                    ::raise(SIGSEGV);
            });
        }
    };
    compare(checking<crashes>());
    CHECK(found(check<crashes>(by(ways.front())), "crash"));

    // It cannot be found where it happens, but the task of the process is not lost.
    struct worker_exits {
        pid_t own;
        atomic_t x{"x"};
        explicit worker_exits(pid_t of_caller) : own(of_caller) {}
        void threads(scenario& s) {
            s.threads("P", 3, [this](int i) {
                for (int j = 0; j != 3; ++j)
                    if (atomic_xchg(x, i) == 2 && i == 0 && ::getpid() != own)
                        ::syscall(SYS_exit_group, 7); // _exit() would be a finding
            });
        }
    };
    compare(checking<worker_exits>(::getpid()));
}

TEST_CASE("a search uses all cores unless told otherwise, and never fewer than one process") {
    options with;
    with.jobs = -1;
    const auto checking_them = [&] { return check<many_executions>(with, 2, 1).verified(); };
    CHECK_THROWS_AS((void)checking_them(), std::invalid_argument);
    with = {};
    with.divide.tasks = 0;
    CHECK_THROWS_AS((void)checking_them(), std::invalid_argument);

    // Each process leaves its number, including the process of an undivided search.
    struct leaves_its_process {
        std::set<pid_t>* into;
        atomic_t x{"x"};
        explicit leaves_its_process(std::set<pid_t>* set) : into(set) {}
        void threads(scenario& s) {
            into->insert(::getpid());
            s.threads("P", 3, [this](int i) { atomic_xchg(x, i); });
        }
        void finally() { BUG_ON(READ_ONCE(x) >= 3); }
    };
    std::set<pid_t> processes;
    CHECK(verified(check<leaves_its_process>(undivided(), &processes)));
    CHECK(processes == std::set<pid_t>{::getpid()});
}

TEST_CASE("the estimate of what is explored grows to one") {
    for (const way& w : ways) {
        CAPTURE(w.name);
        options with = by(w);
        double last = 0;
        double first = 1;
        with.on_progress = [&](const progress& p) {
            first = std::min(first, p.explored);
            last = p.explored;
            CHECK(p.explored >= 0);
            CHECK(p.explored <= 1 + 1e-9);
        };
        const result r = check<many_executions>(with, 4, 2);
        CHECK(verified(r));
        CHECK(r.explored == 1);
        CHECK(first < 0.5);
        CHECK(last > 0.5);
    }
}
