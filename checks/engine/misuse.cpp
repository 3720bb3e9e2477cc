// SPDX-License-Identifier: BSD-3-Clause
// Models that are wrong in themselves: each is a finding that says what is wrong and where, and the
// process continues.

#include "checks/support/second_thread.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

using namespace wbsync;

namespace {

/// A model without errors: shows that the engine still works.
struct healthy {
    atomic_t x{"x"};
    spinlock_t l{"l"};

    void threads(scenario& s) {
        s.threads("P", 2, [this](int) {
            spin_lock(l);
            WRITE_ONCE(x, READ_ONCE(x) + 1);
            spin_unlock(l);
            rcu_read_lock();
            rcu_read_unlock();
        });
    }
    void finally() { BUG_ON(READ_ONCE(x) != 2); }
};

void check_that_all_is_well() {
    const result r = check<healthy>();
    CHECK(verified(r));
    CHECK(r.executions == 2);
}

/// From a result; unlike that, it may be dropped.
struct failure {
    finding what;
    trace counterexample;
};

/// The model fails with the property, and each of the texts is part of the message. The same holds
/// for a second check, after which the engine still works.
template <class Model>
failure check_fails(std::string_view property, std::initializer_list<std::string_view> texts) {
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        options with;
        with.memory = memory;
        const result r = check<Model>(with);
        CAPTURE(r);
        CHECK(r.outcome == verdict::finding);
        CHECK(r.what.property == property);
        for (const auto text : texts)
            CHECK_MESSAGE(r.what.message.find(text) != std::string::npos, text);
        check_that_all_is_well();
    }
    const result r = check<Model>();
    return {r.what, r.counterexample};
}

/// Is the place in this file?
bool is_here(const site& at) {
    return std::string_view{at.file}.ends_with("misuse.cpp") && at.line != 0;
}

} // namespace

// --- locks and sections -------------------------------------------------------------------------

TEST_CASE("misuse: spin_unlock of a lock that nobody holds, or somebody else") {
    struct nobody_holds {
        spinlock_t l{"l"};
        void threads(scenario& s) {
            s.thread("P0", [this] { spin_unlock(l); });
        }
    };
    struct another_holds {
        spinlock_t l{"l"};
        atomic_t taken{"taken"};
        void threads(scenario& s) {
            s.thread("owner", [this] {
                spin_lock(l);
                WRITE_ONCE(taken, 1);
                await(taken, [](auto v) { return v == 2; });
                spin_unlock(l);
            });
            s.thread("thief", [this] {
                await(taken, [](auto v) { return v == 1; });
                spin_unlock(l);
            });
        }
    };
    CHECK(
        is_here(check_fails<nobody_holds>("misuse", {"spin_unlock(l)", "by P0", "does not hold it"})
                    .what.where));
    CHECK(is_here(
        check_fails<another_holds>("misuse", {"spin_unlock(l)", "by thief", "does not hold it"})
            .what.where));
}

TEST_CASE("misuse: a thread ends and still holds a lock") {
    struct keeps {
        spinlock_t l{"sb.s_lock"};
        void threads(scenario& s) {
            s.thread("P0", [this] { spin_lock(l); });
        }
    };
    check_fails<keeps>("misuse", {"P0", "still holds sb.s_lock"});
}

TEST_CASE("misuse: rcu_read_unlock without a section") {
    struct unlocks {
        void threads(scenario& s) {
            s.thread("P0", [] { rcu_read_unlock(); });
        }
    };
    struct unlocks_twice {
        void threads(scenario& s) {
            s.thread("P0", [] {
                rcu_read_lock();
                rcu_read_unlock();
                rcu_read_unlock();
            });
        }
    };
    CHECK(is_here(check_fails<unlocks>("misuse", {"rcu_read_unlock"}).what.where));
    CHECK(is_here(check_fails<unlocks_twice>("misuse", {"rcu_read_unlock"}).what.where));
}

TEST_CASE("misuse: a thread ends inside of a section") {
    struct stays {
        void threads(scenario& s) {
            s.thread("P0", [] {
                rcu_read_lock();
                rcu_read_lock();
                rcu_read_unlock();
            });
        }
    };
    CHECK(is_here(
        check_fails<stays>("misuse", {"P0 ends inside of an RCU read-side critical section"})
            .what.where));
}

TEST_CASE("misuse: synchronize_rcu inside of a section") {
    struct waits_for_itself {
        void threads(scenario& s) {
            s.thread("P0", [] {
                rcu_read_lock();
                synchronize_rcu();
                rcu_read_unlock();
            });
        }
    };
    CHECK(is_here(check_fails<waits_for_itself>(
                      "misuse", {"synchronize_rcu", "inside of an RCU read-side critical section"})
                      .what.where));
}

TEST_CASE("misuse: what sleeps, inside of a section") {
    struct rcu_barrier_inside {
        void threads(scenario& s) {
            s.thread("P0", [] {
                rcu_read_lock();
                rcu_barrier(); // with no callbacks it would not have to wait
                rcu_read_unlock();
            });
        }
    };
    struct waits_inside {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                rcu_read_lock();
                rcu_read_lock();
                rcu_read_unlock();
                wait_var_event(x, [] { return true; });
                rcu_read_unlock();
            });
        }
    };
    struct says_so_itself {
        void threads(scenario& s) {
            s.thread("P0", [] {
                might_sleep(); // fine
                rcu_read_lock();
                might_sleep("my_alloc");
                rcu_read_unlock();
            });
        }
    };
    const auto section = "P0 is inside of an RCU read-side critical section (since misuse.cpp:";
    CHECK(is_here(
        check_fails<rcu_barrier_inside>("misuse", {"rcu_barrier can sleep", section}).what.where));
    CHECK(is_here(
        check_fails<waits_inside>("misuse", {"wait_var_event can sleep", section}).what.where));
    CHECK(
        is_here(check_fails<says_so_itself>("misuse", {"my_alloc can sleep", section}).what.where));
}

TEST_CASE("misuse: flushing works inside of a section") {
    struct flushes {
        workqueue_struct wq{"wq"};
        work_struct work{"work", [](work_struct&) {}};
        bool all;
        explicit flushes(bool all_of_them) : all(all_of_them) { wq.add(work); }
        void threads(scenario& s) {
            s.thread("P0", [this] {
                rcu_read_lock();
                if (all)
                    flush_workqueue(wq);
                else
                    flush_work(work);
                rcu_read_unlock();
            });
        }
    };
    CHECK(found(check<flushes>({}, true), "flush_workqueue can sleep"));
    CHECK(found(check<flushes>({}, false), "flush_work can sleep"));
}

// --- threads ------------------------------------------------------------------------------------

namespace {

constexpr int most = engine::max_threads;

} // namespace

TEST_CASE("misuse: a model has at least one thread and no more than the engine can hold") {
    struct no_threads {
        void threads(scenario&) {}
    };
    struct most_threads {
        void threads(scenario& s) {
            s.threads("P", most, [](int) {});
        }
    };
    struct too_many_threads {
        void threads(scenario& s) {
            s.threads("P", 33, [](int) {});
        }
    };
    struct too_many_with_daemons {
        workqueue_struct wq{"wq"};
        work_struct work{"work", [](work_struct&) {}};
        void threads(scenario& s) {
            rcu_callback_thread(s);
            s.threads("P", most - 1, [](int) {});
        }
    };
    static_assert(most < 33);
    const std::string at_most = fmt::format("a model has at most {}", most);
    const std::string number = fmt::format("would be number {}", most + 1);
    check_fails<no_threads>("misuse", {"declares no threads"});
    CHECK(vacuous(check<most_threads>()));
    check_fails<too_many_threads>(
        "misuse", {"too many threads", fmt::format("'P[{}]'", most), number, at_most});
    check_fails<too_many_with_daemons>(
        "misuse", {"too many threads", fmt::format("'P[{}]'", most - 2), number, at_most});
}

TEST_CASE("misuse: a thread declared by a thread") {
    struct needs_kworker {
        void threads(scenario& s) {
            s.thread("P0", [] { work_struct late{"late", [](work_struct&) {}}; });
        }
    };
    struct needs_daemon {
        void threads(scenario& s) {
            s.thread("P0", [] { auto late = alloc_ordered_workqueue("late"); });
        }
    };
    CHECK(is_here(check_fails<needs_kworker>(
                      "misuse", {"P0 makes late while it runs", "spare_kworkers(s, n)"})
                      .what.where));
    check_fails<needs_daemon>("misuse", {"threads can only be declared while the model is set up"});
}

// --- models that depend on something else than what they read ------------------------------------

namespace {

int executions_so_far = 0; // survives executions, as nothing of a model may

} // namespace

TEST_CASE("misuse: a model that does other steps each time") {
    struct differs {
        atomic_t x{"x"}, y{"y"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) {
                if (executions_so_far++ % 3 == 0)
                    WRITE_ONCE(x, 1);
                else
                    WRITE_ONCE(y, READ_ONCE(x));
            });
        }
    };
    check_fails<differs>("misuse", {"the model is not deterministic"});
}

TEST_CASE("misuse: a model that fails only the first time it is run") {
    struct fails_once {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                WRITE_ONCE(x, 1);
                BUG_ON(executions_so_far++ == 0);
            });
        }
    };
    executions_so_far = 0;
    const result r = check<fails_once>();
    CHECK(found(r, "the model is not deterministic"));
    CHECK(r.what.property == "misuse");
    CHECK(r.what.message.find("executions_so_far++ == 0") != std::string::npos);
    CHECK(is_here(r.what.where));
    check_that_all_is_well();
}

TEST_CASE("misuse: a model that declares more threads each time") {
    struct grows {
        void threads(scenario& s) {
            ++executions_so_far;
            s.threads("P", executions_so_far > 1 ? 3 : 2, [this](int) { atomic_xchg(x, 1); });
        }
        atomic_t x{"x"};
    };
    executions_so_far = 0;
    const result r = check<grows>();
    CHECK(found(r, "the model is not deterministic"));
    check_that_all_is_well();
}

// --- objects from elsewhere ---------------------------------------------------------------------

namespace {

atomic_t global_atomic{"global_atomic"};
spinlock_t global_lock{"global_lock"};
plain<int> global_plain{"global_plain"};
percpu_counter global_counter{"global_counter"};

std::unique_ptr<atomic_t> kept_atomic;
std::unique_ptr<plain<int>> kept_plain;

} // namespace

TEST_CASE("misuse: an object that was created outside of the model") {
    struct uses_atomic {
        void threads(scenario& s) {
            s.thread("P0", [] { atomic_inc(global_atomic); });
        }
    };
    struct uses_lock {
        void threads(scenario& s) {
            s.thread("P0", [] { spin_lock(global_lock); });
        }
    };
    struct uses_counter {
        void threads(scenario& s) {
            s.thread("P0", [] { percpu_counter_inc(global_counter); });
        }
    };
    CHECK(is_here(
        check_fails<uses_atomic>("misuse", {"created outside of this execution"}).what.where));
    CHECK(is_here(
        check_fails<uses_lock>("misuse", {"created outside of this execution"}).what.where));
    CHECK(is_here(
        check_fails<uses_counter>("misuse", {"created outside of this execution"}).what.where));
}

TEST_CASE("misuse: a plain variable that was created outside of the model") {
    struct uses_plain {
        void threads(scenario& s) {
            s.thread("P0", [] { global_plain.write(1); });
        }
    };
    CHECK(is_here(
        check_fails<uses_plain>("misuse", {"created outside of this execution"}).what.where));
}

TEST_CASE("misuse: an object kept from an earlier execution") {
    struct keeps_atomic {
        atomic_t x{"x"};
        void threads(scenario& s) {
            if (kept_atomic == nullptr)
                kept_atomic = std::make_unique<atomic_t>("kept");
            s.threads("P", 2, [](int) { atomic_xchg(*kept_atomic, 1); });
        }
    };
    kept_atomic.reset();
    const result r = check<keeps_atomic>();
    CHECK(found(r, "created outside of this execution"));
    CHECK(is_here(r.what.where));
    check_that_all_is_well();
    kept_atomic.reset();
}

TEST_CASE("misuse: a plain variable kept from an earlier execution") {
    struct keeps_plain {
        atomic_t x{"x"};
        void threads(scenario& s) {
            if (kept_plain == nullptr)
                kept_plain = std::make_unique<plain<int>>("kept");
            s.threads("P", 2, [this](int) {
                atomic_xchg(x, 1);
                static_cast<void>(kept_plain->read());
            });
        }
    };
    kept_plain.reset();
    CHECK(found(check<keeps_plain>(), "created outside of this execution"));
    check_that_all_is_well();
    kept_plain.reset();
}

TEST_CASE("misuse: outside of check() there is nothing to run on, and that is an exception") {
    CHECK_THROWS_AS(READ_ONCE(global_atomic), std::logic_error);
    CHECK_THROWS_AS(spin_lock(global_lock), std::logic_error);
    CHECK_THROWS_AS(kmalloc<int>("nothing"), std::logic_error);
}

// --- primitives that need something else --------------------------------------------------------

TEST_CASE("misuse: call_rcu without the callback thread") {
    struct calls {
        rcu_head head;
        void threads(scenario& s) {
            s.thread("P0", [this] { call_rcu(head, [] {}); });
        }
    };
    CHECK(
        is_here(check_fails<calls>("misuse", {"call_rcu()", "rcu_callback_thread(s)"}).what.where));
}

TEST_CASE("misuse: call_rcu when the threads have ended") {
    struct calls {
        rcu_head head;
        void threads(scenario& s) {
            rcu_callback_thread(s);
            s.thread("P0", [] {});
        }
        void finally() {
            call_rcu(head, [] {});
        }
    };
    CHECK(is_here(
        check_fails<calls>("misuse", {"call_rcu()", "by a thread of the model"}).what.where));
}

TEST_CASE("misuse: queue_work of a work that the workqueue does not know") {
    struct queues {
        workqueue_struct wq{"isw_wq"};
        work_struct work{"work", [](work_struct&) {}};
        void threads(scenario& s) {
            s.thread("P0", [this] { queue_work(wq, work); });
        }
    };
    CHECK(is_here(check_fails<queues>("misuse", {"queue_work()", "isw_wq.add(work)"}).what.where));
}

TEST_CASE("misuse: blocking in finally(), when no thread runs any more") {
    struct awaits {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [] {});
        }
        void finally() {
            await(x, [](auto v) { return v == 1; });
        }
    };
    struct waits_for_event {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [] {});
        }
        void finally() {
            wait_var_event(x, [this] { return atomic_read(x) == 1; });
        }
    };
    CHECK(is_here(check_fails<awaits>("misuse", {"await", "would wait for ever"}).what.where));
    CHECK(is_here(check_fails<waits_for_event>("misuse", {"wait_var_event", "would wait for ever"})
                      .what.where));
}

// --- exceptions ---------------------------------------------------------------------------------

TEST_CASE("an exception in a thread is a finding with its text and the operation before it") {
    struct throws {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                WRITE_ONCE(x, 1);
                throw std::runtime_error("out of cheese");
            });
            s.thread("P1", [this] { WRITE_ONCE(x, 2); });
        }
    };
    struct throws_number {
        void threads(scenario& s) {
            s.thread("P0", [] { throw 7; });
        }
    };
    const failure r = check_fails<throws>("exception", {"out of cheese"});
    CHECK(is_here(r.what.where));
    CHECK(r.counterexample.threads.at(static_cast<std::size_t>(r.what.thread)) == "P0");
    check_fails<throws_number>("exception", {"std::exception"});
}

TEST_CASE("an exception in the constructor, in threads() or in finally() is a finding") {
    struct in_constructor {
        in_constructor() { throw std::runtime_error("built badly"); }
        void threads(scenario& s) {
            s.thread("P0", [] {});
        }
    };
    struct in_threads {
        void threads(scenario& s) {
            s.thread("P0", [] {});
            throw std::runtime_error("declared badly");
        }
    };
    struct in_finally {
        void threads(scenario& s) {
            s.thread("P0", [] {});
        }
        void finally() { throw std::runtime_error("ended badly"); }
    };
    check_fails<in_constructor>("exception", {"built badly"});
    check_fails<in_threads>("exception", {"declared badly"});
    check_fails<in_finally>("exception", {"ended badly"});
}

TEST_CASE("a model that throws and catches by itself is fine") {
    struct catches {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) {
                try {
                    WRITE_ONCE(x, 1);
                    throw std::runtime_error("never mind");
                } catch (const std::runtime_error&) {
                    WRITE_ONCE(x, 2);
                }
            });
        }
        void finally() { BUG_ON(READ_ONCE(x) == 0); }
    };
    CHECK(verified(check<catches>()));
}

// --- crashes ------------------------------------------------------------------------------------

namespace {

// The sanitizer would speak up before the processor does.
#define NO_SANITIZER __attribute__((no_sanitize("undefined")))

NO_SANITIZER void read_nothing() {
    int* volatile nothing = nullptr;
    static_cast<void>(*static_cast<volatile int*>(nothing));
}

NO_SANITIZER void divide_by_nothing() {
    volatile int nothing = 0;
    nothing = 100 / nothing;
}

int use_up_stack(int depth) {
    volatile char frame[1024] = {};
    frame[0] = static_cast<char>(depth);
    return depth < 0 ? 0 : use_up_stack(depth + 1) + frame[0];
}

void recurse() {
    static_cast<void>(use_up_stack(0));
}
void do_something_illegal() {
    static_cast<void>(std::raise(SIGILL));
}
void give_up() {
    std::abort();
}

template <void (*Crash)()>
void check_crash(std::initializer_list<std::string_view> texts) {
    const failure r = check_fails<in_second_thread<Crash>>("crash", texts);
    check_is_in_second_thread(r.what, r.counterexample);
}

} // namespace

TEST_CASE("a crash in a thread is a finding with the steps up to it: segmentation fault") {
    check_crash<&read_nothing>({"segmentation fault"});
}

TEST_CASE("a crash in a thread is a finding with the steps up to it: abort()") {
    check_crash<&give_up>({"abort() was called"});
}

TEST_CASE("a crash in a thread is a finding with the steps up to it: division by zero") {
    check_crash<&divide_by_nothing>({"division by zero"});
}

TEST_CASE("a crash in a thread is a finding with the steps up to it: stack overflow") {
    check_crash<&recurse>({"stack of 256 KiB was used up"});
}

TEST_CASE("a crash in a thread is a finding with the steps up to it: illegal instruction") {
    check_crash<&do_something_illegal>({"illegal instruction"});
}

TEST_CASE("a crash in the constructor or in finally() is a finding") {
    struct in_constructor {
        in_constructor() { read_nothing(); }
        void threads(scenario& s) {
            s.thread("P0", [] {});
        }
    };
    struct in_finally {
        void threads(scenario& s) {
            s.thread("P0", [] {});
        }
        void finally() { std::abort(); }
    };
    check_fails<in_constructor>("crash", {"segmentation fault"});
    check_fails<in_finally>("crash", {"abort() was called"});
}

TEST_CASE("a crash in one execution of many is found among them") {
    struct sometimes {
        atomic_t x{"x"}, y{"y"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                WRITE_ONCE(x, 1);
                WRITE_ONCE(y, 1);
            });
            s.thread("P1", [this] {
                const bool late = READ_ONCE(y) == 1;
                if (late && READ_ONCE(x) == 0)
                    read_nothing();
            });
        }
        void finally() { BUG_ON(READ_ONCE(x) != 1); }
    };
    options with;
    with.memory = memory_kind::sc;
    CHECK(verified(check<sometimes>(with)));
    with.memory = memory_kind::weak;
    CHECK(found(check<sometimes>(with), "segmentation fault"));
    check_that_all_is_well();
}

TEST_CASE("signals are handled as before once a check has ended") {
    struct sigaction before {};
    struct sigaction after {};
    sigaction(SIGSEGV, nullptr, &before);
    CHECK(check<in_second_thread<&read_nothing>>().found("crash"));
    sigaction(SIGSEGV, nullptr, &after);
    CHECK((before.sa_handler == after.sa_handler));
    CHECK(before.sa_flags == after.sa_flags);
}
