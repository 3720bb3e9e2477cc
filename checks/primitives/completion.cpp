// SPDX-License-Identifier: BSD-3-Clause
// completion.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct awaited {
    completion done{"done"};
    plain<int> data{"data"};
    atomic_t x{"x"};
    std::int64_t seen = 0;
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {seen, done.done.value.newest()};
    }
};

using body = void (*)(awaited&);

const body waits = [](awaited& m) { wait_for_completion(m.done); };
const body completes = [](awaited& m) { complete(m.done); };
const body tries = [](awaited& m) { m.seen = try_wait_for_completion(m.done) ? 1 : 0; };

struct object {
    completion done{"done"};
    atomic_t flag{"flag"};
};

/// The completion is part of what the waiter frees, as if it were on its stack.
struct freed_by_waiter {
    object* o = kmalloc<object>("object");
    atomic_t flag{"flag"};
};

} // namespace

TEST_CASE("wait_for_completion: what came before complete is visible after it") {
    check_holds<awaited>({{[](awaited& m) {
                               wait_for_completion(m.done);
                               BUG_ON(m.data.read() != 1);
                           },
                           [](awaited& m) {
                               m.data.write(1);
                               complete(m.done);
                           }}});
    check_fails<awaited>({{[](awaited& m) {
                               wait_for_completion(m.done);
                               BUG_ON(m.data.read() != 1);
                           },
                           [](awaited& m) {
                               complete(m.done);
                               m.data.write(1);
                           }}},
                         "data-race");
    // Either of two completers may be the one that was seen; but the lock orders both.
    check_holds<awaited>({{[](awaited& m) {
                               wait_for_completion(m.done);
                               wait_for_completion(m.done);
                               BUG_ON(m.data.read() != 1);
                           },
                           [](awaited& m) {
                               m.data.write(1);
                               complete(m.done);
                           },
                           completes}});
}

TEST_CASE("complete: lets one thread go on, complete_all all of them, reinit none") {
    check_holds<awaited>({{waits, waits, completes, completes}});
    check_fails<awaited>({{waits, waits, completes}}, "deadlock");
    check_holds<awaited>({{waits, waits, [](awaited& m) { complete_all(m.done); }}});
    check_holds<awaited>({{[](awaited& m) {
        complete_all(m.done);
        complete(m.done);
        wait_for_completion(m.done);
        wait_for_completion(m.done);
        BUG_ON(!completion_done(m.done));
    }}});
    check_fails<awaited>({{[](awaited& m) {
                             complete_all(m.done);
                             reinit_completion(m.done);
                             wait_for_completion(m.done);
                         }}},
                         "deadlock");
    CHECK(weak<awaited>({{completes, completes, completes}}).executions == 1);
}

TEST_CASE(
    "complete: the completion may be freed by who waited for it, not by who knows otherwise") {
    constexpr auto completer = [](freed_by_waiter& m) {
        smp_store_release(m.flag, 1);
        complete(m.o->done);
    };
    check_holds<freed_by_waiter>({{[](freed_by_waiter& m) {
                                       wait_for_completion(m.o->done);
                                       kfree(m.o);
                                   },
                                   completer}});
    check_fails<freed_by_waiter>({{[](freed_by_waiter& m) {
                                       await_acquire(m.flag, [](auto v) { return v == 1; });
                                       kfree(m.o);
                                   },
                                   completer}},
                                 "use-after-free");
    // complete() still has to leave the lock when `done` can be seen.
    check_fails<freed_by_waiter>({{[](freed_by_waiter& m) {
                                       await_acquire(m.o->done.done, [](auto v) { return v == 1; });
                                       kfree(m.o);
                                   },
                                   completer}},
                                 "use-after-free");
}

TEST_CASE("completion_done and try_wait_for_completion: true only after the completer has left") {
    check_holds<freed_by_waiter>({{[](freed_by_waiter& m) {
                                       const bool done = completion_done(m.o->done);
                                       if (!done)
                                           wait_for_completion(m.o->done);
                                       kfree(m.o);
                                   },
                                   [](freed_by_waiter& m) { complete(m.o->done); }}});
    check_holds<freed_by_waiter>({{[](freed_by_waiter& m) {
                                       if (!try_wait_for_completion(m.o->done))
                                           wait_for_completion(m.o->done);
                                       kfree(m.o);
                                   },
                                   [](freed_by_waiter& m) { complete(m.o->done); }}});
    // Without taking the lock, like an earlier completion_done().
    check_fails<freed_by_waiter>({{[](freed_by_waiter& m) {
                                       if (READ_ONCE(m.o->done.done) == 0)
                                           wait_for_completion(m.o->done);
                                       kfree(m.o);
                                   },
                                   [](freed_by_waiter& m) { complete(m.o->done); }}},
                                 "use-after-free");
    check_fails<awaited>({{tries, completes}, [](awaited& m) { BUG_ON(m.seen == 0); }}, "BUG_ON");
    check_fails<awaited>({{tries, completes}, [](awaited& m) { BUG_ON(m.seen == 1); }}, "BUG_ON");
}

TEST_CASE("wait_for_completion: sleeps") {
    check_fails<awaited>({{[](awaited& m) {
                             rcu_read_lock();
                             wait_for_completion(m.done);
                         }}},
                         "wait_for_completion can sleep");
}

TEST_CASE("completion: as the reference scheduler") {
    check_against_reference<awaited>({{waits, tries, completes, completes}});
    check_against_reference<awaited>({{waits, waits, completes}});
    check_against_reference<awaited>({{tries, [](awaited& m) { complete_all(m.done); }, waits}});
}
