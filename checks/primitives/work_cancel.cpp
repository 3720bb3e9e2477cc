// SPDX-License-Identifier: BSD-3-Clause
// Cancelling and disabling works, draining and destroying workqueues, and when a work may be freed.

#include "checks/primitives/occupied_queue.hpp"
#include "checks/support/against_reference.hpp"

#include <functional>
#include <string>
#include <string_view>

using namespace primitives;

namespace {

/// A work whose function a thread sets before it queues the work.
struct works {
    struct item {
        explicit item(works& all)
            : work(all.wq, "item.work", [this, &all](work_struct&) { all.item_runs(*this); }) {}
        atomic_t value{"item.value"};
        work_struct work;
    };

    workqueue_struct wq{"wq"};
    plain<int> data{"data"};
    spinlock_t lock{"lock"};
    atomic_t runs{"runs"}, started{"started"}, go{"go"}, flag{"flag"};
    std::function<void()> function = [this] { atomic_inc(runs); };
    std::function<void(item&)> item_runs = [](item&) {};
    work_struct work{wq, "work", [this](work_struct&) { function(); }};
    work_struct chained{wq, "chained", [this](work_struct&) { data.write(2); }};
    item* made = kmalloc<item>("item", *this);
    bool first = false, second = false;

    [[nodiscard]] bool queue() { return queue_work(wq, work); }
    void write_data() {
        function = [this] { data.write(1); };
    }
    static void free_it(works& m) { kfree(m.made); }
};

using body = void (*)(works&);

/// Small enough for the reference.
struct one_work {
    workqueue_struct wq{"wq"};
    atomic_t runs{"runs"}, x{"x"};
    work_struct work{wq, "work",
                     [this](work_struct&) { atomic_fetch_add(1 + READ_ONCE(x), runs); }};
    bool queued = false, cancelled = false;
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {READ_ONCE(runs), queued ? 1 : 0, cancelled ? 1 : 0};
    }
};

using small = void (*)(one_work&);

} // namespace

// --- cancelling ---------------------------------------------------------------------------------

TEST_CASE("cancel_work_sync: afterwards the work does not run, and what it did is visible") {
    const body cancels_and_waits = [](works& m) {
        m.write_data();
        static_cast<void>(m.queue());
        cancel_work_sync(m.work);
        static_cast<void>(m.data.read());
    };
    const body only_cancels = [](works& m) {
        m.write_data();
        static_cast<void>(m.queue());
        cancel_work(m.work);
        static_cast<void>(m.data.read());
    };
    check_holds<works>({{cancels_and_waits}, &works::free_it});
    check_fails<works>({{only_cancels}, &works::free_it}, "data-race");
}

TEST_CASE("cancel_work_sync returns whether an instance was pending, which then never runs") {
    const body either = [](works& m) {
        static_cast<void>(m.queue());
        m.first = cancel_work_sync(m.work);
        BUG_ON(READ_ONCE(m.runs) + (m.first ? 1 : 0) != 1);
        BUG_ON(cancel_work_sync(m.work));
    };
    const body never = [](works& m) {
        static_cast<void>(m.queue());
        BUG_ON(cancel_work_sync(m.work));
    };
    const body always = [](works& m) {
        static_cast<void>(m.queue());
        BUG_ON(!cancel_work_sync(m.work));
    };
    const auto at_rest = [](works& m) {
        kfree(m.made);
        BUG_ON(m.work.busy());
    };
    check_holds<works>({{either}, at_rest});
    check_fails<works>({{never}, &works::free_it}, "BUG_ON");
    check_fails<works>({{always}, &works::free_it}, "BUG_ON");
}

TEST_CASE("cancel_work_sync does not make happen what was queued") {
    // As in 6191cf3ad59f (xfs): what the work was going to free stays.
    const body flushes = [](works& m) {
        m.function = [&m] { kfree(m.made); };
        static_cast<void>(m.queue());
        flush_work(m.work);
    };
    const body cancels = [](works& m) {
        m.function = [&m] { kfree(m.made); };
        static_cast<void>(m.queue());
        cancel_work_sync(m.work);
    };
    check_holds<works>({{flushes}});
    check_fails<works>({{cancels}}, "leak");
}

TEST_CASE(
    "cancel_work_sync does not keep others from queueing afterwards, disable_work_sync does") {
    const body queues = [](works& m) { static_cast<void>(m.queue()); };
    const body cancels = [](works& m) {
        m.write_data();
        cancel_work_sync(m.work);
        static_cast<void>(m.data.read());
    };
    const body disables = [](works& m) {
        m.write_data();
        disable_work_sync(m.work);
        static_cast<void>(m.data.read());
    };
    check_fails<works>({{queues, cancels}, &works::free_it}, "data-race");
    check_holds<works>({{queues, disables}, &works::free_it});
}

TEST_CASE("queue_work is false while the work is disabled, and until the last enable_work") {
    const body counts = [](works& m) {
        disable_work(m.work);
        disable_work_sync(m.work);
        BUG_ON(m.queue());
        BUG_ON(enable_work(m.work));
        BUG_ON(m.queue());
        BUG_ON(!enable_work(m.work));
        BUG_ON(!m.queue());
    };
    const body cancelling_does_not_last = [](works& m) {
        cancel_work_sync(m.work);
        BUG_ON(m.queue());
    };
    const body enables_too_often = [](works& m) { enable_work(m.work); };
    check_holds<works>({{counts}, &works::free_it});
    check_fails<works>({{cancelling_does_not_last}, &works::free_it}, "BUG_ON");
    check_fails<works>({{enables_too_often}, &works::free_it}, "misuse");
}

namespace {

/// The first work of the ordered queue ends only when the flush of the second one is over.
struct line : occupied_queue {
    work_struct second{wq, "second", [](work_struct&) {}};
};

} // namespace

TEST_CASE("a work that was cancelled is idle: no flush waits for its turn") {
    using thread = void (*)(line&);
    const thread cancels = [](line& m) {
        queue_work(m.wq, m.first);
        queue_work(m.wq, m.second);
        BUG_ON(!cancel_work_sync(m.second));
        BUG_ON(flush_work(m.second));
        WRITE_ONCE(m.go, 1);
    };
    const thread does_not = [](line& m) {
        queue_work(m.wq, m.first);
        queue_work(m.wq, m.second);
        flush_work(m.second);
        WRITE_ONCE(m.go, 1);
    };
    // Cancelled before the other thread has put it on the queue.
    const thread queues_second = [](line& m) { queue_work(m.wq, m.second); };
    const thread cancels_second = [](line& m) {
        queue_work(m.wq, m.first);
        disable_work(m.second);
        flush_work(m.second); // it runs already, or never will
        WRITE_ONCE(m.go, 1);
    };
    check_holds<line>({{cancels}});
    check_holds<line>({{queues_second, cancels_second}});
    check_fails<line>({{does_not}}, "deadlock");
}

TEST_CASE("cancelling is explored as by a scheduler that branches on everything") {
    const small queues = [](one_work& m) {
        WRITE_ONCE(m.x, 1);
        m.queued = queue_work(m.wq, m.work);
    };
    const small cancels = [](one_work& m) { m.cancelled = cancel_work(m.work); };
    const small cancels_and_waits = [](one_work& m) { m.cancelled = cancel_work_sync(m.work); };
    const small queues_and_cancels = [](one_work& m) {
        m.queued = queue_work(m.wq, m.work);
        m.cancelled = cancel_work_sync(m.work);
    };
    check_against_reference<one_work>({{queues, cancels}});
    check_against_reference<one_work>({{queues, cancels_and_waits}});
    check_against_reference<one_work>({{queues_and_cancels}});
    check_against_reference<one_work>({{[](one_work& m) {
        queue_work(m.wq, m.work);
        m.cancelled = cancel_work(m.work);
        m.queued = queue_work(m.wq, m.work); // while the first may run
    }}});
    const small flushes = [](one_work& m) { m.cancelled = flush_work(m.work); };
    const small cancels_and_flushes = [](one_work& m) {
        cancel_work(m.work);
        m.cancelled = flush_work(m.work);
    };
    check_against_reference<one_work>({{queues, flushes}});
    check_against_reference<one_work>({{queues, cancels_and_flushes}});
}

// --- waiting for oneself ------------------------------------------------------------------------

TEST_CASE("a work that waits for its own end is found where it does") {
    const auto check_waits = [](body queues_function, const char* verb) {
        const result r = weak<works>({{queues_function}, &works::free_it});
        CAPTURE(r);
        CHECK(r.what.property == "deadlock");
        CHECK(r.what.message.find("waits for itself") != std::string::npos);
        CHECK(r.what.message.find(verb) == 0);
        CHECK(std::string_view{r.what.where.file}.ends_with("work_cancel.cpp"));
    };
    check_waits(
        [](works& m) {
            m.function = [&m] { flush_work(m.work); };
            static_cast<void>(m.queue());
        },
        "flush_work");
    check_waits(
        [](works& m) {
            m.function = [&m] { cancel_work_sync(m.work); };
            static_cast<void>(m.queue());
        },
        "cancel_work_sync");
    check_waits(
        [](works& m) {
            m.function = [&m] { flush_workqueue(m.wq); };
            static_cast<void>(m.queue());
        },
        "flush_workqueue");
    check_waits(
        [](works& m) {
            m.function = [&m] { destroy_workqueue(m.wq); };
            static_cast<void>(m.queue());
        },
        "destroy_workqueue");
    // It may wait for another work, and cancel itself without waiting.
    check_holds<works>({{[](works& m) {
                            m.function = [&m] {
                                flush_work(m.chained);
                                cancel_work(m.work);
                            };
                            static_cast<void>(m.queue());
                        }},
                        &works::free_it});
}

TEST_CASE("a work's function that returns inside of a section or with a lock is found") {
    const auto returns = [](body queues_function, const std::string& what) {
        const result r = weak<works>({{queues_function}, &works::free_it});
        CAPTURE(r);
        CHECK(r.what.property == "misuse");
        CHECK(r.what.message.find("the function of work returns inside of " + what) == 0);
        CHECK(std::string_view{r.what.where.file}.ends_with("work_cancel.cpp"));
    };
    returns(
        [](works& m) {
            m.function = [] { rcu_read_lock(); };
            static_cast<void>(m.queue());
        },
        "an RCU read-side");
    returns(
        [](works& m) {
            m.function = [&m] { spin_lock(m.lock); };
            static_cast<void>(m.queue());
        },
        "spinlock lock");
}

// --- freeing ------------------------------------------------------------------------------------

TEST_CASE("a work may be freed by its own function, which then does not touch it") {
    const body frees_itself = [](works& m) {
        m.item_runs = [](works::item& i) { kfree(&i); };
        queue_work(m.wq, m.made->work);
    };
    const body touches_it = [](works& m) {
        m.item_runs = [](works::item& i) {
            kfree(&i);
            WRITE_ONCE(i.value, 1);
        };
        queue_work(m.wq, m.made->work);
    };
    const body is_flushed = [](works& m) {
        m.item_runs = [](works::item& i) { kfree(&i); };
        queue_work(m.wq, m.made->work);
        flush_work(m.made->work); // it may be gone
    };
    const body wq_is_flushed = [](works& m) {
        m.item_runs = [](works::item& i) { kfree(&i); };
        queue_work(m.wq, m.made->work);
        flush_workqueue(m.wq);
    };
    check_holds<works>({{frees_itself}});
    check_holds<works>({{wq_is_flushed}});
    check_fails<works>({{touches_it}}, "use-after-free");
    check_fails<works>({{is_flushed}}, "use-after-free");
}

TEST_CASE("a work may not be freed while it is pending") {
    const body frees = [](works& m) {
        queue_work(m.wq, m.made->work);
        kfree(m.made);
    };
    const body flushes = [](works& m) {
        queue_work(m.wq, m.made->work);
        flush_work(m.made->work);
        kfree(m.made);
    };
    const body cancels = [](works& m) {
        queue_work(m.wq, m.made->work);
        cancel_work_sync(m.made->work);
        kfree(m.made);
    };
    // The function frees the item, and somebody has queued it again.
    const body frees_itself = [](works& m) {
        m.item_runs = [](works::item& i) { kfree(&i); };
        queue_work(m.wq, m.made->work);
        queue_work(m.wq, m.made->work);
    };
    check_fails<works>({{frees}}, "use-after-free");
    check_holds<works>({{flushes}});
    check_holds<works>({{cancels}});
    check_fails<works>({{frees_itself}}, "use-after-free");
}

TEST_CASE("cancel_work does not wait, so that the object must not be freed after it") {
    const body without_waiting = [](works& m) {
        m.item_runs = [](works::item& i) { WRITE_ONCE(i.value, 1); };
        queue_work(m.wq, m.made->work);
        cancel_work(m.made->work);
        kfree(m.made);
    };
    const body waiting = [](works& m) {
        m.item_runs = [](works::item& i) { WRITE_ONCE(i.value, 1); };
        queue_work(m.wq, m.made->work);
        cancel_work_sync(m.made->work);
        kfree(m.made);
    };
    check_fails<works>({{without_waiting}}, "use-after-free");
    check_holds<works>({{waiting}});
}

// --- where a finding is -------------------------------------------------------------------------

namespace {

/// All findings of all executions, in kworkers and timers as well, are at places in this file.
template <class State>
void all_findings_are_here(const program<State>& what) {
    options with;
    with.all_findings = true;
    int elsewhere = 0;
    int here = 0;
    with.on_execution = [&](const std::vector<finding>& all) {
        for (const finding& f : all)
            ++(std::string_view{f.where.file}.ends_with("work_cancel.cpp") ? here : elsewhere);
    };
    const result r = check<program_model<State>>(with, &what);
    CAPTURE(r);
    CHECK(here > 0);
    CHECK(elsewhere == 0);
}

/// A kworker that waits for its turn, and a grace period that never ends.
struct stuck {
    workqueue_struct one = alloc_workqueue("one", 1);
    atomic_t flag{"flag"};
    rcu_head head;
    work_struct a{one, "a", [this](work_struct&) { await(flag, [](auto v) { return v == 1; }); }};
    work_struct b{one, "b", [](work_struct&) {}};
    static void daemons(scenario& s) { rcu_callback_thread(s); }
};

} // namespace

TEST_CASE("what goes wrong in a kworker or a timer is found where the work was queued") {
    const body frees_what_is_pending = [](works& m) {
        queue_work(m.wq, m.made->work);
        kfree(m.made);
    };
    all_findings_are_here<works>({{frees_what_is_pending}});
    struct timed {
        struct item {
            explicit item(workqueue_struct& wq) : dwork(wq, "dwork", [](work_struct&) {}) {}
            delayed_work dwork;
        };
        workqueue_struct wq{"wq"};
        item* made = kmalloc<item>("item", wq);
    };
    using thread = void (*)(timed&);
    const thread frees_with_timer = [](timed& m) {
        queue_delayed_work(m.wq, m.made->dwork, 1);
        kfree(m.made);
    };
    const thread destroys_with_timer = [](timed& m) {
        queue_delayed_work(m.wq, m.made->dwork, 1);
        destroy_workqueue(m.wq);
    };
    all_findings_are_here<timed>({{frees_with_timer}});
    all_findings_are_here<timed>({{destroys_with_timer}, [](timed& m) { kfree(m.made); }});
    using waits = void (*)(stuck&);
    const waits for_its_turn = [](stuck& m) {
        queue_work(m.one, m.a);
        queue_work(m.one, m.b);
    };
    const waits for_a_reader = [](stuck& m) {
        call_rcu(m.head, [] {});
        rcu_read_lock();
        await(m.flag, [](auto v) { return v == 1; });
    };
    all_findings_are_here<stuck>({{for_its_turn}});
    all_findings_are_here<stuck>({{for_a_reader}});
}

// --- draining and destroying --------------------------------------------------------------------

TEST_CASE("drain_workqueue waits for works that the works queue, flush_workqueue does not") {
    const body drains = [](works& m) {
        m.function = [&m] { queue_work(m.wq, m.chained); };
        static_cast<void>(m.queue());
        drain_workqueue(m.wq);
        BUG_ON(m.data.read() != 2);
    };
    const body flushes = [](works& m) {
        m.function = [&m] { queue_work(m.wq, m.chained); };
        static_cast<void>(m.queue());
        flush_workqueue(m.wq);
        BUG_ON(m.data.read() != 2);
    };
    check_holds<works>({{drains}, &works::free_it});
    check_fails<works>({{flushes}, &works::free_it}, "data-race");
}

TEST_CASE("drain_workqueue: others may not queue meanwhile, but before and after") {
    const body drains = [](works& m) {
        drain_workqueue(m.wq);
        smp_store_release(m.flag, 1);
    };
    const body drains_when_told = [](works& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        drain_workqueue(m.wq);
    };
    const body queues_any_time = [](works& m) { static_cast<void>(m.queue()); };
    const body queues_before = [](works& m) {
        static_cast<void>(m.queue());
        smp_store_release(m.flag, 1);
    };
    const body queues_after = [](works& m) {
        await_acquire(m.flag, [](auto v) { return v == 1; });
        static_cast<void>(m.queue());
    };
    check_fails<works>({{drains, queues_any_time}, &works::free_it}, "misuse");
    check_holds<works>({{drains_when_told, queues_before}, &works::free_it});
    check_holds<works>({{drains, queues_after}, &works::free_it});
    // Not even the thread that has drained it may queue, if another drain may be under way.
    const body drains_and_queues = [](works& m) {
        drain_workqueue(m.wq);
        static_cast<void>(m.queue());
    };
    check_holds<works>({{drains_and_queues}, &works::free_it});
    check_fails<works>({{drains_and_queues, drains}, &works::free_it}, "misuse");
    check_fails<works>({{drains, drains_and_queues}, &works::free_it}, "misuse");
}

TEST_CASE("destroy_workqueue runs what is queued, and then the workqueue is gone") {
    const body queues_before = [](works& m) {
        m.write_data();
        static_cast<void>(m.queue());
        destroy_workqueue(m.wq);
        BUG_ON(m.data.read() != 1);
    };
    const body queues_after = [](works& m) {
        destroy_workqueue(m.wq);
        static_cast<void>(m.queue());
    };
    const body flushes_after = [](works& m) {
        destroy_workqueue(m.wq);
        flush_workqueue(m.wq);
    };
    const body queues = [](works& m) { static_cast<void>(m.queue()); };
    const body destroys = [](works& m) { destroy_workqueue(m.wq); };
    const body destroys_after_it = [](works& m) {
        if (smp_load_acquire(m.flag) == 1)
            destroy_workqueue(m.wq);
    };
    const body queues_and_says_so = [](works& m) {
        static_cast<void>(m.queue());
        smp_store_release(m.flag, 1);
    };
    check_holds<works>({{queues_before}, &works::free_it});
    check_fails<works>({{queues_after}, &works::free_it}, "use-after-free");
    check_fails<works>({{flushes_after}, &works::free_it}, "use-after-free");
    // Too early, it is not ordered before the end; too late, the workqueue is being drained, or
    // gone.
    CHECK(weak<works>({{queues, destroys}, &works::free_it}).outcome == verdict::finding);
    check_holds<works>({{queues_and_says_so, destroys_after_it}, &works::free_it});
}
