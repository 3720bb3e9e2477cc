// SPDX-License-Identifier: BSD-3-Clause
// Lesson 9: one source, two platforms.
//
// Readers look up the current route, and some hold on to it; an updater replaces it and drops the
// old one. The first platform runs every execution of two readers and one update. The second one,
// the same file compiled with WBSYNC_NATIVE, runs the same functions on real threads, as often and
// as fast as they can: it proves nothing, and shows what the protocol costs.
//
// New here: WBSYNC_NATIVE; native::stress() and native::run(); refcount_t together with RCU.
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class broken { nothing, freed_at_once, plain_increment };

struct route {
    explicit route(int to) : hop{"hop", to} {}
    plain<int> hop;
    refcount_t refs{"refs", 1};
    rcu_head rcu;
};

template <broken What>
struct route_table {
    pointer<route> current{"current"};
    mutex update_lock{"update_lock"};

    route_table() { rcu_assign_pointer(current, kmalloc<route>("first", 1)); }

    /// A reference to the current route, which stays there until put().
    route* get() {
        for (;;) {
            rcu_read_lock();
            route* r = rcu_dereference(current);
            bool taken = true;
            if constexpr (What == broken::plain_increment)
                refcount_inc(r->refs);
            else
                taken = refcount_inc_not_zero(r->refs);
            rcu_read_unlock();
            if (taken)
                return r;
            cpu_relax(); // it was replaced in this moment
        }
    }

    void put(route* r) {
        if (!refcount_dec_and_test(r->refs))
            return;
        if constexpr (What == broken::freed_at_once)
            kfree(r); // a reader may be about to look at the count
        else
            kfree_rcu(r, &route::rcu);
    }

    void replace(int hop) {
        route* next = kmalloc<route>("next", hop);
        mutex_lock(update_lock);
        route* old = xchg(current, next);
        mutex_unlock(update_lock);
        put(old);
    }
};

/// What the model checker explores, and a stress test repeats.
template <broken What>
struct readers_and_update {
    route_table<What> table;

    void threads(scenario& s) {
        s.threads("reader", 2, [this] {
            route* r = table.get();
            BUG_ON(r->hop.read() == 0);
            table.put(r);
        });
        s.thread("updater", [this] { table.replace(2); });
        rcu_callback_thread(s);
    }
    void finally() { kfree(READ_ONCE(table.current)); }
};

#ifndef WBSYNC_NATIVE

#include <wbsync/doctest.hpp>

TEST_CASE("a route is never used after it was freed") {
    CHECK(verified(check<readers_and_update<broken::nothing>>()));
}

TEST_CASE("a route that is freed without a grace period is used afterwards") {
    CHECK(found(check<readers_and_update<broken::freed_at_once>>(), "use-after-free"));
}

TEST_CASE("a reference to a route that has none any more must not be taken") {
    CHECK(found(check<readers_and_update<broken::plain_increment>>(), "refs"));
}

#else

#include <cstdint>
#include <cstdio>

/// The same table under load: readers in a loop, and an update now and then.
struct load {
    static constexpr int rounds = 20'000;
    route_table<broken::nothing> table;

    void threads(scenario& s) {
        s.threads("reader", 2, [this] {
            for (int i = 0; i != rounds; ++i) {
                route* r = table.get();
                BUG_ON(r->hop.read() == 0);
                table.put(r);
            }
        });
        s.thread("updater", [this] {
            for (int i = 0; i != rounds / 100; ++i)
                table.replace(i + 2);
        });
        rcu_callback_thread(s);
    }
    void finally() { kfree(READ_ONCE(table.current)); }
};

int main() {
    native::options with;
    with.delay_probability = 0.01; // now and then, at a place where the checker would switch
    const native::result r = native::stress<readers_and_update<broken::nothing>>(with, 500, 0);
    std::printf("stress: %d runs, %s\n", static_cast<int>(r.runs),
                r.found ? r.found->str().c_str() : "nothing was found");

    with = {};
    with.keep_freed = false; // else memory is not given back before the end
    const native::result under_load = native::run<load>(with);
    std::printf("load: %.0f ns for each get() and put() of a reader, %s\n",
                under_load.seconds / load::rounds * 1e9,
                under_load.found ? under_load.found->str().c_str() : "nothing was found");
    return r.clean() && under_load.clean() ? 0 : 1;
}

#endif
