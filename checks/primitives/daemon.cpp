// SPDX-License-Identifier: BSD-3-Clause
// Daemons of a model: await_work().

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

/// A server that adds up the requested numbers.
struct served {
    atomic_t requests{"requests"}, replies{"replies"};
    plain<int> sum{"sum"};

    void serve() {
        while (await_work(requests, [](auto n) { return n != 0; })) {
            const auto n = atomic_xchg_acquire(requests, 0);
            sum.write(sum.read() + static_cast<int>(n));
            atomic_fetch_add_release(n, replies);
        }
    }
    void daemons(scenario& s) {
        s.daemon("server", [this] { serve(); });
    }
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {requests.value.newest(), replies.value.newest(), sum.peek()};
    }
};

using body = void (*)(served&);

const body asks = [](served& m) { atomic_fetch_add_release(1, m.requests); };

} // namespace

TEST_CASE("await_work: a daemon without work is no deadlock, and all that was asked for is done") {
    check_holds<served>({{asks}, [](served& m) { BUG_ON(m.sum.peek() != 1); }});
    check_holds<served>({{asks, asks}, [](served& m) { BUG_ON(m.sum.peek() != 2); }});
    check_holds<served>(
        {{[](served& m) { READ_ONCE(m.requests); }}, [](served& m) { BUG_ON(m.sum.peek() != 0); }});
    check_fails<served>({{asks, asks}, [](served& m) { BUG_ON(m.sum.peek() == 2); }}, "BUG_ON");
}

TEST_CASE("await_work: acquire, of what came before the release of the work") {
    struct told : served {
        plain<int> data{"data"};
        void daemons(scenario& s) {
            s.daemon("server", [this] {
                while (await_work(requests, [](auto n) { return n != 0; })) {
                    BUG_ON(data.read() != 1);
                    atomic_xchg(requests, 0);
                }
            });
        }
    };
    check_holds<told>({{[](told& m) {
        m.data.write(1);
        smp_store_release(m.requests, 1);
    }}});
    check_fails_weakly<told>({{[](told& m) {
                                 m.data.write(1);
                                 WRITE_ONCE(m.requests, 1);
                             }}},
                             "data-race");
}

TEST_CASE("await_work: somebody who waits for a daemon that does not serve is a deadlock") {
    struct idles : served {
        void daemons(scenario& s) {
            s.daemon("server", [this] {
                while (await_work(requests, [](auto n) { return n == 2; }))
                    atomic_xchg(requests, 0);
            });
        }
    };
    check_holds<served>({{[](served& m) {
        asks(m);
        await_acquire(m.replies, [](auto n) { return n == 1; });
        BUG_ON(m.sum.read() != 1);
    }}});
    check_fails<idles>({{[](idles& m) {
                           atomic_inc(m.requests);
                           await(m.replies, [](auto n) { return n == 1; });
                       }}},
                       "no thread can run: P[0] waits for await(replies)");
}

TEST_CASE("await: in a daemon it is a deadlock, and the finding names the way") {
    struct awaits : served {
        void daemons(scenario& s) {
            s.daemon("server", [this] {
                for (;;) {
                    await_acquire(requests, [](auto n) { return n != 0; });
                    atomic_xchg(requests, 0);
                }
            });
        }
    };
    const auto hints = [](const result& r) {
        CHECK(r.what.property == "deadlock");
        return r.what.message.find("await_work()") != std::string::npos;
    };
    CHECK(hints(sc<awaits>({{[](awaits& m) { atomic_inc(m.requests); }}})));
    CHECK(hints(weak<awaits>({{[](awaits& m) { atomic_inc(m.requests); }}})));
    // Here the daemon is not the problem.
    CHECK_FALSE(
        hints(sc<awaits>({{[](awaits& m) { await(m.replies, [](auto n) { return n == 1; }); }}})));
}

TEST_CASE("await_work: in a thread that is no daemon it is misuse") {
    const auto here = [](const result& r) {
        return std::string{r.what.where.file}.find("daemon.cpp") != std::string::npos;
    };
    struct served_by_nobody : served {
        static void daemons(scenario&) {}
    };
    const result r = weak<served_by_nobody>({{[](served_by_nobody& m) { m.serve(); }}});
    CHECK(found(r, "await_work() by P[0]"));
    CHECK(r.what.property == "misuse");
    CHECK(here(r));
    // It is a misuse in a work as well, which a kworker runs.
    struct in_a_work {
        atomic_t x{"x"};
        workqueue_struct wq{"wq"};
        work_struct work{wq, "work", [this](work_struct&) {
                             while (await_work(x, [](auto v) { return v == 1; })) {
                             }
                         }};
        void threads(scenario& s) {
            s.thread("P0", [this] { queue_work(wq, work); });
        }
    };
    CHECK(found(check<in_a_work>(), "await_work() by work.kworker"));
    struct in_finally {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [] {});
        }
        void finally() {
            static_cast<void>(await_work(x, [](auto v) { return v == 0; }));
        }
    };
    CHECK(found(check<in_finally>(), "await_work() where no thread runs"));
}

TEST_CASE("await_work: a daemon that is told to quit returns, and may look at what it knows") {
    struct sums_up : served {
        int total = -1;
        atomic_t local_total{"local_total"};
        void daemons(scenario& s) {
            s.daemon("server", [this] {
                serve();
                total = sum.read();
            });
        }
    };
    struct goes_on : served {
        void daemons(scenario& s) {
            s.daemon("server", [this] {
                serve();
                atomic_inc(replies);
            });
        }
    };
    check_holds<sums_up>({{[](sums_up& m) { asks(m); }}, [](sums_up& m) { BUG_ON(m.total != 1); }});
    check_fails<goes_on>({{[](goes_on& m) { asks(m); }}}, "has been told to quit");
}

TEST_CASE("await_work: as the reference scheduler") {
    check_against_reference<served>({{asks}});
    check_against_reference<served>({{asks, asks}});
    check_against_reference<served>({{asks, [](served& m) {
                                          asks(m);
                                          await_acquire(m.replies, [](auto n) { return n != 0; });
                                      }}});
}
