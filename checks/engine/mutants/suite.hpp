// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/count_table.hpp"
#include "checks/engine/differential.hpp"
#include "checks/engine/late_loads.hpp"
#include "checks/engine/lkmm_shapes.hpp"
#include "checks/engine/mutants/dependent.hpp"
#include "checks/engine/mutants/racy.hpp"
#include "checks/engine/mutants/symmetric.hpp"
#include "checks/engine/program_source.hpp"
#include "checks/engine/shrink.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// A quick selection of the engine's tests, to be run with each of its mutants.
namespace suite {

using wbsync::memory_kind;

/// What a test saw that should not exist.
using difference = std::optional<std::string>;

struct test {
    std::string group; ///< as the documentation calls it
    std::string name;
    std::function<difference()> run;
};

namespace detail {

/// Bounds the search, however many executions a mutant adds.
constexpr std::uint64_t enough(std::uint64_t expected) {
    return 4 * expected + 100;
}

inline wbsync::result explore(const fuzz::program& p, const std::vector<int>& order,
                              wbsync::options with, std::uint64_t expected) {
    fuzz::record last;
    with.jobs = 1;
    with.trace = false;
    with.max_executions = enough(expected);
    with.accept_vacuous = true; // it is only for counting
    return wbsync::check<fuzz::program_model>(with, &p, &order, &last);
}

inline difference compare(const wbsync::result& r, std::uint64_t expected) {
    if (!r.verified() && r.limit.empty())
        return fmt::format("{}", r.what.message);
    if (r.executions != expected || r.sleep_set_blocked != 0)
        return fmt::format("{}{} executions and {} redundant ones, not {}",
                           r.limit.empty() ? "" : "at least ", r.executions, r.sleep_set_blocked,
                           expected);
    return std::nullopt;
}

/// The program of the count table, with its threads in every order.
inline difference count(const count_table::counted& c, memory_kind memory,
                        const wbsync::division& divide = {}) {
    const fuzz::program p{c.what};
    const std::uint64_t expected = memory == memory_kind::sc ? c.sc : c.weak;
    wbsync::options with;
    with.memory = memory;
    with.divide = divide;
    for (const auto& order : fuzz::orders(p))
        if (const difference d = compare(explore(p, order, with, expected), expected))
            return d;
    return std::nullopt;
}

/// count(), divided into small tasks. The first tasks have an eighth of `each`.
inline difference count_divided(const count_table::counted& c, memory_kind memory) {
    for (const std::uint64_t each : {2U, 3U, 24U})
        for (const std::uint64_t first : {1U, 2U}) {
            const wbsync::division into{
                .first = first, .each = each, .tasks = 2, .parts = 3, .always = true};
            if (const difference d = count(c, memory, into))
                return d;
        }
    return std::nullopt;
}

inline difference compare_symmetric(const symmetric::program& p, memory_kind memory) {
    wbsync::options with;
    with.memory = memory;
    with.trace = false;
    with.jobs = 1;
    with.max_executions = 10'000;
    with.accept_vacuous = true;
    std::set<symmetric::outcome> renamed;
    const wbsync::result r = wbsync::check<symmetric::model>(with, &p, &renamed);
    with.symmetry = false;
    std::set<symmetric::outcome> all;
    const wbsync::result full = wbsync::check<symmetric::model>(with, &p, &all);
    if (!r.verified() || !full.verified())
        return "a finding";
    if (renamed != all)
        return fmt::format("{} of {} outcomes", renamed.size(), all.size());
    const std::uint64_t expected = memory == memory_kind::sc ? p.executions : p.weak;
    return expected == 0 ? std::nullopt : compare(r, expected);
}

/// Under sc there may be no finding.
inline difference look_for_finding(const racy::program& p, memory_kind memory) {
    const fuzz::program what{p.what};
    wbsync::options with;
    with.memory = memory;
    const wbsync::result r = explore(what, fuzz::orders(what).front(), with, 1000);
    if (memory == memory_kind::sc || r.found(p.property))
        return std::nullopt;
    return fmt::format("no {}", p.property);
}

/// The final states of a shape under the kernel's memory model.
inline difference count_states(const lkmm_shapes::shape& s) {
    const fuzz::program p{s.what};
    const fuzz::exploration seen = fuzz::explore(p, fuzz::orders(p).front(), memory_kind::lkmm,
                                                 wbsync::scheduler_kind::dpor, enough(s.states));
    if (seen.finals.size() == s.states && seen.sleep_set_blocked == 0 && seen.limit.empty())
        return std::nullopt;
    return fmt::format("{} final states and {} redundant executions, not {}", seen.finals.size(),
                       seen.sleep_set_blocked, s.states);
}

inline difference look_at_dependency(const dependent::program& p) {
    wbsync::options with;
    with.memory = memory_kind::lkmm;
    with.trace = false;
    with.max_executions = 1000;
    const bool found = !wbsync::check<dependent::model>(with, p.stores).verified();
    if (found == p.comes_first)
        return std::nullopt;
    return found ? "it comes first" : "it does not come first";
}

inline wbsync::options quick_lkmm() {
    wbsync::options with;
    with.memory = memory_kind::lkmm;
    with.trace = false;
    with.jobs = 1;
    with.max_executions = 1000;
    with.accept_vacuous = true;
    return with;
}

/// Each state in one execution.
inline difference look_for_late_loads(const late_loads::program& p) {
    std::set<late_loads::state> states;
    const wbsync::result r = wbsync::check<late_loads::model>(quick_lkmm(), &p.threads, &states);
    if (states.size() != p.states)
        return fmt::format("{} states, not {}", states.size(), p.states);
    return compare(r, p.states);
}

inline difference look_at_hand_over(bool ordered) {
    bool passed = false;
    const wbsync::result r = wbsync::check<late_loads::hands_over>(quick_lkmm(), ordered, &passed);
    if (r.verified() != ordered)
        return ordered ? "a race" : "no race";
    return !ordered || passed ? std::nullopt : difference{"nobody comes past the late load"};
}

/// More executions are too many for a quick test.
inline constexpr std::uint64_t limit = 20'000;

/// A difference is shown with the smallest program that has it.
inline difference compare_random(std::uint64_t seed, const fuzz::shape& how, memory_kind memory) {
    const fuzz::program p = fuzz::draw(seed, how);
    const fuzz::comparison c = fuzz::compare(p, memory, limit);
    if (c.what == fuzz::flaw::none || c.what == fuzz::flaw::too_large)
        return std::nullopt;
    const fuzz::program small = fuzz::shrinker(
        [&](const fuzz::program& q) { return fuzz::compare(q, memory, limit).what == c.what; })(p);
    const fuzz::comparison again = fuzz::compare(small, memory, limit);
    return fmt::format("{}\n{}{}", fuzz::name_of(c.what), fuzz::str(again, small),
                       fuzz::source(small, again.order));
}

/// A wait in vain, in an order that a divided search reaches where all other threads are asleep.
inline difference wait_in_vain(memory_kind memory) {
    using namespace count_table;
    const fuzz::program p{{{store(2, 4)},
                           {store(0, 4), store(1, 3)},
                           {store(0, 2), await(1, 0), store(0, 2), load(2)}}};
    const fuzz::comparison c = fuzz::compare(p, memory, limit);
    return c.what == fuzz::flaw::none ? std::nullopt
                                      : difference{std::string{fuzz::name_of(c.what)}};
}

/// Some of the programs of checks/engine/differential.cpp.
struct mix {
    const char* name;
    std::uint64_t first_seed;
    std::vector<std::string_view> groups; ///< of operations; empty: all
};

inline std::vector<mix> mixes() {
    return {
        {"accesses and fences",
         1'000'000,
         {"load", "acquire", "store", "release", "rmw", "rmw-order", "mb", "fence"}},
        {"additions",
         2'000'000,
         {"load", "acquire", "store", "release", "rmw", "add", "mb", "fence"}},
        {"additions and loads", 3'000'000, {"load", "acquire", "add"}},
        {"spinlocks", 4'000'000, {"load", "store", "rmw", "add", "mb", "lock"}},
        {"waits", 5'000'000, {"load", "acquire", "store", "release", "rmw", "add", "mb", "await"}},
        {"RCU", 6'000'000, {"load", "acquire", "store", "release", "rmw", "add", "mb", "rcu"}},
        {"everything", 7'000'000, {}},
    };
}

} // namespace detail

/// All tests, the quick ones first. `programs`: how many random programs of each mix.
inline std::vector<test> tests(int programs) {
    std::vector<test> all;
    const auto add = [&](std::string group, const std::string& name, auto run) {
        for (const memory_kind memory : {memory_kind::sc, memory_kind::weak})
            all.push_back({group, fmt::format("{}, {}", name, wbsync::name_of(memory)),
                           [run, memory] { return run(memory); }});
    };
    const auto table = count_table::groups();
    for (const auto& g : table)
        for (const auto& c : g.programs)
            add("counts: " + g.name, c.name,
                [c](memory_kind memory) { return detail::count(c, memory); });
    for (const auto& p : symmetric::programs())
        add("symmetric threads", p.name,
            [p](memory_kind memory) { return detail::compare_symmetric(p, memory); });
    for (const auto& p : racy::programs())
        add("races", p.name,
            [p](memory_kind memory) { return detail::look_for_finding(p, memory); });
    for (const auto& g : table)
        for (const auto& c : g.programs)
            add("divided search", g.name + ": " + c.name,
                [c](memory_kind memory) { return detail::count_divided(c, memory); });
    add("divided search", "a wait in vain", detail::wait_in_vain);
    for (const lkmm_shapes::shape& s : lkmm_shapes::all())
        all.push_back({"shapes under lkmm", s.name, [s] { return detail::count_states(s); }});
    for (const dependent::program& p : dependent::programs())
        all.push_back(
            {"dependencies under lkmm", p.name, [p] { return detail::look_at_dependency(p); }});
    for (const auto& list :
         {late_loads::programs(), late_loads::without_cycles(), late_loads::without_results()})
        for (const late_loads::program& p : list)
            all.push_back({"late loads", p.name, [p] { return detail::look_for_late_loads(p); }});
    for (const bool ordered : {true, false})
        all.push_back(
            {"late loads",
             ordered ? "a plain variable that a late load orders" : "one that it does not",
             [ordered] { return detail::look_at_hand_over(ordered); }});
    for (const detail::mix& m : detail::mixes()) {
        fuzz::shape how;
        for (const std::string_view name : m.groups)
            how.groups = (m.groups.front() == name ? 0 : how.groups) | fuzz::group_bit(name);
        for (int i = 0; i != programs; ++i)
            add(fmt::format("random programs: {}", m.name),
                fmt::format("seed {}", m.first_seed + static_cast<std::uint64_t>(i)),
                [how, seed = m.first_seed + static_cast<std::uint64_t>(i)](memory_kind memory) {
                    return detail::compare_random(seed, how, memory);
                });
    }
    return all;
}

} // namespace suite
