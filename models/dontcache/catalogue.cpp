// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/dontcache/account.hpp"
#include "models/dontcache/kick.hpp"
#include "models/dontcache/kick_switch.hpp"
#include "models/dontcache/split.hpp"

#include <vector>

using namespace wbsync::catalogue;
using namespace wbsync::models::dontcache;
using wbsync::weakening;

WBSYNC_FAMILY(dontcache) {
    const auto writers = kick_bounds{}.parameters();
    const auto few_writers = kick_switch_bounds{}.parameters();
    const auto halves = split_bounds{}.parameters();

    // Of __mark_inode_dirty(), between (D1) and (D3).
    const std::vector<weakening> no_barrier{{.function = "filemap_dirty_folio", .verb = "smp_mb"}};

    // What an account is about, and cannot do without.
    const account_bounds a_switch{0, 0, 0, 1};
    const account_bounds a_lookup{0, 0, 1, 0};
    const auto beside_others = [](const parameter_values& p) {
        const auto b = account_bounds::from(p);
        return b.hits > 0 && b.writers + b.cleaners + b.switches > 0;
    };
    // A switch reads a page's flags late, see models/stat.
    const auto beside_switch = [](const parameter_values& p) {
        const auto b = account_bounds::from(p);
        return b.cleaners > 0 && b.switches > 0;
    };
    const auto late = [=](const parameter_values& p) {
        return beside_switch(p) || beside_others(p);
    };
    const auto late_in_split = [](const parameter_values& p) {
        const auto b = split_bounds::from(p);
        return b.cleaners > 0 && b.switches > 0;
    };
    const auto twice = [=](const parameter_values& p) {
        return p.at("hits") > 1 || beside_others(p);
    };
    return {
        // --- kicks
        {.version = "dontcache/kick",
         .commit = "e1bf79628453",
         .release = "7.2-rc1",
         .summary = "many kicks are one: clears the bit, then reads the count",
         .parameters = writers,
         .expected = sc_and_weak(holds),
         .check = checks<kick<>, kick_bounds>},
        {.version = "dontcache/kick-clear_first",
         .commit = "e1bf79628453",
         .release = "series v5",
         .summary = "reads the count, then clears the bit: K2 before K1",
         .parameters = writers,
         .expected = sc_and_weak(fails({"lost-kick"})),
         .check = checks<kick<kick_form{.clears_first = false}>, kick_bounds>},
        {.version = "dontcache/kick-sum",
         .commit = "e1bf79628453",
         .release = "series v5",
         .summary = "reads the shared part of the count only",
         .parameters = writers,
         .expected = sc_and_weak(fails({"lost-kick"})),
         .check = checks<kick<kick_form{.sums_up = false}>, kick_bounds>},
        {.version = "dontcache/kick-mb",
         .commit = "e1bf79628453",
         .release = "mutant",
         .summary = "no barrier between the count and the bit: the one of __mark_inode_dirty()",
         .parameters = writers,
         .expected = {{"sc", holds}, {"weak", fails({"lost-kick"})}},
         .weaken = no_barrier,
         .check = checks<kick<>, kick_bounds>},
        {.version = "dontcache/kick-mb-test_bit",
         .commit = "e1bf79628453",
         .release = "repair",
         .summary = "nor a look before test_and_set_bit(), which is a barrier itself",
         .parameters = writers,
         .expected = sc_and_weak(holds),
         .weaken = no_barrier,
         .check = checks<kick<kick_form{.looks_first = false}>, kick_bounds>},
        {.version = "dontcache/kick_switch",
         .commit = "e1bf79628453",
         .release = "7.2-rc1",
         .summary = "the inode is switched: the pages move, the request does not",
         .parameters = few_writers,
         .expected = sc_and_weak(fails({"lost-kick"})),
         .check = checks<kick_switch<>, kick_switch_bounds, question::lost_kick>},
        {.version = "dontcache/kick_switch+bit",
         .commit = "e1bf79628453",
         .release = "repair",
         .summary = "the switch moves the request with the pages",
         .parameters = few_writers,
         .expected = sc_and_weak(holds),
         .check = checks<kick_switch<kick_switch_form{.moves_bit = true}>, kick_switch_bounds,
                         question::lost_kick>},
        {.version = "dontcache/kick_switch",
         .question = "P3",
         .commit = "e1bf79628453",
         .release = "7.2-rc1",
         .summary =
             "the old wb dies: the bit is set in the transaction, with a reference for the wake-up",
         .parameters = few_writers,
         .expected = sc_and_weak(holds),
         .check = checks<kick_switch<>, kick_switch_bounds, question::lifetime>},
        {.version = "dontcache/kick_switch-get",
         .question = "P3",
         .commit = "e1bf79628453",
         .release = "mutant",
         .summary = "no reference for the wake-up",
         .parameters = few_writers,
         .expected = sc_and_weak(fails({"P3"})),
         .check = checks<kick_switch<kick_switch_form{.reference = false}>, kick_switch_bounds,
                         question::lifetime>},
        {.version = "dontcache/kick_switch-transaction",
         .question = "P3",
         .commit = "e1bf79628453",
         .release = "mutant",
         .summary = "the bit is set after the transaction",
         .parameters = few_writers,
         .expected = sc_and_weak(fails({"P3"})),
         .check = checks<kick_switch<kick_switch_form{.in_transaction = false}>, kick_switch_bounds,
                         question::lifetime>},
        // --- the count
        {.version = "dontcache/account",
         .commit = "88d6f128d06d",
         .release = "7.2-rc1",
         .summary = "the count of dirty pages to be dropped, without lookups",
         .parameters = account_bounds{1, 1, 0, 1}.parameters(a_switch),
         .expected = {{"sc", fails({"P7"}, beside_others)},
                      {"weak", fails({"P7"}, beside_others)},
                      {"lkmm", fails({"P7"}, late)}},
         .check = checks<account<>, account_bounds>},
        {.version = "dontcache/account-move",
         .commit = "88d6f128d06d",
         .release = "mutant",
         .summary = "the switch does not move the count",
         .parameters = account_bounds{0, 0, 0, 1}.parameters(a_switch),
         .expected = sc_and_weak(fails({"P7"})),
         .check = checks<account<clears::in_one_step, false>, account_bounds>},
        {.version = "dontcache/hit",
         .commit = "88d6f128d06d",
         .release = "7.2-rc1",
         .summary = "a lookup clears PG_dropbehind, and counts in a second step",
         .parameters = account_bounds{0, 0, 1, 1}.parameters(a_lookup),
         .expected = {{"sc", fails({"P7"}, beside_others)},
                      {"weak", fails({"P7"}, beside_others)},
                      {"lkmm", fails({"P7"}, late)}},
         .check = checks<account<>, account_bounds>},
        {.version = "dontcache/hit-test_and_clear",
         .commit = "88d6f128d06d",
         .release = "series v5",
         .summary = "two lookups count one page down twice",
         .parameters = account_bounds{0, 0, 2, 0}.parameters(a_lookup),
         .expected = sc_and_weak(fails({"P7"}, twice)),
         .check = checks<account<clears::in_two_steps>, account_bounds>},
        {.version = "dontcache/hit+lock",
         .commit = "88d6f128d06d",
         .release = "repair",
         .summary = "a lookup clears and counts with the pages' lock held",
         .parameters = account_bounds{1, 1, 1, 1}.parameters(a_lookup),
         .expected = {{"sc", holds}, {"weak", holds}, {"lkmm", fails({"P7"}, beside_switch)}},
         .check = checks<account<clears::with_the_lock>, account_bounds>},
        {.version = "dontcache/split-0ad186cf167f",
         .commit = "0ad186cf167f",
         .release = "before 7.2",
         .summary = "the second half of a folio loses PG_dropbehind",
         .parameters = halves,
         .expected = sc_and_weak(fails({"P7"})),
         .check = checks<split<false>, split_bounds>},
        {.version = "dontcache/split+0ad186cf167f",
         .commit = "0ad186cf167f",
         .release = "7.2-rc1",
         .summary = "the second half of a folio keeps PG_dropbehind",
         .parameters = halves,
         .expected = {{"sc", holds}, {"weak", holds}, {"lkmm", fails({"P7"}, late_in_split)}},
         .check = checks<split<true>, split_bounds>},
    };
}
