// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/writeback/isw_v0.hpp"
#include "models/writeback/isw_v1.hpp"
#include "models/writeback/isw_v2.hpp"
#include "models/writeback/isw_v3.hpp"
#include "models/writeback/isw_v4.hpp"
#include "models/writeback/isw_v5.hpp"
#include "models/writeback/isw_v6.hpp"
#include "models/writeback/isw_v7.hpp"
#include "models/writeback/isw_v8.hpp"
#include "models/writeback/isw_v9.hpp"
#include "models/writeback/isw_vx.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace wbsync::catalogue;
using namespace wbsync::models::writeback;
using wbsync::options;
using wbsync::ordering;
using wbsync::result;
using wbsync::weakening;

namespace {

// --- questions and sizes ------------------------------------------------------------------------

struct configuration {
    const char* name; ///< of the question in the catalogue
    property_set asks;
    bounds size;
    parameter_values larger; ///< the next size
    question about = question::umount;
};

const property_set umount_properties{"P1", "P2", "P4", "P5"};
const configuration one{"", umount_properties, {}, {{"switchers", 2}, {"inodes", 2}}};
const configuration two{"two", umount_properties, {2, 2, 2}, {{"switchers", 3}}};
const configuration two_then_cleaner{"two", umount_properties, {2, 2, 2}, {{"cleaner", 1}}};
const configuration with_cleaner{"cleaner", umount_properties, {1, 2, 1, 1}, {{"switchers", 2}}};
const configuration late{
    "late", {"P1", "P2", "P5"}, {}, {{"switchers", 2}, {"inodes", 2}}, question::late_umount};
const configuration for_p3{"P3", {"P3"}, {}, {{"switchers", 2}}, question::wb_lifetime};
const configuration for_p3_on_lists{
    "P3", {"P3"}, {2, 2}, {{"switchers", 3}}, question::wb_lifetime};
const configuration for_p6{"P6", {"P6"}, {1, 2, 2}, {{"switchers", 2}}, question::isolation};
const configuration for_p7{
    "P7", {"P7"}, {}, {{"switchers", 2}, {"inodes", 2}}, question::statistics};
const configuration for_p8{
    "P8", {"P8"}, {}, {{"switchers", 2}, {"inodes", 2}}, question::bdi_lifetime};
const configuration for_sum{
    "sum", {"fs-sum"}, {}, {{"switchers", 2}, {"inodes", 2}}, question::saved_sum};

// --- expectations -------------------------------------------------------------------------------

/// Nothing fails if nothing is switched.
failures fails_when(property_set properties, bool (*is)(const bounds&)) {
    return fails(std::move(properties), [is](const parameter_values& p) {
        const bounds b = bounds::from(p);
        return b.switchers + b.cleaner != 0 && is(b);
    });
}

bool always(const bounds&) {
    return true;
}
/// Can there be two requests for one wb at a time? Then the second one may be added to a list that
/// is not empty, or whose work is running.
bool with_two_requests(const bounds& b) {
    return b.inodes > 1 && std::min(b.switchers, b.inodes) + b.cleaner > 1;
}
/// Are they for different superblocks? Then the RCU fix has a hole: a thread that finds the list
/// non-empty relies on another thread's queue_work(), whose read-side section the grace period need
/// not wait for.
bool lists_mix_superblocks(const bounds& b) {
    return b.superblocks > 1 && with_two_requests(b);
}
/// The next iput() of a request takes locks: only the last one is not ordered before its count. The
/// last inode of the cleaner's request, which has all inodes, may belong to another superblock.
bool its_inode_is_last(const bounds& b) {
    return b.switchers != 0 || (b.inodes - 1) % b.superblocks == 0;
}
bool its_inode_is_last_or_lists_mix(const bounds& b) {
    return its_inode_is_last(b) || lists_mix_superblocks(b);
}
/// umount may read a stale i_count if the worker saw the superblock active after that inode, and
/// umount took at most one lock before it looked: that is so for the superblock's last inode in the
/// cleaner's request, if the superblock has at most two inodes there.
bool its_last_inode_comes_early(const bounds& b) {
    const int its_inodes = (b.inodes + b.superblocks - 1) / b.superblocks;
    return b.switchers != 0 || its_inodes <= 2;
}
/// A superblock that stays mounted keeps the bdi.
bool all_are_unmounted(const bounds& b) {
    return b.superblocks == 1;
}

failures together(failures a, const failures& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

const property_set p1_or_p2{"P1", "P2"};
const failures a_hole = fails_when(p1_or_p2, lists_mix_superblocks);
const failures the_tail = fails_when({"P8"}, all_are_unmounted);

const expectations nothing = sc_and_weak(holds);
const expectations races = sc_and_weak(fails_when(p1_or_p2, always));
const expectations hole = sc_and_weak(a_hole);
const expectations tail = sc_and_weak(the_tail);
const expectations tail_or_hole = sc_and_weak(together(the_tail, a_hole));
const expectations only_weak{{"sc", holds}, {"weak", fails_when(p1_or_p2, always)}};
const expectations only_weak_or_hole{{"sc", a_hole}, {"weak", fails_when(p1_or_p2, always)}};

/// That property fails; or it fails only under weak.
expectations broken(const char* property) {
    return sc_and_weak(fails_when({property}, always));
}
expectations broken_under_weak(const char* property) {
    return {{"sc", holds}, {"weak", fails_when({property}, always)}};
}

// --- versions -----------------------------------------------------------------------------------

/// A version, its questions, and the expected results.
struct version {
    const char* name;
    const char* commit;
    const char* release;
    const char* summary;
    bool cleaner = true; ///< does the version have one?
    std::vector<weakening> weaken = {};
    result (*check)(const options&, const bounds&, question);
    std::vector<std::pair<configuration, expectations>> asked;
};

/// `Hashed`: inodes are in the hash table.
template <class Version, bool Hashed = true>
result runs(const options& with, const bounds& size, question about) {
    return wbsync::check<isw_model<Version>>(with, size, about, Hashed);
}

std::vector<parameter> parameters(const version& v, const configuration& asked) {
    const int others = asked.about == question::isolation ? 2 : 1;
    const bool cleaner_alone = v.cleaner && asked.about == question::umount;
    auto all = asked.size.parameters(
        {.switchers = cleaner_alone ? 0 : 1, .inodes = others, .superblocks = others});
    if (!v.cleaner)
        all.back().most = 0;
    return all;
}

model entry(const version& v, const configuration& asked, const expectations& expected) {
    return {.version = v.name,
            .question = asked.name,
            .commit = v.commit,
            .release = v.release,
            .summary = v.summary,
            .asks = asked.asks,
            .parameters = parameters(v, asked),
            .larger = asked.larger,
            .expected = expected,
            .weaken = v.weaken,
            .check = [run = v.check, about = asked.about](const options& with,
                                                          const parameter_values& size) {
                return run(with, bounds::from(size), about);
            }};
}

/// The commits, and a proposal that was not merged.
std::vector<version> versions() {
    return {
        {.name = "isw/v0",
         .commit = "d10c80955265",
         .release = "4.2",
         .summary = "umount knows of no switch",
         .cleaner = false,
         .check = runs<isw_v0>,
         .asked =
             {{one, races}, {two, races}, {for_p3, nothing}, {for_p6, nothing}, {for_p7, nothing}}},
        {.name = "isw/v1",
         .commit = "5ff8eaac1636",
         .release = "4.5",
         .summary = "a switch keeps the superblock active: umount returns too early",
         .cleaner = false,
         .check = runs<isw_v1>,
         .asked = {{one, broken("P4")},
                   {two, broken("P4")},
                   {for_p3, nothing},
                   {for_p6, nothing},
                   {for_p7, nothing},
                   {late, nothing}}},
        {.name = "isw/v2",
         .commit = "a1a0e23e4903",
         .release = "4.6",
         .summary = "a global count, grace period and flush; counted late, callbacks lag",
         .cleaner = false,
         .check = runs<isw_v2<>>,
         .asked = {{one, races},
                   {two, races},
                   {for_p3, nothing},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/vX",
         .commit = "20190416120902",
         .release = "not merged",
         .summary = "a count for each superblock, flushed until 0; counted late",
         .cleaner = false,
         .check = runs<isw_vx>,
         .asked =
             {{one, races}, {two, races}, {for_p3, nothing}, {for_p6, nothing}, {for_p7, nothing}}},
        {.name = "isw/v3",
         .commit = "ec084de929e4",
         .release = "5.2",
         .summary = "rcu_barrier and flush; counted later still",
         .cleaner = false,
         .check = runs<isw_v3<>>,
         .asked = {{one, races},
                   {two, races},
                   {for_p3, nothing},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/v3+8826",
         .commit = "8826ee4fe750",
         .release = "5.4.130",
         .summary = "v3, counted first: the stable hybrid without barriers",
         .cleaner = false,
         .check = runs<isw_v3<true>>,
         .asked = {{one, races},
                   {two, races},
                   {for_p3, nothing},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/v4",
         .commit = "c22d70a162d3",
         .release = "5.14",
         .summary = "counted first, barriers, rcu_work, cleaner; counted but not queued",
         .check = runs<isw_v4<>>,
         .asked = {{one, races},
                   {two_then_cleaner, races},
                   {with_cleaner, races},
                   {for_p3, nothing},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/v5",
         .commit = "e1b849cfa6b6",
         .release = "6.18",
         .summary = "a list and a work for each wb; the work loops, the wb may go",
         .check = runs<isw_v5<>>,
         .asked = {{one, races},
                   {two_then_cleaner, races},
                   {with_cleaner, races},
                   {for_p3_on_lists, sc_and_weak(fails_when({"P3"}, with_two_requests))},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/v6",
         .commit = "6689f01d6740",
         .release = "7.1-rc1",
         .summary = "umount counts and flushes; a switch may be counted, not yet queued",
         .check = runs<isw_v6<>>,
         .asked = {{one, races},
                   {two_then_cleaner, races},
                   {with_cleaner, races},
                   {for_p3_on_lists, nothing},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/v7",
         .commit = "cba38ec4cbd3",
         .release = "7.2-rc1",
         .summary = "RCU section from check to queueing, grace period in umount",
         .check = runs<isw_v7<>>,
         .asked = {{one, hole},
                   {two_then_cleaner, hole},
                   {with_cleaner, hole},
                   {for_p3_on_lists, nothing},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/v8",
         .commit = "e90a6d668e26",
         .release = "7.2-rc1",
         .summary = "v7 without rcu_barrier",
         .check = runs<isw_v8<>>,
         .asked = {{one, hole},
                   {two_then_cleaner, hole},
                   {with_cleaner, hole},
                   {for_p3_on_lists, nothing},
                   {for_p6, broken("P6")},
                   {for_p7, nothing}}},
        {.name = "isw/v9",
         .commit = "31c1d19ead2c",
         .release = "7.2-rc1",
         .summary = "a counter for each superblock: pin, unpin, drain",
         .check = runs<isw_v9<>>,
         .asked = {{one, nothing},
                   {two_then_cleaner, nothing},
                   {with_cleaner, nothing},
                   {for_p3_on_lists, nothing},
                   {for_p6, nothing},
                   {for_p7, nothing}}},
    };
}

/// Weakenings: the barrier after the count, and the one before umount reads it.
const std::vector<weakening> no_mb_in_prepare{
    {.function = "inode_prepare_wbs_switch", .verb = "smp_mb"}};
const std::vector<weakening> no_mb_in_umount{
    {.function = "cgroup_writeback_umount", .verb = "smp_mb"}};
/// (I4) has the order of refcount_dec_and_test(): a release, and an acquire. Then iput_final() may
/// read SB_ACTIVE before others see that the reference is gone.
const std::vector<weakening> as_a_refcount{{.function = "iput",
                                            .verb = "atomic_dec_and_test",
                                            .part = "before",
                                            .left = ordering::write_fence},
                                           {.function = "iput",
                                            .verb = "atomic_dec_and_test",
                                            .part = "after",
                                            .left = ordering::read_fence}};

/// Proposed alternatives to the commits, and repairs of their holes.
std::vector<version> repairs() {
    return {
        {.name = "isw/v2+section",
         .commit = "a1a0e23e4903",
         .release = "4.6",
         .summary = "v2 counted first, in an RCU section: only the callback lags",
         .cleaner = false,
         .check = runs<isw_v2<v2_form{.section = true}>>,
         .asked = {{one, races}, {two, races}}},
        {.name = "isw/v2+section+barrier",
         .commit = "a1a0e23e4903",
         .release = "4.6",
         .summary = "and umount waits for the callbacks",
         .cleaner = false,
         .check = runs<isw_v2<v2_form{.section = true, .rcu_barrier = true}>>,
         .asked = {{one, nothing}, {two, nothing}}},
        {.name = "isw/v7+acqrel",
         .commit = "cba38ec4cbd3",
         .release = "7.2-rc1",
         .summary = "v7 with release and acquire on the count: a repair",
         .check = runs<isw_v7<v7_form{.acquire_release = true}>>,
         .asked = {{one, hole}, {two_then_cleaner, hole}}},
        {.name = "isw/v7+rcu_work",
         .commit = "cba38ec4cbd3",
         .release = "6.1.178",
         .summary = "v7 where each request is a work of its own",
         .check = runs<isw_v4<v4_form{.section = true}>>,
         .asked = {{one, nothing}, {two_then_cleaner, nothing}}},
        {.name = "isw/v7+queue_always",
         .commit = "cba38ec4cbd3",
         .release = "7.2-rc1",
         .summary = "v7+acqrel, and everybody queues the work: the same hole, between PENDING and "
                    "the queue",
         .check = runs<isw_v7<v7_form{.acquire_release = true, .queue_always = true}>>,
         .asked = {{one, hole}, {two_then_cleaner, hole}}},
        {.name = "isw/v7+two_gp",
         .commit = "cba38ec4cbd3",
         .release = "7.2-rc1",
         .summary = "v7+acqrel with two grace periods: closes the hole",
         .check = runs<isw_v7<v7_form{
             .rcu_barrier = false, .acquire_release = true, .two_grace_periods = true}>>,
         .asked = {{one, nothing}, {two_then_cleaner, nothing}}},
        {.name = "isw/v7+srcu",
         .commit = "cba38ec4cbd3",
         .release = "proposed",
         .summary = "SRCU instead of RCU, with v7+acqrel's count: the same hole",
         .check =
             runs<isw_v7<v7_form{.rcu_barrier = false, .acquire_release = true, .srcu = true}>>,
         .asked = {{one, hole}, {two_then_cleaner, hole}}},
        {.name = "isw/v9+acquire",
         .commit = "31c1d19ead2c",
         .release = "7.2-rc1",
         .summary = "v9 with an acquire load in the drain's condition",
         .check = runs<isw_v9<v9_form{.drain_acquires = true}>>,
         .asked = {{one, nothing}, {two_then_cleaner, nothing}}},
    };
}

/// What the relaxed load in v9's drain could let through, and what prevents it.
std::vector<version> drain() {
    return {
        {.name = "isw/v9",
         .commit = "31c1d19ead2c",
         .release = "7.2-rc1",
         .summary = "put_super() saves a sum that the worker's eviction changed",
         .check = runs<isw_v9<>>,
         .asked = {{for_sum, nothing}}},
        {.name = "isw/v9+acquire",
         .commit = "31c1d19ead2c",
         .release = "7.2-rc1",
         .summary = "the same with an acquire load",
         .check = runs<isw_v9<v9_form{.drain_acquires = true}>>,
         .asked = {{for_sum, nothing}}},
        {.name = "isw/v9-iput_full",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "i_count falls as a refcount_t does: no full barrier",
         .weaken = as_a_refcount,
         .check = runs<isw_v9<>>,
         .asked = {{one,
                    {{"sc", holds}, {"weak", fails_when(p1_or_p2, its_last_inode_comes_early)}}},
                   {two_then_cleaner,
                    {{"sc", holds}, {"weak", fails_when(p1_or_p2, its_last_inode_comes_early)}}}}},
        {.name = "isw/v9+acquire-iput_full",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "the same with an acquire load",
         .weaken = as_a_refcount,
         .check = runs<isw_v9<v9_form{.drain_acquires = true}>>,
         .asked = {{one, nothing}, {two_then_cleaner, nothing}}},
    };
}

/// The worker after its last decrement, against the end of the device.
std::vector<version> bdi_lifetime() {
    return {
        {.name = "isw/v7",
         .commit = "cba38ec4cbd3",
         .release = "7.2-rc1",
         .summary = "umount reads 0 and skips the flush; the worker still has the wb",
         .check = runs<isw_v7<>>,
         .asked = {{for_p8, tail_or_hole}}},
        {.name = "isw/v8",
         .commit = "e90a6d668e26",
         .release = "7.2-rc1",
         .summary = "as v7",
         .check = runs<isw_v8<>>,
         .asked = {{for_p8, tail_or_hole}}},
        {.name = "isw/v9",
         .commit = "31c1d19ead2c",
         .release = "7.2-rc1",
         .summary = "the worker looks at the bdi after it has unpinned",
         .check = runs<isw_v9<>>,
         .asked = {{for_p8, tail}}},
        {.name = "isw/v9+flush",
         .commit = "31c1d19ead2c",
         .release = "7.2-rc1",
         .summary = "bdi_unregister() flushes the switch work",
         .check = runs<isw_v9<v9_form{.device_flushes = true}>>,
         .asked = {{for_p8, nothing}}},
        {.name = "isw/v9+late_unpin",
         .commit = "31c1d19ead2c",
         .release = "7.2-rc1",
         .summary = "the worker unpins after its last use of the wb",
         .check = runs<isw_v9<v9_form{.unpins_last = true}>>,
         .asked = {{for_p8, nothing}}},
        {.name = "isw/v7+rcu_work",
         .commit = "cba38ec4cbd3",
         .release = "6.1.178",
         .summary = "the count is the last that the worker touches, and relaxed",
         .check = runs<isw_v4<v4_form{.section = true}>>,
         .asked = {{for_p8, {{"sc", holds}, {"weak", the_tail}}}}},
    };
}

/// Mutants: each breaks one promise.
std::vector<version> mutants() {
    return {
        {.name = "isw/v9-mb_prepare",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "no barrier after the pin",
         .weaken = no_mb_in_prepare,
         .check = runs<isw_v9<>>,
         .asked = {{one, only_weak}}},
        {.name = "isw/v9-mb_umount",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "no barrier before the drain",
         .weaken = no_mb_in_umount,
         .check = runs<isw_v9<>>,
         .asked = {{one, only_weak}}},
        {.name = "isw/v9-unpin_first",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "unpins before iput()",
         .check = runs<isw_v9<v9_form{.unpins_first = true}>>,
         .asked = {{one, races}}},
        {.name = "isw/v9-late_pin",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "pins after __iget()",
         .check = runs<isw_v9<v9_form{.pins_late = true}>>,
         .asked = {{one, races}}},
        {.name = "isw/v9-recheck",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "SB_ACTIVE is not looked at again",
         .check = runs<isw_v9<v9_form{.looks_again = false}>>,
         .asked = {{one, races}}},
        {.name = "isw/v9-unpin_relaxed",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "a relaxed decrement",
         .check = runs<isw_v9<v9_form{.unpins_blindly = true}>>,
         .asked = {{one, broken_under_weak("P5")}}},
        {.name = "isw/v9-unpin_release",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "a release decrement",
         .weaken = {{.function = "counted_down",
                     .verb = "atomic_dec_return",
                     .part = "before",
                     .left = ordering::write_fence},
                    {.function = "counted_down", .verb = "atomic_dec_return", .part = "after"}},
         .check = runs<isw_v9<v9_form{.wakes_always = true}>>,
         .asked = {{one, broken_under_weak("P5")}}},
        {.name = "isw/v9-wake_always",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "wakes without a test: harmless",
         .check = runs<isw_v9<v9_form{.wakes_always = true}>>,
         .asked = {{one, nothing}}},
        {.name = "isw/v9-drain_first",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "waits, then clears SB_ACTIVE",
         .check = runs<isw_v9<v9_form{.drains_first = true}>>,
         .asked = {{one, races}}},
        {.name = "isw/v9-gp",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "the worker waits for no grace period",
         .check = runs<isw_v9<v9_form{.waits_for_grace_period = false}>>,
         .asked = {{for_p7, broken("P7")}}},
        {.name = "isw/v9-rmb",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "no smp_rmb() after the look at I_WB_SWITCH",
         .weaken = {{.function = "is_switched", .verb = "smp_rmb"}},
         .check = runs<isw_v9<>>,
         .asked = {{for_p7, broken_under_weak("P7")}}},
        {.name = "isw/v9-wmb",
         .commit = "31c1d19ead2c",
         .release = "mutant",
         .summary = "no smp_wmb() before I_WB_SWITCH is cleared",
         .weaken = {{.function = "end_switch", .verb = "smp_wmb"}},
         .check = runs<isw_v9<>>,
         .asked = {{for_p7, broken_under_weak("P7")}}},
        {.name = "isw/v0-reader_acquire",
         .commit = "d10c80955265",
         .release = "mutant",
         .summary = "a relaxed look at I_WB_SWITCH",
         .cleaner = false,
         .weaken = {{.function = "is_switched", .verb = "smp_load_acquire"}},
         .check = runs<isw_v0>,
         .asked = {{for_p7, broken_under_weak("P7")}}},
        {.name = "isw/v4-mb_prepare",
         .commit = "c22d70a162d3",
         .release = "mutant",
         .summary = "no barrier after the count",
         .weaken = no_mb_in_prepare,
         .check = runs<isw_v4<>>,
         .asked = {{one, races}}},
        {.name = "isw/v4-mb_umount",
         .commit = "c22d70a162d3",
         .release = "mutant",
         .summary = "no barrier before umount reads the count",
         .weaken = no_mb_in_umount,
         .check = runs<isw_v4<>>,
         .asked = {{one, races}}},
        {.name = "isw/v7+acqrel-mb_prepare",
         .commit = "cba38ec4cbd3",
         .release = "mutant",
         .summary = "no barrier after the count",
         .weaken = no_mb_in_prepare,
         .check = runs<isw_v7<v7_form{.acquire_release = true}>>,
         .asked = {{one, only_weak_or_hole}}},
        {.name = "isw/v7+acqrel-mb_umount",
         .commit = "cba38ec4cbd3",
         .release = "mutant",
         .summary = "no barrier before umount reads the count",
         .weaken = no_mb_in_umount,
         .check = runs<isw_v7<v7_form{.acquire_release = true}>>,
         .asked = {{one, only_weak_or_hole}}},
        {.name = "isw/v7-hash",
         .commit = "cba38ec4cbd3",
         .release = "mutant",
         .summary = "inodes are in no hash table",
         .check = runs<isw_v7<>, false>,
         .asked = {{one,
                    {{"sc", a_hole},
                     {"weak", fails_when(p1_or_p2, its_inode_is_last_or_lists_mix)}}}}},
        {.name = "isw/v7+acqrel-hash",
         .commit = "cba38ec4cbd3",
         .release = "mutant",
         .summary = "the same, with release and acquire",
         .check = runs<isw_v7<v7_form{.acquire_release = true}>, false>,
         .asked = {{one, hole}}},
    };
}

} // namespace

WBSYNC_FAMILY(writeback) {
    std::vector<model> all;
    for (const auto& some : {versions(), repairs(), drain(), bdi_lifetime(), mutants()})
        for (const version& v : some)
            for (const auto& [asked, expected] : v.asked)
                all.push_back(entry(v, asked, expected));
    return all;
}
