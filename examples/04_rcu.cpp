// SPDX-License-Identifier: BSD-3-Clause
// Lesson 4: publish with RCU, free after a grace period.
//
// An updater replaces a structure that readers use without a lock. It may free the old one only
// when every reader that may have got hold of it has left its read-side critical section.
//
// New here: kmalloc() and kfree() inside a model, rcu_dereference(), call_rcu() with the callback
// thread. A block that is never freed would be a finding "leak".
#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class reclaim { call_rcu, synchronize_rcu, at_once };

struct config {
    explicit config(int initial) : value("value", initial) {}

    plain<int> value;
    rcu_head rcu;
};

template <reclaim How>
struct replace_config {
    pointer<config> current{"current", kmalloc<config>("first", 1)};

    void reader() {
        rcu_read_lock();
        const config* c = rcu_dereference(current); // (1) pairs with (2)
        BUG_ON(c->value.read() == 0);
        rcu_read_unlock();
    }

    void updater() {
        config* old = READ_ONCE(current); // the only updater
        config* fresh = kmalloc<config>("second", 0);
        fresh->value.write(2);
        rcu_assign_pointer(current, fresh); // (2) pairs with (1)
        if constexpr (How == reclaim::call_rcu) {
            call_rcu(old->rcu, [old] { kfree(old); });
        } else {
            if constexpr (How == reclaim::synchronize_rcu)
                synchronize_rcu();
            kfree(old);
        }
    }

    void threads(scenario& s) {
        s.thread("reader", [this] { reader(); });
        s.thread("updater", [this] { updater(); });
        rcu_callback_thread(s);
    }
    void finally() { kfree(READ_ONCE(current)); }
};

TEST_CASE("call_rcu() frees after the readers") {
    CHECK(verified(check<replace_config<reclaim::call_rcu>>()));
}

TEST_CASE("synchronize_rcu() and then kfree() is as good") {
    CHECK(verified(check<replace_config<reclaim::synchronize_rcu>>()));
}

TEST_CASE("kfree() without a grace period is a use after free") {
    CHECK(found(check<replace_config<reclaim::at_once>>(), "use-after-free"));
}
