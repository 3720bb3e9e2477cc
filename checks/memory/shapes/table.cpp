// SPDX-License-Identifier: BSD-3-Clause
#include "checks/memory/shapes/shape.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace shapes {

namespace {

constexpr int x = 0;
constexpr int y = 1;
constexpr int z = 2;

access load(int variable, int value) {
    return {kind::load, variable, value};
}
access store(int variable, int value = 1) {
    return {kind::store, variable, value};
}

/// A shape with the orderings of its threads that have two accesses, one row each.
std::vector<shape> with(const shape& plain, const std::vector<std::vector<ordering>>& rows) {
    std::vector<shape> all;
    for (const auto& row : rows) {
        shape s = plain;
        auto next = row.begin();
        for (thread& t : s.threads)
            if (t.accesses.size() == 2)
                t.between = *next++;
        all.push_back(std::move(s));
    }
    return all;
}

std::vector<shape> of_two_threads() {
    using enum ordering;
    std::vector<shape> all;
    const auto add = [&](const shape& s, const std::vector<std::vector<ordering>>& rows) {
        for (shape& one : with(s, rows))
            all.push_back(std::move(one));
    };
    add({"SB", {{{store(x), load(y, 0)}}, {{store(y), load(x, 0)}}}},
        {{po, po},
         {mb, po},
         {wmb, rmb},
         {mb, mb},
         {inc, mb},
         {inc_after, mb},
         {before_inc, mb},
         {fully_ordered, fully_ordered},
         {unlock_lock, mb},
         {synchronize_rcu, section}});
    add({"MP", {{{store(x), store(y)}}, {{load(y, 1), load(x, 0)}}}}, {{po, po},
                                                                       {wmb, po},
                                                                       {po, rmb},
                                                                       {wmb, rmb},
                                                                       {mb, mb},
                                                                       {release, acquire},
                                                                       {release, rmb},
                                                                       {wmb, acquire},
                                                                       {wmb, addr},
                                                                       {release, addr},
                                                                       {wmb, ctrl},
                                                                       {inc, rmb},
                                                                       {fully_ordered, rmb},
                                                                       {unlock_lock, rmb},
                                                                       {synchronize_rcu, section}});
    add({"LB", {{{load(x, 1), store(y)}}, {{load(y, 1), store(x)}}}}, {{po, po},
                                                                       {ctrl, po},
                                                                       {ctrl, after_branch},
                                                                       {ctrl, ctrl},
                                                                       {data, ctrl},
                                                                       {acquire, po},
                                                                       {acquire, acquire},
                                                                       {release, release},
                                                                       {release, ctrl},
                                                                       {mb, po},
                                                                       {mb, mb},
                                                                       {wmb, rmb},
                                                                       {unlock_lock, ctrl},
                                                                       {synchronize_rcu, section}});
    add({"S", {{{store(x, 2), store(y)}}, {{load(y, 1), store(x)}}}, x, 2}, {{po, po},
                                                                             {wmb, po},
                                                                             {wmb, ctrl},
                                                                             {wmb, after_branch},
                                                                             {wmb, data},
                                                                             {wmb, acquire},
                                                                             {wmb, rmb},
                                                                             {release, release},
                                                                             {mb, mb}});
    add({"R", {{{store(x), store(y)}}, {{store(y, 2), load(x, 0)}}}, y, 2},
        {{po, po}, {wmb, mb}, {release, mb}, {mb, mb}, {mb, fully_ordered}});
    add({"2+2W", {{{store(x), store(y, 2)}}, {{store(y), store(x, 2)}}}, x, 1, y, 1},
        {{po, po}, {wmb, wmb}, {release, release}, {mb, wmb}, {mb, mb}});
    return all;
}

std::vector<shape> of_more_threads() {
    using enum ordering;
    std::vector<shape> all;
    const auto add = [&](const shape& s, const std::vector<std::vector<ordering>>& rows) {
        for (shape& one : with(s, rows))
            all.push_back(std::move(one));
    };
    add({"WRC", {{{store(x)}}, {{load(x, 1), store(y)}}, {{load(y, 1), load(x, 0)}}}},
        {{po, po},
         {data, rmb},
         {ctrl, rmb},
         {wmb, rmb},
         {release, rmb},
         {release, acquire},
         {acquire, rmb},
         {mb, rmb}});
    add({"ISA2", {{{store(x), store(y)}}, {{load(y, 1), store(z)}}, {{load(z, 1), load(x, 0)}}}},
        {{po, po, po},
         {wmb, data, acquire},
         {release, data, acquire},
         {release, release, acquire},
         {mb, ctrl, acquire}});
    add({"IRIW",
         {{{store(x)}}, {{load(x, 1), load(y, 0)}}, {{store(y)}}, {{load(y, 1), load(x, 0)}}}},
        {{po, po}, {rmb, rmb}, {acquire, acquire}, {mb, rmb}, {mb, mb}});
    add({"RWC", {{{store(x)}}, {{load(x, 1), load(y, 0)}}, {{store(y), load(x, 0)}}}},
        {{po, po}, {rmb, mb}, {acquire, mb}, {mb, mb}});
    add({"Z6.0",
         {{{store(x), store(y)}}, {{load(y, 1), store(z)}}, {{store(z, 2), load(x, 0)}}},
         z,
         2},
        {{po, po, po}, {release, release, mb}, {mb, data, mb}, {mb, mb, mb}});
    add({"Z6.2",
         {{{store(x, 2), store(y)}}, {{load(y, 1), store(z)}}, {{load(z, 1), store(x)}}},
         x,
         2},
        {{po, po, po}, {wmb, data, ctrl}, {release, release, acquire}});
    return all;
}

} // namespace

std::string name_of(ordering o) {
    switch (o) {
    case ordering::po: return "po";
    case ordering::rmb: return "rmb";
    case ordering::wmb: return "wmb";
    case ordering::mb: return "mb";
    case ordering::acquire: return "acquire";
    case ordering::release: return "release";
    case ordering::data: return "data";
    case ordering::addr: return "addr";
    case ordering::ctrl: return "ctrl";
    case ordering::after_branch: return "after-if";
    case ordering::fully_ordered: return "rmw";
    case ordering::inc: return "inc";
    case ordering::inc_after: return "inc-after_atomic";
    case ordering::before_inc: return "before_atomic-inc";
    case ordering::unlock_lock: return "unlock-lock";
    case ordering::synchronize_rcu: return "sync";
    case ordering::section: return "section";
    }
    return {};
}

std::string shape::full_name() const {
    std::string text = name;
    for (const thread& t : threads)
        if (t.accesses.size() == 2)
            text += "+" + name_of(t.between);
    return text;
}

bool shape::has_pointer() const {
    return std::any_of(threads.begin(), threads.end(),
                       [](const thread& t) { return t.between == ordering::addr; });
}

std::vector<shape> all() {
    std::vector<shape> shapes = of_two_threads();
    for (shape& s : of_more_threads())
        shapes.push_back(std::move(s));
    return shapes;
}

} // namespace shapes
