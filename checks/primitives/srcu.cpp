// SPDX-License-Identifier: BSD-3-Clause
// SRCU: sections that may sleep, grace periods and callbacks of one domain.

#include "checks/support/against_reference.hpp"
#include "checks/support/full_barrier.hpp"

using namespace primitives;

namespace {

struct domains {
    struct object {
        explicit object(const label& name) : value(name, 1) {}
        atomic_t value;
        rcu_head rcu;
    };

    srcu_struct s{"s"}, other{"other"};
    object* made = kmalloc<object>("object", "object");
    pointer<object> p{"p", made};
    atomic_t x{"x"}, y{"y"}, flag{"flag"};
    rcu_head head;
    std::int64_t seen = 0;
    bool missed_x = false, missed_y = false;

    void daemons(scenario& sc) {
        srcu_callback_thread(sc, s);
        srcu_callback_thread(sc, other);
    }

    void look() {
        if (const object* o = rcu_dereference(p))
            BUG_ON(READ_ONCE(o->value) != 1);
    }
    void unpublish() { WRITE_ONCE<object>(p, nullptr); }
    static void free_it(domains& m) { kfree(m.made); }
};

using body = void (*)(domains&);

const body reader = [](domains& m) {
    const int idx = srcu_read_lock(m.s);
    m.look();
    srcu_read_unlock(m.s, idx);
};

const body updater = [](domains& m) {
    m.unpublish();
    synchronize_srcu(m.s);
    kfree(m.made);
};

/// Without callbacks, to be small enough for the reference.
struct two_flags {
    srcu_struct s{"s"}, other{"other"};
    atomic_t x{"x"}, y{"y"};
    std::int64_t r0 = 0, r1 = 0;
    [[nodiscard]] std::vector<std::int64_t> left() const { return {r0, r1}; }
};

using small = void (*)(two_flags&);

const small section = [](two_flags& m) {
    const int idx = srcu_read_lock(m.s);
    m.r0 = READ_ONCE(m.x);
    m.r1 = READ_ONCE(m.y);
    srcu_read_unlock(m.s, idx);
};
const small grace_period_between = [](two_flags& m) {
    WRITE_ONCE(m.y, 1);
    synchronize_srcu(m.s);
    WRITE_ONCE(m.x, 1);
};
const small foreign_grace_period_between = [](two_flags& m) {
    WRITE_ONCE(m.y, 1);
    synchronize_srcu(m.other);
    WRITE_ONCE(m.x, 1);
};

} // namespace

TEST_CASE("synchronize_srcu waits for the sections of its domain, not for those of another") {
    check_holds<domains>({{reader, updater}});
    check_fails<domains>({{reader,
                           [](domains& m) {
                               m.unpublish();
                               synchronize_srcu(m.other);
                               kfree(m.made);
                           }}},
                         "use-after-free");
    check_fails<domains>({{reader,
                           [](domains& m) {
                               m.unpublish();
                               synchronize_rcu(); // nor does RCU
                               kfree(m.made);
                           }}},
                         "use-after-free");
}

TEST_CASE("synchronize_srcu: a section sees all that came before the grace period, or nothing "
          "that came after") {
    const small not_in_between = [](two_flags& m) { BUG_ON(m.r0 == 1 && m.r1 == 0); };
    check_holds<two_flags>({{section, grace_period_between}, not_in_between});
    check_fails_weakly<two_flags>({{section, foreign_grace_period_between}, not_in_between},
                                  "BUG_ON");
}

TEST_CASE("SRCU is explored as by a scheduler that branches on everything") {
    check_against_reference<two_flags>({{section, grace_period_between}});
    check_against_reference<two_flags>({{section, foreign_grace_period_between}});
    const small overlapping = [](two_flags& m) {
        const int first = srcu_read_lock(m.s);
        m.r0 = READ_ONCE(m.x);
        const int second = srcu_read_lock(m.s);
        srcu_read_unlock(m.s, first);
        m.r1 = READ_ONCE(m.x);
        srcu_read_unlock(m.s, second);
    };
    const small two_grace_periods = [](two_flags& m) {
        synchronize_srcu(m.s);
        WRITE_ONCE(m.x, 1);
        synchronize_srcu(m.s);
        WRITE_ONCE(m.x, 2);
    };
    check_against_reference<two_flags>({{overlapping, two_grace_periods}});
    // Each waits for the other's section: a deadlock, unless one comes first.
    const small s_then_other = [](two_flags& m) {
        const int idx = srcu_read_lock(m.s);
        synchronize_srcu(m.other);
        srcu_read_unlock(m.s, idx);
    };
    const small other_then_s = [](two_flags& m) {
        const int idx = srcu_read_lock(m.other);
        synchronize_srcu(m.s);
        srcu_read_unlock(m.other, idx);
    };
    check_against_reference<two_flags>({{s_then_other, other_then_s}});
    check_fails<two_flags>({{s_then_other, other_then_s}}, "deadlock");
}

TEST_CASE("srcu_read_lock: a section may sleep, and hold up the grace period") {
    const body sleeps = [](domains& m) {
        const int idx = srcu_read_lock(m.s);
        wait_var_event(m.x, [&m] { return READ_ONCE(m.x) == 1; });
        m.look();
        srcu_read_unlock(m.s, idx);
    };
    const body wakes_first = [](domains& m) {
        atomic_xchg(m.x, 1);
        wake_up_var(m.x);
        m.unpublish();
        synchronize_srcu(m.s);
        kfree(m.made);
    };
    const body wakes_last = [](domains& m) {
        m.unpublish();
        synchronize_srcu(m.s);
        kfree(m.made);
        atomic_xchg(m.x, 1);
        wake_up_var(m.x);
    };
    check_holds<domains>({{sleeps, wakes_first}});
    check_fails<domains>({{sleeps, wakes_last}}, "deadlock");
}

namespace {

template <bool SecondEndsFirst>
void two_sections(domains& m) {
    const int first = srcu_read_lock(m.s);
    WRITE_ONCE(m.flag, 1);
    const int second = srcu_read_lock(m.s);
    srcu_read_unlock(m.s, SecondEndsFirst ? second : first);
    m.seen = READ_ONCE(m.x);
    srcu_read_unlock(m.s, SecondEndsFirst ? first : second);
}

} // namespace

TEST_CASE("srcu_read_lock: sections of a thread overlap, and each lasts until its own end") {
    // A grace period that starts in the first section waits only for that one.
    const body second_outlives_first = &two_sections<false>;
    const body second_inside_first = &two_sections<true>;
    const body grace_period_in_first = [](domains& m) {
        await(m.flag, [](auto v) { return v == 1; });
        synchronize_srcu(m.s);
        WRITE_ONCE(m.x, 1);
    };
    const body not_seen = [](domains& m) {
        kfree(m.made);
        BUG_ON(m.seen != 0);
    };
    check_holds<domains>({{second_inside_first, grace_period_in_first}, not_seen});
    check_fails<domains>({{second_outlives_first, grace_period_in_first}, not_seen}, "BUG_ON");
}

TEST_CASE("synchronize_srcu is a full barrier, a section is none") {
    const body grace_period = [](domains& m) {
        WRITE_ONCE(m.x, 1);
        synchronize_srcu(m.s);
        m.missed_y = READ_ONCE(m.y) == 0;
    };
    const body only_a_section = [](domains& m) {
        WRITE_ONCE(m.x, 1);
        srcu_read_unlock(m.s, srcu_read_lock(m.s));
        m.missed_y = READ_ONCE(m.y) == 0;
    };
    check_full_barrier<domains, &domains::free_it>(grace_period, only_a_section);
}

// --- callbacks ----------------------------------------------------------------------------------

TEST_CASE("call_srcu runs the callback after a grace period of its domain") {
    check_holds<domains>({{reader, [](domains& m) {
                               m.unpublish();
                               call_srcu(m.s, m.made->rcu, [&m] { kfree(m.made); });
                           }}});
    check_fails<domains>({{reader,
                           [](domains& m) {
                               m.unpublish();
                               call_srcu(m.other, m.made->rcu, [&m] { kfree(m.made); });
                           }}},
                         "use-after-free");
}

TEST_CASE("srcu_barrier waits for the callbacks of its domain, and is no grace period") {
    const body own = [](domains& m) {
        call_srcu(m.s, m.head, [&m] { WRITE_ONCE(m.x, 1); });
        srcu_barrier(m.s);
        BUG_ON(READ_ONCE(m.x) != 1);
    };
    const body foreign = [](domains& m) {
        call_srcu(m.s, m.head, [&m] { WRITE_ONCE(m.x, 1); });
        srcu_barrier(m.other);
        BUG_ON(READ_ONCE(m.x) != 1);
    };
    const body instead_of_a_grace_period = [](domains& m) {
        m.unpublish();
        srcu_barrier(m.s);
        kfree(m.made);
    };
    check_holds<domains>({{own}, &domains::free_it});
    check_fails<domains>({{foreign}, &domains::free_it}, "BUG_ON");
    check_fails<domains>({{reader, instead_of_a_grace_period}}, "use-after-free");
}

// --- init and cleanup ---------------------------------------------------------------------------

TEST_CASE("cleanup_srcu_struct comes after every section and callback") {
    const body announced_reader = [](domains& m) {
        const int idx = srcu_read_lock(m.s);
        srcu_read_unlock(m.s, idx);
        smp_store_release(m.flag, 1);
    };
    const body waits_then_cleans_up = [](domains& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        cleanup_srcu_struct(m.s);
    };
    const body cleans_up = [](domains& m) { cleanup_srcu_struct(m.s); };
    // Not even a grace period prevents new readers.
    const body synchronizes_then_cleans_up = [](domains& m) {
        synchronize_srcu(m.s);
        cleanup_srcu_struct(m.s);
    };
    check_holds<domains>({{announced_reader, waits_then_cleans_up}, &domains::free_it});
    check_fails<domains>({{announced_reader, cleans_up}, &domains::free_it}, "use-after-free");
    check_fails<domains>({{announced_reader, synchronizes_then_cleans_up}, &domains::free_it},
                         "use-after-free");

    const body callback_then_barrier = [](domains& m) {
        call_srcu(m.s, m.head, [] {});
        srcu_barrier(m.s);
        cleanup_srcu_struct(m.s);
    };
    const body forgets_the_barrier = [](domains& m) {
        call_srcu(m.s, m.head, [] {});
        synchronize_srcu(m.s);
        cleanup_srcu_struct(m.s);
    };
    check_holds<domains>({{callback_then_barrier}, &domains::free_it});
    check_fails<domains>({{forgets_the_barrier}, &domains::free_it}, "use-after-free");
}

TEST_CASE("init_srcu_struct makes a domain usable again") {
    const body again = [](domains& m) {
        cleanup_srcu_struct(m.s);
        BUG_ON(init_srcu_struct(m.s) != 0);
        srcu_read_unlock(m.s, srcu_read_lock(m.s));
        synchronize_srcu(m.s);
    };
    const body not_again = [](domains& m) {
        cleanup_srcu_struct(m.s);
        srcu_read_unlock(m.s, srcu_read_lock(m.s));
    };
    check_holds<domains>({{again}, &domains::free_it});
    check_fails<domains>({{not_again}, &domains::free_it}, "use-after-free");
}

// --- misuse -------------------------------------------------------------------------------------

namespace {

/// One thread does something wrong; the finding has this message, and a place in this file.
void check_misuse(body wrong, const char* text) {
    const program<domains> what{{wrong}, &domains::free_it};
    const result r = weak(what);
    CAPTURE(r);
    CHECK(r.what.property == "misuse");
    CHECK_MESSAGE(r.what.message.find(text) != std::string::npos, text);
    CHECK(std::string_view{r.what.where.file}.ends_with("srcu.cpp"));
}

} // namespace

TEST_CASE("misuse of SRCU is found where it happens") {
    check_misuse([](domains& m) { srcu_read_unlock(m.s, 0); }, "has no section of that index");
    check_misuse(
        [](domains& m) {
            const int idx = srcu_read_lock(m.s);
            srcu_read_unlock(m.s, idx + 1);
        },
        "has no section of that index");
    check_misuse(
        [](domains& m) {
            const int idx = srcu_read_lock(m.s);
            srcu_read_unlock(m.s, idx);
            srcu_read_unlock(m.s, idx);
        },
        "has no section of that index");
    check_misuse(
        [](domains& m) {
            const int idx = srcu_read_lock(m.s);
            srcu_read_unlock(m.other, idx);
        },
        "that index is of s, since srcu.cpp");
    check_misuse([](domains& m) { static_cast<void>(srcu_read_lock(m.s)); },
                 "P[0] ends inside of an SRCU read-side critical section of s");
    check_misuse(
        [](domains& m) {
            const int idx = srcu_read_lock(m.s);
            synchronize_srcu(m.s);
            srcu_read_unlock(m.s, idx);
        },
        "synchronize_srcu inside of a read-side critical section waits for itself");
    check_misuse(
        [](domains& m) {
            rcu_read_lock();
            synchronize_srcu(m.s);
            rcu_read_unlock();
        },
        "synchronize_srcu can sleep");
    check_misuse(
        [](domains& m) {
            call_srcu(m.s, m.head, [&m] { static_cast<void>(srcu_read_lock(m.s)); });
        },
        "returns inside of an SRCU read-side critical section of s");
    check_misuse([](domains& m) { call_srcu(m.s, m.head, [&m] { synchronize_srcu(m.other); }); },
                 "is inside of an SRCU callback");
}
