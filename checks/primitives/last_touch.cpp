// SPDX-License-Identifier: BSD-3-Clause
// What the last step of a primitive still touches when another thread may free the object. See
// docs/primitives/last_touch.md.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

// --- locks --------------------------------------------------------------------------------------

namespace {

/// An object with a lock in it; each of two threads gives up its share.
template <class Lock>
struct shared {
    struct object {
        Lock lock{"lock"};
        plain<int> users{"users", 2};
        refcount_t refs{"refs", 2};
    };
    object* o = kmalloc<object>("object");

    bool is_last() {
        o->users.write(o->users.read() - 1);
        return o->users.read() == 0;
    }
};

/// Counting under the lock, the last thread frees the object after the unlock: fails if the unlock
/// is not the previous owner's last touch. Counting after the unlock is always correct.
template <class Lock, class Enter, class Leave>
void check_unlock(bool touches_nothing, Enter, Leave) {
    using model = shared<Lock>;
    using body = void (*)(model&);
    const body counts_inside = [](model& m) {
        Enter{}(m.o->lock);
        const bool last = m.is_last();
        Leave{}(m.o->lock);
        if (last)
            kfree(m.o);
    };
    const body counts_after = [](model& m) {
        Enter{}(m.o->lock);
        Leave{}(m.o->lock);
        if (refcount_dec_and_test(m.o->refs))
            kfree(m.o);
    };
    if (touches_nothing)
        check_holds<model>({{counts_inside, counts_inside}});
    else
        check_fails<model>({{counts_inside, counts_inside}}, "use-after-free");
    check_holds<model>({{counts_after, counts_after}});
}

} // namespace

TEST_CASE("last touch: spin_unlock and write_sequnlock touch nothing after the next one is in") {
    check_unlock<spinlock_t>(
        true, [](spinlock_t& l) { spin_lock(l); }, [](spinlock_t& l) { spin_unlock(l); });
    check_unlock<seqlock_t>(
        true, [](seqlock_t& l) { write_seqlock(l); }, [](seqlock_t& l) { write_sequnlock(l); });
}

TEST_CASE("last touch: mutex_unlock and up_write look for those who wait") {
    check_unlock<mutex>(
        false, [](mutex& m) { mutex_lock(m); }, [](mutex& m) { mutex_unlock(m); });
    check_unlock<rw_semaphore>(
        false, [](rw_semaphore& s) { down_write(s); }, [](rw_semaphore& s) { up_write(s); });
}

TEST_CASE("last touch: percpu_up_write wakes those who wait, and ends rcu_sync") {
    check_unlock<percpu_rw_semaphore>(
        false, [](percpu_rw_semaphore& s) { percpu_down_write(s); },
        [](percpu_rw_semaphore& s) { percpu_up_write(s); });
}

TEST_CASE("last touch: up_read and the slow path of percpu_up_read look for a writer that waits") {
    struct read {
        struct object {
            rw_semaphore sem{"sem"};
            percpu_rw_semaphore percpu{"percpu"};
        };
        object* o = kmalloc<object>("object");
        atomic_t inside{"inside"}, left{"left"}, slow{"slow"};

        /// The first time takes readers off the fast path.
        void write_twice() {
            write();
            smp_store_release(slow, 1);
            await_acquire(inside, [](auto v) { return v == 1; });
            write();
        }
        void write() {
            percpu_down_write(o->percpu);
            percpu_up_write(o->percpu);
        }
    };
    using body = void (*)(read&);
    const body reads = [](read& m) {
        down_read(m.o->sem);
        smp_store_release(m.inside, 1);
        up_read(m.o->sem);
        smp_store_release(m.left, 1);
    };
    const body writes_and_frees = [](read& m) {
        await_acquire(m.inside, [](auto v) { return v == 1; });
        down_write(m.o->sem);
        up_write(m.o->sem);
        kfree(m.o);
    };
    const body writes_waits_and_frees = [](read& m) {
        await_acquire(m.inside, [](auto v) { return v == 1; });
        down_write(m.o->sem);
        up_write(m.o->sem);
        await_acquire(m.left, [](auto v) { return v == 1; });
        kfree(m.o);
    };
    check_fails<read>({{reads, writes_and_frees}}, "use-after-free");
    check_holds<read>({{reads, writes_waits_and_frees}});
    const body reads_slowly = [](read& m) {
        await_acquire(m.slow, [](auto v) { return v == 1; });
        percpu_down_read(m.o->percpu);
        smp_store_release(m.inside, 1);
        percpu_up_read(m.o->percpu);
        smp_store_release(m.left, 1);
    };
    const body writes_twice_and_frees = [](read& m) {
        m.write_twice();
        kfree(m.o);
    };
    const body writes_twice_waits_and_frees = [](read& m) {
        m.write_twice();
        await_acquire(m.left, [](auto v) { return v == 1; });
        kfree(m.o);
    };
    check_fails<read>({{reads_slowly, writes_twice_and_frees}}, "use-after-free");
    check_holds<read>({{reads_slowly, writes_twice_waits_and_frees}});
}

// --- counts -------------------------------------------------------------------------------------

TEST_CASE("last touch: a count that gets to 0 is not touched any more") {
    struct counted {
        struct object {
            refcount_t refs{"refs", 2};
            atomic_t users{"users", 2};
        };
        object* o = kmalloc<object>("object");
    };
    using body = void (*)(counted&);
    const body puts = [](counted& m) {
        if (refcount_dec_and_test(m.o->refs))
            kfree(m.o);
    };
    const body puts_atomically = [](counted& m) {
        if (atomic_dec_and_test(m.o->users))
            kfree(m.o);
    };
    const body puts_and_looks = [](counted& m) {
        if (refcount_dec_and_test(m.o->refs))
            kfree(m.o);
        else
            refcount_read(m.o->refs);
    };
    check_holds<counted>({{puts, puts}});
    check_holds<counted>({{puts_atomically, puts_atomically}});
    check_fails<counted>({{puts, puts_and_looks}}, "use-after-free");
}

// --- wake-ups by address ------------------------------------------------------------------------

namespace {

struct awaited {
    struct object {
        atomic_t pending{"pending", 1};
        atomic_t flags{"flags", 1};
    };
    object* o = kmalloc<object>("object");
};

using waiter = void (*)(awaited&);

} // namespace

TEST_CASE("last touch: wake_up_var and wake_up_bit look at an address only") {
    const waiter waits_and_frees = [](awaited& m) {
        wait_var_event(m.o->pending, [&m] { return smp_load_acquire(m.o->pending) == 0; });
        kfree(m.o);
    };
    const waiter ends = [](awaited& m) {
        if (atomic_dec_and_test(m.o->pending))
            wake_up_var(m.o->pending);
    };
    const waiter ends_in_one = [](awaited& m) { atomic_dec_and_wake_up(m.o->pending); };
    const waiter stores = [](awaited& m) { store_release_wake_up(m.o->pending, 0); };
    const waiter ends_and_looks = [](awaited& m) {
        if (atomic_dec_and_test(m.o->pending))
            wake_up_var(m.o->pending);
        atomic_read(m.o->pending);
    };
    check_holds<awaited>({{waits_and_frees, ends}});
    check_holds<awaited>({{waits_and_frees, ends_in_one}});
    check_holds<awaited>({{waits_and_frees, stores}});
    check_fails<awaited>({{waits_and_frees, ends_and_looks}}, "use-after-free");
    const waiter waits_for_bit_and_frees = [](awaited& m) {
        wait_on_bit(m.o->flags, 0);
        kfree(m.o);
    };
    const waiter clears = [](awaited& m) { clear_and_wake_up_bit(0, m.o->flags); };
    const waiter clears_and_looks = [](awaited& m) {
        clear_and_wake_up_bit(0, m.o->flags);
        test_bit(0, m.o->flags);
    };
    check_holds<awaited>({{waits_for_bit_and_frees, clears}});
    check_fails<awaited>({{waits_for_bit_and_frees, clears_and_looks}}, "use-after-free");
}

// --- what the kernel calls back -----------------------------------------------------------------

TEST_CASE("last touch: a work and an rcu_head are not touched after their function was called") {
    struct called {
        struct object {
            explicit object(workqueue_struct& wq)
                : work(wq, "work", [this](work_struct&) { kfree(this); }) {}
            work_struct work;
            rcu_head head;
        };
        workqueue_struct wq{"wq"};
        object* freed_by_work = kmalloc<object>("freed_by_work", wq);
        object* freed_by_callback = kmalloc<object>("freed_by_callback", wq);
        static void daemons(scenario& s) { rcu_callback_thread(s); }
    };
    using body = void (*)(called&);
    const body queues = [](called& m) {
        queue_work(m.wq, m.freed_by_work->work);
        call_rcu(m.freed_by_callback->head, [o = m.freed_by_callback] { kfree(o); });
    };
    // cancel_work_sync() enables the work again after it has waited for the function.
    const body queues_and_cancels = [](called& m) {
        queue_work(m.wq, m.freed_by_work->work);
        kfree(m.freed_by_callback);
        if (!cancel_work_sync(m.freed_by_work->work))
            return;
        kfree(m.freed_by_work);
    };
    check_holds<called>({{queues}});
    check_fails<called>({{queues_and_cancels}}, "use-after-free");
}

TEST_CASE("last touch: srcu_read_unlock is the last touch of its domain") {
    struct domain {
        struct object {
            srcu_struct ss{"ss"};
            atomic_t gone{"gone"};
        };
        object* o = kmalloc<object>("object");
        atomic_t left{"left"};
        void end() {
            cleanup_srcu_struct(o->ss);
            kfree(o);
        }
    };
    using body = void (*)(domain&);
    const body reads = [](domain& m) {
        const int index = srcu_read_lock(m.o->ss);
        srcu_read_unlock(m.o->ss, index);
        smp_store_release(m.left, 1);
    };
    const body reads_and_says_so_inside = [](domain& m) {
        const int index = srcu_read_lock(m.o->ss);
        smp_store_release(m.left, 1);
        srcu_read_unlock(m.o->ss, index);
    };
    const body waits_and_ends = [](domain& m) {
        await_acquire(m.left, [](auto v) { return v == 1; });
        m.end();
    };
    const body waits_synchronizes_and_ends = [](domain& m) {
        await_acquire(m.left, [](auto v) { return v == 1; });
        synchronize_srcu(m.o->ss);
        m.end();
    };
    check_holds<domain>({{reads, waits_and_ends}});
    check_holds<domain>({{reads_and_says_so_inside, waits_synchronizes_and_ends}});
    check_fails<domain>({{reads_and_says_so_inside, waits_and_ends}}, "use-after-free");
}

TEST_CASE("last touch: percpu_counter_add leaves the lock of the counter") {
    struct counter {
        percpu_counter c{"c", 0, 1};
        atomic_t left{"left"};
    };
    using body = void (*)(counter&);
    const body adds = [](counter& m) { percpu_counter_inc(m.c); };
    // By the count, which was folded under the lock, it is known that the addition has come.
    const body sees_and_destroys = [](counter& m) {
        await_acquire(m.c.count, [](auto n) { return n == 1; });
        percpu_counter_destroy(m.c);
    };
    const body adds_and_says_so = [](counter& m) {
        percpu_counter_inc(m.c);
        smp_store_release(m.left, 1);
    };
    const body waits_and_destroys = [](counter& m) {
        await_acquire(m.left, [](auto v) { return v == 1; });
        percpu_counter_destroy(m.c);
    };
    check_fails<counter>({{adds, sees_and_destroys}}, "use-after-free");
    check_holds<counter>({{adds_and_says_so, waits_and_destroys}});
}
