// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/mount/scenarios.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace wbsync::catalogue;
using namespace wbsync::models::mounts;

namespace {

/// Parameters of a scenario: the kinds of threads, their default numbers, and their least numbers.
std::vector<parameter> threads(const std::vector<std::string>& names, const bounds& size,
                               const bounds& least = {}) {
    std::vector<parameter> chosen;
    const auto all = size.parameters(least);
    for (const std::string& name : names)
        chosen.push_back(*std::find_if(all.begin(), all.end(),
                                       [&](const parameter& p) { return p.name == name; }));
    return chosen;
}

wbsync::weakening no_mb_in(const char* function) {
    return {.function = function, .verb = "smp_mb"};
}

auto when(bool (*is)(const bounds&)) {
    return [is](const parameter_values& p) { return is(bounds::from(p)); };
}

const auto several = when([](const bounds& b) { return b.movers + b.closers > 1; });
/// Without a mover no sum is torn. But under weak nothing orders what closers do before their puts.
const auto several_and_torn =
    when([](const bounds& b) { return b.movers + b.closers > 1 && b.movers > 0; });
const auto moved = when([](const bounds& b) { return b.movers > 0; });
const auto walked = when([](const bounds& b) { return b.walkers > 0; });
/// Without the grace period, puts of closers without the lock are not ordered either.
const auto walked_or_closed = when([](const bounds& b) { return b.walkers + b.closers > 0; });

} // namespace

WBSYNC_FAMILY(mount) {
    const auto file_and_mover =
        threads({"closers", "movers"}, {.closers = 1, .movers = 1}, {.closers = 1});
    const auto file_and_walker =
        threads({"closers", "walkers"}, {.closers = 1, .walkers = 1}, {.closers = 1});
    const parameter_values two_and_two{{"closers", 2}, {"walkers", 2}};
    const auto umount = threads({"walkers", "others", "closers"}, {.walkers = 1});
    const parameter_values busier{{"walkers", 2}, {"others", 1}, {"closers", 1}};
    const auto mover = threads({"movers"}, {.movers = 1});
    const auto lazy = threads({"closers", "walkers"}, {.closers = 1});
    return {
        // --- mntput() against mntput(), 9ea0a46ca2c3
        {.version = "mount/mntput",
         .commit = "48a066e72d97",
         .release = "3.13",
         .summary = "the last put counts outside of mount_lock",
         .parameters = file_and_mover,
         .larger = {{"movers", 2}},
         .expected = {{"sc", fails({"P2"}, several_and_torn)}, {"weak", fails({"P2"}, several)}},
         .check = checks<last_put<at_48a066e72d97>, bounds>},
        {.version = "mount/mntput-doomed",
         .commit = "48a066e72d97",
         .release = "mutant",
         .summary = "and MNT_DOOMED is not looked at",
         .parameters = threads({"closers", "movers"}, {.closers = 2}, {.closers = 1}),
         .expected = sc_and_weak(fails({"P2"}, several)),
         .check = checks<last_put<doomed_twice>, bounds>},
        {.version = "mount/mntput+9ea0a46ca2c3",
         .commit = "9ea0a46ca2c3",
         .release = "4.18",
         .summary = "the last put counts under it",
         .parameters = file_and_mover,
         .larger = {{"movers", 2}},
         .expected = sc_and_weak(holds),
         .check = checks<last_put<at_9ea0a46ca2c3>, bounds>},
        // --- __legitimize_mnt() against mntput(), 119e1ef80ecf
        {.version = "mount/legitimize",
         .commit = "9ea0a46ca2c3",
         .release = "4.18",
         .summary = "walkers and the last put look at each other without barriers, and late "
                    "walkers not at all",
         .parameters = file_and_walker,
         .larger = two_and_two,
         .expected = sc_and_weak(fails({"P2"}, walked)),
         .check = checks<walk_from_file<at_9ea0a46ca2c3>, bounds>},
        {.version = "mount/legitimize+mb",
         .commit = "119e1ef80ecf",
         .release = "mutant",
         .summary = "with barriers; late walkers put what is gone",
         .parameters = file_and_walker,
         .larger = two_and_two,
         .expected = sc_and_weak(fails({"P2"}, walked)),
         .check = checks<walk_from_file<legitimize_mb>, bounds>},
        {.version = "mount/legitimize+doomed",
         .commit = "119e1ef80ecf",
         .release = "mutant",
         .summary = "late walkers look for MNT_DOOMED; no barriers",
         .parameters = file_and_walker,
         .larger = two_and_two,
         .expected = {{"sc", holds}, {"weak", fails({"P2"}, walked)}},
         .weaken = {no_mb_in("__legitimize_mnt"), no_mb_in("mntput")},
         .check = checks<walk_from_file<at_119e1ef80ecf>, bounds>},
        {.version = "mount/legitimize+119e1ef80ecf-mb_walker",
         .commit = "119e1ef80ecf",
         .release = "mutant",
         .summary = "no barrier in __legitimize_mnt()",
         .parameters = file_and_walker,
         .larger = two_and_two,
         .expected = {{"sc", holds}, {"weak", fails({"P2"}, walked)}},
         .weaken = {no_mb_in("__legitimize_mnt")},
         .check = checks<walk_from_file<at_119e1ef80ecf>, bounds>},
        {.version = "mount/legitimize+119e1ef80ecf-mb_mntput",
         .commit = "119e1ef80ecf",
         .release = "mutant",
         .summary = "no barrier in mntput()",
         .parameters = file_and_walker,
         .larger = two_and_two,
         .expected = {{"sc", holds}, {"weak", fails({"P2"}, walked)}},
         .weaken = {no_mb_in("mntput")},
         .check = checks<walk_from_file<at_119e1ef80ecf>, bounds>},
        {.version = "mount/legitimize+119e1ef80ecf",
         .commit = "119e1ef80ecf",
         .release = "4.18",
         .summary = "both",
         .parameters = file_and_walker,
         .larger = two_and_two,
         .expected = sc_and_weak(holds),
         .check = checks<walk_from_file<at_119e1ef80ecf>, bounds>},
        {.version = "mount/legitimize+e0d99540489b",
         .commit = "e0d99540489b",
         .release = "7.3",
         .summary = "the barrier of mntput() is the one in the sum",
         .parameters = file_and_walker,
         .larger = two_and_two,
         .expected = sc_and_weak(holds),
         .check = checks<walk_from_file<at_e0d99540489b>, bounds>},
        // --- do_umount() against __legitimize_mnt(), 65781e19dcfc and 250cf3693060
        {.version = "mount/umount",
         .commit = "119e1ef80ecf",
         .release = "4.18",
         .summary = "no barrier before the sum, MNT_SYNC_UMOUNT tested without lock",
         .parameters = umount,
         .larger = busier,
         .expected = sc_and_weak(fails({"P4"}, walked)),
         .check = checks<sync_umount<at_119e1ef80ecf>, bounds>},
        {.version = "mount/umount+65781e19dcfc",
         .commit = "65781e19dcfc",
         .release = "6.15",
         .summary = "a barrier before the sum",
         .parameters = umount,
         .larger = busier,
         .expected = sc_and_weak(fails({"P4"}, walked)),
         .check = checks<sync_umount<at_65781e19dcfc>, bounds>},
        {.version = "mount/umount+250cf3693060",
         .commit = "250cf3693060",
         .release = "mutant",
         .summary = "MNT_SYNC_UMOUNT tested under the lock; no barrier",
         .parameters = umount,
         .larger = busier,
         .expected = {{"sc", holds}, {"weak", fails({"P4"}, walked)}},
         .weaken = {no_mb_in("do_umount")},
         .check = checks<sync_umount<at_250cf3693060>, bounds>},
        {.version = "mount/umount+65781e19dcfc+250cf3693060",
         .commit = "250cf3693060",
         .release = "6.15",
         .summary = "both",
         .parameters = umount,
         .larger = busier,
         .expected = sc_and_weak(holds),
         .check = checks<sync_umount<at_250cf3693060>, bounds>},
        {.version = "mount/umount+e0d99540489b",
         .commit = "e0d99540489b",
         .release = "7.3",
         .summary = "the barrier before the sum is the one inside of it",
         .parameters = umount,
         .larger = busier,
         .expected = sc_and_weak(holds),
         .check = checks<sync_umount<at_e0d99540489b>, bounds>},
        {.version = "mount/umount-gp",
         .commit = "250cf3693060",
         .release = "mutant",
         .summary = "walkers that were refused have not given up their count yet",
         .parameters = umount,
         .larger = busier,
         .expected = {{"sc", fails({"P4"}, walked)}, // closers' puts without the lock are ordered
                                                     // before nothing, too
                      {"weak", fails({"P2", "P4"}, walked_or_closed)}},
         .check = checks<sync_umount<no_grace_period>, bounds>},
        // --- do_umount() against a thread that takes a reference on one CPU and drops it on
        // another,
        // 7eb84d54fac5
        {.version = "mount/sum",
         .commit = "250cf3693060",
         .release = "6.15",
         .summary = "one signed counter for each CPU",
         .parameters = mover,
         .expected = sc_and_weak(fails({"P4"}, moved)),
         .check = checks<sync_umount<at_250cf3693060>, bounds>},
        {.version = "mount/sum+gets_first",
         .commit = "7eb84d54fac5",
         .release = "mutant",
         .summary = "gets and puts apart, gets summed first",
         .parameters = mover,
         .expected = sc_and_weak(fails({"P4"}, moved)),
         .check = checks<sync_umount<gets_first>, bounds>},
        {.version = "mount/sum+7eb84d54fac5-mb",
         .commit = "7eb84d54fac5",
         .release = "mutant",
         .summary = "no barrier between the sum of puts and that of gets",
         .parameters = mover,
         .expected = {{"sc", holds}, {"weak", fails({"P4"}, moved)}},
         .weaken = {no_mb_in("mnt_get_count")},
         .check = checks<sync_umount<at_7eb84d54fac5>, bounds>},
        {.version = "mount/sum+7eb84d54fac5-wmb",
         .commit = "7eb84d54fac5",
         .release = "mutant",
         .summary = "no barrier before a put without the lock",
         .parameters = mover,
         .expected = {{"sc", holds}, {"weak", fails({"P4"}, moved)}},
         .weaken = {{.function = "mntput", .verb = "smp_wmb"}},
         .check = checks<sync_umount<at_7eb84d54fac5>, bounds>},
        {.version = "mount/sum+7eb84d54fac5",
         .commit = "7eb84d54fac5",
         .release = "7.3",
         .summary = "gets and puts apart, puts summed first",
         .parameters = mover,
         .expected = sc_and_weak(holds),
         .check = checks<sync_umount<at_7eb84d54fac5>, bounds>},
        // --- the grace period that makes puts without the lock safe
        {.version = "mount/lazy",
         .commit = "250cf3693060",
         .release = "6.15",
         .summary = "umount -l, and open files are closed",
         .parameters = lazy,
         .larger = {{"walkers", 2}},
         .expected = sc_and_weak(holds),
         .check = checks<lazy_umount<at_250cf3693060>, bounds>},
        {.version = "mount/lazy-gp",
         .commit = "250cf3693060",
         .release = "mutant",
         .summary = "no grace period: nobody drops the last one",
         .parameters = lazy,
         .larger = {{"walkers", 2}},
         .expected = {{"sc", fails({"leak"}, walked_or_closed)},
                      {"weak", fails({"P2", "leak"}, walked_or_closed)}},
         .check = checks<lazy_umount<no_grace_period>, bounds>},
    };
}
