// SPDX-License-Identifier: BSD-3-Clause
// Lesson 6: check a flag, then queue work.
//
// A producer queues work only while the device is active. Teardown clears the flag, flushes the
// workqueue and frees the device. A producer that has seen the flag set, but has not got to
// queue_work() yet, is seen by nobody: the flush finds nothing, and the work runs on freed memory.
// This is the umount race of models/writeback/ in its smallest form, and the fix is that of Linux
// commit cba38ec4cbd3: a read-side critical section from the check to the queueing, and a grace
// period before the flush.
//
// New here: work_struct and workqueue_struct; a read-side section that protects no pointer.
#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class window { open, closed_by_rcu, section_too_short, flushed_before_grace_period };

struct device {
    atomic_t requests{"requests"};
};

template <window Window>
struct teardown_of_device {
    atomic_t active{"active", 1};
    device* dev = kmalloc<device>("dev");
    workqueue_struct wq{"wq"};
    work_struct work{"work", [this](work_struct&) { atomic_inc(dev->requests); }};

    teardown_of_device() { wq.add(work); }

    void producer() {
        if constexpr (Window != window::open)
            rcu_read_lock();
        const bool go = READ_ONCE(active) != 0;
        if constexpr (Window == window::section_too_short)
            rcu_read_unlock();
        if (go)
            queue_work(wq, work);
        if constexpr (Window != window::open && Window != window::section_too_short)
            rcu_read_unlock();
    }

    void teardown() {
        WRITE_ONCE(active, 0);
        if constexpr (Window == window::flushed_before_grace_period)
            flush_workqueue(wq);
        if constexpr (Window != window::open)
            synchronize_rcu();
        if constexpr (Window != window::flushed_before_grace_period)
            flush_workqueue(wq);
        kfree(dev);
    }

    void threads(scenario& s) {
        s.thread("producer", [this] { producer(); });
        s.thread("teardown", [this] { teardown(); });
    }
};

TEST_CASE("a section from check to queueing and a grace period before the flush close the window") {
    CHECK(verified(check<teardown_of_device<window::closed_by_rcu>>()));
}

TEST_CASE("without them the work runs on a freed device") {
    CHECK(found(check<teardown_of_device<window::open>>(), "use-after-free"));
}

TEST_CASE("a section that ends before the queueing leaves the window open") {
    CHECK(found(check<teardown_of_device<window::section_too_short>>(), "use-after-free"));
}

TEST_CASE("a flush before the grace period comes too early") {
    CHECK(
        found(check<teardown_of_device<window::flushed_before_grace_period>>(), "use-after-free"));
}
