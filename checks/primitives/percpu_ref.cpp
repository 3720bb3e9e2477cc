// SPDX-License-Identifier: BSD-3-Clause
// percpu_ref.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

/// An object that is freed with its last reference.
struct object {
    object() : ref("ref", [this](percpu_ref&) { WRITE_ONCE(released, READ_ONCE(released) + 1); }) {}
    percpu_ref ref;
    atomic_t released{"released"};
    plain<int> data{"data"};
    atomic_t confirmed{"confirmed"};
    atomic_t late{"late"}, flag{"flag"};

    static void daemons(scenario& s) { rcu_callback_thread(s); }
    static void released_once(object& o) {
        BUG_ON(READ_ONCE(o.released) != 1);
        BUG_ON(!percpu_ref_is_zero(o.ref));
    }
};

using body = void (*)(object&);

/// Uses the object, if it can still be had.
const body user = [](object& o) {
    if (!percpu_ref_tryget_live(o.ref))
        return;
    BUG_ON(READ_ONCE(o.released) != 0);
    percpu_ref_put(o.ref);
};
const body killer = [](object& o) { percpu_ref_kill(o.ref); };

/// With a reference for every user, who writes to the object.
struct freed : object {
    freed() {
        ref.release = [this](percpu_ref&) { data.write(1); };
    }
    static void daemons(scenario& s) { rcu_callback_thread(s); }
};

} // namespace

TEST_CASE("percpu_ref: released once, after the kill and the last put") {
    check_holds<object>({{user, killer}, &object::released_once});
    check_holds<object>({{[](object& o) {
                              percpu_ref_get(o.ref); // for the other thread
                              smp_store_release(o.flag, 1);
                              percpu_ref_kill(o.ref);
                          },
                          [](object& o) {
                              await_acquire(o.flag, [](auto v) { return v == 1; });
                              BUG_ON(READ_ONCE(o.released) != 0);
                              percpu_ref_put(o.ref); // on another CPU than it was taken on
                          }},
                         &object::released_once});
    // Without a kill: never.
    check_holds<object>({{user, user}, [](object& o) { BUG_ON(READ_ONCE(o.released) != 0); }});
    check_fails<object>({{[](object& o) {
                             percpu_ref_get(o.ref); // and nobody gives it back
                             percpu_ref_kill(o.ref);
                         }},
                         &object::released_once},
                        "BUG_ON");
    check_fails<object>({{[](object& o) {
                              if (percpu_ref_tryget_live(o.ref))
                                  BUG_ON(READ_ONCE(o.released) != 0);
                              // and nobody gives it back
                          },
                          killer},
                         &object::released_once},
                        "BUG_ON");
}

TEST_CASE("percpu_ref: the last put comes after all that others did with their references") {
    constexpr auto reads = [](freed& o) {
        if (!percpu_ref_tryget_live(o.ref))
            return;
        static_cast<void>(o.data.read());
        percpu_ref_put(o.ref);
    };
    constexpr auto reads_after_put = [](freed& o) {
        if (!percpu_ref_tryget_live(o.ref))
            return;
        percpu_ref_put(o.ref);
        static_cast<void>(o.data.read());
    };
    constexpr auto kills = [](freed& o) { percpu_ref_kill(o.ref); };
    check_holds<freed>({{reads, kills}});
    check_fails<freed>({{reads_after_put, kills}}, "data-race");
}

TEST_CASE("percpu_ref_kill_and_confirm: no tryget_live after the confirmation, but some before") {
    const body kills_and_confirms = [](object& o) {
        percpu_ref_kill_and_confirm(o.ref,
                                    [&o](percpu_ref&) { smp_store_release(o.confirmed, 1); });
    };
    const body after_confirmation = [](object& o) {
        const bool confirmed = smp_load_acquire(o.confirmed) == 1;
        if (percpu_ref_tryget_live(o.ref)) {
            BUG_ON(confirmed);
            percpu_ref_put(o.ref);
        }
    };
    const body after_kill = [](object& o) {
        const bool killed = READ_ONCE(o.flag) == 1;
        if (percpu_ref_tryget_live(o.ref)) {
            BUG_ON(killed);
            percpu_ref_put(o.ref);
        }
    };
    check_holds<object>({{after_confirmation, kills_and_confirms}, &object::released_once});
    check_fails_weakly<object>({{after_kill,
                                 [](object& o) {
                                     percpu_ref_kill(o.ref);
                                     WRITE_ONCE(o.flag, 1);
                                 }}},
                               "BUG_ON");
}

TEST_CASE("percpu_ref_tryget: succeeds after the kill, and not after the release") {
    const body tries = [](object& o) {
        if (!percpu_ref_tryget(o.ref))
            return;
        WRITE_ONCE(o.late, percpu_ref_is_dying(o.ref) ? 1 : 0);
        BUG_ON(READ_ONCE(o.released) != 0);
        percpu_ref_put(o.ref);
    };
    check_holds<object>({{tries, killer}, &object::released_once});
    check_fails<object>({{tries, killer}, [](object& o) { BUG_ON(READ_ONCE(o.late) == 1); }},
                        "BUG_ON");
}

TEST_CASE("percpu_ref_is_zero: not while the counts are per CPU, whatever they are") {
    check_holds<object>({{[](object& o) {
        percpu_ref_put(o.ref);
        BUG_ON(percpu_ref_is_zero(o.ref));
        percpu_ref_get(o.ref);
    }}});
    check_fails<object>({{killer, [](object& o) { BUG_ON(percpu_ref_is_zero(o.ref)); }}}, "BUG_ON");
}

TEST_CASE("percpu_ref_switch_to_atomic: one shared count, still alive") {
    check_holds<object>({{[](object& o) {
                              percpu_ref_switch_to_atomic_sync(o.ref);
                              BUG_ON(percpu_ref_is_zero(o.ref));
                              BUG_ON(!percpu_ref_tryget_live(o.ref));
                              percpu_ref_put(o.ref);
                              percpu_ref_kill(o.ref);
                          },
                          user},
                         &object::released_once});
    check_fails<object>({{[](object& o) {
                            percpu_ref_switch_to_atomic_sync(o.ref);
                            percpu_ref_put(o.ref); // the first reference is killed, not put
                            percpu_ref_kill(o.ref);
                        }}},
                        "misuse");
}

TEST_CASE("percpu_ref_exit: after the release has been seen, not after the kill") {
    const body exits_when_released = [](object& o) {
        percpu_ref_kill(o.ref);
        await_acquire(o.released, [](auto v) { return v == 1; });
        percpu_ref_exit(o.ref);
        percpu_ref_exit(o.ref); // does nothing
    };
    check_holds<object>({{exits_when_released}});
    check_fails<object>({{[](object& o) {
                            percpu_ref_kill(o.ref);
                            percpu_ref_exit(o.ref);
                        }}},
                        "while it is switched");
    check_fails<object>({{user,
                          [](object& o) {
                              percpu_ref_kill(o.ref);
                              rcu_barrier();
                              percpu_ref_exit(o.ref);
                          }}},
                        "use-after-free");
}

// --- the two ends ----------------------------------------------------------------------------

namespace {

const body dies = [](object& o) {
    percpu_ref_kill(o.ref);
    await_acquire(o.released, [](auto v) { return v == 1; });
};
const body dies_twice = [](object& o) {
    dies(o);
    percpu_ref_exit(o.ref);
};

} // namespace

TEST_CASE("percpu_ref: after its first death tryget fails and get is a use after free") {
    check_holds<object>({{[](object& o) {
        dies(o);
        BUG_ON(percpu_ref_tryget(o.ref));
        BUG_ON(percpu_ref_tryget_live(o.ref));
        BUG_ON(!percpu_ref_is_dying(o.ref));
    }}});
    check_fails<object>({{[](object& o) {
                            dies(o);
                            percpu_ref_get(o.ref);
                        }}},
                        "percpu_ref_get(ref) after the last reference was put");
    // Whether it is the last one depends on the other thread.
    const body puts = [](object& o) {
        await_acquire(o.flag, [](auto v) { return v == 1; });
        percpu_ref_put(o.ref);
    };
    const body gets_before = [](object& o) {
        percpu_ref_get(o.ref);
        smp_store_release(o.flag, 1);
        percpu_ref_kill(o.ref);
    };
    const body gets_after = [](object& o) {
        percpu_ref_kill(o.ref);
        smp_store_release(o.flag, 1);
        percpu_ref_get(o.ref);
    };
    check_holds<object>({{puts, gets_before}, &object::released_once});
    check_fails<object>({{puts, gets_after}}, "percpu_ref_put(ref) without a reference");
}

TEST_CASE("percpu_ref: after its second death it can be asked whether it is 0, and nothing else") {
    check_holds<object>({{[](object& o) {
        dies_twice(o);
        BUG_ON(!percpu_ref_is_zero(o.ref));
    }}});
    const body uses[] = {[](object& o) {
                             dies_twice(o);
                             percpu_ref_tryget(o.ref);
                         },
                         [](object& o) {
                             dies_twice(o);
                             percpu_ref_tryget_live(o.ref);
                         },
                         [](object& o) {
                             dies_twice(o);
                             percpu_ref_is_dying(o.ref);
                         },
                         [](object& o) {
                             dies_twice(o);
                             percpu_ref_kill(o.ref);
                         }};
    for (const body use : uses)
        check_fails<object>({{use}}, "use-after-free");
}

TEST_CASE("percpu_ref_put: looks up release() in the data when the count is 0 already") {
    // block: fix use-after-free of q->q_usage_counter, d36a9ea5e776.
    const body puts = [](object& o) {
        await_acquire(o.flag, [](auto v) { return v == 1; });
        percpu_ref_put(o.ref);
    };
    const body puts_and_says_so = [](object& o) {
        await_acquire(o.flag, [](auto v) { return v == 1; });
        percpu_ref_put(o.ref);
        smp_store_release(o.late, 1);
    };
    const body exits_when_zero = [](object& o) {
        percpu_ref_get(o.ref);
        percpu_ref_kill(o.ref);
        rcu_barrier();
        smp_store_release(o.flag, 1);
        if (percpu_ref_is_zero(o.ref))
            percpu_ref_exit(o.ref);
    };
    const body exits_after_grace_period = [](object& o) {
        percpu_ref_get(o.ref);
        percpu_ref_kill(o.ref);
        rcu_barrier();
        smp_store_release(o.flag, 1);
        if (percpu_ref_is_zero(o.ref)) {
            synchronize_rcu();
            percpu_ref_exit(o.ref);
        }
    };
    const body exits_when_told = [](object& o) {
        percpu_ref_get(o.ref);
        percpu_ref_kill(o.ref);
        rcu_barrier();
        smp_store_release(o.flag, 1);
        if (percpu_ref_is_zero(o.ref) && smp_load_acquire(o.late) == 1)
            percpu_ref_exit(o.ref);
    };
    const body exits_when_released = [](object& o) {
        percpu_ref_get(o.ref);
        percpu_ref_kill(o.ref);
        rcu_barrier();
        smp_store_release(o.flag, 1);
        await_acquire(o.released, [](auto v) { return v == 1; });
        percpu_ref_exit(o.ref);
    };
    const auto found_as = [](const result& r) {
        CHECK(found(r, "use-after-free"));
        CHECK(r.what.message.find("ref.data") != std::string::npos);
        CHECK(r.what.message.find("percpu_ref_put") != std::string::npos);
    };
    found_as(sc<object>({{puts, exits_when_zero}}));
    found_as(weak<object>({{puts, exits_when_zero}}));
    found_as(weak<object>({{exits_when_zero, puts}}));
    check_holds<object>({{puts, exits_after_grace_period}});
    check_holds<object>({{puts_and_says_so, exits_when_told}});
    check_holds<object>({{puts, exits_when_released}});
}

namespace {

/// The percpu_ref is part of the object that it protects.
struct freed_with_it {
    struct item {
        explicit item(int flags)
            : ref(
                  "item.ref", [this](percpu_ref&) { kfree(this); }, flags) {}
        percpu_ref ref;
    };
    item* percpu = kmalloc<item>("percpu", PERCPU_REF_INIT_PERCPU);
    item* atomic = kmalloc<item>("atomic", PERCPU_REF_INIT_ATOMIC);
    static void daemons(scenario& s) { rcu_callback_thread(s); }
};

/// The first one's release kills the second one.
struct chained {
    percpu_ref second{"second", [](percpu_ref&) {}};
    percpu_ref first{"first", [this](percpu_ref&) { percpu_ref_kill(second); }};
    percpu_ref first_atomic{"first_atomic", [this](percpu_ref&) { percpu_ref_kill(second); },
                            PERCPU_REF_INIT_ATOMIC};
    static void daemons(scenario& s) { rcu_callback_thread(s); }
};

} // namespace

TEST_CASE("percpu_ref: the release may free it, also when it is the kill that puts the last one") {
    using thread = void (*)(freed_with_it&);
    const thread kills = [](freed_with_it& m) {
        percpu_ref_kill(m.percpu->ref);
        percpu_ref_kill(m.atomic->ref);
    };
    const thread kills_and_looks = [](freed_with_it& m) {
        percpu_ref_kill(m.percpu->ref);
        percpu_ref_kill(m.atomic->ref);
        percpu_ref_is_dying(m.atomic->ref);
    };
    check_holds<freed_with_it>({{kills}});
    check_fails<freed_with_it>({{kills_and_looks}}, "use-after-free");
}

TEST_CASE("percpu_ref_kill: a release under percpu_ref_switch_lock must not kill another one") {
    using thread = void (*)(chained&);
    const thread from_the_callback = [](chained& m) { percpu_ref_kill(m.first); };
    const thread from_the_kill = [](chained& m) { percpu_ref_kill(m.first_atomic); };
    check_holds<chained>({{from_the_callback}});
    check_fails<chained>({{from_the_kill}}, "lockdep");
}

TEST_CASE("percpu_ref: misuse") {
    check_fails<object>({{killer, killer}}, "percpu_ref_kill(ref) for the second time");
    check_fails<object>({{[](object& o) {
                            percpu_ref_put(o.ref);
                            percpu_ref_kill(o.ref);
                        }}},
                        "put more often than taken");
    struct sleeps : object {
        sleeps() {
            ref.release = [](percpu_ref&) { might_sleep("release"); };
        }
    };
    check_fails<sleeps>({{[](sleeps& o) { percpu_ref_kill(o.ref); }}}, "release can sleep");
    struct started_dead : object {
        started_dead() {
            percpu_ref_init(
                ref, [](percpu_ref&) {}, PERCPU_REF_INIT_DEAD);
        }
    };
    check_holds<started_dead>({{[](started_dead& o) {
        BUG_ON(percpu_ref_tryget_live(o.ref));
        BUG_ON(!percpu_ref_is_zero(o.ref));
    }}});
}
