// SPDX-License-Identifier: BSD-3-Clause
// percpu_counter: batches, the two ways to read it, destruction.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

struct counted {
    percpu_counter c{"c", 0, 2}; ///< folds at 2
    atomic_t done{"done"}, users{"users", 2};
    std::int64_t read = 0, sum = 0;
};

using body = void (*)(counted&);

const body inc = [](counted& m) { percpu_counter_inc(m.c); };
const body inc_twice = [](counted& m) {
    percpu_counter_inc(m.c);
    percpu_counter_inc(m.c);
};
const body add_two = [](counted& m) { percpu_counter_add(m.c, 2); };
const body use_and_release = [](counted& m) {
    percpu_counter_inc(m.c);
    smp_store_release(m.done, 1);
};
const body destroy_when_done = [](counted& m) {
    await(m.done, [](auto v) { return v == 1; });
    percpu_counter_destroy(m.c);
};

} // namespace

TEST_CASE("percpu_counter: less than a batch stays with the CPU, a batch is folded") {
    check_holds<counted>({{inc}, [](counted& m) {
                              BUG_ON(percpu_counter_read(m.c) != 0);
                              BUG_ON(percpu_counter_sum(m.c) != 1);
                          }});
    check_holds<counted>({{inc_twice}, [](counted& m) {
                              BUG_ON(percpu_counter_read(m.c) != 2);
                              BUG_ON(percpu_counter_sum(m.c) != 2);
                          }});
    check_holds<counted>({{[](counted& m) {
                              percpu_counter_add(m.c, -3);
                              percpu_counter_dec(m.c);
                          }},
                          [](counted& m) {
                              BUG_ON(percpu_counter_read(m.c) != -3);
                              BUG_ON(percpu_counter_sum(m.c) != -4);
                          }});
    // Each CPU has a batch of its own.
    check_holds<counted>({{inc, inc}, [](counted& m) { BUG_ON(percpu_counter_read(m.c) != 0); }});
}

TEST_CASE("percpu_counter_sum is exact when nobody adds, percpu_counter_read is not") {
    check_holds<counted>(
        {{inc_twice, inc, inc}, [](counted& m) { BUG_ON(percpu_counter_sum(m.c) != 4); }});
    check_fails<counted>(
        {{inc_twice, inc, inc}, [](counted& m) { BUG_ON(percpu_counter_read(m.c) != 4); }},
        "BUG_ON");
}

TEST_CASE("percpu_counter_sum never counts a fold twice or not at all, it takes the lock") {
    const body sums_after_one = [](counted& m) {
        percpu_counter_add(m.c, 1);
        smp_store_release(m.done, 1);
        percpu_counter_add(m.c, 1);
    };
    const body sum = [](counted& m) {
        if (smp_load_acquire(m.done) == 0)
            return;
        const auto s = percpu_counter_sum(m.c);
        BUG_ON(s < 1 || s > 2);
    };
    const body sum_without_lock = [](counted& m) {
        if (smp_load_acquire(m.done) == 0)
            return;
        auto s = READ_ONCE(m.c.count);
        for (const atomic_long_t& part : m.c.counters)
            s += READ_ONCE(part);
        BUG_ON(s < 1 || s > 2);
    };
    check_holds<counted>({{sums_after_one, sum}});
    check_fails<counted>({{sums_after_one, sum_without_lock}}, "BUG_ON");
}

TEST_CASE("percpu_counter_read is off by less than a batch for each CPU, and may be") {
    const body off_by_batches = [](counted& m) {
        const auto error = percpu_counter_sum(m.c) - percpu_counter_read(m.c);
        BUG_ON(error < 0 || error > nr_cpus * (m.c.batch - 1));
    };
    const body off_by_less = [](counted& m) {
        const auto error = percpu_counter_sum(m.c) - percpu_counter_read(m.c);
        BUG_ON(error >= nr_cpus * (m.c.batch - 1));
    };
    check_holds<counted>({{inc, inc}, off_by_batches});
    check_holds<counted>({{inc_twice, inc, add_two}, off_by_batches});
    check_fails<counted>({{inc, inc}, off_by_less}, "BUG_ON");
}

TEST_CASE("percpu_counter_add orders nothing") {
    struct message_and_counter {
        plain<int> data{"data"};
        atomic_t flag{"flag"};
        percpu_counter c{"c", 0, 2};
    };
    using thread = void (*)(message_and_counter&);
    const thread only_adds = [](message_and_counter& m) {
        m.data.write(1);
        percpu_counter_inc(m.c);
        WRITE_ONCE(m.flag, 1);
    };
    const thread releases = [](message_and_counter& m) {
        m.data.write(1);
        percpu_counter_inc(m.c);
        smp_store_release(m.flag, 1);
    };
    const thread reads = [](message_and_counter& m) {
        if (smp_load_acquire(m.flag) == 1)
            BUG_ON(m.data.read() != 1);
    };
    check_holds<message_and_counter>({{releases, reads}});
    check_fails_weakly<message_and_counter>({{only_adds, reads}}, "data-race");
}

// --- percpu_counter_destroy ---------------------------------------------------------------------

TEST_CASE("percpu_counter_destroy: after the last use, and known to be, it is fine") {
    check_holds<counted>({{use_and_release, destroy_when_done}});
    check_holds<counted>({{inc}, [](counted& m) { percpu_counter_destroy(m.c); }});
}

TEST_CASE("percpu_counter_destroy: every use afterwards is a use after free") {
    const body uses[] = {
        [](counted& m) { percpu_counter_inc(m.c); },
        [](counted& m) { percpu_counter_add(m.c, 2); },
        [](counted& m) { static_cast<void>(percpu_counter_read(m.c)); },
        [](counted& m) { static_cast<void>(percpu_counter_sum(m.c)); },
        [](counted& m) { percpu_counter_destroy(m.c); },
    };
    const body destroy = [](counted& m) { percpu_counter_destroy(m.c); };
    for (const body use : uses) {
        check_fails<counted>({{use, destroy}}, "use-after-free");
        check_fails<counted>({{destroy, use}}, "use-after-free");
        check_fails<counted>({{destroy}, use}, "use-after-free");
    }
    check_fails<counted>({{destroy}, inc},
                         "percpu_counter_add of c after percpu_counter_destroy at "
                         "percpu_counter.cpp");
}

TEST_CASE("percpu_counter_destroy: not ordered after a use it is a finding where memory is weak") {
    check_fails_weakly<counted>({{[](counted& m) {
                                      static_cast<void>(percpu_counter_read(m.c));
                                      WRITE_ONCE(m.done, 1); // no release
                                  },
                                  destroy_when_done}},
                                "percpu_counter_destroy of c is not ordered after "
                                "percpu_counter_read by P[0]");
    check_fails<counted>({{[](counted& m) {
                               smp_store_release(m.done, 1); // too early
                               percpu_counter_inc(m.c);
                           },
                           destroy_when_done}},
                         "use-after-free");
}

TEST_CASE("percpu_counter: a use after free may violate a property of the model's own") {
    struct file_system {
        percpu_counter dirty{"sb.s_fs_counter", 0, 32, "P2"};
    };
    check_fails<file_system>({{[](file_system& m) { percpu_counter_destroy(m.dirty); },
                               [](file_system& m) { percpu_counter_dec(m.dirty); }}},
                             "P2");
}

TEST_CASE("percpu_counter_cpu_dead: the sum stays what it was, also while others add") {
    const body cpu_dies = [](counted& m) { percpu_counter_cpu_dead(m.c, 0); };
    const body folds_without_taking = [](counted& m) {
        spin_lock(m.c.lock);
        atomic64_add(READ_ONCE(m.c.counters[0]), m.c.count); // and leaves it where it was
        spin_unlock(m.c.lock);
    };
    const body sums_to_two = [](counted& m) { BUG_ON(percpu_counter_sum(m.c) != 2); };
    check_holds<counted>({{inc, cpu_dies, inc}, sums_to_two});
    check_holds<counted>({{inc_twice, cpu_dies}, sums_to_two});
    check_fails<counted>({{inc, folds_without_taking, inc}, sums_to_two}, "BUG_ON");
}

TEST_CASE("percpu_counter_set, _compare and the forms that are never negative") {
    check_holds<counted>({{[](counted& m) {
        percpu_counter_dec(m.c);
        BUG_ON(percpu_counter_sum_positive(m.c) != 0);
        BUG_ON(percpu_counter_read_positive(m.c) != 0);
        percpu_counter_set(m.c, 7);
        BUG_ON(percpu_counter_compare(m.c, 7) != 0); // near: takes the sum
        BUG_ON(percpu_counter_compare(m.c, 100) != -1);
        BUG_ON(percpu_counter_compare(m.c, 1) != 1);
        percpu_counter_add_batch(m.c, 3, 100);
        BUG_ON(percpu_counter_read(m.c) != 7);
        BUG_ON(percpu_counter_sum(m.c) != 10);
    }}});
    // Looks at the shared count only, so it may be wrong by less than the batch for each CPU.
    check_fails<counted>({{inc, inc}, [](counted& m) { BUG_ON(percpu_counter_read(m.c) < 2); }},
                         "BUG_ON");
}
