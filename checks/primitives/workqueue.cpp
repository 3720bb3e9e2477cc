// SPDX-License-Identifier: BSD-3-Clause
// queue_work, flush_work, flush_workqueue.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

/// A work that counts its runs.
struct counted {
    atomic_t runs{"runs"}, queued{"queued"}, was_pending{"was_pending"};
    workqueue_struct wq{"wq"};
    work_struct work{"work", [this](work_struct&) { atomic_inc(runs); }};

    counted() { wq.add(work); }

    void queue() {
        if (queue_work(wq, work))
            atomic_inc(queued);
    }
};

using body = void (*)(counted&);

const body queue_once = [](counted& m) { m.queue(); };
const body queue_twice = [](counted& m) {
    m.queue();
    m.queue();
};

} // namespace

TEST_CASE("queue_work: every successful call gives one run") {
    const body one_run_each = [](counted& m) {
        BUG_ON(READ_ONCE(m.runs) != READ_ONCE(m.queued));
        BUG_ON(READ_ONCE(m.runs) == 0);
    };
    check_holds<counted>({{queue_once}, one_run_each});
    check_holds<counted>({{queue_twice}, one_run_each});
    check_holds<counted>({{queue_once, queue_once}, one_run_each});
}

TEST_CASE("queue_work: while the work is pending a second call finds it so") {
    // One run or two, depending on how far the kworker has got.
    check_fails<counted>({{queue_twice}, [](counted& m) { BUG_ON(READ_ONCE(m.runs) == 1); }},
                         "BUG_ON");
    check_fails<counted>({{queue_twice}, [](counted& m) { BUG_ON(READ_ONCE(m.runs) == 2); }},
                         "BUG_ON");
    check_holds<counted>({{[](counted& m) {
                              m.queue();
                              if (work_pending(m.work))
                                  atomic_inc(m.was_pending);
                          }},
                          [](counted& m) { BUG_ON(m.work.busy()); }});
}

TEST_CASE("queue_work: while the function runs a call succeeds and gives a second run") {
    struct rerun {
        atomic_t started{"started"}, go{"go"};
        int runs = 0;
        workqueue_struct wq{"wq"};
        work_struct work{"work", [this](work_struct&) {
                             ++runs;
                             WRITE_ONCE(started, 1);
                             await(go, [](auto v) { return v == 1; });
                         }};
        rerun() { wq.add(work); }
    };
    using thread = void (*)(rerun&);
    const thread when_it_runs = [](rerun& m) {
        BUG_ON(!queue_work(m.wq, m.work));
        await(m.started, [](auto v) { return v == 1; });
        BUG_ON(!queue_work(m.wq, m.work));
        WRITE_ONCE(m.go, 1);
    };
    const thread any_time = [](rerun& m) {
        BUG_ON(!queue_work(m.wq, m.work));
        BUG_ON(!queue_work(m.wq, m.work)); // it may not have started
        WRITE_ONCE(m.go, 1);
    };
    const thread two_runs = [](rerun& m) { BUG_ON(m.runs != 2); };
    check_holds<rerun>({{when_it_runs}, two_runs});
    check_fails<rerun>({{any_time}, two_runs}, "BUG_ON");
}

TEST_CASE("queue_work: the function may queue its own work again") {
    struct again {
        int runs = 0;
        workqueue_struct wq{"wq"};
        work_struct work{"work", [this](work_struct& w) {
                             if (++runs < 3)
                                 BUG_ON(!queue_work(wq, w));
                         }};
        again() { wq.add(work); }
    };
    check_holds<again>(
        {{[](again& m) { queue_work(m.wq, m.work); }}, [](again& m) { BUG_ON(m.runs != 3); }});
}

// --- what the function sees ---------------------------------------------------------------------

namespace {

/// Two producers, whose data the runs collect.
struct collected {
    atomic_t x{"x"}, y{"y"};
    bool saw_x = false, saw_y = false;
    workqueue_struct wq{"wq"};
    work_struct work{"work", [this](work_struct&) {
                         saw_x = saw_x || READ_ONCE(x) == 1;
                         saw_y = saw_y || READ_ONCE(y) == 1;
                     }};
    collected() { wq.add(work); }
    static void all_seen(collected& m) { BUG_ON(!m.saw_x || !m.saw_y); }
};

} // namespace

TEST_CASE("queue_work: a run sees what came before the call, also when that returned false") {
    using producer = void (*)(collected&);
    const producer x_then_queue = [](collected& m) {
        WRITE_ONCE(m.x, 1);
        queue_work(m.wq, m.work);
    };
    const producer y_then_queue = [](collected& m) {
        WRITE_ONCE(m.y, 1);
        queue_work(m.wq, m.work);
    };
    const producer queue_then_y = [](collected& m) {
        queue_work(m.wq, m.work);
        WRITE_ONCE(m.y, 1);
    };
    const producer y_unless_pending = [](collected& m) {
        WRITE_ONCE(m.y, 1);
        if (!work_pending(m.work))
            queue_work(m.wq, m.work); // a look is not a call
    };
    check_holds<collected>({{x_then_queue, y_then_queue}, &collected::all_seen});
    check_fails<collected>({{x_then_queue, queue_then_y}, &collected::all_seen}, "BUG_ON");
    check_fails_weakly<collected>({{x_then_queue, y_unless_pending}, &collected::all_seen},
                                  "BUG_ON");
}

TEST_CASE("queue_work passes plain data on to the function, if it is written before the call") {
    struct job {
        plain<int> data{"data"};
        workqueue_struct wq{"wq"};
        work_struct work{"work", [this](work_struct&) { BUG_ON(data.read() != 1); }};
        job() { wq.add(work); }
    };
    check_holds<job>({{[](job& m) {
        m.data.write(1);
        queue_work(m.wq, m.work);
    }}});
    check_fails<job>({{[](job& m) {
                         queue_work(m.wq, m.work);
                         m.data.write(1);
                     }}},
                     "data-race");
}

// --- one kworker at a time, several works at a time ----------------------------------------------

namespace {

/// Two works with one function, which adds without a lock.
struct unlocked_function {
    plain<int> data{"data"};
    workqueue_struct wq{"wq"};
    work_struct a{"a", [this](work_struct&) { data.write(data.read() + 1); }};
    work_struct b{"b", [this](work_struct&) { data.write(data.read() + 1); }};
    unlocked_function() {
        wq.add(a);
        wq.add(b);
    }
};

} // namespace

TEST_CASE("a work never runs on two kworkers at once, two works do") {
    using thread = void (*)(unlocked_function&);
    const thread queue_a = [](unlocked_function& m) { queue_work(m.wq, m.a); };
    const thread queue_b = [](unlocked_function& m) { queue_work(m.wq, m.b); };
    check_holds<unlocked_function>({{queue_a, queue_a}});
    check_fails<unlocked_function>({{queue_a, queue_b}}, "data-race");
}

namespace {

struct pair {
    atomic_t flag{"flag"};
    int runs = 0;
    workqueue_struct wq{"wq"};
    work_struct waits{"waits",
                      [this](work_struct&) { await(flag, [](auto v) { return v == 1; }); }};
    work_struct sets{"sets", [this](work_struct&) { WRITE_ONCE(flag, 1); }};
    work_struct both{"both", [this](work_struct&) {
                         if (++runs == 2)
                             WRITE_ONCE(flag, 1);
                         else
                             await(flag, [](auto v) { return v == 1; });
                     }};
    pair() {
        wq.add(waits);
        wq.add(sets);
        wq.add(both);
    }
};

} // namespace

TEST_CASE("different works run concurrently, so that one may wait for the other") {
    check_holds<pair>({{[](pair& m) {
        queue_work(m.wq, m.waits);
        queue_work(m.wq, m.sets);
        flush_workqueue(m.wq);
    }}});
    // The second run of one work would have to come while the first one waits for it.
    check_fails<pair>({{[](pair& m) {
                          queue_work(m.wq, m.both);
                          queue_work(m.wq, m.both);
                          flush_workqueue(m.wq);
                      }}},
                      "deadlock");
}

// --- flushing -----------------------------------------------------------------------------------

namespace {

struct flushed {
    atomic_t done{"done"}, flag{"flag"}, started{"started"};
    workqueue_struct wq{"wq"}, other_wq{"other_wq"};
    work_struct work{"work", [this](work_struct&) {
                         WRITE_ONCE(started, 1);
                         WRITE_ONCE(done, 1);
                     }};
    flushed() { wq.add(work); }

    void check_done() { BUG_ON(READ_ONCE(done) != 1); }
};

using flusher = void (*)(flushed&);

} // namespace

TEST_CASE("flush_workqueue and flush_work wait for what is queued and for what runs") {
    const flusher queue_and_flush = [](flushed& m) {
        queue_work(m.wq, m.work);
        flush_workqueue(m.wq);
        m.check_done();
    };
    const flusher queue_and_flush_work = [](flushed& m) {
        queue_work(m.wq, m.work);
        flush_work(m.work);
        m.check_done();
    };
    const flusher flush_what_runs = [](flushed& m) {
        queue_work(m.wq, m.work);
        await(m.started, [](auto v) { return v == 1; }); // orders nothing
        flush_workqueue(m.wq);
        m.check_done();
    };
    for (const flusher f : {queue_and_flush, queue_and_flush_work, flush_what_runs})
        check_holds<flushed>({{f}});
    // Without it, with another workqueue, or instead of a wait for the end, the run is missed.
    check_fails<flushed>({{[](flushed& m) {
                             queue_work(m.wq, m.work);
                             m.check_done();
                         }}},
                         "BUG_ON");
    check_fails<flushed>({{[](flushed& m) {
                             queue_work(m.wq, m.work);
                             flush_workqueue(m.other_wq);
                             m.check_done();
                         }}},
                         "BUG_ON");
    check_fails<flushed>({{[](flushed& m) {
                             queue_work(m.wq, m.work);
                             await(m.started, [](auto v) { return v == 1; });
                             m.check_done();
                         }}},
                         "BUG_ON");
}

TEST_CASE("flush_work returns whether it had to wait") {
    const flusher waits = [](flushed& m) {
        queue_work(m.wq, m.work);
        BUG_ON(!flush_work(m.work)); // it may have run
    };
    const flusher does_not_wait = [](flushed& m) {
        queue_work(m.wq, m.work);
        BUG_ON(flush_work(m.work)); // it may not
    };
    const flusher idle = [](flushed& m) {
        BUG_ON(flush_work(m.work));
        queue_work(m.wq, m.work);
        flush_work(m.work);
        BUG_ON(flush_work(m.work));
    };
    const flusher not_started = [](flushed& m) {
        queue_work(m.wq, m.work);
        const bool pending = work_pending(m.work);
        if (!flush_work(m.work) && pending)
            m.check_done(); // it had the time to run between the two
    };
    check_holds<flushed>({{idle}});
    check_holds<flushed>({{not_started}});
    check_fails<flushed>({{waits}}, "BUG_ON");
    check_fails<flushed>({{does_not_wait}}, "BUG_ON");
}

TEST_CASE("flush_workqueue does not wait for a producer that has not queued yet") {
    const flusher produce = [](flushed& m) {
        queue_work(m.wq, m.work);
        smp_store_release(m.flag, 1);
    };
    const flusher flush_after_it = [](flushed& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        flush_workqueue(m.wq);
        m.check_done();
    };
    const flusher flush_any_time = [](flushed& m) {
        flush_workqueue(m.wq);
        m.check_done();
    };
    check_holds<flushed>({{produce, flush_after_it}});
    check_fails<flushed>({{produce, flush_any_time}}, "BUG_ON");
}

TEST_CASE(
    "flush_workqueue: a work is pending before it is on the queue, and then it is not waited for") {
    // The other producer has set PENDING, so this one's call returns false: the flush promises
    // nothing.
    const flusher queue_and_flush = [](flushed& m) {
        queue_work(m.wq, m.work);
        flush_workqueue(m.wq);
        m.check_done();
    };
    const flusher only_queue = [](flushed& m) { queue_work(m.wq, m.work); };
    check_fails<flushed>({{only_queue, queue_and_flush}}, "BUG_ON");
}

namespace {

struct chain {
    atomic_t flag{"flag"};
    workqueue_struct wq{"wq"};
    work_struct first{"first", [](work_struct&) {}};
    work_struct later{"later",
                      [this](work_struct&) { await(flag, [](auto v) { return v == 1; }); }};
    chain() {
        wq.add(first);
        wq.add(later);
    }
};

} // namespace

TEST_CASE("flush_workqueue does not wait for what is queued later") {
    check_holds<chain>({{[](chain& m) {
        queue_work(m.wq, m.first);
        flush_workqueue(m.wq);
        queue_work(m.wq, m.later);
        WRITE_ONCE(m.flag, 1);
    }}});
    // It does wait for works that are queued before it returns: here for ever.
    check_fails<chain>({{[](chain& m) {
                           queue_work(m.wq, m.first);
                           queue_work(m.wq, m.later);
                           flush_workqueue(m.wq);
                           WRITE_ONCE(m.flag, 1);
                       }}},
                       "deadlock");
}

TEST_CASE("flush_workqueue of an idle workqueue returns at once") {
    check_holds<flushed>({{[](flushed& m) {
        flush_workqueue(m.wq);
        flush_work(m.work);
        flush_workqueue(m.other_wq);
        BUG_ON(READ_ONCE(m.done) != 0);
    }}});
    // From its own function it waits for itself.
    struct self {
        workqueue_struct wq{"wq"};
        work_struct work{"work", [this](work_struct&) { flush_workqueue(wq); }};
        self() { wq.add(work); }
    };
    check_fails<self>({{[](self& m) { queue_work(m.wq, m.work); }}}, "deadlock");
}
