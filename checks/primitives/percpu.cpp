// SPDX-License-Identifier: BSD-3-Clause
// percpu_t, migration, preemption.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct counted {
    percpu_t c{"c"};
    plain<int> data{"data"};
    atomic_t done{"done"};
    std::int64_t sum = 0, cpu = 0;

    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {sum, cpu, c.parts[0].value.newest(), c.parts[1].value.newest()};
    }
    static void sums_to_two(counted& m) { BUG_ON(per_cpu_sum(m.c) != 2); }
};

using body = void (*)(counted&);

const body inc = [](counted& m) { this_cpu_inc(m.c); };
const body raw_inc = [](counted& m) { raw_cpu_inc(m.c); };
void nothing(counted&) {}

/// Its only thread may be moved to the other CPU.
template <body What, body Other = nothing>
struct migrating : counted {
    void threads(scenario& s) {
        s.thread("P", [this] { What(*this); });
        may_migrate(s);
        s.thread("Q", [this] { Other(*this); });
    }
    void finally() {
        BUG_ON(sum < 0);
        BUG_ON(sum > 1);
    }
};

void holds_a_reference(counted& m) {
    this_cpu_inc(m.c);
    this_cpu_inc(m.c);
    this_cpu_dec(m.c);
    WRITE_ONCE(m.done, 1);
}
void gives_it_back(counted& m) {
    this_cpu_inc(m.c);
    this_cpu_dec(m.c);
}
void gives_it_back_pinned(counted& m) {
    preempt_disable();
    this_cpu_inc(m.c);
    this_cpu_dec(m.c);
    preempt_enable();
}
void sums_up(counted& m) {
    m.sum = per_cpu_sum(m.c);
}
void stays(counted& m) {
    const int cpu = get_cpu();
    m.sum = smp_processor_id() == cpu ? 0 : 2;
    put_cpu();
}
void may_leave(counted& m) {
    const int cpu = smp_processor_id();
    m.sum = smp_processor_id() == cpu ? 0 : 2;
}

} // namespace

TEST_CASE("this_cpu_inc: threads on one CPU and on two, nothing is lost") {
    check_holds_apart<counted>({{inc, inc}, &counted::sums_to_two});
    check_holds<counted>({{inc, nothing, inc}, &counted::sums_to_two}); // both on CPU 0
    check_holds<counted>({{inc, nothing, inc}, [](counted& m) {
                              BUG_ON(READ_ONCE(per_cpu(m.c, 0)) != 2);
                              BUG_ON(READ_ONCE(*per_cpu_ptr(m.c, 1)) != 0);
                          }});
    CHECK(weak<counted>({{inc, inc, inc, inc}}).executions == 1);
}

TEST_CASE("raw_cpu_inc: what an interrupt on that CPU adds meanwhile is lost") {
    check_holds_apart<counted>({{raw_inc, raw_inc}, &counted::sums_to_two}); // two CPUs
    check_fails<counted>({{raw_inc, nothing, raw_inc}, &counted::sums_to_two}, "BUG_ON");
}

TEST_CASE("this_cpu_read, _write, _xchg, _add_return: on the CPU's part only") {
    check_holds_apart<counted>({{[](counted& m) {
                                     this_cpu_write(m.c, 5);
                                     BUG_ON(this_cpu_add_return(m.c, 2) != 7);
                                     BUG_ON(this_cpu_xchg(m.c, 1) != 7);
                                     this_cpu_sub(m.c, 1);
                                     BUG_ON(this_cpu_read(m.c) != 0);
                                 },
                                 [](counted& m) {
                                     this_cpu_add(m.c, 2);
                                     BUG_ON(this_cpu_read(m.c) != 2);
                                 }},
                                &counted::sums_to_two});
}

TEST_CASE("per_cpu_sum: after the additions are known it is exact, before it is not") {
    const body adds = [](counted& m) {
        this_cpu_inc(m.c);
        smp_store_release(m.done, 1);
    };
    const body adds_later = [](counted& m) {
        WRITE_ONCE(m.done, 1);
        this_cpu_inc(m.c);
    };
    const body sums = [](counted& m) {
        await_acquire(m.done, [](auto v) { return v == 1; });
        BUG_ON(per_cpu_sum(m.c) != 1);
    };
    check_holds<counted>({{adds, sums}});
    check_fails<counted>({{adds_later, sums}}, "BUG_ON");
}

TEST_CASE("may_migrate: a sum can miss a reference that moved between the CPUs") {
    // Taken on CPU 1, given back on CPU 0: a thread that adds up in between may see only one of
    // them.
    CHECK(found(check<migrating<&gives_it_back, &sums_up>>(), "sum < 0"));
    CHECK(verified(check<migrating<&gives_it_back_pinned, &sums_up>>()));
}

TEST_CASE("preempt_disable: the thread stays on its CPU") {
    CHECK(verified(check<migrating<&stays>>()));
    CHECK(found(check<migrating<&may_leave>>(), "sum > 1"));
}

TEST_CASE("preempt_disable: is a section that synchronize_rcu waits for, and does not sleep") {
    const body section = [](counted& m) {
        preempt_disable();
        if (READ_ONCE(m.done) == 0)
            m.data.write(1);
        preempt_enable();
    };
    const body no_section = [](counted& m) {
        if (READ_ONCE(m.done) == 0)
            m.data.write(1);
    };
    const body updater = [](counted& m) {
        WRITE_ONCE(m.done, 1);
        synchronize_rcu();
        m.data.write(2);
    };
    check_holds<counted>({{section, updater}});
    check_fails<counted>({{no_section, updater}}, "data-race");
    check_fails<counted>({{[](counted&) {
                             preempt_disable();
                             might_sleep();
                         }}},
                         "inside of preempt_disable()");
    check_fails<counted>({{[](counted&) { preempt_enable(); }}}, "misuse");
}

namespace {

/// Two threads, the first of which counts on its CPU: never on `not_on`.
struct first_to_come {
    int not_on;
    bool symmetric;
    atomic_t order{"order"};
    percpu_t c{"c"};

    first_to_come(int cpu, bool are_symmetric) : not_on(cpu), symmetric(are_symmetric) {}

    void threads(scenario& s) {
        const auto run = [this] {
            if (atomic_fetch_add(1, order) == 0)
                this_cpu_inc(c);
        };
        if (symmetric)
            s.threads("thread", 2, run);
        else
            s.threads("thread", 2, [run](int) { run(); });
    }
    void finally() { BUG_ON(READ_ONCE(per_cpu(c, not_on)) != 0); }
};

/// One of two symmetric threads may be moved.
struct migrating_symmetric {
    percpu_t c{"c"};

    void threads(scenario& s) {
        s.threads("thread", 2, [this] { this_cpu_inc(c); });
        may_migrate(s);
    }
};

} // namespace

TEST_CASE("symmetric threads run on one CPU, so that their CPU does not tell which is which") {
    for (const bool symmetry : {true, false}) {
        options with;
        with.symmetry = symmetry;
        CHECK(found(check<first_to_come>(with, 0, true), "BUG_ON"));
        CHECK(verified(check<first_to_come>(with, 1, true)));
        CHECK(found(check<first_to_come>(with, 0, false), "BUG_ON"));
        CHECK(found(check<first_to_come>(with, 1, false), "BUG_ON"));
    }
    CHECK(found(check<migrating_symmetric>(), "misuse"));
}

TEST_CASE("per-CPU variables: as the reference scheduler") {
    const body sums = [](counted& m) { m.sum = per_cpu_sum(m.c); };
    check_against_reference<counted>({{inc, inc, sums}});
    check_against_reference<counted>({{raw_inc, sums, raw_inc}});
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        options with;
        with.memory = memory;
        with.all_findings = true;
        const auto findings = [&](scheduler_kind by) {
            with.scheduler = by;
            std::set<std::string> all;
            with.on_execution = [&](const auto& found_now) {
                for (const finding& f : found_now)
                    all.insert(f.message);
            };
            const result r = check<migrating<&holds_a_reference, &sums_up>>(with);
            CHECK(r.sleep_set_blocked == 0);
            return all;
        };
        CHECK(findings(scheduler_kind::dpor) == findings(scheduler_kind::reference));
    }
}
