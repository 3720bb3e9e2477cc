// SPDX-License-Identifier: BSD-3-Clause
// Plain variables, kmalloc and kfree, publication of pointers.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

// --- plain variables ----------------------------------------------------------------------------

namespace {

struct two_plain {
    plain<int> data{"data"};
    atomic_t flag{"flag"};
};

} // namespace

TEST_CASE(
    "plain: readers alone do not race, not even with what came before and after all threads") {
    check_holds<two_plain>({{[](two_plain& m) { BUG_ON(m.data.read() != 0); },
                             [](two_plain& m) { BUG_ON(m.data.read() != 0); }},
                            [](two_plain& m) { m.data.write(1); }});
}

TEST_CASE("plain: a write races with a read and with another write, whoever comes first") {
    const program<two_plain> write_read{{[](two_plain& m) { m.data.write(1); },
                                         [](two_plain& m) { static_cast<void>(m.data.read()); }}};
    const program<two_plain> read_write{{write_read.threads[1], write_read.threads[0]}};
    const program<two_plain> write_write{{write_read.threads[0], write_read.threads[0]}};
    check_fails(write_read, "read of data races with the write by P[0] at objects.cpp");
    check_fails(read_write, "write of data races with the read by P[0] at objects.cpp");
    check_fails(write_write, "write of data races with the write by P[0]");
}

TEST_CASE("plain: an access that only some executions reach races in those") {
    check_fails<two_plain>({{[](two_plain& m) {
                                 m.data.write(1);
                                 WRITE_ONCE(m.flag, 1);
                             },
                             [](two_plain& m) {
                                 if (READ_ONCE(m.flag) == 0)
                                     m.data.write(2);
                             }}},
                           "data-race");
}

TEST_CASE("plain: what happens in between decides, not what the other thread has come to") {
    // Ordered by the flag; ordered by it in one direction only.
    using body = void (*)(two_plain&);
    const body writer = [](two_plain& m) {
        m.data.write(1);
        smp_store_release(m.flag, 1);
    };
    const body next_writer = [](two_plain& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        m.data.write(2);
    };
    const body early_reader = [](two_plain& m) {
        static_cast<void>(m.data.read());
        await_acquire(m.flag, [](auto v) { return v == 1; });
    };
    check_holds<two_plain>(
        {{writer, next_writer}, [](two_plain& m) { BUG_ON(m.data.read() != 2); }});
    check_fails<two_plain>({{writer, early_reader}}, "data-race");
}

// --- kmalloc, kfree -----------------------------------------------------------------------------

namespace {

struct object {
    explicit object(const label& called)
        : name(called), count({name, "count"}), plain_part({name, "plain"}) {}

    label name;
    atomic_t count;
    plain<int> plain_part;
};

/// Made before the threads start, and known to all of them.
struct owner {
    object* made = kmalloc<object>("object", "object");
    atomic_t done{"done"};
    atomic_t users{"users", 2};

    static void free_it(owner& o) { kfree(o.made); }
};

using body = void (*)(owner&);

const body use = [](owner& o) { atomic_inc(o.made->count); };
const body free_at_once = [](owner& o) { kfree(o.made); };
const body free_when_done = [](owner& o) {
    await(o.done, [](auto v) { return v == 1; });
    kfree(o.made);
};
const body use_and_release = [](owner& o) {
    static_cast<void>(READ_ONCE(o.made->count));
    smp_store_release(o.done, 1);
};

} // namespace

TEST_CASE("kmalloc: an object is there until kfree, for whichever thread frees it") {
    check_holds<owner>({{use, use}, &owner::free_it});
    check_holds<owner>({{use_and_release, free_when_done}});
    check_holds<owner>({{[](owner& o) {
        auto* mine = kmalloc<object>("mine", "mine");
        atomic_inc(mine->count);
        mine->plain_part.write(1);
        kfree(mine);
        kfree(o.made);
        kfree<object>(nullptr);
    }}});
}

TEST_CASE("kfree: left out, the object is a leak") {
    check_fails<owner>({{use}}, "leak");
    CHECK(found(sc<owner>({{use}}), "object was never freed"));
    // In one execution out of several.
    check_fails<owner>({{[](owner& o) { WRITE_ONCE(o.done, 1); },
                         [](owner& o) {
                             if (READ_ONCE(o.done) == 0)
                                 kfree(o.made);
                         }}},
                       "leak");
}

TEST_CASE("kfree: a use afterwards is a use after free, of whatever kind it is") {
    const body uses[] = {
        [](owner& o) { static_cast<void>(READ_ONCE(o.made->count)); },
        [](owner& o) { WRITE_ONCE(o.made->count, 1); },
        [](owner& o) { atomic_inc(o.made->count); },
        [](owner& o) { atomic_xchg(o.made->count, 1); },
        [](owner& o) { atomic_inc_not_zero(o.made->count); },
        [](owner& o) { await(o.made->count, [](auto) { return true; }); },
        [](owner& o) { static_cast<void>(o.made->plain_part.read()); },
        [](owner& o) { o.made->plain_part.write(1); },
    };
    for (const body used : uses) {
        // Freed by another thread, whichever of the two comes first.
        check_fails<owner>({{used, free_at_once}}, "use-after-free");
        check_fails<owner>({{free_at_once, used}}, "use-after-free");
        check_holds<owner>({{used}, &owner::free_it});
    }
    check_fails<owner>({{[](owner& o) {
                           kfree(o.made);
                           atomic_inc(o.made->count);
                       }}},
                       "atomic_inc of object after kfree at objects.cpp");
}

TEST_CASE("kfree: twice is a finding, in one thread and in two") {
    check_fails<owner>({{[](owner& o) {
                           kfree(o.made);
                           kfree(o.made);
                       }}},
                       "kfree of object after kfree at objects.cpp");
    check_fails<owner>({{free_at_once, free_at_once}}, "use-after-free");
}

TEST_CASE("kfree: it must be ordered after every use, by release, where memory is weak") {
    check_fails_weakly<owner>({{[](owner& o) {
                                    static_cast<void>(READ_ONCE(o.made->count));
                                    WRITE_ONCE(o.done, 1); // no release
                                },
                                free_when_done}},
                              "kfree of object is not ordered after READ_ONCE by P[0]");
    check_fails_weakly<owner>({{[](owner& o) {
                                    WRITE_ONCE(o.made->count, 1);
                                    WRITE_ONCE(o.done, 1);
                                },
                                free_when_done}},
                              "kfree of object is not ordered after WRITE_ONCE by P[0]");
    check_fails<owner>({{[](owner& o) {
                             WRITE_ONCE(o.done, 1); // too early
                             static_cast<void>(READ_ONCE(o.made->count));
                         },
                         free_when_done}},
                       "use-after-free");
}

namespace {

/// Two threads that drop their reference; the last one frees. Relaxed, which is too weak.
struct counted {
    struct object {
        atomic_t x{"x"}, y{"y"}, refs{"refs", 2};
    };
    object* made = kmalloc<object>("object");

    void put() {
        if (atomic_fetch_add_relaxed(-1, made->refs) == 1)
            kfree(made);
    }
    static void only_puts(counted& m) { m.put(); }
};

} // namespace

TEST_CASE("kfree: the message names the access that it is not ordered after, not the last one") {
    using use = void (*)(counted&);
    const use stores = [](counted& m) {
        WRITE_ONCE(m.made->x, 1);
        m.put();
    };
    const use stores_twice = [](counted& m) {
        WRITE_ONCE(m.made->x, 1);
        atomic_set(m.made->x, 2); // the newer one
        m.put();
    };
    const use adds = [](counted& m) {
        atomic_inc(m.made->x);
        m.put();
    };
    const use exchanges = [](counted& m) {
        atomic_xchg_relaxed(m.made->x, 3);
        m.put();
    };
    const use loads = [](counted& m) {
        READ_ONCE(m.made->x);
        m.put();
    };
    const auto said = [](use what) {
        const result r = weak<counted>({{what, &counted::only_puts}});
        CHECK(verified(sc<counted>({{what, &counted::only_puts}})));
        return r.what.message.substr(0, r.what.message.find(" at "));
    };
    CHECK(said(stores) == "kfree of object is not ordered after WRITE_ONCE by P[0]");
    CHECK(said(stores_twice) == "kfree of object is not ordered after atomic_set by P[0]");
    CHECK(said(adds) == "kfree of object is not ordered after atomic_inc by P[0]");
    CHECK(said(exchanges) == "kfree of object is not ordered after atomic_xchg_relaxed by P[0]");
    CHECK(said(loads) == "kfree of object is not ordered after READ_ONCE by P[0]");
    // The message names no access that the freeing thread knows of: it has read y, and does not
    // know of x.
    const use stores_both = [](counted& m) {
        WRITE_ONCE(m.made->x, 1);
        WRITE_ONCE(m.made->y, 1);
        m.put();
    };
    const use waits_for_y = [](counted& m) {
        await(m.made->y, [](auto v) { return v == 1; });
        m.put();
    };
    const result r = weak<counted>({{stores_both, waits_for_y}});
    CHECK(found(r, "kfree of object is not ordered after WRITE_ONCE by P[0]"));
    int line = 0;
    for (const trace_step& s : r.counterexample.steps)
        if (s.verb == "WRITE_ONCE" && s.object.name == "x")
            line = static_cast<int>(s.where.line);
    CHECK(r.what.message.ends_with(fmt::format("objects.cpp:{}", line)));
}

TEST_CASE("kfree: a conditional operation that changed nothing has used the object all the same") {
    using use = void (*)(counted&);
    const use fails = [](counted& m) {
        atomic_add_unless(m.made->x, 1, 0);
        m.put();
    };
    const use fails_and_releases = [](counted& m) {
        atomic_add_unless(m.made->x, 1, 0);
        smp_mb();
        m.put();
    };
    check_fails_weakly<counted>({{fails, &counted::only_puts}},
                                "kfree of object is not ordered after atomic_add_unless by P[0]");
    check_holds<counted>({{fails_and_releases, fails_and_releases}});
}

TEST_CASE("kfree: the last of two users frees, if it is known who that is") {
    const body put = [](owner& o) {
        atomic_inc(o.made->count);
        if (atomic_dec_and_test(o.users))
            kfree(o.made);
    };
    const body put_in_two_steps = [](owner& o) {
        atomic_inc(o.made->count);
        const auto others = smp_load_acquire(o.users) - 1;
        smp_store_release(o.users, others);
        if (others == 0)
            kfree(o.made);
    };
    const body put_relaxed = [](owner& o) {
        static_cast<void>(READ_ONCE(o.made->count));
        if (atomic_fetch_add_relaxed(-1, o.users) == 1)
            kfree(o.made);
    };
    check_holds<owner>({{put, put}});
    check_fails<owner>({{put_in_two_steps, put_in_two_steps}}, "leak");
    check_fails_weakly<owner>({{put_relaxed, put_relaxed}}, "use-after-free");
}

TEST_CASE("kfree: the last of two users may leave it to a third thread") {
    // The count is part of what is freed: the third thread has not read what the first stored
    // there, but the second has.
    const body put = [](owner& o) {
        if (atomic_inc_return(o.made->count) == 2)
            smp_store_release(o.done, 1);
    };
    const body put_relaxed = [](owner& o) {
        static_cast<void>(o.made->plain_part.read());
        if (atomic_fetch_add_relaxed(1, o.made->count) == 1)
            smp_store_release(o.done, 1);
    };
    const body free_when_left = [](owner& o) {
        await_acquire(o.done, [](auto v) { return v == 1; });
        kfree(o.made);
    };
    check_holds<owner>({{put, put, free_when_left}});
    check_fails_weakly<owner>({{put_relaxed, put_relaxed, free_when_left}}, "use-after-free");
}

TEST_CASE("kfree: of something that kmalloc did not return is misuse") {
    check_fails<owner>({{[](owner& o) { kfree(&o.done); }}, &owner::free_it},
                       "kfree() of something that kmalloc() did not return");
    check_fails<owner>({{[](owner& o) { kfree(&o.made->count); }}, &owner::free_it},
                       "kfree() of something that kmalloc() did not return");
}

TEST_CASE("kmalloc: an object may have a property of its own that a use after free violates") {
    struct named {
        object* made = kmalloc<object>({"inode", "P2"}, "inode");
    };
    check_fails<named>(
        {{[](named& n) { kfree(n.made); }, [](named& n) { atomic_inc(n.made->count); }}}, "P2");
}

// --- rcu_assign_pointer, rcu_dereference --------------------------------------------------------

namespace {

struct published {
    object first{"first"};
    pointer<object> p{"p"};

    /// Initialised, then published.
    template <void (*Publish)(pointer<object>&, object*)>
    static void publish(published& m) {
        m.first.plain_part.write(1);
        Publish(m.p, &m.first);
    }
    template <object* (*Fetch)(const pointer<object>&)>
    static void fetch(published& m) {
        if (object* found_object = Fetch(m.p))
            BUG_ON(found_object->plain_part.read() != 1);
    }
};

void assign(pointer<object>& p, object* to) {
    rcu_assign_pointer(p, to);
}
void assign_relaxed(pointer<object>& p, object* to) {
    WRITE_ONCE(p, to);
}
object* dereference(const pointer<object>& p) {
    return rcu_dereference(p);
}
object* dereference_relaxed(const pointer<object>& p) {
    return READ_ONCE(p);
}

} // namespace

TEST_CASE("rcu_assign_pointer: who finds the object finds it initialised") {
    check_holds<published>({{&published::publish<&assign>, &published::fetch<&dereference>}});
}

TEST_CASE("rcu_assign_pointer: with WRITE_ONCE in its place the object is found too early") {
    check_fails_weakly<published>(
        {{&published::publish<&assign_relaxed>, &published::fetch<&dereference>}}, "data-race");
}

TEST_CASE("rcu_dereference: with READ_ONCE in its place the object is found too early") {
    // In the kernel the address dependency orders this access; here only rcu_dereference() does.
    check_fails_weakly<published>(
        {{&published::publish<&assign>, &published::fetch<&dereference_relaxed>}}, "data-race");
}

TEST_CASE("pointer: a counterexample shows objects by name") {
    const result r = weak<published>({{[](published& m) { WRITE_ONCE(m.p, &m.first); },
                                       [](published& m) { BUG_ON(READ_ONCE(m.p) != nullptr); }}});
    REQUIRE(found(r, "BUG_ON"));
    bool named = false;
    for (const trace_step& step : r.counterexample.steps)
        named = named || step.after == event_value{"&first"};
    CHECK(named);
}

TEST_CASE("names of parts keep the name of the whole when that is gone") {
    struct named {
        label whole{"first"};
        atomic_t x{{whole, "x", 2}};
        atomic_t deep{label{label{label{label{label{"a"}, "b"}, "c", 1}, "d"}, "e"}};
        void threads(scenario& s) {
            whole = label{"second"};
            s.thread("P0", [this] { await(x, [](auto v) { return v == 1; }); });
            s.thread("P1", [this] { await(deep, [](auto v) { return v == 1; }); });
        }
    };
    const result r = check<named>();
    CHECK(r.what.message.find("P0 waits for await(first.x[2]), which is 0") != std::string::npos);
    CHECK(r.what.message.find("P1 waits for await(a.b.c[1].d.e), which is 0") != std::string::npos);
}
