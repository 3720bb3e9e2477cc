// SPDX-License-Identifier: BSD-3-Clause
// models/patterns/: each instance that fails does so for the reason that it is there for.

#include "checks/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace wbsync;
using model_checks::sc;
using model_checks::tells;
using model_checks::weak;

TEST_CASE("patterns/last_use: the object ends between the decrement and the use after it") {
    CHECK(tells(sc("patterns/last_use"),
                {"drop_watch[0]: atomic_dec_and_test(watched_objects) 1 -> 0",
                 "drop_watch[0]: iput(sb)", "umount: atomic_read_acquire(watched_objects) 0",
                 "umount: generic_shutdown_super(sb)"}));
}

TEST_CASE("patterns/check_then_queue: the flush finds nothing, and the work is queued after it") {
    CHECK(tells(sc("patterns/check_then_queue"),
                {"producer[0]: READ_ONCE(active) 1", "teardown: WRITE_ONCE(active) 0",
                 "teardown: flush_work(work.queued) 0", "teardown: kfree(device)",
                 "producer[0]: insert_work(work.queued) 0 -> 1", "work.kworker: work_fn(device)"}));
}

TEST_CASE("patterns/queue_when_first: the flag is set when the item comes, and cleared for good") {
    CHECK(tells(sc("patterns/queue_when_first"),
                {"work.kworker: llist_del_all(list) &item[1] -> NULL",
                 "adder[0]: llist_add(list) NULL -> &item[0]",
                 "adder[0]: test_and_set_bit(flags) 1 -> 1",
                 "work.kworker: clear_bit(flags) 1 -> 0"}));
    CHECK(tells(sc("patterns/queue_when_first/flush"),
                {"adder[0]: llist_add(list) NULL -> &item[0]",
                 "adder[1]: llist_add(list) &item[0] -> &item[1]",
                 "umount: flush_work(work.queued) 0", "umount: READ_ONCE(item[1].handled) 0"}));
}

TEST_CASE("patterns/percpu_sum: a put is added up without its get") {
    CHECK(tells(sc("patterns/percpu_sum"), {"summer: per_cpu_sum(mnt_count.cpu[0]) 1",
                                            "holder: this_cpu_inc(mnt_count.cpu[0]) 1 -> 2",
                                            "other_cpu: this_cpu_dec(mnt_count.cpu[1]) 0 -> -1",
                                            "summer: per_cpu_sum(mnt_count.cpu[1]) -1"}));
}

TEST_CASE("patterns/decide_before_drop: the last one wakes nobody") {
    CHECK(tells(weak("patterns/decide_before_drop"),
                {"request[0]: READ_ONCE(connected) 1", "abort: WRITE_ONCE(connected) 0",
                 "abort: atomic_read_acquire(num_waiting) 1",
                 "request[0]: atomic_dec(num_waiting) 1 -> 0", "abort: schedule"}));
}

TEST_CASE("the repaired instances hold for more threads as well") {
    CHECK(verified(weak("patterns/last_use+repaired", {{"users", 3}})));
    CHECK(verified(weak("patterns/check_then_queue+repaired", {{"producers", 2}})));
    CHECK(verified(weak("patterns/queue_when_first+repaired", {{"adders", 3}})));
    CHECK(verified(weak("patterns/decide_before_drop+repaired", {{"droppers", 3}})));
}
