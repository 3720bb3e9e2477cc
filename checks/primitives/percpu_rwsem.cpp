// SPDX-License-Identifier: BSD-3-Clause
// percpu_rw_semaphore.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct guarded {
    percpu_rw_semaphore sem{"sem"};
    plain<int> data{"data"};
    atomic_t x{"x"}, inside{"inside"};
    std::int64_t got = 0;
    [[nodiscard]] std::vector<std::int64_t> left() const { return {got, data.peek()}; }
};

using body = void (*)(guarded&);

const body reader = [](guarded& m) {
    percpu_down_read(m.sem);
    m.got = m.data.read();
    percpu_up_read(m.sem);
};
const body writer = [](guarded& m) {
    percpu_down_write(m.sem);
    m.data.write(m.data.read() + 1);
    percpu_up_write(m.sem);
};
const body tries = [](guarded& m) {
    if (!percpu_down_read_trylock(m.sem)) {
        m.got = 10;
        return;
    }
    m.got = m.data.read();
    percpu_up_read(m.sem);
};

} // namespace

TEST_CASE("percpu_rw_semaphore: readers and writers exclude each other, on both paths") {
    check_holds<guarded>({{reader, writer}});
    check_holds<guarded>({{writer, writer}, [](guarded& m) { BUG_ON(m.data.read() != 2); }});
    check_fails<guarded>({{[](guarded& m) { m.got = m.data.read(); }, writer}}, "data-race");
    check_fails<guarded>({{[](guarded& m) {
                               percpu_down_read(m.sem);
                               percpu_up_read(m.sem);
                               m.got = m.data.read();
                           },
                           writer}},
                         "data-race");
}

TEST_CASE("percpu_rw_semaphore: a reader that comes twice meets both paths") {
    check_holds<guarded>({{[](guarded& m) {
                               reader(m);
                               reader(m);
                           },
                           writer}});
}

TEST_CASE("percpu_rw_semaphore: readers meet inside, also on the slow path") {
    const body meets = [](guarded& m) {
        percpu_down_read(m.sem);
        atomic_inc(m.inside);
        await(m.inside, [](auto v) { return v == 2; });
        percpu_up_read(m.sem);
    };
    check_holds<guarded>({{meets, meets}});
    check_fails<guarded>({{meets,
                           [](guarded& m) {
                               percpu_down_write(m.sem);
                               atomic_inc(m.inside);
                               await(m.inside, [](auto v) { return v == 2; });
                               percpu_up_write(m.sem);
                           }}},
                         "deadlock");
}

TEST_CASE("percpu_rw_semaphore: a writer that waits for readers keeps later ones out") {
    // The first reader stays inside until the second one has been inside as well.
    const body first = [](guarded& m) {
        percpu_down_read(m.sem);
        await(m.x, [](auto v) { return v == 1; });
        percpu_up_read(m.sem);
    };
    const body second = [](guarded& m) {
        percpu_down_read(m.sem);
        percpu_up_read(m.sem);
        WRITE_ONCE(m.x, 1);
    };
    check_holds<guarded>({{first, second}});
    check_fails<guarded>({{first, second, writer}}, "deadlock");
}

TEST_CASE("percpu_rw_semaphore: a reader that migrates is counted all the same") {
    struct migrates : guarded {
        void threads(scenario& s) {
            s.thread("reader", [this] { reader(*this); });
            may_migrate(s);
            s.thread("writer", [this] { writer(*this); });
        }
    };
    struct leaves_another : guarded {
        void threads(scenario& s) {
            s.thread("reader", [this] {
                this_cpu_inc(sem.read_count); // comes in, without asking
                m_read();
                this_cpu_dec(sem.read_count);
            });
            may_migrate(s);
            s.thread("writer", [this] { writer(*this); });
        }
        void m_read() { got = data.read(); }
    };
    CHECK(verified(check<migrates>()));
    CHECK(found(check<leaves_another>(), "data-race"));
}

TEST_CASE("percpu_down_read_trylock: fails while a writer is inside") {
    check_holds<guarded>({{tries, writer}});
    check_fails<guarded>({{tries, writer}, [](guarded& m) { BUG_ON(m.got == 10); }}, "BUG_ON");
    check_holds<guarded>({{tries, reader}, [](guarded& m) { BUG_ON(m.got == 10); }});
}

TEST_CASE("percpu_rw_semaphore: misuse, and what lockdep sees") {
    check_fails<guarded>({{[](guarded& m) { percpu_up_read(m.sem); }}}, "does not hold it");
    check_fails<guarded>({{[](guarded& m) { percpu_up_write(m.sem); }}}, "does not hold it");
    check_fails<guarded>({{[](guarded& m) {
                             percpu_down_read(m.sem);
                             percpu_down_read(m.sem);
                         }}},
                         "lockdep");
    check_fails<guarded>({{[](guarded& m) {
                             rcu_read_lock();
                             percpu_down_write(m.sem);
                         }}},
                         "percpu_down_write can sleep");
}

TEST_CASE("percpu_rwsem_release: one thread comes in, another one leaves") {
    const body freezes = [](guarded& m) {
        percpu_down_write(m.sem);
        percpu_rwsem_release(m.sem);
        smp_store_release(m.x, 1);
    };
    const body thaws = [](guarded& m) {
        await_acquire(m.x, [](auto v) { return v == 1; });
        percpu_rwsem_acquire(m.sem);
        m.data.write(1);
        percpu_up_write(m.sem);
    };
    check_holds<guarded>({{freezes, thaws, reader}});
    check_fails<guarded>({{freezes,
                           [](guarded& m) {
                               await_acquire(m.x, [](auto v) { return v == 1; });
                               percpu_up_write(m.sem);
                           }}},
                         "does not hold it");
}

TEST_CASE("percpu_rw_semaphore: as the reference scheduler") {
    const body enters = [](guarded& m) {
        m.got = percpu_down_read_trylock(m.sem) ? m.data.read() : 10;
        if (m.got != 10)
            percpu_up_read(m.sem);
    };
    const body writes = [](guarded& m) {
        percpu_down_write(m.sem);
        m.data.write(1);
        percpu_rwsem_release(m.sem); // one that never leaves
    };
    check_against_reference<guarded>({{enters, writes}});
}
