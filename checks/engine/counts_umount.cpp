// SPDX-License-Identifier: BSD-3-Clause
// Executions of the umount protocol of bench/, and its mutants.

#include "bench/umount.hpp"

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using namespace wbsync;

namespace {

template <bench::fix Fix, int N>
void check_umount(std::uint64_t count) {
    for (const auto memory : {memory_kind::sc, memory_kind::weak, memory_kind::lkmm}) {
        options with;
        with.memory = memory;
        const result r = check<bench::umount_protocol<Fix, N>>(with);
        CHECK(r.verified());
        CHECK(r.executions == count);
        CHECK(r.sleep_set_blocked == 0);
    }
}

template <bench::fix Fix, bench::mutant Broken>
bool refuted() {
    return check<bench::umount_protocol<Fix, 1, Broken>>().found("BUG_ON");
}

template <bench::fix Fix>
bool refuted_without_mb(const char* function) {
    options with;
    with.weaken = {bench::mb_in(function)};
    return check<bench::umount_protocol<Fix, 1>>(with).found("BUG_ON");
}

} // namespace

TEST_CASE("count: umount with a counter for each superblock, n switchers") {
    using enum bench::fix;
    check_umount<per_sb, 1>(3);
    check_umount<per_sb, 2>(8);
    check_umount<per_sb, 3>(20);
    check_umount<per_sb, 4>(48);
    check_umount<per_sb, 6>(256);
}

TEST_CASE("count: umount with RCU, n switchers") {
    using enum bench::fix;
    check_umount<rcu, 1>(9);
    check_umount<rcu, 2>(128);
    check_umount<rcu, 3>(1772);
}

TEST_CASE("umount with a counter for each superblock needs every one of its promises") {
    using enum bench::fix;
    using enum bench::mutant;
    CHECK(refuted_without_mb<per_sb>("umounter"));
    CHECK(refuted_without_mb<per_sb>("count"));
    CHECK(refuted<per_sb, decrement_before_iput>());
    CHECK(refuted<per_sb, increment_after_check>());
}

TEST_CASE("umount with RCU needs every one of its promises") {
    using enum bench::fix;
    using enum bench::mutant;
    CHECK(refuted_without_mb<rcu>("umounter"));
    CHECK(refuted_without_mb<rcu>("count"));
    CHECK(refuted<rcu, decrement_before_iput>());
    CHECK(refuted<rcu, increment_after_check>());
    CHECK(refuted<rcu, flush_before_grace_period>());
    CHECK(refuted<rcu, section_ends_before_queueing>());
}
