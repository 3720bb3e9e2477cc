// SPDX-License-Identifier: BSD-3-Clause
// RCU: read-side sections, grace periods, callbacks.

#include "checks/support/full_barrier.hpp"
#include "checks/support/primitives_program.hpp"

using namespace primitives;

// --- rcu_read_lock, synchronize_rcu -------------------------------------------------------------

namespace {

/// The updater unpublishes the object, waits, and frees it.
struct shared_object {
    struct object {
        explicit object(const label& name) : value(name, 1) {}
        atomic_t value;
    };

    object* made = kmalloc<object>("object", "object");
    pointer<object> p{"p", made};
    atomic_t flag{"flag"}, x{"x"}, y{"y"};
    bool missed_x = false, missed_y = false;

    void read_object() {
        if (const object* o = rcu_dereference(p))
            BUG_ON(READ_ONCE(o->value) != 1);
    }
    object* unpublish() {
        WRITE_ONCE<object>(p, nullptr);
        return made;
    }
    static void free_it(shared_object& m) { kfree(m.made); }
};

using body = void (*)(shared_object&);

const body reader = [](shared_object& m) {
    rcu_read_lock();
    m.read_object();
    rcu_read_unlock();
};

const body updater = [](shared_object& m) {
    auto* o = m.unpublish();
    synchronize_rcu();
    kfree(o);
};

} // namespace

TEST_CASE("synchronize_rcu waits for the sections that may still see the object") {
    check_holds<shared_object>({{reader, updater}});
    check_holds<shared_object>({{reader, reader, updater}});
}

TEST_CASE("synchronize_rcu: left out, or before the object is unpublished, a reader is too late") {
    check_fails<shared_object>({{reader, [](shared_object& m) { kfree(m.unpublish()); }}},
                               "use-after-free");
    check_fails<shared_object>({{reader,
                                 [](shared_object& m) {
                                     synchronize_rcu();
                                     kfree(m.unpublish());
                                 }}},
                               "use-after-free");
}

TEST_CASE("rcu_read_lock: left out, or ended before the access, does not protect") {
    check_fails<shared_object>({{[](shared_object& m) { m.read_object(); }, updater}},
                               "use-after-free");
    check_fails<shared_object>({{[](shared_object& m) {
                                     rcu_read_lock();
                                     auto o = rcu_dereference(m.p);
                                     rcu_read_unlock();
                                     if (o != nullptr)
                                         static_cast<void>(READ_ONCE(o->value));
                                 },
                                 updater}},
                               "use-after-free");
}

TEST_CASE("rcu_read_lock: sections nest, and end with the outermost rcu_read_unlock") {
    check_holds<shared_object>({{[](shared_object& m) {
                                     rcu_read_lock();
                                     rcu_read_lock();
                                     auto o = rcu_dereference(m.p);
                                     rcu_read_unlock();
                                     if (o != nullptr)
                                         static_cast<void>(READ_ONCE(o->value));
                                     rcu_read_unlock();
                                 },
                                 updater}});
    // The same calls, but in two sections.
    check_fails<shared_object>({{[](shared_object& m) {
                                     rcu_read_lock();
                                     auto o = rcu_dereference(m.p);
                                     rcu_read_unlock();
                                     rcu_read_lock();
                                     if (o != nullptr)
                                         static_cast<void>(READ_ONCE(o->value));
                                     rcu_read_unlock();
                                 },
                                 updater}},
                               "use-after-free");
}

TEST_CASE("synchronize_rcu does not wait for sections that start later") {
    // The section waits for something that follows the grace period. That is fine if the section
    // starts after the grace period did, and a deadlock if it starts before.
    const body section_waits = [](shared_object& m) {
        rcu_read_lock();
        if (READ_ONCE(m.flag) != 0)
            await(m.x, [](auto v) { return v == 1; });
        rcu_read_unlock();
    };
    const body flag_first = [](shared_object& m) {
        WRITE_ONCE(m.flag, 1);
        synchronize_rcu();
        WRITE_ONCE(m.x, 1);
    };
    const body flag_last = [](shared_object& m) {
        synchronize_rcu();
        WRITE_ONCE(m.flag, 1);
        WRITE_ONCE(m.x, 1);
    };
    check_fails<shared_object>({{section_waits, flag_first}, &shared_object::free_it}, "deadlock");
    check_holds<shared_object>({{section_waits, flag_last}, &shared_object::free_it});
    // Another section may stay open for ever, if it starts later.
    check_holds<shared_object>({{[](shared_object& m) {
                                     await_acquire(m.flag, [](auto v) { return v == 1; });
                                     rcu_read_lock();
                                     await(m.x, [](auto v) { return v == 1; });
                                     rcu_read_unlock();
                                 },
                                 [](shared_object& m) {
                                     synchronize_rcu();
                                     smp_store_release(m.flag, 1);
                                     WRITE_ONCE(m.x, 1);
                                 }},
                                &shared_object::free_it});
}

TEST_CASE("synchronize_rcu is a full barrier, a section is none") {
    const body grace_period = [](shared_object& m) {
        WRITE_ONCE(m.x, 1);
        synchronize_rcu();
        m.missed_y = READ_ONCE(m.y) == 0;
    };
    const body section = [](shared_object& m) {
        WRITE_ONCE(m.x, 1);
        rcu_read_lock();
        rcu_read_unlock();
        m.missed_y = READ_ONCE(m.y) == 0;
    };
    check_full_barrier<shared_object, &shared_object::free_it>(grace_period, section);
}

// --- call_rcu, rcu_barrier ----------------------------------------------------------------------

namespace {

struct with_callbacks {
    struct object {
        explicit object(const label& name) : value(name, 1) {}
        atomic_t value;
        rcu_head rcu;
    };

    object* made = kmalloc<object>("object", "object");
    pointer<object> p{"p", made};
    plain<int> data{"data"};
    atomic_t invoked{"invoked"}, flag{"flag"};
    rcu_head head, other_head;
    percpu_counter in_use{"in_use"};

    void daemons(scenario& s) { rcu_callback_thread(s); }

    void free_later() {
        object* o = made;
        call_rcu(o->rcu, [o] { kfree(o); });
    }
    void count_later() {
        call_rcu(head, [this] { atomic_inc(invoked); });
    }
    static void free_it(with_callbacks& m) { kfree(m.made); }
};

using caller = void (*)(with_callbacks&);

const caller object_reader = [](with_callbacks& m) {
    rcu_read_lock();
    if (const auto o = rcu_dereference(m.p))
        BUG_ON(READ_ONCE(o->value) != 1);
    rcu_read_unlock();
};

} // namespace

TEST_CASE("call_rcu runs the callback after a grace period, once") {
    check_holds<with_callbacks>({{object_reader, [](with_callbacks& m) {
                                      WRITE_ONCE<with_callbacks::object>(m.p, nullptr);
                                      m.free_later();
                                  }}});
    check_holds<with_callbacks>(
        {{[](with_callbacks& m) { m.count_later(); }}, [](with_callbacks& m) {
             BUG_ON(READ_ONCE(m.invoked) != 1);
             kfree(m.made);
         }});
}

TEST_CASE(
    "call_rcu: before the object is unpublished, or with a direct call, a reader is too late") {
    check_fails<with_callbacks>({{object_reader,
                                  [](with_callbacks& m) {
                                      m.free_later();
                                      WRITE_ONCE<with_callbacks::object>(m.p, nullptr);
                                  }}},
                                "use-after-free");
    check_fails<with_callbacks>({{object_reader,
                                  [](with_callbacks& m) {
                                      WRITE_ONCE<with_callbacks::object>(m.p, nullptr);
                                      kfree(m.made);
                                  }}},
                                "use-after-free");
}

TEST_CASE("call_rcu does not wait, not even inside of a section") {
    check_holds<with_callbacks>({{[](with_callbacks& m) {
                                     rcu_read_lock();
                                     m.count_later();
                                     BUG_ON(READ_ONCE(m.invoked) != 0); // it waits for this section
                                     rcu_read_unlock();
                                 }},
                                 &with_callbacks::free_it});
    check_fails<with_callbacks>({{[](with_callbacks& m) {
                                     m.count_later();
                                     BUG_ON(READ_ONCE(m.invoked) != 0); // no section to wait for
                                 }},
                                 &with_callbacks::free_it},
                                "BUG_ON");
}

TEST_CASE("call_rcu: the callback sees what came before the call, and not what comes after") {
    const caller before = [](with_callbacks& m) {
        m.data.write(1);
        call_rcu(m.head, [&m] { BUG_ON(m.data.read() != 1); });
    };
    const caller after = [](with_callbacks& m) {
        call_rcu(m.head, [&m] { static_cast<void>(m.data.read()); });
        m.data.write(1);
    };
    check_holds<with_callbacks>({{before}, &with_callbacks::free_it});
    check_fails<with_callbacks>({{after}, &with_callbacks::free_it}, "data-race");
}

TEST_CASE("rcu_barrier waits for the callbacks queued before it, of all threads") {
    // As at the end of a module: what the callbacks use is destroyed.
    const auto module_exit = [](with_callbacks& m) {
        call_rcu(m.head, [&m] { percpu_counter_dec(m.in_use); });
        rcu_barrier();
        percpu_counter_destroy(m.in_use);
    };
    const auto no_barrier = [](with_callbacks& m) {
        call_rcu(m.head, [&m] { percpu_counter_dec(m.in_use); });
        percpu_counter_destroy(m.in_use);
    };
    const auto barrier_too_early = [](with_callbacks& m) {
        rcu_barrier();
        call_rcu(m.head, [&m] { percpu_counter_dec(m.in_use); });
        percpu_counter_destroy(m.in_use);
    };
    const caller other_queues = [](with_callbacks& m) {
        call_rcu(m.other_head, [&m] { percpu_counter_dec(m.in_use); });
        smp_store_release(m.flag, 1);
    };
    const caller exit_after_other = [](with_callbacks& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        rcu_barrier();
        percpu_counter_destroy(m.in_use);
    };
    const caller exit_any_time = [](with_callbacks& m) {
        rcu_barrier();
        percpu_counter_destroy(m.in_use);
    };
    check_holds<with_callbacks>({{module_exit}, &with_callbacks::free_it});
    check_holds<with_callbacks>({{other_queues, exit_after_other}, &with_callbacks::free_it});
    check_fails<with_callbacks>({{no_barrier}, &with_callbacks::free_it}, "use-after-free");
    check_fails<with_callbacks>({{barrier_too_early}, &with_callbacks::free_it}, "use-after-free");
    check_fails<with_callbacks>({{other_queues, exit_any_time}, &with_callbacks::free_it},
                                "use-after-free");
}

TEST_CASE("rcu_barrier is no grace period, with no callbacks it does not wait for readers") {
    const caller with_grace_period = [](with_callbacks& m) {
        WRITE_ONCE<with_callbacks::object>(m.p, nullptr);
        synchronize_rcu();
        kfree(m.made);
    };
    const caller with_barrier = [](with_callbacks& m) {
        WRITE_ONCE<with_callbacks::object>(m.p, nullptr);
        rcu_barrier();
        kfree(m.made);
    };
    check_holds<with_callbacks>({{object_reader, with_grace_period}});
    check_fails<with_callbacks>({{object_reader, with_barrier}}, "use-after-free");
}

TEST_CASE("a grace period never started before the call that uses it") {
    // The callback is queued inside of a section. If it shared a grace period that was under way,
    // which need not wait for this section, it would come too early.
    const caller section_queues = [](with_callbacks& m) {
        await(m.flag, [](auto v) { return v == 1; });
        rcu_read_lock();
        m.count_later();
        BUG_ON(READ_ONCE(m.invoked) != 0);
        rcu_read_unlock();
    };
    const caller callback_before = [](with_callbacks& m) {
        call_rcu(m.other_head, [] {});
        WRITE_ONCE(m.flag, 1);
    };
    check_holds<with_callbacks>({{section_queues, callback_before}, &with_callbacks::free_it});
}

TEST_CASE("one grace period serves several callers") {
    // A reader that both wait for, and after which both are done: nobody needs a second one.
    const auto waits = [](with_callbacks& m) {
        synchronize_rcu();
        atomic_inc(m.invoked);
    };
    const caller section = [](with_callbacks& m) {
        rcu_read_lock();
        BUG_ON(READ_ONCE(m.invoked) == 1); // one of them started before, the other waits for us
        rcu_read_unlock();
    };
    const caller late_section = [](with_callbacks& m) {
        await(m.invoked, [](auto v) { return v == 2; });
        rcu_read_lock();
        rcu_read_unlock();
    };
    check_fails<with_callbacks>({{waits, waits, section}, &with_callbacks::free_it}, "BUG_ON");
    check_holds<with_callbacks>({{waits, waits, late_section}, &with_callbacks::free_it});
}

// --- callbacks of several CPUs ------------------------------------------------------------------

namespace {

struct two_cpus {
    plain<int> data{"data"};
    atomic_t x{"x"}, flag{"flag"};
    rcu_head first, second;
    bool reversed = false;

    // Threads 0 and 1 are the daemons, so P[0] is on CPU 0 and P[1] on CPU 1.
    void daemons(scenario& s) { rcu_callback_thread(s, nr_cpus); }
};

} // namespace

TEST_CASE("call_rcu: callbacks of one CPU are in order, those of two in any order and at once") {
    using thread = void (*)(two_cpus&);
    const thread two_callbacks = [](two_cpus& m) {
        call_rcu(m.first, [&m] { m.data.write(1); });
        call_rcu(m.second, [&m] {
            m.reversed = m.data.read() != 1;
            m.data.write(2);
        });
    };
    const thread first_callback = [](two_cpus& m) {
        call_rcu(m.first, [&m] { WRITE_ONCE(m.x, 1); });
        smp_store_release(m.flag, 1);
    };
    const thread second_callback = [](two_cpus& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        call_rcu(m.second, [&m] { m.reversed = READ_ONCE(m.x) != 1; });
    };
    const thread data_in_one = [](two_cpus& m) { call_rcu(m.first, [&m] { m.data.write(1); }); };
    const thread data_in_other = [](two_cpus& m) { call_rcu(m.second, [&m] { m.data.write(1); }); };
    const thread in_order = [](two_cpus& m) { BUG_ON(m.reversed); };
    check_holds<two_cpus>({{two_callbacks}, in_order});
    check_fails<two_cpus>({{first_callback, second_callback}, in_order}, "BUG_ON");
    check_fails<two_cpus>({{data_in_one, data_in_other}}, "data-race");
}

TEST_CASE("rcu_barrier waits for the callbacks of all CPUs") {
    using thread = void (*)(two_cpus&);
    const thread queues = [](two_cpus& m) {
        call_rcu(m.first, [&m] { m.data.write(1); });
        smp_store_release(m.flag, 1);
    };
    const thread waits_elsewhere = [](two_cpus& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        rcu_barrier();
        BUG_ON(m.data.read() != 1);
    };
    // Its own callback says nothing about the other CPU's.
    const thread waits_for_own_callback = [](two_cpus& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        call_rcu(m.second, [&m] { smp_store_release(m.x, 1); });
        await_acquire(m.x, [](auto v) { return v == 1; });
        static_cast<void>(m.data.read());
    };
    check_holds<two_cpus>({{queues, waits_elsewhere}});
    check_fails<two_cpus>({{queues, waits_for_own_callback}}, "data-race");
}

// --- kfree_rcu ----------------------------------------------------------------------------------

TEST_CASE("kfree_rcu frees the object after a grace period") {
    const caller frees = [](with_callbacks& m) {
        WRITE_ONCE<with_callbacks::object>(m.p, nullptr);
        kfree_rcu(m.made, &with_callbacks::object::rcu);
    };
    const caller frees_too_early = [](with_callbacks& m) {
        kfree_rcu(m.made, &with_callbacks::object::rcu);
        WRITE_ONCE<with_callbacks::object>(m.p, nullptr);
    };
    check_holds<with_callbacks>({{object_reader, frees}});
    check_fails<with_callbacks>({{object_reader, frees_too_early}}, "use-after-free");
}

TEST_CASE("kfree_rcu is waited for by kvfree_rcu_barrier and not by rcu_barrier") {
    // The object delays the destruction of what it is part of, as with kmem_cache_destroy().
    const caller reader_waits = [](with_callbacks& m) {
        rcu_read_lock();
        await(m.flag, [](auto v) { return v == 1; });
        rcu_read_unlock();
    };
    const caller passes_rcu_barrier = [](with_callbacks& m) {
        kfree_rcu(m.made, &with_callbacks::object::rcu);
        rcu_barrier(); // would never return, if it waited
        WRITE_ONCE(m.flag, 1);
    };
    const caller passes_kvfree_rcu_barrier = [](with_callbacks& m) {
        kfree_rcu(m.made, &with_callbacks::object::rcu);
        kvfree_rcu_barrier();
        WRITE_ONCE(m.flag, 1);
    };
    check_holds<with_callbacks>({{reader_waits, passes_rcu_barrier}});
    check_fails<with_callbacks>({{reader_waits, passes_kvfree_rcu_barrier}}, "deadlock");
}

// --- misuse -------------------------------------------------------------------------------------

namespace {

/// The finding has this message, and a place in this file.
void check_misuse(const program<with_callbacks>& what, const char* text) {
    const result r = weak(what);
    CAPTURE(r);
    CHECK(r.what.property == "misuse");
    CHECK_MESSAGE(r.what.message.find(text) != std::string::npos, text);
    CHECK(std::string_view{r.what.where.file}.ends_with("rcu.cpp"));
}

} // namespace

TEST_CASE("misuse: an rcu_head that is queued again before its callback was invoked") {
    const caller twice = [](with_callbacks& m) {
        call_rcu(m.head, [] {});
        call_rcu(m.head, [] {});
    };
    const caller callback_queues_again = [](with_callbacks& m) {
        call_rcu(m.head, [&m] { m.count_later(); });
    };
    const caller after_barrier = [](with_callbacks& m) {
        call_rcu(m.head, [] {});
        rcu_barrier();
        call_rcu(m.head, [] {});
    };
    check_misuse({{twice}, &with_callbacks::free_it}, "may not have been invoked yet");
    check_holds<with_callbacks>({{callback_queues_again}, &with_callbacks::free_it});
    check_holds<with_callbacks>({{after_barrier}, &with_callbacks::free_it});
}

TEST_CASE("call_rcu: an object that is freed while its callback waits is found") {
    check_fails<with_callbacks>({{[](with_callbacks& m) {
                                    call_rcu(m.made->rcu, [] {});
                                    kfree(m.made);
                                }}},
                                "use-after-free");
    check_holds<with_callbacks>({{[](with_callbacks& m) {
        call_rcu(m.made->rcu, [] {});
        rcu_barrier();
        kfree(m.made);
    }}});
}

TEST_CASE("misuse: a callback may not sleep, and ends the sections that it starts") {
    check_misuse({{[](with_callbacks& m) { call_rcu(m.head, [] { synchronize_rcu(); }); }},
                  &with_callbacks::free_it},
                 "inside of an RCU callback");
    check_misuse({{[](with_callbacks& m) { call_rcu(m.head, [] { rcu_barrier(); }); }},
                  &with_callbacks::free_it},
                 "inside of an RCU callback");
    check_misuse({{[](with_callbacks& m) { call_rcu(m.head, [] { rcu_read_lock(); }); }},
                  &with_callbacks::free_it},
                 "returns inside of an RCU read-side critical section");
    check_misuse({{[](with_callbacks& m) { call_rcu(m.head, [] { rcu_read_unlock(); }); }},
                  &with_callbacks::free_it},
                 "rcu_read_unlock without a section to end");
}
