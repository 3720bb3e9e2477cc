// SPDX-License-Identifier: BSD-3-Clause
// models/patterns/, erofs/, fuse/, super/ and xfs/, the shapes of docs/patterns.md: each failure
// has the intended reason.

#include "checks/models/model_checks.hpp"

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
                 "teardown: flush_workqueue(work.queued) 0", "teardown: kfree(device)",
                 "producer[0]: insert_work(work.queued) 0 -> 1", "work.kworker: work_fn(device)"}));
}

TEST_CASE("patterns/queue_when_first: the flag is set when the item comes, and cleared for good") {
    CHECK(tells(sc("patterns/queue_when_first"),
                {"work.kworker: llist_del_all(list) &item[1] -> NULL",
                 "adder[0]: llist_add(list) NULL -> &item[0]",
                 "adder[0]: test_and_set_bit(flags) 1 -> 1",
                 "work.kworker: clear_bit(flags) 1 -> 0"}));
    CHECK(
        tells(sc("patterns/queue_when_first/flush"),
              {"adder[0]: llist_add(list) NULL -> &item[0]",
               "adder[1]: llist_add(list) &item[0] -> &item[1]",
               "umount: flush_workqueue(work.queued) 0", "umount: READ_ONCE(item[1].handled) 0"}));
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

// --- fuse ---------------------------------------------------------------------------------------

TEST_CASE("fuse/umount: a request ends after umount has looked for busy inodes") {
    CHECK(tells(sc("fuse/umount"), {"umount: WRITE_ONCE(fc.connected) 0",
                                    "umount: atomic_read(inode[0].i_count) 1", "umount: P1"}));
}

TEST_CASE("fuse/umount+b8f9: the request has seen the connection, and wakes nobody") {
    CHECK(
        tells(sc("fuse/umount+b8f9"),
              {"request[0]: data_race(fc.connected) 1", "umount: WRITE_ONCE(fc.connected) 0",
               "umount: prepare_to_wait(fc.blocked_waitq)", "umount: atomic_read(fc.num_waiting) 1",
               "request[0]: atomic_dec(fc.num_waiting) 1 -> 0", "umount: schedule", "umount: P5"}));
}

TEST_CASE("fuse/umount+2d84: two lock sections after the wait order the inodes after the count") {
    for (const auto memory : {memory_kind::sc, memory_kind::weak})
        CHECK(verified(model_checks::check_model("fuse/umount+2d84", memory, {{"requests", 2}})));
    // Without them only the fast path of the wait is left, a relaxed load.
    const result r = weak("fuse/umount+2d84-d_lock");
    CHECK(tells(r, {"request[0]: atomic_dec_and_test(inode[0].i_count) 1 -> 0",
                    "request[0]: atomic_dec_and_test(fc.num_waiting) 1 -> 0",
                    "umount: atomic_read(fc.num_waiting) 0",
                    "umount: atomic_read(inode[0].i_count) 1 (stale"}));
    CHECK_FALSE(tells(r, {"umount: prepare_to_wait(fc.blocked_waitq)"}));
    CHECK(verified(weak("fuse/umount+2d84-d_lock+acquire", {{"requests", 2}})));
}

TEST_CASE("fuse: the waiter's own barrier is not needed, that of the decrement is") {
    CHECK(verified(weak("fuse/umount+2d84-mb", {{"requests", 2}})));
    CHECK(tells(weak("fuse/umount+2d84-dec"),
                {"request[0]: atomic_dec_and_test(fc.num_waiting) 1 -> 0",
                 "request[0]: READ_ONCE(fc.connected) 1", "umount: WRITE_ONCE(fc.connected) 0",
                 "umount: prepare_to_wait(fc.blocked_waitq)",
                 "umount: atomic_read(fc.num_waiting) 1 (stale", "umount: schedule"}));
}

// --- xfs ----------------------------------------------------------------------------------------

TEST_CASE("xfs/inodegc_stop: the work is queued, and cancelled before it has started") {
    CHECK(tells(sc("xfs/inodegc_stop"), {"freeze: llist_add(gc.list) NULL -> &inode[0]",
                                         "freeze: test_and_clear_bit(m_opstate) 1 -> 0",
                                         "freeze: cancel_work_sync(gc.work.PENDING) 1 -> 0",
                                         "freeze: READ_ONCE(inode[0].inactivated) 0"}));
}

TEST_CASE("xfs/inodegc_stop+6191: the shrinker queues into a drain") {
    const result r = sc("xfs/inodegc_stop+6191");
    CHECK(found(r, "while m_inodegc_wq is drained"));
    CHECK(
        tells(r, {"shrinker: test_bit(m_opstate) 1", "freeze: test_and_clear_bit(m_opstate) 1 -> 0",
                  "shrinker: queue_work(gc.work.PENDING)"}));
    CHECK(verified(sc("xfs/inodegc_stop+6191", {{"shrinker", 0}})));
}

TEST_CASE("xfs/inodegc_stop+2254: the shrinker takes away what the flush waits for") {
    CHECK(
        tells(sc("xfs/inodegc_stop+2254/shrinker"),
              {"shrinker: test_bit(m_opstate) 1", "freeze: flush_workqueue(gc.work.queued) 1",
               "shrinker: mod_delayed_work(gc.work.PENDING) 1 -> 1",
               "gc.work.kworker: llist_del_all(gc.list) &inode[0] -> NULL",
               "freeze: llist_empty(gc.list) NULL", "freeze: READ_ONCE(inode[0].inactivated) 0"}));
    CHECK(verified(weak("xfs/inodegc_stop+2254+flush")));
    CHECK(verified(weak("xfs/inodegc_stop+2254+flush", {{"others", 1}, {"shrinker", 0}})));
}

TEST_CASE("xfs/inodegc_flush: a flush misses what others are about to queue, or take away") {
    CHECK(tells(sc("xfs/inodegc_flush"), {"unlink[1]: queue_work(gc.work.PENDING) 0 -> 1",
                                          "unlink[0]: queue_work(gc.work.PENDING) 1 -> 1",
                                          "unlink[0]: READ_ONCE(inode[0].inactivated) 0"}));
    CHECK(
        tells(sc("xfs/inodegc_flush+7cf2"), {"unlink[1]: flush_workqueue(gc.work.queued) 1",
                                             "unlink[0]: mod_delayed_work(gc.work.PENDING) 1 -> 1",
                                             "unlink[1]: READ_ONCE(inode[1].inactivated) 0"}));
}

TEST_CASE("xfs/inodegc_cpumask: the bit goes after the list, unless nothing can come in between") {
    for (const char* name : {"xfs/inodegc_cpumask", "xfs/inodegc_cpumask/preempt"}) {
        CAPTURE(name);
        CHECK(tells(sc(name), {"gc.work.kworker: llist_del_all(gc.list) &inode[0] -> NULL",
                               "unlink: llist_add(gc.list) NULL -> &inode[1]",
                               "unlink: test_bit(m_inodegc_cpumask) 1",
                               "gc.work.kworker: clear_bit(m_inodegc_cpumask) 1 -> 0",
                               "unlink: test_bit(m_inodegc_cpumask) 0",
                               "unlink: READ_ONCE(inode[1].inactivated) 0"}));
    }
    CHECK(verified(weak("xfs/inodegc_cpumask/nopreempt", {{"inodes", 3}})));
    CHECK(verified(weak("xfs/inodegc_cpumask+clear_first", {{"inodes", 3}})));
}

// --- erofs --------------------------------------------------------------------------------------

TEST_CASE("erofs/fileio: the completion frees what the submitter still uses, with direct IO only") {
    CHECK(tells(sc("erofs/fileio"),
                {"submit: smp_store_release(queued) 1", "completion: await_acquire(queued) 1",
                 "completion: kfree(rq)", "completion: use-after-free"}));
    CHECK(verified(weak("erofs/fileio", {{"direct", 0}})));
    CHECK(verified(weak("erofs/fileio+1caf", {{"direct", 0}})));
}

// --- super --------------------------------------------------------------------------------------

TEST_CASE("super/device: the superblock is off the list before its device is closed") {
    CHECK(tells(sc("super/device"),
                {"umount: atomic_dec_and_test(sb.s_active) 1 -> 0", "umount: write(fs_supers)",
                 "mount[0]: read(fs_supers)", "mount[0]: READ_ONCE(bdev.holders) 1"}));
    CHECK(verified(weak("super/device+2c18")));
    CHECK(found(sc("super/device+in_kill"), "EBUSY"));
}

TEST_CASE("super/device+2c18/assert: the put was the last, and the assertion comes after it") {
    CHECK(
        tells(sc("super/device+2c18/assert"), {"umount: atomic_dec_and_test(sb.s_active) 1 -> 0",
                                               "mount[0]: smp_load_acquire(sb.s_flags) 7",
                                               "mount[0]: kfree(sb)", "mount[0]: use-after-free"}));
}

TEST_CASE("super/keyed: a superblock on the list is compared by what it has freed") {
    CHECK(found(sc("super/keyed+2c18"), "kfree of sb.s_fs_info is not ordered after plain read"));
    CHECK(verified(weak("super/keyed")));
    CHECK(verified(weak("super/keyed+dc32")));
}
