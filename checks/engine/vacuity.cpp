// SPDX-License-Identifier: BSD-3-Clause
// A check that could not have failed is vacuous, not verified; each model here has a twin that
// could have failed.

#include "checks/support/scratch.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/json.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

using namespace wbsync;

namespace {

constexpr std::string_view nothing_shared = "no object was touched by two threads";
constexpr std::string_view nothing_to_fail = "nothing was evaluated that could have failed";

bool says(const result& r, std::string_view text) {
    return r.vacuity.find(text) != std::string::npos;
}

/// Vacuous for this reason, in every way to run a check.
template <class Model>
void check_vacuous(std::string_view why) {
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        for (const auto scheduler : {scheduler_kind::dpor, scheduler_kind::reference}) {
            options with;
            with.memory = memory;
            with.scheduler = scheduler;
            const result r = check<Model>(with);
            CHECK(vacuous(r));
            CHECK_FALSE(r.verified());
            CHECK(says(r, why));
            with.accept_vacuous = true;
            CHECK(verified(check<Model>(with)));
        }
    }
}

// --- nothing shared ---------------------------------------------------------------------------

struct counts_in_an_int {
    int x = 0;
    void threads(scenario& s) {
        s.threads("P", 2, [this] { x++; });
    }
};

struct counts_in_a_plain_int {
    plain<int> x{"x"};
    void threads(scenario& s) {
        s.threads("P", 2, [this] { x.write(x.read() + 1); });
    }
};

struct buffers_stores_of_the_standard_library {
    std::atomic<int> x{0}, y{0};
    int r0 = 0, r1 = 0;

    void threads(scenario& s) {
        s.thread("P0", [this] {
            x = 1;
            r0 = y;
        });
        s.thread("P1", [this] {
            y = 1;
            r1 = x;
        });
    }
    void finally() { BUG_ON(r0 == 0 && r1 == 0); }
};

template <class Field>
struct device {
    Field data;
};

struct frees_beside_an_int {
    device<int>* d = kmalloc<device<int>>("d");
    void threads(scenario& s) {
        s.thread("frees", [this] { kfree(d); });
        s.thread("uses", [this] { d->data = 5; });
    }
};

struct frees_beside_a_plain_int {
    struct plain_device {
        plain<int> data{"data"};
    };
    plain_device* d = kmalloc<plain_device>("d");
    void threads(scenario& s) {
        s.thread("frees", [this] { kfree(d); });
        s.thread("uses", [this] { d->data.write(5); });
    }
};

/// Each thread has its own: no property depends on the other thread.
struct uses_its_own_counter {
    atomic_t x{"x"}, y{"y"};
    void threads(scenario& s) {
        s.thread("P0", [this] { atomic_inc(x); });
        s.thread("P1", [this] { atomic_inc(y); });
    }
    void finally() { BUG_ON(READ_ONCE(x) != 1 || READ_ONCE(y) != 1); }
};

/// Using RCU alone does not share anything.
struct waits_for_readers_of_an_int {
    device<int>* d = kmalloc<device<int>>("d");
    void threads(scenario& s) {
        s.thread("reader", [this] {
            rcu_read_lock();
            d->data = 5;
            rcu_read_unlock();
        });
        s.thread("updater", [this] {
            synchronize_rcu();
            kfree(d);
        });
    }
};

// --- nothing that could fail --------------------------------------------------------------------

struct counts {
    atomic_t x{"x"};
    void threads(scenario& s) {
        s.threads("P", 2, [this] { atomic_inc(x); });
    }
};

struct has_a_misspelt_end : counts {
    void finaly() {
        BUG_ON(READ_ONCE(x) != 2);
    } // NOLINT(readability-convert-member-functions-to-static)
};

/// Nobody writes what both threads read.
struct reads_what_nobody_writes {
    plain<int> limit{"limit", 3};
    atomic_t x{"x"};
    void threads(scenario& s) {
        s.threads("P", 2, [this] { atomic_add(limit.read(), x); });
    }
};

/// A daemon and one thread are two, unless a primitive began the daemon.
struct has_an_idle_daemon {
    atomic_t requests{"requests"}, x{"x"};
    void threads(scenario& s) {
        s.daemon("server", [this] {
            while (await_work(requests, [](auto n) { return n != 0; }))
                atomic_set(requests, 0);
        });
        s.thread("P", [this] { BUG_ON(atomic_inc_return(x) != 1); });
    }
};
struct has_a_daemon_with_work {
    atomic_t requests{"requests"};
    void threads(scenario& s) {
        s.daemon("server", [this] {
            while (await_work(requests, [](auto n) { return n != 0; }))
                BUG_ON(atomic_xchg(requests, 0) != 1);
        });
        s.thread("P", [this] { atomic_inc(requests); });
    }
};
struct has_a_workqueue_without_work {
    workqueue_struct wq{"wq"};
    atomic_t x{"x"};
    void threads(scenario& s) {
        s.thread("P", [this] { BUG_ON(atomic_inc_return(x) != 1); });
    }
};

struct counts_alone {
    atomic_t x{"x"};
    void threads(scenario& s) {
        s.thread("P", [this] { atomic_inc(x); });
    }
};

/// Operations that evaluate something: in each model, the operation is the only one that can make
/// the check fail.
enum class evaluates : std::uint8_t {
    bug_on,
    warn_on,
    ensures,
    waits,
    locks,
    tries,
    plainly,
    sleeps,
    refs
};

template <evaluates What>
struct counts_and {
    atomic_t x{"x"};
    spinlock_t l{"l"};
    plain<int> own{"own"};
    refcount_t r{"r"};

    void threads(scenario& s) {
        s.thread("P0", [this] {
            atomic_inc(x);
            if constexpr (What == evaluates::bug_on)
                BUG_ON(READ_ONCE(x) == 0);
            if constexpr (What == evaluates::warn_on)
                WARN_ON(READ_ONCE(x) == 0);
            if constexpr (What == evaluates::ensures)
                ensure(READ_ONCE(x) != 0, "counted", "x is 0");
            if constexpr (What == evaluates::waits)
                await(x, [](std::int64_t v) { return v == 2; });
            if constexpr (What == evaluates::locks)
                spin_lock(l);
            if constexpr (What == evaluates::locks)
                spin_unlock(l);
            if constexpr (What == evaluates::tries)
                if (spin_trylock(l))
                    spin_unlock(l);
            if constexpr (What == evaluates::plainly)
                own.write(1);
            if constexpr (What == evaluates::sleeps)
                might_sleep();
            if constexpr (What == evaluates::refs)
                refcount_inc(r);
        });
        s.thread("P1", [this] { atomic_inc(x); });
    }
};

/// What it does is unknown: it may look at the model, throw, or tell somebody.
struct counts_and_ends : counts {
    void finally() {}
};

/// The thread that drops the last reference frees: in another execution it is another thread.
struct frees_with_the_last_reference {
    struct object {
        int data = 0;
    };
    object* o = kmalloc<object>("o");
    atomic_t refs{"refs", 2};
    void threads(scenario& s) {
        s.threads("P", 2, [this](int) {
            if (atomic_dec_and_test(refs))
                kfree(o);
        });
    }
};
/// The same thread always frees.
struct frees_when_told {
    device<int>* d = kmalloc<device<int>>("d");
    atomic_t flag{"flag"};
    void threads(scenario& s) {
        s.thread("frees", [this] {
            kfree(d);
            smp_store_release(flag, 1);
        });
        s.thread("uses", [this] {
            if (smp_load_acquire(flag) == 1)
                d->data = 5;
        });
    }
};

/// The only property is evaluated late, in executions that another process runs.
struct evaluates_late {
    atomic_t x{"x"};
    void threads(scenario& s) {
        s.thread("reader", [this] {
            for (int i = 0; i != 3; ++i)
                if (READ_ONCE(x) == 3)
                    BUG_ON(READ_ONCE(x) == 0);
        });
        s.threads("P", 3, [this](int) { atomic_inc_return(x); });
    }
};

} // namespace

TEST_CASE("vacuity: an int that two threads count in is not seen, a plain one is") {
    check_vacuous<counts_in_an_int>(nothing_shared);
    CHECK(found(check<counts_in_a_plain_int>(), "data-race"));
    CHECK(says(check<counts_in_an_int>(), "plain<T>"));
    CHECK(says(check<counts_in_an_int>(), "atomic_t"));
}

TEST_CASE("vacuity: std::atomic is not seen") {
    check_vacuous<buffers_stores_of_the_standard_library>(nothing_shared);
}

TEST_CASE("vacuity: a field of a freed object is not seen if it is an int") {
    check_vacuous<frees_beside_an_int>(nothing_shared);
    CHECK(found(check<frees_beside_a_plain_int>(), "use-after-free"));
    check_vacuous<waits_for_readers_of_an_int>(nothing_shared);
}

TEST_CASE("vacuity: threads that use nothing in common") {
    check_vacuous<uses_its_own_counter>(nothing_shared);
}

TEST_CASE("vacuity: nothing is evaluated that could fail") {
    check_vacuous<counts>(nothing_to_fail);
    check_vacuous<counts_alone>(nothing_to_fail);
    check_vacuous<has_a_misspelt_end>(nothing_to_fail);
    check_vacuous<reads_what_nobody_writes>(nothing_to_fail);
    CHECK(says(check<counts>(), "BUG_ON()"));
    CHECK(says(check<counts>(), "finally()"));
}

TEST_CASE("vacuity: each property, wait, lock, plain access and end counts") {
    CHECK(verified(check<counts_and<evaluates::bug_on>>()));
    CHECK(verified(check<counts_and<evaluates::warn_on>>()));
    CHECK(verified(check<counts_and<evaluates::ensures>>()));
    CHECK(verified(check<counts_and<evaluates::waits>>()));
    CHECK(verified(check<counts_and<evaluates::locks>>()));
    CHECK(verified(check<counts_and<evaluates::tries>>()));
    CHECK(verified(check<counts_and<evaluates::plainly>>()));
    CHECK(verified(check<counts_and<evaluates::sleeps>>()));
    CHECK(verified(check<counts_and<evaluates::refs>>()));
    CHECK(verified(check<counts_and_ends>()));
}

TEST_CASE("vacuity: kfree() can fail if another thread may have freed the same before") {
    CHECK(verified(check<frees_with_the_last_reference>()));
    check_vacuous<frees_when_told>(nothing_to_fail);
    options with;
    with.jobs = 2;
    with.divide = {1, 1, 8, 2, true};
    CHECK(verified(check<frees_with_the_last_reference>(with)));
}

TEST_CASE("vacuity: a daemon of the model counts as a thread, one of a primitive does not") {
    check_vacuous<has_an_idle_daemon>(nothing_shared);
    CHECK(verified(check<has_a_daemon_with_work>()));
    CHECK(verified(check<has_a_workqueue_without_work>()));
}

TEST_CASE("vacuity: what a divided search saw in other processes counts") {
    options with;
    with.jobs = 2;
    with.divide = {1, 1, 8, 2, true};
    CHECK(verified(check<evaluates_late>(with)));
    CHECK(vacuous(check<counts>(with)));
}

TEST_CASE("vacuity: what was seen before a search was stopped counts after it went on") {
    const scratch_folder here;
    options with;
    with.jobs = 1;
    with.resume = fmt::format("{}/search", here.path());
    with.max_executions = 5;
    int stops = 0;
    for (result r = check<evaluates_late>(with); !r.verified(); r = check<evaluates_late>(with)) {
        REQUIRE(r.incomplete());
        ++stops;
    }
    CHECK(stops > 2);
}

TEST_CASE("vacuity: a limit or a finding is said first") {
    options with;
    with.max_executions = 1;
    with.scheduler = scheduler_kind::reference;
    CHECK(check<counts>(with).incomplete());
    CHECK(check<counts>(with).vacuity.empty());
}

TEST_CASE("vacuity: text and JSON say why") {
    const result r = check<counts>();
    const std::string text = report::text(r);
    CHECK(text.starts_with("vacuous (" + std::string{nothing_to_fail}));
    const auto entry = report::to_json(r, {"counts", "", {}, "verified", false});
    CHECK(entry["verdict"] == "vacuous");
    CHECK(entry["message"] == r.vacuity);
}
