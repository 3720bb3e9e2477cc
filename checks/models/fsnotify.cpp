// SPDX-License-Identifier: BSD-3-Clause
// fsnotify's count of watched objects, which umount waits for.

#include "checks/models/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

TEST_CASE("fsnotify/put: umount sees no watched object, and the reference on the inode is left") {
    const std::vector<std::string> story{
        "umount: data_race_write(sb.s_flags) 0", "umount: atomic_read(inode[0].i_count) 1",
        "mark[0]: atomic_dec_and_test(watched_objects) 1 -> 0",
        "umount: atomic_read(watched_objects) 0", "umount: kfree(s_fs_info)"};
    for (const char* name : {"fsnotify/put", "fsnotify/put-order"}) {
        CAPTURE(name);
        const result r = sc(name);
        CHECK(tells(r, story));
        CHECK((r.what.property == "P1" || r.what.property == "P2"));
    }
}

TEST_CASE("fsnotify/put: the superblock may be gone after the count, the inode after its put") {
    const result info = sc("fsnotify/put-info");
    CHECK(found(info, "P2"));
    CHECK(tells(info, {"mark[0]: atomic_dec_and_test(inode[0].i_count) 1 -> 0",
                       "mark[0]: atomic_dec_and_test(watched_objects) 1 -> 0",
                       "mark[0]: READ_ONCE(sb.s_fsnotify_info)", "umount: kfree(sb)"}));
    CHECK(tells(sc("fsnotify/put-sb"), {"mark[0]: kfree(inode[0])", "mark[0]: P2"}));
    // A kept inode is not evicted: umount clears SB_ACTIVE before it waits.
    CHECK(tells(sc("fsnotify/put-sb", {{"unlinked", 0}}),
                {"umount: data_race_write(sb.s_flags) 0", "mark[0]: data_race(sb.s_flags) 0",
                 "mark[0]: kfree(inode[0])", "mark[0]: P2"}));
}

TEST_CASE("fsnotify holds under sc in both orders of umount, with two marks and with unlinked "
          "inodes") {
    for (const char* name : {"fsnotify/put+21d1b618b6b9", "fsnotify/put+74bd284537b3"})
        for (const int unlinked : {0, 1}) {
            CAPTURE(name);
            CAPTURE(unlinked);
            CHECK(verified(sc(name, {{"marks", 2}, {"unlinked", unlinked}})));
        }
}

TEST_CASE("fsnotify up to 6.19, under weak: umount and the mark look past each other, unless "
          "cgroup writeback has its barrier") {
    for (const char* name : {"fsnotify/put+21d1b618b6b9", "fsnotify/put+21d1b618b6b9+acquire"}) {
        CAPTURE(name);
        CHECK(tells(weak(name),
                    {"mark[0]: atomic_dec_and_test(inode[0].i_count) 1 -> 0",
                     "mark[0]: data_race(sb.s_flags) 1", "umount: data_race_write(sb.s_flags) 0",
                     "umount: atomic_read(inode[0].i_count) 1 (stale", "umount: P1"}));
        CHECK(verified(weak(name, {{"unlinked", 1}, {"marks", 2}})));
    }
    CHECK(verified(weak("fsnotify/put+21d1b618b6b9+mb", {{"marks", 2}})));
}

TEST_CASE("fsnotify since 7.0, under weak: a lock section between the wait and the look at the "
          "inodes orders the two") {
    for (const int unlinked : {0, 1})
        CHECK(verified(weak("fsnotify/put+74bd284537b3", {{"marks", 2}, {"unlinked", unlinked}})));
    // The fast path of the wait is only a relaxed load of the count.
    const result r = weak("fsnotify/put+74bd284537b3-d_lock");
    CHECK(
        tells(r, {"mark[0]: atomic_dec_and_test(inode[0].i_count) 1 -> 0",
                  "mark[0]: data_race(sb.s_flags) 1",
                  "mark[0]: atomic_dec_and_test(watched_objects) 1 -> 0",
                  "umount: atomic_read(watched_objects) 0", "umount: data_race_write(sb.s_flags) 0",
                  "umount: atomic_read(inode[0].i_count) 1 (stale", "umount: P1"}));
    CHECK_FALSE(tells(r, {"umount: prepare_to_wait(watched_objects.waitqueue)"}));
    for (const char* name :
         {"fsnotify/put+74bd284537b3-d_lock+acquire", "fsnotify/put+74bd284537b3-d_lock+mb"}) {
        CAPTURE(name);
        CHECK(verified(weak(name, {{"marks", 2}})));
    }
}
