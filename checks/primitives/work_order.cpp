// SPDX-License-Identifier: BSD-3-Clause
// How many works of a workqueue run at once, and in which order; works that threads make.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

/// Three works on three workqueues, and two on an ordered one.
struct queues {
    workqueue_struct one = alloc_workqueue("one", 1);
    workqueue_struct two = alloc_workqueue("two", 2);
    workqueue_struct all = alloc_workqueue("all");
    workqueue_struct ordered = alloc_ordered_workqueue("ordered");
    plain<int> data{"data"};
    atomic_t running{"running"}, flag{"flag"};
    std::int64_t most = 0, most_allowed = 0;
    bool first_ran = false;

    work_struct a{"a", [this](work_struct&) { counts(); }};
    work_struct b{"b", [this](work_struct&) { counts(); }};
    work_struct c{"c", [this](work_struct&) { counts(); }};
    work_struct waits{"waits",
                      [this](work_struct&) { await(flag, [](auto v) { return v == 1; }); }};
    work_struct sets{"sets", [this](work_struct&) { WRITE_ONCE(flag, 1); }};
    work_struct first{ordered, "first", [this](work_struct&) { data.write(1); }};
    work_struct second{ordered, "second", [this](work_struct&) { data.write(data.read() + 1); }};
    work_struct flushes_second{ordered, "flushes_second",
                               [this](work_struct&) { flush_work(second); }};

    queues() {
        for (workqueue_struct* wq : {&one, &two, &all})
            for (work_struct* w : {&a, &b, &c, &waits, &sets})
                wq->add(*w);
    }

    void counts() {
        BUG_ON(atomic_inc_return(running) > most_allowed);
        atomic_dec_return(running);
    }
};

using body = void (*)(queues&);

/// Small enough for the reference.
struct limited {
    workqueue_struct wq = alloc_workqueue("wq", 1);
    workqueue_struct ordered = alloc_ordered_workqueue("ordered");
    atomic_t x{"x"};
    work_struct a{wq, "a", [this](work_struct&) { WRITE_ONCE(x, READ_ONCE(x) * 2 + 1); }};
    work_struct b{wq, "b", [this](work_struct&) { WRITE_ONCE(x, READ_ONCE(x) * 3 + 1); }};
    work_struct c{ordered, "c", [this](work_struct&) { WRITE_ONCE(x, READ_ONCE(x) * 2 + 1); }};
    work_struct d{ordered, "d", [this](work_struct&) { WRITE_ONCE(x, READ_ONCE(x) * 3 + 1); }};
    [[nodiscard]] std::vector<std::int64_t> left() const { return {READ_ONCE(x)}; }
};

} // namespace

TEST_CASE("alloc_workqueue: no more than max_active works run at once, and that many do") {
    const body two_on_one = [](queues& m) {
        m.most_allowed = 1;
        queue_work(m.one, m.a);
        queue_work(m.one, m.b);
    };
    const body two_on_all = [](queues& m) {
        m.most_allowed = 1;
        queue_work(m.all, m.a);
        queue_work(m.all, m.b);
    };
    const body three_on_two = [](queues& m) {
        m.most_allowed = 2;
        queue_work(m.two, m.a);
        queue_work(m.two, m.b);
        queue_work(m.two, m.c);
    };
    const body two_on_two = [](queues& m) {
        m.most_allowed = 1;
        queue_work(m.two, m.a);
        queue_work(m.two, m.b);
    };
    check_holds<queues>({{two_on_one}});
    check_holds<queues>({{three_on_two}});
    check_fails<queues>({{two_on_all}}, "BUG_ON");
    check_fails<queues>({{two_on_two}}, "BUG_ON");
}

TEST_CASE("what a kworker waits for costs no executions, only the order of queueing does") {
    // Two orders of queueing; the kworker is told of the first work before or after the second.
    const body first = [](queues& m) { queue_work(m.ordered, m.first); };
    const body second = [](queues& m) { queue_work(m.ordered, m.second); };
    CHECK(weak<queues>({{first, second}}).executions == 2);
    const body both_and_flush = [](queues& m) {
        queue_work(m.ordered, m.first);
        queue_work(m.ordered, m.second);
        flush_workqueue(m.ordered);
    };
    CHECK(weak<queues>({{both_and_flush}}).executions == 1);
    // flush_work() looks whether the work has ended, because it returns that.
    const body queue_and_flush = [](queues& m) {
        queue_work(m.ordered, m.first);
        flush_work(m.first);
    };
    CHECK(weak<queues>({{queue_and_flush}}).executions == 2);
}

TEST_CASE("alloc_workqueue: with max_active 1 a work may not wait for another one") {
    const body on_one = [](queues& m) {
        queue_work(m.one, m.waits);
        queue_work(m.one, m.sets);
    };
    const body on_two = [](queues& m) {
        queue_work(m.two, m.waits);
        queue_work(m.two, m.sets);
    };
    const body first_comes_first = [](queues& m) {
        queue_work(m.one, m.sets);
        flush_workqueue(m.one);
        queue_work(m.one, m.waits);
    };
    check_fails<queues>({{on_one}}, "deadlock");
    check_holds<queues>({{on_two}});
    check_holds<queues>({{first_comes_first}});
}

TEST_CASE("alloc_ordered_workqueue runs one work at a time, in the order of queueing") {
    const body in_order = [](queues& m) {
        queue_work(m.ordered, m.first);
        queue_work(m.ordered, m.second);
        flush_workqueue(m.ordered);
        BUG_ON(m.data.read() != 2);
    };
    const body reversed = [](queues& m) {
        queue_work(m.ordered, m.second);
        queue_work(m.ordered, m.first);
        flush_workqueue(m.ordered);
        BUG_ON(m.data.read() != 2);
    };
    const body one_is_flushed = [](queues& m) {
        queue_work(m.ordered, m.first);
        queue_work(m.ordered, m.second);
        flush_work(m.first);
        static_cast<void>(m.data.read()); // the second may write
    };
    check_holds<queues>({{in_order}});
    check_fails<queues>({{reversed}}, "BUG_ON");
    check_fails<queues>({{one_is_flushed}}, "data-race");
}

TEST_CASE("alloc_ordered_workqueue: a work that waits for a later one waits for ever") {
    const body before = [](queues& m) {
        queue_work(m.ordered, m.flushes_second);
        queue_work(m.ordered, m.second);
    };
    const body after = [](queues& m) {
        queue_work(m.ordered, m.second);
        queue_work(m.ordered, m.flushes_second);
    };
    check_fails<queues>({{before}}, "deadlock");
    check_holds<queues>({{after}});
}

TEST_CASE("alloc_ordered_workqueue: a work that was cancelled is passed over") {
    const body cancels_first = [](queues& m) {
        queue_work(m.ordered, m.first);
        queue_work(m.ordered, m.second);
        const bool was_pending = cancel_work_sync(m.first);
        flush_workqueue(m.ordered);
        BUG_ON(m.data.read() != (was_pending ? 1 : 2));
    };
    const body expects_both = [](queues& m) {
        queue_work(m.ordered, m.first);
        queue_work(m.ordered, m.second);
        cancel_work_sync(m.first);
        flush_workqueue(m.ordered);
        BUG_ON(m.data.read() != 2);
    };
    check_holds<queues>({{cancels_first}});
    check_fails<queues>({{expects_both}}, "BUG_ON");
}

TEST_CASE("limited and ordered workqueues are explored as by a scheduler that branches on "
          "everything") {
    using thread = void (*)(limited&);
    const thread a = [](limited& m) { queue_work(m.wq, m.a); };
    const thread b = [](limited& m) { queue_work(m.wq, m.b); };
    const thread c_then_d = [](limited& m) {
        queue_work(m.ordered, m.c);
        queue_work(m.ordered, m.d);
    };
    const thread c = [](limited& m) { queue_work(m.ordered, m.c); };
    const thread d = [](limited& m) { queue_work(m.ordered, m.d); };
    check_against_reference<limited>({{a, b}});
    check_against_reference<limited>({{c_then_d}});
    check_against_reference<limited>({{c, d}});
}

TEST_CASE("works do not order each other: without a limit they cost no executions") {
    const body queue_a = [](queues& m) { queue_work(m.all, m.waits); };
    const body queue_b = [](queues& m) { queue_work(m.all, m.a); };
    const body set_flag = [](queues& m) {
        m.most_allowed = 1;
        WRITE_ONCE(m.flag, 1);
    };
    CHECK(sc<queues>({{queue_a, queue_b, set_flag}}).executions == 1);
}

// --- works that threads make --------------------------------------------------------------------

namespace {

/// Each thread makes a work, whose function frees it.
struct made_by_threads {
    struct item {
        item(workqueue_struct& wq, made_by_threads& m)
            : work(wq, "work", [this, &m](work_struct&) {
                  m.data.write(m.data.read() + 1);
                  kfree(this);
              }) {}
        work_struct work;
    };

    enum class spare : std::uint8_t { none, all, ordered };

    explicit made_by_threads(spare what) : what_(what) {}

    void threads(scenario& s) {
        s.threads("P", 2, [this](int) { run(); });
        if (what_ == spare::all)
            spare_kworkers(s, 1, 2);
    }
    void run() {
        workqueue_struct& on = what_ == spare::ordered ? ordered : wq;
        auto* i = kmalloc<item>("item", on, *this);
        queue_work(on, i->work);
    }

    workqueue_struct wq{"wq"};
    workqueue_struct ordered = alloc_ordered_workqueue("ordered");
    plain<int> data{"data"};

private:
    spare what_;
};

/// As the kernel's INIT_WORK_ONSTACK().
struct on_the_stack {
    explicit on_the_stack(bool waits) : flush(waits) {}
    void threads(scenario& s) {
        s.thread("P", [this] {
            work_struct local{wq, "local", [this](work_struct&) { WRITE_ONCE(ran, 1); }};
            queue_work(wq, local);
            if (flush)
                flush_work(local);
        });
        spare_kworkers(s, 1);
    }
    bool flush;
    workqueue_struct wq{"wq"};
    atomic_t ran{"ran"};
};

} // namespace

TEST_CASE("works that threads make run on spare kworkers, at once, or on an ordered workqueue") {
    using spare = made_by_threads::spare;
    CHECK(found(check<made_by_threads>({}, spare::none), "spare_kworkers(s, n)"));
    CHECK(found(check<made_by_threads>({}, spare::all), "data-race"));
    CHECK(verified(check<made_by_threads>({}, spare::ordered)));
    CHECK(found(check<on_the_stack>({}, false), "use-after-scope"));
    CHECK(verified(check<on_the_stack>({}, true)));
}

TEST_CASE("misuse: a work on a workqueue that it was not made for") {
    struct on_two_ordered {
        workqueue_struct first = alloc_ordered_workqueue("first");
        workqueue_struct second = alloc_ordered_workqueue("second");
        work_struct work{first, "work", [](work_struct&) {}};
        on_two_ordered() { second.add(work); }
        void threads(scenario& s) {
            s.thread("P", [] {});
        }
    };
    CHECK(
        found(check<on_two_ordered>(), "work is on first and on second, of which one is ordered"));
}
