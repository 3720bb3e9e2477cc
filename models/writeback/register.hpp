// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/catalogue.hpp"
#include "models/writeback/isw_v6.hpp"
#include "models/writeback/isw_v7.hpp"
#include "models/writeback/isw_v9.hpp"

namespace wbsync::models::writeback {

inline std::vector<parameter> parameters() {
    return {
        {"switchers", "writers that switch an inode; number i takes inode i mod inodes", 1, 1, 8},
        {"inodes", "cached inodes; number i belongs to superblock i mod superblocks", 1, 1, 8},
        {"superblocks", "file systems on the device; the first one is unmounted", 1, 1, 4},
        {"cleaner", "1: the offline cleaner switches all inodes of the dying cgroup", 0, 0, 1}};
}

inline bounds bounds_from(const parameter_values& p) {
    return {p.at("switchers"), p.at("inodes"), p.at("superblocks"), p.at("cleaner")};
}

/// Can two switches of different superblocks meet on one list? Then the RCU fix has a hole: the one
/// that finds the list non-empty relies on another's queue_work(), whose read-side section the
/// grace period need not wait for.
inline bool lists_mix_superblocks(const bounds& b) {
    const int sources = std::min(b.switchers, b.inodes) + b.cleaner;
    return b.superblocks > 1 && b.inodes > 1 && sources > 1;
}

inline const expectation verified{};

inline expectation always_found(memory_kind, const bounds&) {
    return {verdict::finding, "P1/P2"};
}

inline expectation expect_v7(memory_kind m, const bounds& b) {
    if (m == memory_kind::weak)
        return {verdict::finding, "P1/P2"};
    return lists_mix_superblocks(b) ? expectation{verdict::finding, "P1/P2"} : verified;
}

inline expectation expect_v7_acqrel(memory_kind, const bounds& b) {
    return lists_mix_superblocks(b) ? expectation{verdict::finding, "P1/P2"} : verified;
}

inline expectation expect_v9(memory_kind, const bounds&) {
    return verified;
}

template <class Version>
model entry(const char* name, const char* commit, const char* release, const char* summary,
            expectation (*expected)(memory_kind, const bounds&)) {
    return {name,
            commit,
            release,
            summary,
            parameters(),
            [expected](memory_kind m, const parameter_values& p) {
                return expected(m, bounds_from(p));
            },
            [](const options& o, const parameter_values& p) {
                return wbsync::check<Version>(o, bounds_from(p));
            }};
}

inline void add_models(std::vector<model>& to) {
    to.push_back(entry<isw_v6>("isw/v6", "6689f01d6740", "7.1-rc1",
                               "umount counts and flushes; a switch may be counted, not yet queued",
                               &always_found));
    to.push_back(entry<isw_v7>("isw/v7", "cba38ec4cbd3", "7.2-rc1",
                               "RCU section from check to queueing, grace period in umount",
                               &expect_v7));
    to.push_back(entry<isw_v7_acqrel>("isw/v7+acqrel", "cba38ec4cbd3", "7.2-rc1",
                                      "v7 with release and acquire on the count: a repair",
                                      &expect_v7_acqrel));
    to.push_back(entry<isw_v9>("isw/v9", "31c1d19ead2c", "7.2-rc1",
                               "a counter for each superblock: pin, unpin, drain", &expect_v9));
    to.push_back(entry<isw_v9_acquire>("isw/v9+acquire", "31c1d19ead2c", "7.2-rc1",
                                       "v9 with an acquire load in the drain's condition",
                                       &expect_v9));
}

} // namespace wbsync::models::writeback
