// SPDX-License-Identifier: BSD-3-Clause
// Objects that end with their scope: locals of a function that returns, members that are reset.

#include "checks/support/primitives_program.hpp"

#include <wbsync/patterns/guarded.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace primitives;

namespace {

/// One thread puts an object on its stack and shows it to another one.
template <class Holder>
struct shown {
    pointer<Holder> to{"to"};
    atomic_t done{"done"};
    atomic_t other{"other"};

    static void daemons(scenario& s) { rcu_callback_thread(s); }
};

/// Overwrites the place where a function's locals were.
__attribute__((noinline)) void overwrite_stack() {
    volatile std::uint8_t other[8192];
    for (volatile std::uint8_t& byte : other)
        byte = 0x5a;
}

template <class Holder>
__attribute__((noinline)) void show_and_return(shown<Holder>& m) {
    Holder h;
    smp_store_release(m.to, &h);
}

template <class Holder>
__attribute__((noinline)) void show_and_wait(shown<Holder>& m) {
    Holder h;
    smp_store_release(m.to, &h);
    await_acquire(m.done, [](auto v) { return v == 1; });
}

template <class Holder>
Holder* find(shown<Holder>& m) {
    m.to.value.await([](std::int64_t v) { return v != 0; }, memory_order::acquire, "await",
                     site::here());
    return smp_load_acquire(m.to);
}

void check_names(const result& r, const std::string& name) {
    CHECK(r.what.property == "use-after-scope");
    CHECK_MESSAGE(r.what.message.find("of " + name) != std::string::npos, r.what.message);
    CHECK_MESSAGE(r.what.message.find("the end of its scope") != std::string::npos, r.what.message);
    CHECK(std::string{r.what.where.file}.find("scope.cpp") != std::string::npos);
}

/// `Use` of the object after the function has returned is found, whether its memory has changed or
/// not. If the function waits for the use to end, it is correct.
template <class Holder, class Use>
void check_ends_with_scope(const std::string& name, Use) {
    using model = shown<Holder>;
    using body = void (*)(model&);
    const body uses = [](model& m) {
        Use{}(find(m)->x);
        smp_store_release(m.done, 1);
    };
    const body returns = [](model& m) { show_and_return(m); };
    const body returns_and_goes_on = [](model& m) {
        show_and_return(m);
        overwrite_stack();
        smp_store_release(m.other, 1);
    };
    const body uses_late = [](model& m) {
        Holder* h = find(m);
        await_acquire(m.other, [](auto v) { return v == 1; });
        Use{}(h->x);
    };
    const body waits = [](model& m) { show_and_wait(m); };
    CAPTURE(name);
    check_names(sc<model>({{returns, uses}}), name);
    check_names(weak<model>({{returns, uses}}), name);
    check_names(sc<model>({{uses, returns}}), name);
    check_names(sc<model>({{returns_and_goes_on, uses_late}}), name);
    check_names(weak<model>({{returns_and_goes_on, uses_late}}), name);
    check_holds<model>({{waits, uses}});
}

template <class T>
struct named {
    T x{"x"};
};

} // namespace

TEST_CASE("scope: a use of a local after its function has returned is found: variables") {
    check_ends_with_scope<named<atomic_t>>("x", [](atomic_t& x) { atomic_inc(x); });
    check_ends_with_scope<named<atomic_t>>("x", [](atomic_t& x) { WRITE_ONCE(x, 1); });
    check_ends_with_scope<named<atomic_t>>("x", [](atomic_t& x) { READ_ONCE(x); });
    check_ends_with_scope<named<atomic_t>>("x", [](atomic_t& x) { atomic_cmpxchg(x, 0, 1); });
    check_ends_with_scope<named<atomic_t>>(
        "x", [](atomic_t& x) { await(x, [](auto v) { return v == 0; }); });
    check_ends_with_scope<named<plain<int>>>("x", [](plain<int>& x) { x.write(1); });
    check_ends_with_scope<named<plain<int>>>("x",
                                             [](plain<int>& x) { static_cast<void>(x.read()); });
    check_ends_with_scope<named<pointer<int>>>(
        "x", [](pointer<int>& x) { rcu_assign_pointer(x, static_cast<int*>(nullptr)); });
    check_ends_with_scope<named<refcount_t>>("x", [](refcount_t& x) { refcount_inc(x); });
    check_ends_with_scope<named<percpu_t>>("x.cpu[1]",
                                           [](percpu_t& x) { atomic_long_inc(per_cpu(x, 1)); });
}

TEST_CASE("scope: a use of a local after its function has returned is found: what one waits for") {
    check_ends_with_scope<named<completion>>("x.done", [](completion& x) { complete(x); });
    check_ends_with_scope<named<completion>>("x.done", [](completion& x) { complete_all(x); });
    check_ends_with_scope<named<wait_queue_head_t>>("x", [](wait_queue_head_t& x) { wake_up(x); });
    check_ends_with_scope<named<seqcount_t>>("x", [](seqcount_t& x) { read_seqcount_begin(x); });
}

TEST_CASE("scope: a use of a local after its function has returned is found: locks") {
    check_ends_with_scope<named<spinlock_t>>("x", [](spinlock_t& x) {
        spin_lock(x);
        spin_unlock(x);
    });
    check_ends_with_scope<named<mutex>>("x", [](mutex& x) {
        mutex_lock(x);
        mutex_unlock(x);
    });
    check_ends_with_scope<named<rw_semaphore>>("x", [](rw_semaphore& x) {
        down_write(x);
        up_write(x);
    });
    check_ends_with_scope<named<seqlock_t>>("x.lock", [](seqlock_t& x) {
        write_seqlock(x);
        write_sequnlock(x);
    });
    check_ends_with_scope<named<percpu_rw_semaphore>>("x.", [](percpu_rw_semaphore& x) {
        percpu_down_read(x);
        percpu_up_read(x);
    });
}

namespace {

struct a_percpu_ref {
    percpu_ref x{"x", [](percpu_ref&) {}};
};
struct an_llist_node {
    llist_node x{"x", this};
};
struct an_hlist_node {
    hlist_node x{"x", this};
};
struct an_rcu_head {
    rcu_head x;
};
struct of_a_pattern {
    patterns::guarded x{"x"};
};

} // namespace

TEST_CASE("scope: a use of a local after its function has returned is found: all others") {
    check_ends_with_scope<named<percpu_counter>>("x",
                                                 [](percpu_counter& x) { percpu_counter_inc(x); });
    check_ends_with_scope<a_percpu_ref>("x", [](percpu_ref& x) { percpu_ref_get(x); });
    check_ends_with_scope<named<srcu_struct>>(
        "x", [](srcu_struct& x) { srcu_read_unlock(x, srcu_read_lock(x)); });
    check_ends_with_scope<named<workqueue_struct>>("x",
                                                   [](workqueue_struct& x) { flush_workqueue(x); });
    check_ends_with_scope<named<list_head>>("x.next", [](list_head& x) { list_empty(x); });
    check_ends_with_scope<an_hlist_node>("x.pprev", [](hlist_node& x) { hlist_unhashed(x); });
    check_ends_with_scope<an_llist_node>(
        "x", [](llist_node& x) { static_cast<void>(llist_entry<an_llist_node>(&x)); });
    check_ends_with_scope<named<xarray<int>>>("x[0]", [](xarray<int>& x) { xa_load(x, 0); });
    check_ends_with_scope<an_rcu_head>("rcu_head", [](rcu_head& x) {
        call_rcu(x, [] {});
        rcu_barrier();
    });
    check_ends_with_scope<of_a_pattern>("x", [](patterns::guarded& x) { x.use(); });
}

TEST_CASE("scope: a work that is queued, and ends") {
    struct model {
        workqueue_struct wq{"wq"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                work_struct work{wq, "work", [](work_struct&) {}};
                queue_work(wq, work);
            });
            spare_kworkers(s, 1);
        }
    };
    struct flushes {
        workqueue_struct wq{"wq"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                work_struct work{wq, "work", [](work_struct&) {}};
                queue_work(wq, work);
                flush_work(work);
            });
            spare_kworkers(s, 1);
        }
    };
    check_names(check<model>(), "work");
    CHECK(verified(check<flushes>()));
}

TEST_CASE("scope: an rcu_head whose callback is still to come") {
    struct model {
        atomic_t called{"called"};
        static void daemons(scenario& s) { rcu_callback_thread(s); }
    };
    using body = void (*)(model&);
    const body returns = [](model& m) {
        rcu_head head;
        call_rcu(head, [&m] { atomic_inc(m.called); });
    };
    const body waits = [](model& m) {
        rcu_head head;
        call_rcu(head, [&m] { atomic_inc(m.called); });
        rcu_barrier();
    };
    check_fails<model>({{returns}}, "an RCU callback of rcu_head after the end of its scope");
    check_holds<model>({{waits}});
}

// --- when the function may return ---------------------------------------------------------------

TEST_CASE("scope: a completion on the stack, for those who wait with wait_for_completion()") {
    using model = shown<named<completion>>;
    using body = void (*)(model&);
    const body completes = [](model& m) { complete(find(m)->x); };
    const body waits = [](model& m) {
        named<completion> c;
        smp_store_release(m.to, &c);
        wait_for_completion(c.x);
    };
    // complete() has yet to leave the lock.
    const body looks = [](model& m) {
        named<completion> c;
        smp_store_release(m.to, &c);
        await_acquire(c.x.done, [](auto v) { return v == 1; });
    };
    // The completer continues to use it.
    const body completes_and_looks = [](model& m) {
        completion& c = find(m)->x;
        complete(c);
        completion_done(c);
    };
    check_holds<model>({{waits, completes}});
    check_fails<model>({{looks, completes}}, "use-after-scope");
    check_fails<model>({{waits, completes_and_looks}}, "use-after-scope");
}

TEST_CASE("scope: wake_up_var() looks at the address only, the variable may be gone") {
    using model = shown<named<atomic_t>>;
    using body = void (*)(model&);
    const body waits = [](model& m) {
        {
            named<atomic_t> pending;
            smp_store_release(m.to, &pending);
            wait_var_event(pending.x, [&] { return smp_load_acquire(pending.x) == 1; });
        }
        overwrite_stack();
        WRITE_ONCE(m.other, 1);
    };
    const body stores_and_wakes = [](model& m) {
        atomic_t& x = find(m)->x;
        smp_store_release(x, 1);
        smp_mb();
        wake_up_var(x);
    };
    const body stores_and_loads = [](model& m) {
        atomic_t& x = find(m)->x;
        smp_store_release(x, 1);
        smp_mb();
        wake_up_var(x);
        READ_ONCE(x);
    };
    check_holds<model>({{waits, stores_and_wakes}});
    check_fails<model>({{waits, stores_and_loads}}, "use-after-scope");
}

TEST_CASE("scope: an order by a relaxed load and the end that depends on it is enough") {
    using model = shown<named<atomic_t>>;
    using body = void (*)(model&);
    const body waits_for_value = [](model& m) {
        named<atomic_t> local;
        smp_store_release(m.to, &local);
        await(local.x, [](auto v) { return v == 1; });
    };
    const body waits_for_flag = [](model& m) {
        named<atomic_t> local;
        smp_store_release(m.to, &local);
        await(m.done, [](auto v) { return v == 1; });
    };
    const body stores = [](model& m) { WRITE_ONCE(find(m)->x, 1); };
    const body stores_and_says_so = [](model& m) {
        READ_ONCE(find(m)->x);
        WRITE_ONCE(m.done, 1);
    };
    check_holds<model>({{waits_for_value, stores}});
    check_fails_weakly<model>({{waits_for_flag, stores_and_says_so}}, "use-after-scope");
}

// --- a place that is used again -----------------------------------------------------------------

namespace {

struct rounds {
    pointer<named<completion>> to{"to"}, to_next{"to_next"};
    atomic_t other{"other"};

    __attribute__((noinline)) void one(pointer<named<completion>>& show, bool waits) {
        named<completion> c;
        smp_store_release(show, &c);
        if (waits)
            wait_for_completion(c.x);
    }
    static void complete_in(pointer<named<completion>>& shown) {
        shown.value.await([](std::int64_t v) { return v != 0; }, memory_order::acquire, "await",
                          site::here());
        complete(smp_load_acquire(shown)->x);
    }
};

} // namespace

TEST_CASE("scope: the same function once more, and the pointer is that of the first time") {
    using body = void (*)(rounds&);
    const body two_rounds = [](rounds& m) {
        m.one(m.to, true);
        m.one(m.to_next, true);
    };
    const body returns_from_first = [](rounds& m) {
        m.one(m.to, false);
        m.one(m.to_next, true);
    };
    const body completes_both = [](rounds& m) {
        m.complete_in(m.to);
        m.complete_in(m.to_next);
    };
    const body completes_first = [](rounds& m) { m.complete_in(m.to); };
    const body completes_second = [](rounds& m) { m.complete_in(m.to_next); };
    check_holds<rounds>({{two_rounds, completes_both}});
    check_holds<rounds>({{two_rounds, completes_first, completes_second}});
    check_fails<rounds>({{returns_from_first, completes_first}}, "use-after-scope");
    check_fails<rounds>({{returns_from_first, completes_both}}, "use-after-scope");
    check_fails<rounds>({{returns_from_first, completes_first, completes_second}},
                        "use-after-scope");
}

// --- other ends ---------------------------------------------------------------------------------

TEST_CASE("scope: a local of threads() that a thread refers to") {
    struct model {
        atomic_t kept{"kept"};
        void threads(scenario& s) {
            atomic_t local{"local"};
            s.thread("P0", [&] { atomic_inc(local); });
        }
    };
    struct refers_to_member {
        atomic_t kept{"kept"};
        void threads(scenario& s) {
            s.thread("P0", [&] { atomic_inc(kept); });
        }
        void finally() { BUG_ON(READ_ONCE(kept) != 1); }
    };
    check_names(check<model>(), "local");
    CHECK(verified(check<refers_to_member>()));
}

TEST_CASE("scope: a member that is reset while others may use it") {
    struct model {
        std::unique_ptr<atomic_t> x = std::make_unique<atomic_t>("x");
        std::optional<completion> c{std::in_place, "c"};
        atomic_t done{"done"};
    };
    using body = void (*)(model&);
    const body uses = [](model& m) {
        atomic_inc(*m.x);
        complete(*m.c);
        smp_store_release(m.done, 1);
    };
    const body waits_and_resets = [](model& m) {
        await_acquire(m.done, [](auto v) { return v == 1; });
        m.x.reset();
        m.c.reset();
    };
    const body resets_variable = [](model& m) {
        const auto x = std::move(m.x);
        m.x = std::make_unique<atomic_t>("next");
    };
    const body resets_completion = [](model& m) { m.c.reset(); };
    check_holds<model>({{uses, waits_and_resets}});
    check_fails<model>({{uses, resets_variable}}, "use-after-scope");
    check_fails<model>({{uses, resets_completion}}, "use-after-scope");
}

TEST_CASE("scope: locals of finally(), and of a function that nobody else sees, just end") {
    struct model {
        void threads(scenario& s) {
            s.threads("P", 2, [](int) {
                for (int i = 0; i != 3; ++i) {
                    atomic_t local{"local"};
                    plain<int> value{"value"};
                    value.write(static_cast<int>(atomic_inc_return(local)));
                }
            });
        }
        void finally() {
            for (int i = 0; i != 3; ++i) {
                atomic_t local{"local"};
                BUG_ON(atomic_inc_return(local) != 1);
            }
        }
    };
    options with;
    with.accept_vacuous = true; // the threads have nothing in common, which is the point
    const result r = check<model>(with);
    CHECK(verified(r));
    CHECK(r.executions == 1);
}

TEST_CASE(
    "scope: an exception that ends the thread comes first, one that is caught does not hide") {
    using model = shown<named<atomic_t>>;
    using body = void (*)(model&);
    const body uses = [](model& m) { atomic_inc(find(m)->x); };
    const body throws = [](model& m) {
        named<atomic_t> local;
        smp_store_release(m.to, &local);
        throw std::runtime_error("out of cheese");
    };
    const body throws_and_catches = [](model& m) {
        try {
            named<atomic_t> local;
            smp_store_release(m.to, &local);
            READ_ONCE(m.other);
            throw std::runtime_error("never mind");
        } catch (const std::runtime_error&) {
            WRITE_ONCE(m.other, 1);
        }
    };
    check_fails<model>({{throws, uses}}, "out of cheese");
    check_fails<model>({{throws_and_catches, uses}}, "use-after-scope");
}

TEST_CASE("scope: what kmalloc() returned ends with kfree(), not with a destructor") {
    struct object {
        atomic_t x{"object.x"};
        completion c{"object.c"};
    };
    struct model {
        object* o = kmalloc<object>("object");
        atomic_t done{"done"};
    };
    using body = void (*)(model&);
    const body uses = [](model& m) {
        atomic_inc(m.o->x);
        smp_store_release(m.done, 1);
    };
    const body waits_and_frees = [](model& m) {
        await_acquire(m.done, [](auto v) { return v == 1; });
        kfree(m.o);
    };
    const body frees = [](model& m) { kfree(m.o); };
    check_holds<model>({{uses, waits_and_frees}});
    check_fails<model>({{uses, frees}}, "use-after-free");
}
