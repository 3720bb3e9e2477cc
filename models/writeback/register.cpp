// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/writeback/isw_v0.hpp"
#include "models/writeback/isw_v1.hpp"
#include "models/writeback/isw_v2.hpp"
#include "models/writeback/isw_v3.hpp"
#include "models/writeback/isw_v3_8826.hpp"
#include "models/writeback/isw_v4.hpp"
#include "models/writeback/isw_v5.hpp"
#include "models/writeback/isw_v6.hpp"
#include "models/writeback/isw_v7.hpp"
#include "models/writeback/isw_v8.hpp"
#include "models/writeback/isw_v9.hpp"
#include "models/writeback/isw_vx.hpp"
#include "models/writeback/mutants.hpp"
#include "models/writeback/repairs.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace wbsync::models::writeback {
namespace {

/// Where a version comes from, and its name in the catalogue.
struct version {
    const char* name;
    const char* commit;
    const char* release;
    const char* summary;
    bool cleaner = true; ///< does it have one?
};

/// The properties that fail, "P1/P2" where either may be met first, and when they do.
struct failure {
    const char* properties;
    bool (*when)(memory_kind, const bounds&);
};
using failing = std::vector<failure>;

bool always(memory_kind, const bounds&) {
    return true;
}
bool under_weak(memory_kind m, const bounds&) {
    return m == memory_kind::weak;
}

/// Can there be two requests for one wb at a time? The second one may then be added to a list that
/// is not empty, or whose work is running.
bool with_two_requests(memory_kind, const bounds& b) {
    return b.inodes > 1 && std::min(b.switchers, b.inodes) + b.cleaner > 1;
}
/// Of different superblocks? Then the RCU fix has a hole: the one that finds the list non-empty
/// relies on another's queue_work(), whose read-side section the grace period need not wait for.
bool if_lists_mix_superblocks(memory_kind m, const bounds& b) {
    return b.superblocks > 1 && with_two_requests(m, b);
}
bool under_weak_or_if_lists_mix_superblocks(memory_kind m, const bounds& b) {
    return under_weak(m, b) || if_lists_mix_superblocks(m, b);
}

/// The next iput() of a request takes locks: only the last one is not ordered before its count. The
/// cleaner's request, which has all inodes, may end with one of another superblock.
bool under_weak_if_its_inode_is_last(memory_kind m, const bounds& b) {
    const bool is_last = b.switchers != 0 || (b.inodes - 1) % b.superblocks == 0;
    return (under_weak(m, b) && is_last) || if_lists_mix_superblocks(m, b);
}

/// A stale i_count is that of an inode after which the worker saw the superblock active, and before
/// whose look umount took one lock at the most: of the cleaner's request the last one of the
/// superblock, if it has no more than two there.
bool under_weak_if_its_last_inode_comes_early(memory_kind m, const bounds& b) {
    const int its_inodes = (b.inodes + b.superblocks - 1) / b.superblocks;
    return under_weak(m, b) && (b.switchers != 0 || its_inodes <= 2);
}

/// A superblock that stays mounted keeps the bdi.
bool if_all_are_unmounted(memory_kind, const bounds& b) {
    return b.superblocks == 1;
}
bool under_weak_if_all_are_unmounted(memory_kind m, const bounds& b) {
    return under_weak(m, b) && if_all_are_unmounted(m, b);
}

const failing nothing{};

expectation expect(const failing& f, memory_kind m, const bounds& b) {
    std::string failed;
    if (b.switchers + b.cleaner != 0) // else nothing is switched
        for (const auto& [properties, when] : f)
            if (when(m, b))
                failed += (failed.empty() ? "" : "/") + std::string{properties};
    return failed.empty() ? expectation{} : expectation{verdict::finding, failed};
}

std::vector<parameter> parameters(const version& v, const bounds& b) {
    const int others = b.about == question::isolation ? 2 : 1;
    return {{"switchers", "writers that switch an inode; number i takes inode i mod inodes",
             b.switchers, v.cleaner && b.about == question::umount ? 0 : 1, 8},
            {"inodes", "cached inodes; number i belongs to superblock i mod superblocks", b.inodes,
             others, 8},
            {"superblocks", "file systems on the device; the first one is unmounted", b.superblocks,
             others, 4},
            {"cleaner", "1: the offline cleaner switches all inodes of the dying cgroup", b.cleaner,
             0, v.cleaner ? 1 : 0}};
}

/// What is asked of a version, at which size: what stands behind its name in the catalogue.
struct configuration {
    const char* suffix;
    const char* asks;
    bounds size;
    std::vector<std::pair<const char*, int>> larger; ///< the next size
};

const char* const umount_properties = "P1 P2 P4 P5";
const configuration one{"", umount_properties, {}, {{"switchers", 2}, {"inodes", 2}}};
const configuration two{"/two", umount_properties, {2, 2, 2}, {{"switchers", 3}}};
const configuration two_then_cleaner{"/two", umount_properties, {2, 2, 2}, {{"cleaner", 1}}};
const configuration with_cleaner{"/cleaner", umount_properties, {1, 2, 1, 1}, {{"switchers", 2}}};
const configuration late{
    "/late", "P1 P2 P5", {1, 1, 1, 0, question::late_umount}, {{"switchers", 2}, {"inodes", 2}}};
const configuration for_p3{"/P3", "P3", {1, 1, 1, 0, question::wb_lifetime}, {{"switchers", 2}}};
const configuration for_p3_on_lists{
    "/P3", "P3", {2, 2, 1, 0, question::wb_lifetime}, {{"switchers", 3}}};
const configuration for_p6{"/P6", "P6", {1, 2, 2, 0, question::isolation}, {{"switchers", 2}}};
const configuration for_p7{
    "/P7", "P7", {1, 1, 1, 0, question::statistics}, {{"switchers", 2}, {"inodes", 2}}};
const configuration for_p8{
    "/P8", "P8", {1, 1, 1, 0, question::bdi_lifetime}, {{"switchers", 2}, {"inodes", 2}}};
const configuration for_sum{
    "/sum", "fs-sum", {1, 1, 1, 0, question::saved_sum}, {{"switchers", 2}, {"inodes", 2}}};

template <class Version>
model entry(const version& v, const configuration& asked, const failing& fails) {
    const auto with = [about = asked.size.about](const parameter_values& p) {
        return bounds{p.at("switchers"), p.at("inodes"), p.at("superblocks"), p.at("cleaner"),
                      about};
    };
    model m{v.name + std::string{asked.suffix},
            v.commit,
            v.release,
            v.summary,
            parameters(v, asked.size),
            [fails, with](memory_kind memory, const parameter_values& p) {
                return expect(fails, memory, with(p));
            },
            [with](const options& o, const parameter_values& p) {
                return wbsync::check<Version>(o, with(p));
            }};
    m.asks = asked.asks;
    for (const auto& [name, value] : asked.larger)
        m.larger[name] = value;
    return m;
}

/// Umount with one superblock, and with two whose inodes are switched to the same wb.
template <class Version>
void add_umounts(std::vector<model>& to, const version& v, const failing& fails) {
    to.push_back(entry<Version>(v, one, fails));
    to.push_back(entry<Version>(v, v.cleaner ? two_then_cleaner : two, fails));
}

/// A version, with the questions that are asked of all of them.
template <class Version>
void add_version(std::vector<model>& to, const version& v, const failing& umount, const failing& p3,
                 const failing& p6) {
    constexpr bool has_lists = std::is_base_of_v<isw_v5, Version>;
    add_umounts<Version>(to, v, umount);
    if (v.cleaner)
        to.push_back(entry<Version>(v, with_cleaner, umount));
    to.push_back(entry<Version>(v, has_lists ? for_p3_on_lists : for_p3, p3));
    to.push_back(entry<Version>(v, for_p6, p6));
    to.push_back(entry<Version>(v, for_p7, nothing));
}

void add_versions(std::vector<model>& to) {
    const failing races{{"P1/P2", always}};
    const failing rcu_section{{"P1/P2", if_lists_mix_superblocks}};
    const failing p6{{"P6", always}};
    add_version<isw_v0>(to, {"isw/v0", "d10c80955265", "4.2", "umount knows of no switch", false},
                        races, nothing, nothing);
    const version v1{"isw/v1", "5ff8eaac1636", "4.5",
                     "a switch keeps the superblock active: umount returns too early", false};
    add_version<isw_v1>(to, v1, {{"P4", always}}, nothing, nothing);
    to.push_back(entry<isw_v1>(v1, late, nothing));
    add_version<isw_v2>(to,
                        {"isw/v2", "a1a0e23e4903", "4.6",
                         "a global count, grace period and flush; counted late, callbacks lag",
                         false},
                        races, nothing, p6);
    add_version<isw_vx>(to,
                        {"isw/vX", "20190416120902", "not merged",
                         "a count for each superblock, flushed until 0; counted late", false},
                        races, nothing, nothing);
    add_version<isw_v3>(
        to, {"isw/v3", "ec084de929e4", "5.2", "rcu_barrier and flush; counted later still", false},
        races, nothing, p6);
    add_version<isw_v3_8826>(to,
                             {"isw/v3+8826", "8826ee4fe750", "5.4.130",
                              "v3, counted first: the stable hybrid without barriers", false},
                             races, nothing, p6);
    add_version<isw_v4>(to,
                        {"isw/v4", "c22d70a162d3", "5.14",
                         "counted first, barriers, rcu_work, cleaner; counted but not queued"},
                        races, nothing, p6);
    add_version<isw_v5>(to,
                        {"isw/v5", "e1b849cfa6b6", "6.18",
                         "a list and a work for each wb; the work loops, the wb may go"},
                        races, {{"P3", with_two_requests}}, p6);
    add_version<isw_v6>(to,
                        {"isw/v6", "6689f01d6740", "7.1-rc1",
                         "umount counts and flushes; a switch may be counted, not yet queued"},
                        races, nothing, p6);
    add_version<isw_v7>(to,
                        {"isw/v7", "cba38ec4cbd3", "7.2-rc1",
                         "RCU section from check to queueing, grace period in umount"},
                        rcu_section, nothing, p6);
    add_version<isw_v8>(to, {"isw/v8", "e90a6d668e26", "7.2-rc1", "v7 without rcu_barrier"},
                        rcu_section, nothing, p6);
    add_version<isw_v9>(
        to,
        {"isw/v9", "31c1d19ead2c", "7.2-rc1", "a counter for each superblock: pin, unpin, drain"},
        nothing, nothing, nothing);
}

void add_repairs(std::vector<model>& to) {
    const failing hole{{"P1/P2", if_lists_mix_superblocks}};
    add_umounts<isw_v2_section>(to,
                                {"isw/v2+section", "a1a0e23e4903", "4.6",
                                 "v2 counted first, in an RCU section: only the callback lags",
                                 false},
                                {{"P1/P2", always}});
    add_umounts<isw_v2_section_barrier>(to,
                                        {"isw/v2+section+barrier", "a1a0e23e4903", "4.6",
                                         "and umount waits for the callbacks", false},
                                        nothing);
    add_umounts<isw_v7_acqrel>(to,
                               {"isw/v7+acqrel", "cba38ec4cbd3", "7.2-rc1",
                                "v7 with release and acquire on the count: a repair"},
                               hole);
    add_umounts<isw_v7_rcu_work>(to,
                                 {"isw/v7+rcu_work", "cba38ec4cbd3", "6.1.178",
                                  "v7 where each request is a work of its own"},
                                 nothing);
    add_umounts<isw_v7_queue_always>(to,
                                     {"isw/v7+queue_always", "cba38ec4cbd3", "7.2-rc1",
                                      "v7+acqrel, and everybody queues the work: the same hole, "
                                      "between PENDING and the queue"},
                                     hole);
    add_umounts<isw_v7_two_grace_periods>(to,
                                          {"isw/v7+two_gp", "cba38ec4cbd3", "7.2-rc1",
                                           "v7+acqrel with two grace periods: closes the hole"},
                                          nothing);
    add_umounts<isw_srcu>(to,
                          {"isw/v7+srcu", "cba38ec4cbd3", "proposed",
                           "SRCU instead of RCU, with v7+acqrel's count: the same hole"},
                          hole);
    add_umounts<isw_v9_acquire>(to,
                                {"isw/v9+acquire", "31c1d19ead2c", "7.2-rc1",
                                 "v9 with an acquire load in the drain's condition"},
                                nothing);
}

/// What the relaxed load in v9's drain could let through, and what keeps it out.
void add_drain(std::vector<model>& to) {
    to.push_back(entry<isw_v9>({"isw/v9", "31c1d19ead2c", "7.2-rc1",
                                "put_super() saves a sum that the worker's eviction changed"},
                               for_sum, nothing));
    to.push_back(entry<isw_v9_acquire>(
        {"isw/v9+acquire", "31c1d19ead2c", "7.2-rc1", "the same with an acquire load"}, for_sum,
        nothing));
    add_umounts<refcount_iput<isw_v9>>(to,
                                       {"isw/v9-iput_full", "31c1d19ead2c", "mutant",
                                        "i_count falls as a refcount_t does: no full barrier"},
                                       {{"P1/P2", under_weak_if_its_last_inode_comes_early}});
    add_umounts<refcount_iput<isw_v9_acquire>>(
        to, {"isw/v9+acquire-iput_full", "31c1d19ead2c", "mutant", "the same with an acquire load"},
        nothing);
}

void add_bdi_lifetime(std::vector<model>& to) {
    const failing at_the_tail{{"P8", if_all_are_unmounted}};
    const failing at_the_tail_or_hole{{"P8", if_all_are_unmounted},
                                      {"P1/P2", if_lists_mix_superblocks}};
    to.push_back(entry<isw_v7>({"isw/v7", "cba38ec4cbd3", "7.2-rc1",
                                "umount reads 0 and skips the flush; the worker still has the wb"},
                               for_p8, at_the_tail_or_hole));
    to.push_back(
        entry<isw_v8>({"isw/v8", "e90a6d668e26", "7.2-rc1", "as v7"}, for_p8, at_the_tail_or_hole));
    to.push_back(entry<isw_v9>(
        {"isw/v9", "31c1d19ead2c", "7.2-rc1", "the worker looks at the bdi after it has unpinned"},
        for_p8, at_the_tail));
    to.push_back(entry<isw_v9_flush>(
        {"isw/v9+flush", "31c1d19ead2c", "7.2-rc1", "bdi_unregister() flushes the switch work"},
        for_p8, nothing));
    to.push_back(entry<isw_v9_late_unpin>({"isw/v9+late_unpin", "31c1d19ead2c", "7.2-rc1",
                                           "the worker unpins after its last use of the wb"},
                                          for_p8, nothing));
    to.push_back(
        entry<isw_v7_rcu_work>({"isw/v7+rcu_work", "cba38ec4cbd3", "6.1.178",
                                "the count is the last that the worker touches, and relaxed"},
                               for_p8, {{"P8", under_weak_if_all_are_unmounted}}));
}

/// v9 with one promise broken.
template <class Mutant>
void add_mutant(std::vector<model>& to, const char* name, const char* summary,
                const configuration& asked, const failing& fails) {
    to.push_back(entry<Mutant>({name, "31c1d19ead2c", "mutant", summary}, asked, fails));
}

void add_mutants(std::vector<model>& to) {
    const failing races{{"P1/P2", always}};
    const failing only_weak{{"P1/P2", under_weak}};
    add_mutant<no_mb_in_prepare<isw_v9>>(to, "isw/v9-mb_prepare", "no barrier after the pin", one,
                                         only_weak);
    add_mutant<no_mb_in_umount<isw_v9>>(to, "isw/v9-mb_umount", "no barrier before the drain", one,
                                        only_weak);
    add_mutant<isw_v9_unpin_first>(to, "isw/v9-unpin_first", "unpins before iput()", one, races);
    add_mutant<isw_v9_late_pin>(to, "isw/v9-late_pin", "pins after __iget()", one, races);
    add_mutant<isw_v9_no_recheck>(to, "isw/v9-recheck", "SB_ACTIVE is not looked at again", one,
                                  races);
    add_mutant<isw_v9_relaxed_unpin>(to, "isw/v9-unpin_relaxed", "a relaxed decrement", one,
                                     {{"P5", under_weak}});
    add_mutant<isw_v9_release_unpin>(to, "isw/v9-unpin_release", "a release decrement", one,
                                     {{"P5", under_weak}});
    add_mutant<isw_v9_wake_always>(to, "isw/v9-wake_always", "wakes without a test: harmless", one,
                                   nothing);
    add_mutant<isw_v9_drain_first>(to, "isw/v9-drain_first", "waits, then clears SB_ACTIVE", one,
                                   races);
    add_mutant<isw_v9_no_grace_period>(to, "isw/v9-gp", "the worker waits for no grace period",
                                       for_p7, {{"P7", always}});
    add_mutant<isw_v9_no_rmb>(to, "isw/v9-rmb", "no smp_rmb() after the look at I_WB_SWITCH",
                              for_p7, {{"P7", under_weak}});
    add_mutant<isw_v9_no_wmb>(to, "isw/v9-wmb", "no smp_wmb() before I_WB_SWITCH is cleared",
                              for_p7, {{"P7", under_weak}});
    to.push_back(entry<isw_v0_relaxed_reader>(
        {"isw/v0-reader_acquire", "d10c80955265", "mutant", "a relaxed look at I_WB_SWITCH", false},
        for_p7, {{"P7", under_weak}}));
    to.push_back(entry<no_mb_in_prepare<isw_v4>>(
        {"isw/v4-mb_prepare", "c22d70a162d3", "mutant", "no barrier after the count"}, one, races));
    to.push_back(entry<no_mb_in_umount<isw_v4>>(
        {"isw/v4-mb_umount", "c22d70a162d3", "mutant", "no barrier before umount reads the count"},
        one, races));
    // v4's window closed, so that this is all that is left.
    const failing only_weak_or_hole{{"P1/P2", under_weak_or_if_lists_mix_superblocks}};
    to.push_back(entry<no_mb_in_prepare<isw_v7_acqrel>>(
        {"isw/v7+acqrel-mb_prepare", "cba38ec4cbd3", "mutant", "no barrier after the count"}, one,
        only_weak_or_hole));
    to.push_back(
        entry<no_mb_in_umount<isw_v7_acqrel>>({"isw/v7+acqrel-mb_umount", "cba38ec4cbd3", "mutant",
                                               "no barrier before umount reads the count"},
                                              one, only_weak_or_hole));
    // One section less after ->evict_inode(): nothing orders it before the relaxed count.
    to.push_back(entry<unhashed<isw_v7>>(
        {"isw/v7-hash", "cba38ec4cbd3", "mutant", "inodes are in no hash table"}, one,
        {{"P1/P2", under_weak_if_its_inode_is_last}}));
    to.push_back(entry<unhashed<isw_v7_acqrel>>(
        {"isw/v7+acqrel-hash", "cba38ec4cbd3", "mutant", "the same, with release and acquire"}, one,
        {{"P1/P2", if_lists_mix_superblocks}}));
}

} // namespace

void add_models(std::vector<model>& to) {
    add_versions(to);
    add_repairs(to);
    add_drain(to);
    add_bdi_lifetime(to);
    add_mutants(to);
}

} // namespace wbsync::models::writeback
