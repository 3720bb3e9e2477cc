// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/patterns/patterns.hpp>
#include <wbsync/wbsync.hpp>

/// The smallest protocol of each shape that fails, and its repair. Each has as much of the kernel
/// as the race needs; docs/patterns.md says where it comes from.
namespace wbsync::models::patterns {

using namespace wbsync::patterns;

/// Is the mistake in, or mended?
enum class form : std::uint8_t { as_it_was, repaired };

/// (a) fsnotify_put_sb_watched_objects() against iput(), fs/notify/mark.c: the count of watched
/// inodes keeps the superblock. Before 21d1b618b6b9 it was dropped before the inode.
template <form Form>
struct watched_inodes {
    static constexpr thread_names called{"drop_watch", "umount"};

    guarded object{"sb"};
    atomic_t watched_objects;

    explicit watched_inodes(int watches) : watched_objects("watched_objects", watches) {}

    void put_watched() {
        if (atomic_dec_and_test(watched_objects))
            wake_up_var(watched_objects);
    }
    void leave() {
        if constexpr (Form == form::as_it_was)
            put_watched();
        object.use("iput"); // evicts the inode, with the help of its superblock
        if constexpr (Form == form::repaired)
            put_watched();
    }
    void wait_and_free() {
        wait_var_event(watched_objects,
                       [this] { return atomic_read_acquire(watched_objects) == 0; });
        object.end("generic_shutdown_super");
    }
};

/// (b) A device with a work: __mark_inode_dirty() and the like against bdi removal. Between the
/// look and the queueing nobody sees the producer. Closed as by cba38ec4cbd3: a read-side section
/// around both, a grace period before the flush.
template <form Form>
struct device_with_work {
    guarded object{"device"};
    atomic_t active{"active", 1};
    workqueue_struct wq{"wq"};
    work_struct work{wq, "work", [this](work_struct&) { object.use("work_fn"); }};

    void submit() {
        if constexpr (Form == form::repaired)
            rcu_read_lock();
        if (READ_ONCE(active) != 0)
            queue_work(wq, work);
        if constexpr (Form == form::repaired)
            rcu_read_unlock();
    }
    void stop_and_free() {
        WRITE_ONCE(active, 0);
        if constexpr (Form == form::repaired)
            synchronize_rcu();
        flush_workqueue(wq);
        object.end();
    }
};

/// Handles all that is on the list; what llist_for_each_entry_safe() is in the kernel.
inline void handle_all(llist_node* node) {
    while (node != nullptr) {
        llist_node* const next = node->next;
        llist_entry<item>(node)->handle();
        node = next;
    }
}

/// (c) A list with a flag that says it is not empty, as the cpumask of xfs inodegc: only who sets
/// the flag queues the work. The worker must clear it before it takes the list.
template <form Form>
struct list_with_flag {
    llist_head list{"list"};
    atomic_t flags{"flags"};
    workqueue_struct wq{"wq"};
    work_struct work{wq, "work", [this](work_struct&) { run(); }};

    void add(item& i) {
        llist_add(i.node, list);
        if (!test_and_set_bit(0, flags))
            queue_work(wq, work);
    }
    void run() {
        if constexpr (Form == form::repaired)
            clear_bit(0, flags);
        llist_node* const all = llist_del_all(list);
        if constexpr (Form == form::as_it_was)
            clear_bit(0, flags);
        handle_all(all);
    }
};

/// (c) A list that is its own flag, as the switches of cgroup writeback from e1b849cfa6b6 on: only
/// who finds it empty queues the work. Whoever flushes for an item that came second relies on the
/// first adder, which may not have got to queue_work() yet. A count of the items does not.
template <form Form>
struct list_with_flush {
    static constexpr thread_names called{"adder", "umount"};

    llist_head list{"list"};
    atomic_t in_flight{"in_flight"};
    workqueue_struct wq{"wq"};
    work_struct work{wq, "work", [this](work_struct&) { run(); }};

    void add(item& i) {
        if constexpr (Form == form::repaired)
            atomic_inc(in_flight);
        if (llist_add(i.node, list))
            queue_work(wq, work);
    }
    void run() {
        int handled = 0;
        for (llist_node *node = llist_del_all(list), *next = nullptr; node != nullptr;
             node = next) {
            next = node->next;
            llist_entry<item>(node)->handle();
            ++handled;
        }
        if constexpr (Form == form::repaired)
            if (atomic_sub_return(handled, in_flight) == 0)
                wake_up_var(in_flight);
    }
    void stop() {
        if constexpr (Form == form::as_it_was)
            flush_workqueue(wq);
        else
            wait_var_event(in_flight, [this] { return atomic_read_acquire(in_flight) == 0; });
    }
};

/// (d) The count of a mount before 7eb84d54fac5: one number for each CPU. A reference that comes
/// after the sum has passed its CPU, and one that goes before it has reached the other. Mended with
/// two numbers: puts are added up before gets, so that a put is never seen without its get.
struct torn_count {
    percpu_t count{"mnt_count"};

    void get() { this_cpu_inc(count); }
    void put() { this_cpu_dec(count); }
    std::int64_t sum() { return per_cpu_sum(count); }
};
struct gets_and_puts {
    percpu_t gets{"mnt_gets"}, puts{"mnt_puts"};

    void get() { this_cpu_inc(gets); }
    void put() {
        smp_mb(); // (1) after its get; pairs with (2)
        this_cpu_inc(puts);
    }
    std::int64_t sum() {
        const std::int64_t put = per_cpu_sum(puts);
        smp_mb(); // (2) pairs with (1)
        return per_cpu_sum(gets) - put;
    }
};

/// (d) The readers of a percpu_rw_semaphore before e6b1a44eccfc, with a sum that is not torn: the
/// addition is a load and a store, and whoever interrupts it in between on that CPU is lost.
template <form Form>
struct count_of_readers {
    percpu_t entries{"entries"}, exits{"exits"};

    static void inc(percpu_t& x) {
        if constexpr (Form == form::as_it_was)
            raw_cpu_inc(x);
        else
            this_cpu_inc(x);
    }
    void get() { inc(entries); }
    void put() {
        smp_mb();
        inc(exits);
    }
    std::int64_t sum() {
        const std::int64_t left = per_cpu_sum(exits);
        smp_mb();
        return per_cpu_sum(entries) - left;
    }
};

/// (e) The requests of a fuse connection before 2d84a2d19b61: whoever drops one looks first whether
/// the connection is aborted, and wakes nobody if it is not. models/fuse/ has the kernel's own
/// steps.
template <form Form>
struct requests {
    static constexpr thread_names called{"request", "abort"};

    guarded object{"conn"};
    atomic_t num_waiting;
    atomic_t connected{"connected", 1};

    explicit requests(int droppers) : num_waiting("num_waiting", droppers) {}

    void drop() {
        if constexpr (Form == form::as_it_was) {
            if (READ_ONCE(connected) != 0) {
                smp_mb__before_atomic(); // so that nothing else is wrong
                atomic_dec(num_waiting);
            } else if (atomic_dec_and_test(num_waiting)) {
                wake_up_var(num_waiting);
            }
        } else if (atomic_dec_and_test(num_waiting) && READ_ONCE(connected) == 0) {
            wake_up_var(num_waiting);
        }
    }
    void close() {
        WRITE_ONCE(connected, 0);
        smp_mb(); // pairs with the full order of atomic_dec_and_test()
        wait_var_event(num_waiting, [this] { return atomic_read_acquire(num_waiting) == 0; });
        object.end();
    }
};

} // namespace wbsync::models::patterns
