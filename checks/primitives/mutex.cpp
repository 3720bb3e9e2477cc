// SPDX-License-Identifier: BSD-3-Clause
// mutex and rw_semaphore.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct locked {
    mutex m{"m"};
    rw_semaphore rw{"rw"};
    plain<int> data{"data"};
    atomic_t x{"x"};
    std::int64_t seen = 0;
    std::vector<std::int64_t> results = std::vector<std::int64_t>(2);

    void add() { data.write(data.read() + 1); }
    static void both_added(locked& m) { BUG_ON(m.data.read() != 2); }
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {data.peek(), results[0], results[1]};
    }
};

using body = void (*)(locked&);

const body add_locked = [](locked& m) {
    mutex_lock(m.m);
    m.add();
    mutex_unlock(m.m);
};
const body try_add = [](locked& m) {
    if (!mutex_trylock(m.m))
        return;
    m.add();
    mutex_unlock(m.m);
};
const body reader = [](locked& m) {
    down_read(m.rw);
    m.results[0] = m.data.read();
    up_read(m.rw);
};
const body other_reader = [](locked& m) {
    down_read(m.rw);
    m.results[1] = m.data.read();
    up_read(m.rw);
};
const body writer = [](locked& m) {
    down_write(m.rw);
    m.add();
    up_write(m.rw);
};
const body adds_as_reader = [](locked& m) {
    down_read(m.rw);
    m.add();
    up_read(m.rw);
};

/// An object with a lock in it. The thread that finds the other one gone frees it.
template <class Lock>
struct last_user {
    struct object {
        Lock lock{"lock"};
        plain<int> users{"users", 2};
    };
    object* o = kmalloc<object>("object");
};

} // namespace

TEST_CASE("mutex_lock: sections exclude each other and see what the earlier ones did") {
    check_holds<locked>({{add_locked, add_locked}, &locked::both_added});
    check_fails<locked>({{add_locked, [](locked& m) { m.add(); }}}, "data-race");
}

TEST_CASE("mutex_trylock: success is as good as mutex_lock, failure means keep out") {
    check_holds<locked>({{add_locked, try_add}});
    check_fails<locked>({{add_locked, try_add}, &locked::both_added}, "BUG_ON");
    check_fails<locked>({{add_locked,
                          [](locked& m) {
                              const bool mine = mutex_trylock(m.m);
                              m.add();
                              if (mine)
                                  mutex_unlock(m.m);
                          }}},
                        "data-race");
}

TEST_CASE("mutex_unlock: by another thread than the owner is misuse") {
    check_fails<locked>({{[](locked& m) { mutex_unlock(m.m); }}},
                        "mutex_unlock(m) by P[0], which does not hold it");
    check_fails<locked>({{[](locked& m) { mutex_lock(m.m); }}}, "still holds m");
}

TEST_CASE("mutex_unlock: still touches a mutex that the next owner may already have freed") {
    using with_mutex = last_user<mutex>;
    check_fails<with_mutex>({{[](with_mutex& m) {
                                  mutex_lock(m.o->lock);
                                  m.o->users.write(m.o->users.read() - 1);
                                  const bool last = m.o->users.read() == 0;
                                  mutex_unlock(m.o->lock);
                                  if (last)
                                      kfree(m.o);
                              },
                              [](with_mutex& m) {
                                  mutex_lock(m.o->lock);
                                  m.o->users.write(m.o->users.read() - 1);
                                  const bool last = m.o->users.read() == 0;
                                  mutex_unlock(m.o->lock);
                                  if (last)
                                      kfree(m.o);
                              }}},
                            "use-after-free");
    // A spinlock's last touch is the store that lets the next one in.
    using with_spinlock = last_user<spinlock_t>;
    constexpr auto put = [](with_spinlock& m) {
        spin_lock(m.o->lock);
        m.o->users.write(m.o->users.read() - 1);
        const bool last = m.o->users.read() == 0;
        spin_unlock(m.o->lock);
        if (last)
            kfree(m.o);
    };
    check_holds<with_spinlock>({{put, put}});
}

TEST_CASE("rw_semaphore: readers see all of a writer or nothing, and writers what readers saw") {
    check_holds<locked>({{writer, writer, reader}, &locked::both_added});
    check_holds<locked>({{writer, reader, other_reader}});
    check_fails<locked>({{writer, adds_as_reader}, [](locked& m) { BUG_ON(m.results[0] == 0); }},
                        "BUG_ON");
    check_fails<locked>({{adds_as_reader, adds_as_reader}}, "data-race");
    check_fails<locked>({{writer, [](locked& m) { m.results[0] = m.data.read(); }}}, "data-race");
}

TEST_CASE("rw_semaphore: readers do not exclude each other, and are one execution") {
    const auto meet = [](locked& m) {
        down_read(m.rw);
        atomic_inc(m.x);
        await(m.x, [](auto v) { return v == 2; });
        up_read(m.rw);
    };
    check_holds<locked>({{meet, meet}});
    check_fails<locked>({{meet,
                          [](locked& m) {
                              down_write(m.rw);
                              atomic_inc(m.x);
                              await(m.x, [](auto v) { return v == 2; });
                              up_write(m.rw);
                          }}},
                        "deadlock");
    CHECK(weak<locked>({{reader, reader, reader, reader}}).executions == 1);
    // When the writer asks, each reader has left, is inside, or comes later.
    CHECK(weak<locked>({{reader, other_reader, writer}}).executions == 9);
}

TEST_CASE("rw_semaphore: a writer that waits keeps later readers out") {
    // The first reader stays inside until the second one has been inside as well.
    const body first = [](locked& m) {
        down_read(m.rw);
        await(m.x, [](auto v) { return v == 1; });
        up_read(m.rw);
    };
    const body second = [](locked& m) {
        down_read(m.rw);
        up_read(m.rw);
        WRITE_ONCE(m.x, 1);
    };
    check_holds<locked>({{first, second}});
    check_fails<locked>({{first, second, writer}}, "a writer waits");
    // The two may be one thread, and lockdep would find that even without a writer.
    const body twice = [](locked& m) {
        lockdep_off();
        down_read(m.rw);
        down_read(m.rw);
        up_read(m.rw);
        up_read(m.rw);
        lockdep_on();
    };
    check_holds<locked>({{twice, twice}});
    check_fails<locked>({{twice, writer}}, "deadlock");
}

TEST_CASE("down_read_trylock fails while a writer waits, although only a reader is inside") {
    const body stays_inside = [](locked& m) {
        down_read(m.rw);
        smp_store_release(m.x, 1);
        await(m.x, [](auto v) { return v == 2; });
        up_read(m.rw);
    };
    const body tries = [](locked& m) {
        await_acquire(m.x, [](auto v) { return v == 1; });
        if (down_read_trylock(m.rw)) {
            m.results[0] = 1;
            up_read(m.rw);
        }
        WRITE_ONCE(m.x, 2);
    };
    const auto got_in = [](locked& m) { BUG_ON(m.results[0] != 1); };
    check_holds<locked>({{stays_inside, tries}, got_in});
    check_fails<locked>({{stays_inside, tries, writer}, got_in}, "BUG_ON");
    // Once the writers are done all readers get in.
    check_holds<locked>({{reader, other_reader, writer, writer}, &locked::both_added});
}

TEST_CASE("downgrade_write: stays inside as a reader, no writer gets in between") {
    constexpr auto downgrade = [](locked& m) {
        down_write(m.rw);
        m.add();
        downgrade_write(m.rw);
        m.results[0] = m.data.read();
        up_read(m.rw);
    };
    constexpr auto in_two_steps = [](locked& m) {
        down_write(m.rw);
        m.add();
        up_write(m.rw);
        down_read(m.rw);
        m.results[0] = m.data.read();
        up_read(m.rw);
    };
    constexpr auto two_more = [](locked& m) {
        down_write(m.rw);
        m.data.write(m.data.read() + 2);
        up_write(m.rw);
    };
    constexpr auto saw_own = [](locked& m) { BUG_ON(m.results[0] != 1 && m.results[0] != 3); };
    constexpr auto not_after_it = [](locked& m) { BUG_ON(m.results[0] == 3 && m.results[1] == 1); };
    constexpr auto first = [](locked& m) {
        down_read(m.rw);
        m.results[1] = m.data.read();
        up_read(m.rw);
    };
    check_holds<locked>({{downgrade, two_more, first}, saw_own});
    check_holds<locked>({{downgrade, two_more, first}, not_after_it});
    check_fails<locked>({{in_two_steps, two_more, first}, not_after_it}, "BUG_ON");
}

TEST_CASE("rw_semaphore: trylocks succeed when they may, and fail when they must") {
    const body try_write = [](locked& m) {
        if (!down_write_trylock(m.rw))
            return;
        m.add();
        up_write(m.rw);
    };
    const body try_read = [](locked& m) {
        if (!down_read_trylock(m.rw))
            return;
        m.results[1] = 1 + m.data.read();
        up_read(m.rw);
    };
    check_holds<locked>({{writer, try_write, try_read}});
    check_holds<locked>({{reader, try_read}, [](locked& m) { BUG_ON(m.results[1] == 0); }});
    check_fails<locked>({{writer, try_read}, [](locked& m) { BUG_ON(m.results[1] == 0); }},
                        "BUG_ON");
    check_fails<locked>({{reader, try_write}, [](locked& m) { BUG_ON(m.data.read() == 0); }},
                        "BUG_ON");
    check_fails<locked>({{writer,
                          [](locked& m) {
                              const bool inside = down_read_trylock(m.rw);
                              m.results[1] = m.data.read();
                              if (inside)
                                  up_read(m.rw);
                          }}},
                        "data-race");
}

TEST_CASE("rw_semaphore: leaving in another way than one came in is misuse") {
    check_fails<locked>({{[](locked& m) { up_read(m.rw); }}}, "misuse");
    check_fails<locked>({{[](locked& m) {
                            down_read(m.rw);
                            up_write(m.rw);
                        }}},
                        "up_write(rw) by P[0], and it is held by 1 reader");
    check_fails<locked>({{[](locked& m) {
                            down_write(m.rw);
                            up_read(m.rw);
                        }}},
                        "up_read(rw) by P[0], and it is held by P[0]");
    check_fails<locked>({{[](locked& m) { downgrade_write(m.rw); }}}, "misuse");
    check_fails<locked>({{[](locked& m) { down_read(m.rw); }}}, "still holds rw");
}

TEST_CASE("rw_semaphore and mutex: as the reference scheduler") {
    const body downgrades = [](locked& m) {
        down_write(m.rw);
        m.add();
        downgrade_write(m.rw);
        m.results[0] = 10 * m.data.read();
        up_read(m.rw);
    };
    const body try_both = [](locked& m) {
        if (down_write_trylock(m.rw)) {
            m.add();
            up_write(m.rw);
        } else if (down_read_trylock(m.rw)) {
            m.results[1] = 100 + m.data.read();
            up_read(m.rw);
        }
    };
    check_against_reference<locked>({{reader, other_reader, writer}});
    check_against_reference<locked>({{reader, writer, writer}});
    check_against_reference<locked>({{downgrades, other_reader, writer}});
    check_against_reference<locked>({{reader, try_both, writer}});
    check_against_reference<locked>({{downgrades, try_both}});
    check_against_reference<locked>({{add_locked, try_add, add_locked}});
}
