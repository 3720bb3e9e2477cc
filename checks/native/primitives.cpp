// SPDX-License-Identifier: BSD-3-Clause
// Uses of primitives that the models of the catalogue do not have, on real threads; and errors that
// must be found.
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace {

using namespace wbsync;

/// One work never runs twice at once; ordered works run in order; no more than max_active run.
struct workqueues {
    workqueue_struct wq{"wq"};
    workqueue_struct two{"two", 2};
    workqueue_struct ordered{"ordered", 1, workqueue_struct::order::ordered};
    atomic_t inside{"inside"};
    atomic_t runs{"runs"};
    atomic_t active{"active"};
    atomic_t next{"next"};
    work_struct same{wq, "same", [this](work_struct&) {
                         ensure(atomic_inc_return(inside) == 1, "reentered", "twice at once");
                         atomic_inc(runs);
                         atomic_dec(inside);
                     }};
    work_struct a{two, "a", [this](work_struct&) { limited(); }};
    work_struct b{two, "b", [this](work_struct&) { limited(); }};
    work_struct c{two, "c", [this](work_struct&) { limited(); }};
    work_struct first{ordered, "first", [this](work_struct&) {
                          ensure(atomic_inc_return(next) == 1, "order", "first is not first");
                      }};
    work_struct second{ordered, "second", [this](work_struct&) {
                           ensure(atomic_inc_return(next) == 2, "order", "second is not second");
                       }};

    void limited() {
        ensure(atomic_inc_return(active) <= 2, "max_active", "three at once");
        for (int i = 0; i != 100; ++i)
            cpu_relax();
        atomic_dec_return(active);
    }

    void threads(scenario& s) {
        s.threads("user", 3, [this] {
            for (int i = 0; i != 5; ++i) {
                queue_work(wq, same);
                queue_work(two, a);
                queue_work(two, b);
                queue_work(two, c);
            }
            flush_work(same);
            cancel_work_sync(a);
        });
        s.thread("in order", [this] {
            queue_work(ordered, first);
            queue_work(ordered, second);
            flush_workqueue(ordered);
            ensure(atomic_read(next) == 2, "flush", "a work of the queue has not run");
            drain_workqueue(ordered);
        });
    }
    void finally() { ensure(atomic_read(runs) > 0, "ran", "the work never ran"); }
};

/// Timers: a cancelled work does not run, a flushed one has run, and a delayed one runs in the end.
struct timers {
    workqueue_struct wq{"wq"};
    atomic_t ran{"ran"};
    delayed_work later{wq, "later", [this](work_struct&) { atomic_inc(ran); }};
    delayed_work never{wq, "never", [](work_struct&) { violated("never", "it ran"); }};
    delayed_work now{wq, "now", [this](work_struct&) { atomic_inc(ran); }};

    void threads(scenario& s) {
        s.thread("user", [this] {
            queue_delayed_work(wq, later, 2);
            ensure(!queue_delayed_work(wq, later, 1), "pending", "queued twice");
            queue_delayed_work(wq, never, 1000);
            queue_delayed_work(wq, now, 1000);
            mod_delayed_work(wq, now, 2000);
            ensure(cancel_delayed_work_sync(never), "pending", "there was none to cancel");
            flush_delayed_work(now);
            ensure(atomic_read(ran) >= 1, "flush", "the flushed work has not run");
            disable_work_sync(now.work);
            ensure(!queue_delayed_work(wq, now, 0), "disabled", "a disabled work is queued");
            enable_work(now.work);
        });
    }
    void finally() { ensure(atomic_read(ran) == 2, "ran", "a work has not run"); }
};

/// Readers never see what was removed before a grace period that has ended.
struct rcu_and_srcu {
    struct object {
        plain<int> value{"value", 1};
        rcu_head rcu;
    };
    pointer<object> current{"current"};
    pointer<object> sleepable{"sleepable"};
    srcu_struct domain{"domain"};
    atomic_t called{"called"};

    rcu_and_srcu() {
        rcu_assign_pointer(current, kmalloc<object>("first"));
        rcu_assign_pointer(sleepable, kmalloc<object>("first"));
    }
    void threads(scenario& s) {
        s.threads("reader", 2, [this] {
            for (int i = 0; i != 50; ++i) {
                rcu_read_lock();
                ensure(rcu_dereference(current)->value.read() == 1, "read", "not 1");
                rcu_read_unlock();
                const int index = srcu_read_lock(domain);
                ensure(rcu_dereference(sleepable)->value.read() == 1, "read", "not 1");
                might_sleep();
                srcu_read_unlock(domain, index);
            }
        });
        s.thread("writer", [this] {
            for (int i = 0; i != 5; ++i) {
                object* old = xchg(current, kmalloc<object>("next"));
                if (i % 2 == 0) {
                    kfree_rcu(old, &object::rcu);
                } else {
                    synchronize_rcu();
                    old->value.write(0);
                    kfree(old);
                }
                old = xchg(sleepable, kmalloc<object>("next"));
                if (i % 2 == 0) {
                    call_srcu(domain, old->rcu, [this, old] {
                        old->value.write(0);
                        kfree(old);
                        atomic_inc(called);
                    });
                } else {
                    synchronize_srcu(domain);
                    old->value.write(0);
                    kfree(old);
                }
            }
            srcu_barrier(domain);
            ensure(atomic_read(called) == 3, "barrier", "a callback has not been invoked");
            kvfree_rcu_barrier();
        });
        rcu_callback_thread(s);
        srcu_callback_thread(s, domain);
    }
    void finally() {
        kfree(READ_ONCE(current));
        kfree(READ_ONCE(sleepable));
    }
};

/// All kinds of exclusion around plain variables, and all kinds of waiting.
struct locks {
    mutex m{"m"};
    rw_semaphore rw{"rw"};
    percpu_rw_semaphore percpu{"percpu"};
    seqlock_t seq{"seq"};
    atomic_t word{"word"};
    completion done{"done"};
    wait_queue_head_t queue{"queue"};
    atomic_t go{"go"};
    atomic_t even{"even"};
    atomic_t odd{"odd"};
    plain<int> under_m{"under_m"};
    plain<int> under_rw{"under_rw"};
    plain<int> under_percpu{"under_percpu"};
    plain<int> under_bit{"under_bit"};
    static constexpr int rounds = 20;

    void threads(scenario& s) {
        s.threads("user", 3, [this] {
            wait_event(queue, [this] { return atomic_read_acquire(go) != 0; });
            for (int i = 0; i != rounds; ++i) {
                mutex_lock(m);
                under_m.write(under_m.read() + 1);
                mutex_unlock(m);
                down_write(rw);
                under_rw.write(under_rw.read() + 1);
                downgrade_write(rw);
                up_read(rw);
                wait_on_bit_lock(word, 3);
                under_bit.write(under_bit.read() + 1);
                clear_and_wake_up_bit(3, word);
                down_read(rw);
                static_cast<void>(under_rw.read());
                up_read(rw);
                percpu_down_read(percpu);
                static_cast<void>(under_percpu.read());
                percpu_up_read(percpu);
                std::int64_t a = 0;
                std::int64_t b = 0;
                std::int64_t start = 0;
                do {
                    start = read_seqbegin(seq);
                    a = READ_ONCE(even);
                    b = READ_ONCE(odd);
                } while (read_seqretry(seq, start));
                ensure(a == b, "seqlock", "two halves");
            }
            complete(done);
        });
        s.thread("writer", [this] {
            atomic_set_release(go, 1);
            if (wq_has_sleeper(queue))
                wake_up_all(queue);
            for (int i = 0; i != rounds; ++i) {
                percpu_down_write(percpu);
                under_percpu.write(under_percpu.read() + 1);
                percpu_up_write(percpu);
                write_seqlock(seq);
                WRITE_ONCE(even, i);
                WRITE_ONCE(odd, i);
                write_sequnlock(seq);
            }
            for (int i = 0; i != 3; ++i)
                wait_for_completion(done);
            ensure(!completion_done(done), "completion", "once too often");
        });
    }
    void finally() {
        ensure(under_m.peek() == 3 * rounds, "mutex", "an update is lost");
        ensure(under_rw.peek() == 3 * rounds, "rwsem", "an update is lost");
        ensure(under_bit.peek() == 3 * rounds, "bit lock", "an update is lost");
        ensure(under_percpu.peek() == rounds, "percpu_rwsem", "an update is lost");
    }
};

/// A daemon serves until nobody is left; percpu_ref switches and is released once.
struct daemon_and_percpu {
    atomic_t requests{"requests"};
    atomic_t served{"served"};
    atomic_t released{"released"};
    percpu_ref ref{"ref", [this](percpu_ref&) { atomic_inc(released); }};
    percpu_counter counter{"counter", 0, 4};

    void threads(scenario& s) {
        s.threads("user", 3, [this] {
            for (int i = 0; i != 10; ++i) {
                if (percpu_ref_tryget_live(ref)) {
                    atomic_inc(requests);
                    percpu_ref_put(ref);
                }
                percpu_counter_inc(counter);
            }
        });
        s.thread("killer", [this] { percpu_ref_kill(ref); });
        s.daemon("server", [this] {
            while (await_work(requests, [](std::int64_t n) { return n != 0; }))
                atomic_add(atomic_xchg(requests, 0), served);
        });
        rcu_callback_thread(s);
    }
    void finally() {
        ensure(atomic_read(requests) == 0, "daemon", "a request is not served");
        ensure(atomic_read(released) == 1, "percpu_ref", "not released once");
        ensure(percpu_counter_sum(counter) == 30, "percpu_counter", "a wrong sum");
        percpu_ref_exit(ref);
    }
};

// --- what goes wrong ----------------------------------------------------------------------------

struct hangs {
    atomic_t never{"never"};
    void threads(scenario& s) {
        s.thread(
            "waiter", [this] { wait_var_event(never, [this] { return READ_ONCE(never) == 1; }); },
            "P5");
    }
};
struct leaks {
    void threads(scenario& s) {
        s.thread("forgets", [] { kmalloc<plain<int>>("forgotten", label{"value"}); });
    }
};
struct sleeps_in_section {
    void threads(scenario& s) {
        s.thread("sleeps", [] {
            rcu_read_lock();
            synchronize_rcu();
            rcu_read_unlock();
        });
    }
};
struct unlocks_without_lock {
    spinlock_t lock{"lock"};
    void threads(scenario& s) {
        s.thread("unlocks", [this] { spin_unlock(lock); });
    }
};
struct warns {
    atomic_t went_on{"went_on"};
    void threads(scenario& s) {
        s.thread("warns", [this] {
            WARN_ON_ONCE(true);
            atomic_inc(went_on);
        });
    }
    void finally() { ensure(atomic_read(went_on) == 1, "went on", "it did not"); }
};
struct flushes_itself {
    workqueue_struct wq{"wq"};
    atomic_t ran{"ran"};
    work_struct work{wq, "work", [this](work_struct&) { flush_work(work); }};
    void threads(scenario& s) {
        s.thread("queues", [this] { queue_work(wq, work); });
    }
};

struct throws {
    enum class what { exception, number, in_constructor, in_finally, runs_another } now;
    explicit throws(what does) : now(does) {
        if (now == what::in_constructor)
            throw std::runtime_error("built badly");
    }
    void threads(scenario& s) {
        s.thread("thrower", [this] {
            if (now == what::exception)
                throw std::runtime_error("of a thread");
            if (now == what::number)
                throw 7;
            if (now == what::runs_another)
                static_cast<void>(native::run<leaks>({}));
        });
    }
    void finally() const {
        if (now == what::in_finally)
            throw std::runtime_error("in the end");
    }
};

/// Many times, with and without delays.
template <class Model>
void fine(std::uint64_t runs = 100) {
    for (const double delays : {0.0, 0.02}) {
        native::options with;
        with.delay_probability = delays;
        with.time_limit = 60;
        const native::result r = native::stress<Model>(with, runs, 0);
        INFO((r.found ? r.found->str() : ""));
        CHECK(r.clean());
        CHECK(r.runs == runs);
    }
}

template <class Model>
void found(const std::string& property, const std::string& words, double time_limit = 60) {
    native::options with;
    with.time_limit = time_limit;
    const native::result r = native::run<Model>(with);
    REQUIRE(r.found);
    INFO(r.found->str());
    CHECK(r.found->property == property);
    CHECK(r.found->str().find(words) != std::string::npos);
}

} // namespace

TEST_CASE("native: workqueues") {
    fine<workqueues>();
}
TEST_CASE("native: timers") {
    fine<timers>();
}
TEST_CASE("native: RCU and SRCU") {
    fine<rcu_and_srcu>();
}
TEST_CASE("native: locks, and all kinds of waiting") {
    fine<locks>();
}
TEST_CASE("native: daemons, percpu_ref and percpu_counter") {
    fine<daemon_and_percpu>();
}

TEST_CASE("native: what never ends is told with the places where threads wait") {
    found<hangs>("P5", "waiter waits in wait_var_event(never) at ", 0.5);
    found<flushes_itself>("deadlock", "flush_work", 0.5);
}
TEST_CASE("native: what is never freed is a leak") {
    found<leaks>("leak", "forgotten is never freed");
}
TEST_CASE("native: misuse is noticed where it happens") {
    found<sleeps_in_section>("misuse", "synchronize_rcu can sleep, and sleeps is inside of an RCU");
    found<unlocks_without_lock>("misuse", "spin_unlock(lock) by unlocks, which does not hold it");
}
TEST_CASE("native: a warning does not end the run") {
    found<warns>("WARN_ON", "true");
}
TEST_CASE("native: what a model throws ends the run") {
    using enum throws::what;
    const auto thrown = [](throws::what where) {
        const native::result r = native::run<throws>({}, where);
        REQUIRE(r.found);
        CHECK(r.found->property == "exception");
        return r.found->message;
    };
    CHECK(thrown(exception) == "of a thread");
    CHECK(thrown(number) == "not derived from std::exception");
    CHECK(thrown(in_constructor) == "built badly");
    CHECK(thrown(in_finally) == "in the end");
    CHECK(thrown(runs_another) == "wbsync: native::run() inside of a model that is run");
}
