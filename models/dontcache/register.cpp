// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/dontcache/account.hpp"
#include "models/dontcache/kick.hpp"
#include "models/dontcache/kick_switch.hpp"
#include "models/dontcache/split.hpp"
#include "models/families.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::models::dontcache {

/// What the variant says of all sizes.
auto as_said(const variant& v) {
    return [v](memory_kind m, const parameter_values&) { return v.expected(m); };
}

// --- kicks --------------------------------------------------------------------------------------

template <class Model>
void add_kick(std::vector<model>& to, const variant& v) {
    to.push_back({v.name,
                  v.commit,
                  v.release,
                  v.summary,
                  {{"writers", "each dirties a page and kicks the flusher", 2, 2, 5}},
                  as_said(v),
                  [](const options& o, const parameter_values& p) {
                      return wbsync::check<Model>(o, kick_bounds{p.at("writers")});
                  }});
}

template <class Model>
void add_kick_switch(std::vector<model>& to, const variant& v, question about) {
    to.push_back({v.name,
                  v.commit,
                  v.release,
                  v.summary,
                  {{"writers", "each dirties a page and kicks the flusher", 1, 1, 2}},
                  as_said(v),
                  [about](const options& o, const parameter_values& p) {
                      return wbsync::check<Model>(o, kick_switch_bounds{p.at("writers"), about});
                  }});
}

void add_kicks(std::vector<model>& to) {
    add_kick<kick>(to, {"dontcache/kick", "e1bf79628453", "7.2-rc1",
                        "many kicks are one: clears the bit, then reads the count"});
    add_kick<kick_clear_last>(to,
                              {"dontcache/kick-clear_first", "e1bf79628453", "series v5",
                               "reads the count, then clears the bit: K2 before K1", "lost-kick"});
    add_kick<kick_no_sum>(to, {"dontcache/kick-sum", "e1bf79628453", "series v5",
                               "reads the shared part of the count only", "lost-kick"});
    add_kick<kick_no_barrier>(
        to, {"dontcache/kick-mb", "e1bf79628453", "mutant",
             "no barrier between the count and the bit: the one of __mark_inode_dirty()", "",
             "lost-kick"});
    add_kick<kick_no_barrier_always_set>(
        to, {"dontcache/kick-mb-test_bit", "e1bf79628453", "repair",
             "nor a look before test_and_set_bit(), which is a barrier itself"});

    add_kick_switch<kick_switch>(to,
                                 {"dontcache/kick_switch", "e1bf79628453", "7.2-rc1",
                                  "the inode is switched: the pages move, the request does not",
                                  "lost-kick"},
                                 question::lost_kick);
    add_kick_switch<kick_switch_moves_bit>(to,
                                           {"dontcache/kick_switch+bit", "e1bf79628453", "repair",
                                            "the switch moves the request with the pages"},
                                           question::lost_kick);
    add_kick_switch<kick_switch>(
        to,
        {"dontcache/kick_switch/P3", "e1bf79628453", "7.2-rc1",
         "the old wb dies: the bit is set in the transaction, with a reference for the wake-up"},
        question::lifetime);
    add_kick_switch<kick_switch_no_reference>(to,
                                              {"dontcache/kick_switch-get/P3", "e1bf79628453",
                                               "mutant", "no reference for the wake-up", "P3"},
                                              question::lifetime);
    add_kick_switch<kick_switch_no_transaction>(to,
                                                {"dontcache/kick_switch-transaction/P3",
                                                 "e1bf79628453", "mutant",
                                                 "the bit is set after the transaction", "P3"},
                                                question::lifetime);
}

// --- the count ----------------------------------------------------------------------------------

using expected_for = std::function<bool(const account_bounds&)>;

/// `least`: what the model is about, which it cannot do without.
template <class Model>
void add_account(std::vector<model>& to, const variant& v, const account_bounds& size,
                 const account_bounds& least, const expected_for& fails) {
    const auto bounds_of = [](const parameter_values& p) {
        return account_bounds{p.at("writers"), p.at("cleaners"), p.at("hits"), p.at("switches")};
    };
    to.push_back(
        {v.name,
         v.commit,
         v.release,
         v.summary,
         {{"writers", "1: a writer dirties the page; 0: it is dirty", size.writers, least.writers,
           1},
          {"cleaners", "1: the flusher writes the page", size.cleaners, least.cleaners, 1},
          {"hits", "normal lookups of the page", size.hits, least.hits, 3},
          {"switches", "1: the inode is switched", size.switches, least.switches, 1}},
         [fails, bounds_of](memory_kind, const parameter_values& p) {
             return fails(bounds_of(p)) ? expectation{verdict::finding, "P7"} : expectation{};
         },
         [bounds_of](const options& o, const parameter_values& p) {
             return wbsync::check<Model>(o, bounds_of(p));
         }});
}

template <class Model>
void add_split(std::vector<model>& to, const variant& v) {
    to.push_back(
        {v.name,
         v.commit,
         v.release,
         v.summary,
         {{"cleaners", "1: the flusher writes the pages", 1, 0, 1},
          {"switches", "1: the inode is switched", 1, 0, 1}},
         as_said(v),
         [](const options& o, const parameter_values& p) {
             return wbsync::check<Model>(o, split_bounds{p.at("cleaners"), p.at("switches")});
         }});
}

void add_counts(std::vector<model>& to) {
    const auto never = [](const account_bounds&) { return false; };
    const auto beside_others = [](const account_bounds& b) {
        return b.hits > 0 && b.writers + b.cleaners + b.switches > 0;
    };
    const auto twice = [beside_others](const account_bounds& b) {
        return b.hits > 1 || beside_others(b);
    };
    const auto always = [](const account_bounds&) { return true; };
    const account_bounds a_switch{0, 0, 0, 1};
    const account_bounds a_lookup{0, 0, 1, 0};
    add_account<account>(to,
                         {"dontcache/account", "88d6f128d06d", "7.2-rc1",
                          "the count of dirty pages to be dropped, without lookups"},
                         {1, 1, 0, 1}, a_switch, beside_others);
    add_account<account_not_moved>(
        to,
        {"dontcache/account-move", "88d6f128d06d", "mutant", "the switch does not move the count"},
        {0, 0, 0, 1}, a_switch, always);
    add_account<account>(to,
                         {"dontcache/hit", "88d6f128d06d", "7.2-rc1",
                          "a lookup clears PG_dropbehind, and counts in a second step"},
                         {0, 0, 1, 1}, a_lookup, beside_others);
    add_account<account_two_steps>(to,
                                   {"dontcache/hit-test_and_clear", "88d6f128d06d", "series v5",
                                    "two lookups count one page down twice"},
                                   {0, 0, 2, 0}, a_lookup, twice);
    add_account<account_locked>(to,
                                {"dontcache/hit+lock", "88d6f128d06d", "repair",
                                 "a lookup clears and counts with the pages' lock held"},
                                {1, 1, 1, 1}, a_lookup, never);
    add_split<split_before>(to, {"dontcache/split-0ad186cf167f", "0ad186cf167f", "before 7.2",
                                 "the second half of a folio loses PG_dropbehind", "P7"});
    add_split<split>(to, {"dontcache/split+0ad186cf167f", "0ad186cf167f", "7.2-rc1",
                          "the second half of a folio keeps PG_dropbehind"});
}

void add_models(std::vector<model>& to) {
    add_kicks(to);
    add_counts(to);
}

} // namespace wbsync::models::dontcache
