// SPDX-License-Identifier: BSD-3-Clause
// The shapes of <wbsync/patterns/…>, with protocols as a user would write them. The instances of
// models/patterns/ are checked with all models, and their stories in shapes.cpp.

#include <wbsync/doctest.hpp>
#include <wbsync/patterns/patterns.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

namespace {

options under(memory_kind memory) {
    options with;
    with.memory = memory;
    return with;
}

} // namespace

// --- (a) last use -------------------------------------------------------------------------------

namespace {

enum class promise { kept, no_second_look, no_barrier, refuses_all };

/// Users pin an object while it is active; teardown clears the flag and waits for the pins.
template <promise Promise>
struct pinned_while_active {
    patterns::guarded object{"disk"};
    atomic_t active{"active", 1}, pins{"pins"};

    bool enter() {
        if (Promise == promise::refuses_all || READ_ONCE(active) == 0)
            return false;
        atomic_inc(pins);
        if constexpr (Promise != promise::no_barrier)
            smp_mb__after_atomic();
        if (Promise == promise::no_second_look || READ_ONCE(active) != 0)
            return true;
        leave();
        return false;
    }
    void leave() {
        if (atomic_dec_and_test(pins))
            wake_up_var(pins);
    }
    void wait_and_free() {
        WRITE_ONCE(active, 0);
        smp_mb();
        wait_var_event(pins, [this] { return atomic_read_acquire(pins) == 0; });
        object.end("put_disk");
    }
};

/// The last of submitter and completion frees the request: there is no teardown.
template <bool UseAfterPut>
struct freed_by_the_last {
    static constexpr patterns::thread_names called{"holder", ""};

    patterns::guarded object{"request"};
    refcount_t ref;

    explicit freed_by_the_last(int users) : ref("ref", users) {}

    void use() { object.use("complete"); }
    void leave() {
        if (refcount_dec_and_test(ref))
            object.end("kfree");
        else if constexpr (UseAfterPut)
            object.use("file_accessed");
    }
};

using patterns::last_use;

} // namespace

TEST_CASE("pattern last_use: pin, barrier, second look") {
    CHECK(verified(check<last_use<pinned_while_active<promise::kept>>>(options{}, 2)));
}

TEST_CASE("pattern last_use: without a second look a pin comes too late") {
    const result r = check<last_use<pinned_while_active<promise::no_second_look>>>();
    CHECK(found(r, "use-after-end"));
    CHECK(found(r, "after put_disk"));
}

TEST_CASE("pattern last_use: without a barrier before the second look, under weak only") {
    using model = last_use<pinned_while_active<promise::no_barrier>>;
    CHECK(verified(check<model>(under(memory_kind::sc))));
    CHECK(found(check<model>(under(memory_kind::weak)), "use-after-end"));
}

TEST_CASE("pattern last_use: the last user ends the object, nobody waits") {
    CHECK(verified(check<last_use<freed_by_the_last<false>>>(options{}, 3)));
    CHECK(found(check<last_use<freed_by_the_last<true>>>(options{}, 2), "file_accessed"));
}

TEST_CASE("a control that is not found says that the model has no teeth") {
    using patterns::control;
    CHECK(found(
        check<last_use<pinned_while_active<promise::kept>>>(options{}, 1, control::free_at_once),
        "use-after-end"));
    using toothless = last_use<pinned_while_active<promise::refuses_all>>;
    CHECK(vacuous(check<toothless>()));
    CHECK(vacuous(check<toothless>(options{}, 1, control::free_at_once)));
}

// --- (b) check, then queue ----------------------------------------------------------------------

namespace {

/// f87904c07551: the check and the stop hold a lock, so the check and the queueing are one step.
template <bool Locked>
struct queued_under_a_lock {
    patterns::guarded object{"bdi"};
    spinlock_t work_lock{"work_lock"};
    atomic_t registered{"WB_registered", 1};
    workqueue_struct wq{"bdi_wq"};
    work_struct bw_work{wq, "bw_work", [this](work_struct&) { object.use("update_bandwidth"); }};

    void lock() {
        if constexpr (Locked)
            spin_lock_irq(work_lock);
    }
    void unlock() {
        if constexpr (Locked)
            spin_unlock_irq(work_lock);
    }
    void submit() {
        lock();
        if (READ_ONCE(registered) != 0)
            queue_work(wq, bw_work);
        unlock();
    }
    void stop_and_free() {
        lock();
        WRITE_ONCE(registered, 0);
        unlock();
        flush_work(bw_work);
        object.end("release_bdi");
    }
};

using patterns::check_then_queue;

} // namespace

TEST_CASE("pattern check_then_queue: a lock around the look and the queueing closes the window") {
    CHECK(verified(check<check_then_queue<queued_under_a_lock<true>>>(options{}, 2)));
    CHECK(found(check<check_then_queue<queued_under_a_lock<false>>>(), "use-after-end"));
    CHECK(found(check<check_then_queue<queued_under_a_lock<true>>>(options{}, 1,
                                                                   patterns::control::free_at_once),
                "update_bandwidth"));
}

// --- (c) queue when first -----------------------------------------------------------------------

namespace {

enum class taking { the_list, a_look_at_it };

/// The adder that finds the list empty queues the work; stop refuses new items, and waits for the
/// work.
template <taking Taking>
struct collector {
    llist_head list{"list"};
    spinlock_t lock{"lock"};
    plain<bool> stopped{"stopped", false};
    workqueue_struct wq{"wq"};
    work_struct work{wq, "work", [this](work_struct&) { collect(); }};

    bool add(patterns::item& i) {
        spin_lock(lock);
        const bool open = !stopped.read();
        if (open && llist_add(i.node, list))
            queue_work(wq, work);
        spin_unlock(lock);
        return open;
    }
    void collect() {
        llist_node* node = Taking == taking::the_list ? llist_del_all(list) : READ_ONCE(list.first);
        for (llist_node* next = nullptr; node != nullptr; node = next) {
            next = node->next;
            llist_entry<patterns::item>(node)->handle();
        }
        if constexpr (Taking == taking::a_look_at_it)
            llist_del_all(list);
    }
    void stop() {
        spin_lock(lock);
        stopped.write(true);
        spin_unlock(lock);
        flush_workqueue(wq);
    }
};

using patterns::queue_when_first;

} // namespace

TEST_CASE("pattern queue_when_first: refused items need not be handled") {
    CHECK(verified(check<queue_when_first<collector<taking::the_list>>>()));
}

TEST_CASE("pattern queue_when_first: an item that comes between look and emptying is forgotten") {
    CHECK(found(check<queue_when_first<collector<taking::a_look_at_it>>>(), "forgotten-item"));
}

namespace {

/// Every work handles the whole list, and nobody takes items off.
struct handles_again {
    llist_head list{"list"};
    workqueue_struct wq{"wq"};
    work_struct work{wq, "work", [this](work_struct&) {
                         for (llist_node* n = READ_ONCE(list.first); n != nullptr; n = n->next)
                             llist_entry<patterns::item>(n)->handle();
                     }};

    void add(patterns::item& i) {
        llist_add(i.node, list);
        queue_work(wq, work);
    }
};

} // namespace

TEST_CASE("pattern queue_when_first: an item that stays on the list is handled twice") {
    CHECK(found(check<queue_when_first<handles_again>>(), "handled-twice"));
}

// --- (d) sums over CPUs -------------------------------------------------------------------------

namespace {

enum class order { puts_first, gets_first, puts_without_barrier };

template <order Order>
struct split_count {
    percpu_t gets{"gets"}, puts{"puts"};

    void get() { this_cpu_inc(gets); }
    void put() {
        if constexpr (Order != order::puts_without_barrier)
            smp_mb();
        this_cpu_inc(puts);
    }
    std::int64_t sum() {
        const std::int64_t first = per_cpu_sum(Order == order::gets_first ? gets : puts);
        smp_mb();
        const std::int64_t second = per_cpu_sum(Order == order::gets_first ? puts : gets);
        return Order == order::gets_first ? first - second : second - first;
    }
};

using patterns::percpu_sum;

} // namespace

TEST_CASE("pattern percpu_sum: puts first, and each put after its get") {
    CHECK(verified(check<percpu_sum<split_count<order::puts_first>>>(options{}, true)));
    CHECK(found(check<percpu_sum<split_count<order::gets_first>>>(), "torn-sum"));
}

TEST_CASE("pattern percpu_sum: a put that may be seen before its get, under weak only") {
    using model = percpu_sum<split_count<order::puts_without_barrier>>;
    CHECK(verified(check<model>(under(memory_kind::sc))));
    CHECK(found(check<model>(under(memory_kind::weak)), "torn-sum"));
}

// --- (e) decide before drop ---------------------------------------------------------------------

namespace {

enum class decides { early, late };

/// Nobody waits: the last one frees if it is closed, and closing frees if no one is left.
template <decides When>
struct last_one_frees {
    patterns::guarded object{"session"};
    atomic_t closed{"closed"}, freed{"freed"}, count;

    explicit last_one_frees(int droppers) : count("count", droppers) {}

    void free_session() {
        if (atomic_xchg(freed, 1) == 0)
            object.end("free_session");
    }
    void drop() {
        const bool is_closed = When == decides::early && READ_ONCE(closed) != 0;
        if (atomic_dec_and_test(count))
            if (is_closed || (When == decides::late && READ_ONCE(closed) != 0))
                free_session();
    }
    void close() {
        WRITE_ONCE(closed, 1);
        smp_mb();
        if (atomic_read_acquire(count) == 0)
            free_session();
    }
};

using patterns::decide_before_drop;

} // namespace

TEST_CASE("pattern decide_before_drop: each side leaves the object to the other") {
    CHECK(verified(check<decide_before_drop<last_one_frees<decides::late>>>(options{}, 3)));
    CHECK(found(check<decide_before_drop<last_one_frees<decides::early>>>(), "never-ended"));
    CHECK(found(check<decide_before_drop<last_one_frees<decides::late>>>(
                    options{}, 1, patterns::control::free_at_once),
                "use-after-end"));
}

// --- users that are not symmetric ---------------------------------------------------------------

namespace {

/// The first user leaves a mark on its CPU. The users are not symmetric, whatever they declare.
template <bool Symmetric>
struct marks_its_cpu {
    static constexpr bool users_are_symmetric = Symmetric;

    patterns::guarded object{"mount"};
    atomic_t came{"came"}, count;
    percpu_t first{"first"};

    explicit marks_its_cpu(int users) : count("count", users) {}

    void use() {
        if (atomic_inc_return(came) == 1)
            this_cpu_inc(first);
    }
    void leave() {
        if (atomic_dec_and_test(count))
            wake_up_var(count);
    }
    void wait_and_free() {
        wait_var_event(count, [this] { return atomic_read_acquire(count) == 0; });
        BUG_ON(READ_ONCE(per_cpu(first, 1)) != 0);
        object.end();
    }
};

} // namespace

TEST_CASE("users that differ by their CPU are not symmetric, and say so") {
    CHECK(found(check<last_use<marks_its_cpu<false>>>(options{}, 2), "BUG_ON"));
    // Symmetry is the user's promise: a wrong one hides differences.
    CHECK(verified(check<last_use<marks_its_cpu<true>>>(options{}, 2)));
}
