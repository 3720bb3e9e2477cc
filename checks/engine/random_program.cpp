// SPDX-License-Identifier: BSD-3-Clause
// Tests of the differential test's tools: programs are well formed, the axioms give the results of
// the litmus tests, and a failure is shown as its smallest program.

#include "checks/engine/random_program.hpp"

#include "checks/engine/axiomatic.hpp"
#include "checks/engine/program_source.hpp"
#include "checks/engine/shrink.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using fuzz::kind;
using fuzz::operation;
using fuzz::program;

TEST_CASE("random programs are well formed, and a seed gives the same one on every machine") {
    std::uint64_t hash = 0;
    for (std::uint64_t seed = 0; seed != 500; ++seed) {
        const program p = fuzz::draw(seed, {});
        CHECK(fuzz::well_formed(p));
        CHECK(p == fuzz::draw(seed, {}));
        for (const auto& thread : p.threads)
            for (const operation& o : thread)
                hash = hash * 31 + static_cast<std::uint64_t>(o.what) * 7 +
                       static_cast<std::uint64_t>(o.variable) + static_cast<std::uint64_t>(o.value);
    }
    CHECK(hash == 12'941'268'939'002'073'571U);
}

TEST_CASE("random programs have every kind of operation") {
    std::array<int, fuzz::kind_count> seen{};
    fuzz::shape of_atomics{};
    of_atomics.groups =
        fuzz::group_bit("atomic") | fuzz::group_bit("free-load") | fuzz::group_bit("free-rmw");
    for (std::uint64_t seed = 0; seed != 1000; ++seed)
        for (const fuzz::shape& how : {fuzz::shape{}, of_atomics})
            for (const auto& thread : fuzz::draw(seed, how).threads)
                for (const operation& o : thread)
                    ++seen[static_cast<std::size_t>(o.what)];
    CHECK((fuzz::usual_groups & of_atomics.groups) == 0);
    for (int k = 0; k != fuzz::kind_count; ++k) {
        CAPTURE(std::string{fuzz::name_of(static_cast<kind>(k))});
        CHECK(seen[static_cast<std::size_t>(k)] > 0);
    }
}

TEST_CASE("random programs of the group atomic have every operation of the table") {
    std::array<int, wbsync::atomic_operations.size()> seen{};
    fuzz::shape how{};
    how.groups = fuzz::group_bit("atomic");
    for (std::uint64_t seed = 0; seed != 1000; ++seed)
        for (const auto& thread : fuzz::draw(seed, how).threads)
            for (const operation& o : thread)
                ++seen[o.row];
    for (std::size_t row = 0; row != seen.size(); ++row) {
        CAPTURE(wbsync::atomic_operations[row].word);
        CHECK(seen[row] > 0);
    }
}

TEST_CASE("sections that overlap with their like, or do not end, are not well formed") {
    CHECK(fuzz::well_formed(
        {{{{kind::lock}, {kind::read_lock}, {kind::unlock}, {kind::read_unlock}}}}));
    CHECK(!fuzz::well_formed({{{{kind::lock}}}}));
    CHECK(!fuzz::well_formed({{{{kind::unlock}}}}));
    CHECK(!fuzz::well_formed({{{{kind::lock}, {kind::lock}, {kind::unlock}, {kind::unlock}}}}));
    CHECK(!fuzz::well_formed({{{{kind::read_lock}, {kind::synchronize}, {kind::read_unlock}}}}));
    CHECK(!fuzz::well_formed({{{{kind::lock}, {kind::flush_work}, {kind::unlock}}}}));
    CHECK(!fuzz::well_formed({{{{kind::bug_on, 0, 1}}}}));
    CHECK(!fuzz::well_formed({{{{kind::lock}, {kind::wait_var}, {kind::unlock}}}}));
    CHECK(!fuzz::well_formed({{{{kind::store, 0, 1, true}}}})); // on what condition?
}

TEST_CASE("a program that fails is shrunk to the operations that matter") {
    const program large{{{{kind::mb}, {kind::fetch_add, 0, 1}, {kind::load, 1}, {kind::wmb}},
                         {{kind::lock}, {kind::xchg, 1, 2}, {kind::unlock}, {kind::load, 2}},
                         {{kind::load, 0}}}};
    const auto reads_and_writes_x1 = [](const program& p) {
        bool reads = false;
        bool writes = false;
        for (const auto& t : p.threads)
            for (const operation& o : t) {
                reads = reads || (o.what == kind::load && o.variable == 1);
                writes = writes || (o.what == kind::store && o.variable == 1) ||
                         (o.what == kind::xchg && o.variable == 1);
            }
        return reads && writes;
    };
    const program small = fuzz::shrinker(reads_and_writes_x1)(large);
    CHECK(small == program{{{{kind::load, 1}}, {{kind::store, 1, 2}}}});
    const std::string text = fuzz::source(small, {1, 0}, "shrunk");
    CHECK(text.find("s.thread(\"P1\", [&] {\n            WRITE_ONCE(x1, 2);") != text.npos);
    CHECK(text.find("r0 = READ_ONCE(x1);") != text.npos);
    CHECK(text.find("P1") < text.find("P0"));
}

namespace {

/// The number of final states of a program with relaxed accesses.
std::size_t finals(const program& p) {
    return fuzz::axiomatic_finals(p).size();
}

constexpr operation w(int x) {
    return {kind::store, static_cast<std::int8_t>(x), 1};
}
constexpr operation r(int x) {
    return {kind::load, static_cast<std::int8_t>(x)};
}
constexpr operation mb{kind::mb};

} // namespace

TEST_CASE("the axioms know store buffering, message passing and IRIW") {
    CHECK(finals({{{w(0), r(1)}, {w(1), r(0)}}}) == 4);
    CHECK(finals({{{w(0), mb, r(1)}, {w(1), mb, r(0)}}}) == 3);
    CHECK(finals({{{w(0), mb, r(1)}, {w(1), r(0)}}}) == 4);
    CHECK(finals({{{w(0), w(1)}, {r(1), r(0)}}}) == 4);
    CHECK(finals({{{w(0), {kind::wmb}, w(1)}, {r(1), {kind::rmb}, r(0)}}}) == 3);
    CHECK(finals({{{w(0), {kind::store_release, 1, 1}}, {{kind::load_acquire, 1}, r(0)}}}) == 3);
    CHECK(finals({{{w(0)}, {w(1)}, {r(0), r(1)}, {r(1), r(0)}}}) == 16);
    CHECK(finals({{{w(0)}, {w(1)}, {r(0), mb, r(1)}, {r(1), mb, r(0)}}}) == 15);
}

TEST_CASE("the axioms know barriers that belong to an operation") {
    const operation inc{kind::add, 2, 1};
    const operation before{kind::before_atomic};
    const operation after{kind::after_atomic};
    const auto opposite_mb = [](std::vector<operation> one) {
        return finals({{std::move(one), {w(1), mb, r(0)}}});
    };
    CHECK(opposite_mb({w(0), before, r(1)}) == 4);
    CHECK(opposite_mb({w(0), after, r(1)}) == 4);
    CHECK(opposite_mb({w(0), before, inc, r(1)}) == 3);
    CHECK(opposite_mb({w(0), inc, after, r(1)}) == 3);
    CHECK(opposite_mb({w(0), before, r(1), inc}) == 4);
    CHECK(opposite_mb({inc, w(0), after, r(1)}) == 4);
}

TEST_CASE("the axioms know what an unlock and the next lock order") {
    const operation lock{kind::lock};
    const operation unlock{kind::unlock};
    const operation other{kind::other_lock};
    const operation other_end{kind::other_unlock};
    const std::vector<operation> writes{w(0), {kind::wmb}, w(1)};
    const std::vector<operation> reads{{kind::load_acquire, 1}, r(0)};
    CHECK(finals({{writes, {r(1), lock, unlock, other, r(0), other_end}}}) == 3);
    CHECK(finals({{writes, {r(1), lock, unlock, r(0)}}}) == 4);
    CHECK(finals({{{w(0), lock, unlock, other, w(1), other_end}, reads}}) == 3);
    CHECK(finals({{{w(0), lock, w(1), unlock}, reads}}) == 4);
    // What was read is not passed on: all eight.
    CHECK(finals({{{w(0)}, {lock, r(0), unlock, lock, w(1), unlock}, reads}}) == 8);
}

TEST_CASE("the axioms know grace periods") {
    const operation lock{kind::read_lock};
    const operation unlock{kind::read_unlock};
    const operation sync{kind::synchronize};
    CHECK(finals({{{w(0), sync, r(1)}, {lock, w(1), r(0), unlock}}}) == 3);
    CHECK(finals({{{w(0), sync, r(1)}, {w(1), r(0)}}}) == 4);
    CHECK(finals({{{w(0), mb, r(1)}, {lock, w(1), r(0), unlock}}}) == 4);
    // One grace period against one section and a fence, then against two sections.
    CHECK(finals({{{lock, w(0), r(1), unlock}, {w(1), sync, r(2)}, {w(2), mb, r(0)}}}) == 7);
    CHECK(finals({{{lock, w(0), r(1), unlock}, {w(1), sync, r(2)}, {lock, w(2), r(0), unlock}}}) ==
          8);
}
