// SPDX-License-Identifier: BSD-3-Clause
// The counters of mounts: each commit repairs the race that it is known for, and no other.

#include "checks/models/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

TEST_CASE("mount/mntput: a reference that moves to another CPU is in no part of the sum") {
    CHECK(tells(sc("mount/mntput"), {"closer[0]: this_cpu_dec(mnt.mnt_count.cpu[0]) 2 -> 1",
                                     "closer[0]: per_cpu_sum(mnt.mnt_count.cpu[0]) 1",
                                     "mover[0]: this_cpu_inc(mnt.mnt_count.cpu[0]) 1 -> 2",
                                     "mover[0]: this_cpu_dec(mnt.mnt_count.cpu[1]) 0 -> -1",
                                     "closer[0]: per_cpu_sum(mnt.mnt_count.cpu[1]) -1",
                                     "closer[0]: kfree(sb)", "mover[0]: P2"}));
    for (const auto& check : {sc, weak}) {
        CHECK(verified(check("mount/mntput+9ea0a46ca2c3", {})));
        CHECK(verified(check("mount/mntput+9ea0a46ca2c3", {{"closers", 2}})));
    }
}

TEST_CASE("mount/mntput: that two last puts both see no reference left does no harm under sc, "
          "because of MNT_DOOMED") {
    const parameter_values no_mover{{"movers", 0}, {"closers", 2}};
    CHECK(verified(sc("mount/mntput", no_mover)));
    CHECK(tells(sc("mount/mntput-doomed"),
                {"closer[1]: this_cpu_dec(mnt.mnt_count.cpu[1]) 0 -> -1",
                 "closer[0]: per_cpu_sum(mnt.mnt_count.cpu[1]) -1", "closer[0]: kfree(sb)",
                 "closer[1]: per_cpu_sum(mnt.mnt_count.cpu[1]) -1", "closer[1]: kfree(sb)",
                 "closer[1]: P2"}));
    // Under weak nothing orders what came before a put outside of the lock.
    CHECK(found(weak("mount/mntput", no_mover), "P2"));
    CHECK(verified(weak("mount/mntput+9ea0a46ca2c3", no_mover)));
}

TEST_CASE("mount/legitimize: a late walker puts what the last put has freed") {
    CHECK(tells(sc("mount/legitimize+mb"),
                {"walker[0]: read_seqcount_retry(mount_lock.seqcount) 0",
                 "closer[0]: per_cpu_sum(mnt.mnt_count.cpu[1]) 0",
                 "closer[0]: WRITE_ONCE(mnt.mnt_flags) 1",
                 "walker[0]: this_cpu_inc(mnt.mnt_count.cpu[1]) 0 -> 1",
                 "walker[0]: read_seqcount_retry(mount_lock.seqcount) 2",
                 "walker[0]: rcu_read_unlock", "rcu_callbacks: kfree(mnt)", "walker[0]: P2"}));
    CHECK(found(sc("mount/legitimize"), "P2"));
    CHECK(verified(sc("mount/legitimize+doomed")));
}

TEST_CASE("mount/legitimize: without both barriers the walker and the last put miss each other, "
          "under weak only") {
    CHECK(tells(weak("mount/legitimize+doomed"),
                {"walker[0]: this_cpu_inc(mnt.mnt_count.cpu[1]) 0 -> 1",
                 "walker[0]: read_seqcount_retry(mount_lock.seqcount) 0",
                 "closer[0]: write_seqcount_begin(mount_lock.seqcount) 0 -> 1",
                 "closer[0]: per_cpu_sum(mnt.mnt_count.cpu[1]) 0 (stale", "closer[0]: kfree(sb)"}));
    for (const char* name :
         {"mount/legitimize+119e1ef80ecf-mb_walker", "mount/legitimize+119e1ef80ecf-mb_mntput"}) {
        CAPTURE(name);
        CHECK(verified(sc(name)));
        CHECK(found(weak(name), "P2"));
    }
    const parameter_values two{{"walkers", 2}};
    for (const char* name : {"mount/legitimize+119e1ef80ecf", "mount/legitimize+e0d99540489b"}) {
        CAPTURE(name);
        CHECK(verified(sc(name, two)));
        CHECK(verified(weak(name, two)));
    }
}

TEST_CASE("mount/umount: a walker tests MNT_SYNC_UMOUNT between umount's sum and its setting it") {
    CHECK(tells(sc("mount/umount+65781e19dcfc"),
                {"umount: per_cpu_sum(mnt.mnt_count.cpu[1]) 0",
                 "walker[0]: this_cpu_inc(mnt.mnt_count.cpu[1]) 0 -> 1",
                 "walker[0]: read_seqcount_retry(mount_lock.seqcount) 1",
                 "walker[0]: READ_ONCE(mnt.mnt_flags) 0", "umount: WRITE_ONCE(mnt.mnt_flags) 6",
                 "umount: per_cpu_sum(mnt.mnt_count.cpu[1]) 1", "umount: P4"}));
    CHECK(found(sc("mount/umount"), "P4"));
    CHECK(verified(sc("mount/umount+250cf3693060")));
}

TEST_CASE("mount/umount: without the barrier umount misses a walker's reference, under weak only") {
    CHECK(tells(weak("mount/umount+250cf3693060"),
                {"umount: write_seqcount_begin(mount_lock.seqcount) 0 -> 1",
                 "umount: per_cpu_sum(mnt.mnt_count.cpu[1]) 0",
                 "walker[0]: this_cpu_inc(mnt.mnt_count.cpu[1]) 0 -> 1",
                 "walker[0]: read_seqcount_retry(mount_lock.seqcount) 0 (stale", "umount: P4"}));
    const parameter_values more{{"walkers", 2}, {"others", 1}};
    for (const char* name :
         {"mount/umount+65781e19dcfc+250cf3693060", "mount/umount+e0d99540489b"}) {
        CAPTURE(name);
        CHECK(verified(sc(name, more)));
        CHECK(verified(weak(name, more)));
    }
}

TEST_CASE("mount/umount: walkers that were refused give their count back before the grace period "
          "ends") {
    CHECK(tells(sc("mount/umount-gp"),
                {"umount: WRITE_ONCE(mnt.mnt_flags) 6",
                 "walker[0]: this_cpu_inc(mnt.mnt_count.cpu[1]) 0 -> 1",
                 "umount: per_cpu_sum(mnt.mnt_count.cpu[1]) 1", "umount: P4"}));
}

TEST_CASE("mount/sum: umount does not see a file that is open, if a reference moves meanwhile") {
    CHECK(tells(sc("mount/sum"), {"umount: per_cpu_sum(mnt.mnt_count.cpu[0]) 3",
                                  "mover[0]: this_cpu_inc(mnt.mnt_count.cpu[0]) 3 -> 4",
                                  "mover[0]: this_cpu_dec(mnt.mnt_count.cpu[1]) 0 -> -1",
                                  "umount: per_cpu_sum(mnt.mnt_count.cpu[1]) -1",
                                  "umount: WRITE_ONCE(mnt.mnt_flags) 6", "umount: P4"}));
}

TEST_CASE("mount/sum: gets and puts apart, puts first, with both barriers") {
    CHECK(tells(sc("mount/sum+gets_first"), {"umount: per_cpu_sum(mnt.mnt_gets.cpu[0]) 3",
                                             "mover[0]: this_cpu_inc(mnt.mnt_gets.cpu[0]) 3 -> 4",
                                             "mover[0]: this_cpu_inc(mnt.mnt_puts",
                                             "umount: per_cpu_sum(mnt.mnt_puts", "umount: P4"}));
    for (const char* name : {"mount/sum+7eb84d54fac5-mb", "mount/sum+7eb84d54fac5-wmb"}) {
        CAPTURE(name);
        CHECK(verified(sc(name)));
        CHECK(tells(weak(name), {"umount: per_cpu_sum(mnt.mnt_puts.cpu[0]) 1",
                                 "umount: per_cpu_sum(mnt.mnt_gets.cpu[0]) 3 (stale"}));
    }
    for (const auto& check : {sc, weak})
        CHECK(verified(check("mount/sum+7eb84d54fac5", {{"movers", 2}})));
}

TEST_CASE("mount/lazy: a put without the lock relies on the grace period, or nobody is the last") {
    CHECK(tells(sc("mount/lazy-gp"), {"closer[0]: READ_ONCE(mnt.mnt_ns) 1",
                                      "umount: WRITE_ONCE(mnt.mnt_ns) 0", "umount: write_sequnlock",
                                      "closer[0]: this_cpu_dec(mnt.mnt_count.cpu[1]) 0 -> -1"}));
    const parameter_values more{{"closers", 2}, {"walkers", 1}};
    CHECK(verified(sc("mount/lazy", more)));
    CHECK(verified(weak("mount/lazy", more)));
}
