// SPDX-License-Identifier: BSD-3-Clause
// fsnotify's count of watched objects, which umount waits for.

#include "checks/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

TEST_CASE("fsnotify/put: umount sees no watched object, and the reference on the inode is left") {
    const std::vector<std::string> story{"mark[0]: atomic_dec_and_test(watched_objects) 1 -> 0",
                                         "umount: atomic_read(watched_objects) 0",
                                         "umount: data_race_write(sb.s_flags) 0",
                                         "umount: kfree(s_fs_info)", "umount: P1"};
    CHECK(tells(sc("fsnotify/put"), story));
    CHECK(tells(sc("fsnotify/put-order"), story));
}

TEST_CASE("fsnotify/put: the superblock may be gone after the count, the inode after its put") {
    const result info = sc("fsnotify/put-info");
    CHECK(found(info, "P2"));
    CHECK(tells(info, {"mark[0]: atomic_dec_and_test(inode[0].i_count) 1 -> 0",
                       "mark[0]: atomic_dec_and_test(watched_objects) 1 -> 0",
                       "mark[0]: READ_ONCE(sb.s_fsnotify_info)", "umount: kfree(sb)"}));
    CHECK(tells(sc("fsnotify/put-sb"), {"mark[0]: kfree(inode[0])", "mark[0]: P2"}));
    CHECK(verified(sc("fsnotify/put-sb", {{"unlinked", 0}}))); // it is cached until umount goes on
}

TEST_CASE("fsnotify/put+21d1b618b6b9 holds under sc, with two marks and with unlinked inodes") {
    for (const int unlinked : {0, 1})
        CHECK(verified(sc("fsnotify/put+21d1b618b6b9", {{"marks", 2}, {"unlinked", unlinked}})));
}

TEST_CASE("fsnotify/put+21d1b618b6b9 under weak: umount reads the count, and then an old i_count") {
    CHECK(tells(weak("fsnotify/put+21d1b618b6b9"),
                {"mark[0]: atomic_dec_and_test(inode[0].i_count) 1 -> 0",
                 "mark[0]: data_race(sb.s_flags) 1",
                 "mark[0]: atomic_dec_and_test(watched_objects) 1 -> 0",
                 "umount: atomic_read(watched_objects) 0", "umount: data_race_write(sb.s_flags) 0",
                 "umount: atomic_read(inode[0].i_count) 1 (stale", "umount: P1"}));
    CHECK(verified(weak("fsnotify/put+21d1b618b6b9", {{"unlinked", 1}, {"marks", 2}})));
    for (const char* name : {"fsnotify/put+21d1b618b6b9+acquire", "fsnotify/put+21d1b618b6b9+mb"}) {
        CAPTURE(name);
        CHECK(verified(weak(name, {{"marks", 2}})));
    }
}
