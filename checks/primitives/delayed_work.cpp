// SPDX-License-Identifier: BSD-3-Clause
// Works that run later: after a timer, or after a grace period.

#include "checks/primitives/occupied_queue.hpp"
#include "checks/support/against_reference.hpp"

#include <functional>
#include <string_view>

using namespace primitives;

// --- delayed_work -------------------------------------------------------------------------------

namespace {

constexpr unsigned long later = 10;

struct timed {
    struct item {
        explicit item(timed& all)
            : dwork(all.wq, "dwork", [&all](work_struct&) { all.function(); }) {}
        delayed_work dwork;
    };

    workqueue_struct wq{"wq"};
    plain<int> data{"data"};
    atomic_t runs{"runs"}, x{"x"}, saw_x{"saw_x"}, flag{"flag"};
    std::function<void()> function = [this] { atomic_inc(runs); };
    item* made = kmalloc<item>("item", *this);
    int left_to_do = 2;

    delayed_work& dwork() { return made->dwork; }
    bool queue(unsigned long delay = later) { return queue_delayed_work(wq, dwork(), delay); }
    void write_data() {
        function = [this] { data.write(1); };
    }
    static void free_it(timed& m) { kfree(m.made); }
};

using body = void (*)(timed&);

/// Small enough for the reference.
struct one_timer {
    workqueue_struct wq{"wq"};
    atomic_t runs{"runs"}, x{"x"};
    delayed_work dwork{wq, "dwork",
                       [this](work_struct&) { atomic_fetch_add(1 + READ_ONCE(x), runs); }};
    bool queued = false, other = false;
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {READ_ONCE(runs), queued ? 1 : 0, other ? 1 : 0};
    }
};

using small = void (*)(one_timer&);

} // namespace

TEST_CASE("queue_delayed_work: the timer may fire at any time, and fires in the end") {
    const body queues = [](timed& m) { BUG_ON(!m.queue()); };
    const body queues_and_looks = [](timed& m) {
        BUG_ON(!m.queue());
        BUG_ON(READ_ONCE(m.runs) != 0);
    };
    const body one_run = [](timed& m) {
        kfree(m.made);
        BUG_ON(READ_ONCE(m.runs) != 1);
    };
    check_holds<timed>({{queues}, one_run});
    check_fails<timed>({{queues_and_looks}, &timed::free_it}, "BUG_ON");
}

TEST_CASE("queue_delayed_work: until the function starts the work is pending") {
    const body twice = [](timed& m) {
        BUG_ON(!m.queue());
        if (m.queue())
            BUG_ON(m.queue() && READ_ONCE(m.runs) == 0);
    };
    const body looks = [](timed& m) {
        m.queue();
        BUG_ON(!delayed_work_pending(m.dwork()));
    };
    check_holds<timed>({{twice}, &timed::free_it});
    check_fails<timed>({{looks}, &timed::free_it}, "BUG_ON"); // it may have run
}

TEST_CASE("flush_delayed_work makes the timer fire, flush_work and flush_workqueue do not") {
    const body flushes = [](timed& m) {
        m.write_data();
        m.queue();
        flush_delayed_work(m.dwork());
        BUG_ON(m.data.read() != 1);
    };
    const body only_the_work = [](timed& m) {
        m.write_data();
        m.queue();
        flush_work(m.dwork().work);
        static_cast<void>(m.data.read());
    };
    const body only_the_queue = [](timed& m) {
        m.write_data();
        m.queue();
        flush_workqueue(m.wq);
        static_cast<void>(m.data.read());
    };
    const body no_delay = [](timed& m) {
        m.write_data();
        m.queue(0);
        flush_workqueue(m.wq);
        BUG_ON(m.data.read() != 1);
    };
    check_holds<timed>({{flushes}, &timed::free_it});
    check_fails<timed>({{only_the_work}, &timed::free_it}, "data-race");
    check_fails<timed>({{only_the_queue}, &timed::free_it}, "data-race");
    check_holds<timed>({{no_delay}, &timed::free_it});
}

TEST_CASE("flush_delayed_work returns whether it had to wait") {
    const body pending = [](timed& m) {
        m.queue();
        const bool waited = flush_delayed_work(m.dwork());
        BUG_ON(!waited && READ_ONCE(m.runs) != 1);
        BUG_ON(flush_delayed_work(m.dwork()));
    };
    const body always = [](timed& m) {
        m.queue();
        BUG_ON(!flush_delayed_work(m.dwork())); // the timer may have fired
    };
    const body never = [](timed& m) {
        m.queue();
        BUG_ON(flush_delayed_work(m.dwork()));
    };
    check_holds<timed>({{pending}, &timed::free_it});
    check_fails<timed>({{always}, &timed::free_it}, "BUG_ON");
    check_fails<timed>({{never}, &timed::free_it}, "BUG_ON");
}

namespace {

struct line : occupied_queue {
    delayed_work dwork{wq, "dwork", [](work_struct&) {}};
};

} // namespace

TEST_CASE("mod_delayed_work takes a work off its queue: nobody waits for its turn there") {
    using thread = void (*)(line&);
    const thread modifies = [](line& m) {
        queue_work(m.wq, m.first);
        queue_delayed_work(m.wq, m.dwork, 0);
        BUG_ON(!mod_delayed_work(m.wq, m.dwork, later));
        cancel_delayed_work(m.dwork);
        BUG_ON(flush_work(m.dwork.work));
        WRITE_ONCE(m.go, 1);
    };
    const thread does_not = [](line& m) {
        queue_work(m.wq, m.first);
        queue_delayed_work(m.wq, m.dwork, 0);
        flush_work(m.dwork.work);
        WRITE_ONCE(m.go, 1);
    };
    check_holds<line>({{modifies}});
    check_fails<line>({{does_not}}, "deadlock");
}

TEST_CASE("flush_delayed_work does not see a timer that another thread is about to set") {
    const body queues = [](timed& m) { m.queue(); };
    const body flushes = [](timed& m) {
        m.queue();
        flush_delayed_work(m.dwork());
        BUG_ON(READ_ONCE(m.runs) == 0);
    };
    check_holds<timed>({{flushes}, &timed::free_it});
    check_fails<timed>({{queues, flushes}, &timed::free_it}, "BUG_ON");
}

TEST_CASE("cancel_delayed_work_sync takes the timer away and waits for the function") {
    const body waits = [](timed& m) {
        m.write_data();
        m.queue();
        cancel_delayed_work_sync(m.dwork());
        static_cast<void>(m.data.read());
        kfree(m.made);
    };
    const body does_not_wait = [](timed& m) {
        m.write_data();
        m.queue();
        cancel_delayed_work(m.dwork());
        static_cast<void>(m.data.read());
    };
    const body frees_with_timer = [](timed& m) {
        m.queue();
        kfree(m.made);
    };
    check_holds<timed>({{waits}});
    check_fails<timed>({{does_not_wait}, &timed::free_it}, "data-race");
    check_fails<timed>({{frees_with_timer}}, "use-after-free");
}

TEST_CASE("cancel_delayed_work_sync stops a work that queues itself, cancel_delayed_work may not") {
    const body waits = [](timed& m) {
        m.function = [&m] {
            m.data.write(1);
            if (--m.left_to_do != 0)
                m.queue();
        };
        m.queue();
        cancel_delayed_work_sync(m.dwork());
        static_cast<void>(m.data.read());
    };
    const body does_not_wait = [](timed& m) {
        m.function = [&m] {
            m.data.write(1);
            if (--m.left_to_do != 0)
                m.queue();
        };
        m.queue();
        cancel_delayed_work(m.dwork());
        flush_workqueue(m.wq);
        static_cast<void>(m.data.read());
    };
    check_holds<timed>({{waits}, &timed::free_it});
    check_fails<timed>({{does_not_wait}, &timed::free_it}, "data-race");
}

TEST_CASE("mod_delayed_work sets the timer anew, whether the work was pending or not") {
    const body twice = [](timed& m) {
        m.queue();
        const bool was_pending = mod_delayed_work(m.wq, m.dwork(), later);
        WRITE_ONCE(m.x, was_pending ? 1 : 2);
    };
    const auto as_many_runs = [](timed& m) {
        kfree(m.made);
        BUG_ON(READ_ONCE(m.runs) != READ_ONCE(m.x));
    };
    const auto always_two_runs = [](timed& m) {
        kfree(m.made);
        BUG_ON(READ_ONCE(m.runs) != 2);
    };
    check_holds<timed>({{twice}, as_many_runs});
    check_fails<timed>({{twice}, always_two_runs}, "BUG_ON");
}

TEST_CASE("a delayed work may set its own timer while it runs, which may fire at once") {
    // The second run comes after the first, whenever the timer fires: the data do not race.
    const body sets_it = [](timed& m) {
        m.function = [&m] {
            if (atomic_inc_return(m.runs) == 1) {
                BUG_ON(!m.queue());
                BUG_ON(m.queue()); // pending until the second run, which comes after this one
            }
            m.data.write(m.data.read() + 1);
        };
        m.queue();
    };
    const body modifies_it = [](timed& m) {
        m.function = [&m] {
            if (atomic_inc_return(m.runs) == 1) {
                BUG_ON(mod_delayed_work(m.wq, m.dwork(), later));
                mod_delayed_work(m.wq, m.dwork(), later); // the same instance, again
            }
            m.data.write(m.data.read() + 1);
        };
        m.queue();
    };
    const auto two_runs = [](timed& m) {
        kfree(m.made);
        BUG_ON(m.data.read() != 2);
    };
    const auto one_run = [](timed& m) {
        kfree(m.made);
        BUG_ON(m.data.read() != 1);
    };
    check_holds<timed>({{sets_it}, two_runs});
    check_fails<timed>({{sets_it}, one_run}, "BUG_ON");
    check_holds<timed>({{modifies_it}, two_runs});
    check_fails<timed>({{modifies_it}, one_run}, "BUG_ON");
    // Until it has ended, it waits for itself.
    const body flushes_itself = [](timed& m) {
        m.function = [&m] { flush_delayed_work(m.dwork()); };
        m.queue();
    };
    const body cancels_itself_and_waits = [](timed& m) {
        m.function = [&m] { cancel_delayed_work_sync(m.dwork()); };
        m.queue();
    };
    const body cancels_itself = [](timed& m) {
        m.function = [&m] {
            m.queue();
            cancel_delayed_work(m.dwork());
            m.data.write(1);
        };
        m.queue();
    };
    check_holds<timed>({{cancels_itself}, one_run});
    check_fails<timed>({{flushes_itself}, &timed::free_it}, "waits for itself");
    check_fails<timed>({{cancels_itself_and_waits}, &timed::free_it}, "waits for itself");
}

TEST_CASE("destroy_workqueue does not wait for timers") {
    const body destroys = [](timed& m) {
        m.queue();
        destroy_workqueue(m.wq);
    };
    const body cancels_first = [](timed& m) {
        m.queue();
        cancel_delayed_work_sync(m.dwork());
        destroy_workqueue(m.wq);
    };
    check_fails<timed>({{destroys}, &timed::free_it}, "use-after-free");
    check_holds<timed>({{cancels_first}, &timed::free_it});
}

TEST_CASE("delayed works are explored as by a scheduler that branches on everything") {
    const small queues = [](one_timer& m) {
        WRITE_ONCE(m.x, 1);
        m.queued = queue_delayed_work(m.wq, m.dwork, later);
    };
    const small cancels = [](one_timer& m) { m.other = cancel_delayed_work(m.dwork); };
    const small flushes = [](one_timer& m) {
        flush_delayed_work(m.dwork);
        m.other = READ_ONCE(m.runs) != 0;
    };
    const small modifies = [](one_timer& m) { m.other = mod_delayed_work(m.wq, m.dwork, later); };
    check_against_reference<one_timer>({{queues}});
    check_against_reference<one_timer>({{queues, cancels}});
    check_against_reference<one_timer>({{queues, flushes}});
    check_against_reference<one_timer>({{modifies, queues}});
    const small cancels_and_waits = [](one_timer& m) {
        m.other = cancel_delayed_work_sync(m.dwork);
    };
    check_against_reference<one_timer>({{queues, cancels_and_waits}});
}

// --- rcu_work -----------------------------------------------------------------------------------

namespace {

struct after_readers {
    struct object {
        explicit object(const label& name) : value(name, 1) {}
        atomic_t value;
    };

    workqueue_struct wq{"wq"};
    object* made = kmalloc<object>("object", "object");
    pointer<object> p{"p", made};
    atomic_t flag{"flag"};
    plain<int> data{"data"};
    bool frees = true;
    rcu_work rwork{wq, "rwork", [this](work_struct&) {
                       data.write(1);
                       if (frees)
                           kfree(made);
                   }};
    work_struct work{wq, "work", [this](work_struct&) { kfree(made); }};

    void daemons(scenario& s) { rcu_callback_thread(s); }
    void unpublish() { WRITE_ONCE<object>(p, nullptr); }
};

using rcu_body = void (*)(after_readers&);

const rcu_body reader = [](after_readers& m) {
    rcu_read_lock();
    if (const auto o = rcu_dereference(m.p))
        BUG_ON(READ_ONCE(o->value) != 1);
    rcu_read_unlock();
};

} // namespace

TEST_CASE("queue_rcu_work runs the work after a grace period, queue_work does not") {
    const rcu_body with_grace_period = [](after_readers& m) {
        m.unpublish();
        BUG_ON(!queue_rcu_work(m.wq, m.rwork));
    };
    const rcu_body without = [](after_readers& m) {
        m.unpublish();
        BUG_ON(!queue_work(m.wq, m.work));
    };
    check_holds<after_readers>({{reader, with_grace_period}});
    check_fails<after_readers>({{reader, without}}, "use-after-free");
}

TEST_CASE("queue_rcu_work: if it returns false no grace period follows this call") {
    // Somebody has queued the work before: what is unpublished now is freed too early.
    const rcu_body unpublished_too_late = [](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        m.unpublish();
        if (queue_rcu_work(m.wq, m.rwork))
            violated("harmless", "the first run was early: not what is looked for here");
    };
    const rcu_body in_time = [](after_readers& m) {
        m.unpublish();
        queue_rcu_work(m.wq, m.rwork);
        if (work_pending(m.rwork.work))
            return;
        flush_rcu_work(m.rwork);
    };
    options with;
    with.all_findings = true;
    bool too_early = false;
    with.on_execution = [&](const std::vector<finding>& all) {
        for (const finding& f : all)
            too_early = too_early || f.property == "use-after-free";
    };
    const program<after_readers> late{{reader, unpublished_too_late}};
    CHECK(check<program_model<after_readers>>(with, &late).outcome == verdict::finding);
    CHECK(too_early);
    check_holds<after_readers>({{reader, in_time}});
}

TEST_CASE("flush_rcu_work waits for the grace period and the work, flush_work does not") {
    const rcu_body flushes = [](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        flush_rcu_work(m.rwork);
        BUG_ON(m.data.read() != 1);
    };
    const rcu_body returns = [](after_readers& m) {
        BUG_ON(flush_rcu_work(m.rwork)); // idle
        queue_rcu_work(m.wq, m.rwork);
        const bool pending = work_pending(m.rwork.work);
        const bool waited = flush_rcu_work(m.rwork);
        BUG_ON(pending && !waited && m.data.read() != 1);
    };
    const rcu_body always_waits = [](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        BUG_ON(!flush_rcu_work(m.rwork)); // it may have run
    };
    const rcu_body never_waits = [](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        BUG_ON(flush_rcu_work(m.rwork));
    };
    check_holds<after_readers>({{returns}});
    check_fails<after_readers>({{always_waits}}, "BUG_ON");
    check_fails<after_readers>({{never_waits}}, "BUG_ON");
    const rcu_body flushes_work = [](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        flush_work(m.rwork.work);
        static_cast<void>(m.data.read());
    };
    const rcu_body flushes_workqueue = [](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        flush_workqueue(m.wq);
        static_cast<void>(m.data.read());
    };
    const rcu_body barrier_and_flush = [](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        rcu_barrier();
        flush_workqueue(m.wq);
        BUG_ON(m.data.read() != 1);
    };
    check_holds<after_readers>({{flushes}});
    check_holds<after_readers>({{barrier_and_flush}});
    check_fails<after_readers>({{flushes_work}}, "data-race");
    check_fails<after_readers>({{flushes_workqueue}}, "data-race");
}

TEST_CASE("misuse: cancelling an rcu_work") {
    const result r = weak<after_readers>({{[](after_readers& m) {
        queue_rcu_work(m.wq, m.rwork);
        cancel_work_sync(m.rwork.work);
    }}});
    CHECK(found(r, "the rcu_work rwork cannot be cancelled"));
    CHECK(std::string_view{r.what.where.file}.ends_with("delayed_work.cpp"));
}
