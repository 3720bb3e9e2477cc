// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/coverage.hpp>
#include <wbsync/search/frontier.hpp>

#include <cstdint>
#include <vector>

#include <nlohmann/json.hpp>

/// Tasks as JSON: to send them from one process to another, and to keep them in a file.
namespace wbsync::search {

using json = nlohmann::json;

inline json to_json(const engine::coverage& c) {
    return {c.shared, c.could_fail, c.threads, c.freed_by};
}
inline engine::coverage coverage_from(const json& j) {
    return {j.at(0).get<bool>(), j.at(1).get<bool>(), j.at(2).get<int>(),
            j.at(3).get<std::vector<engine::thread_set>>()};
}

inline json to_json(const engine::wakeup_step& s) {
    return {s.thread, s.object, s.access, s.choice, s.chooses, s.all_choices};
}

inline engine::wakeup_step step_from(const json& j) {
    return {j.at(0).get<engine::thread_id>(),
            j.at(1).get<engine::object_id>(),
            static_cast<engine::access_class>(j.at(2).get<std::uint8_t>()),
            j.at(3).get<std::uint64_t>(),
            j.at(4).get<bool>(),
            j.at(5).get<bool>()};
}

inline json to_json(const engine::wakeup_forest& forest, engine::wakeup_forest::index list) {
    json all = json::array();
    for (; list != engine::wakeup_forest::none; list = forest.sibling(list))
        all.push_back({to_json(forest.step(list)), to_json(forest, forest.children(list))});
    return all;
}

inline engine::wakeup_forest::index list_from(const json& j, engine::wakeup_forest& forest) {
    engine::wakeup_forest::index first = engine::wakeup_forest::none;
    for (const json& branch : j) {
        const auto i = forest.append(first, step_from(branch.at(0)));
        forest.adopt(i, list_from(branch.at(1), forest));
    }
    return first;
}

inline json to_json(const engine::search_node& n, const engine::wakeup_forest& forest) {
    json choices = json::array();
    for (const engine::explored_choice& c : n.sleeping_choices)
        choices.push_back({c.thread, c.choice});
    return {
        to_json(n.step), n.read,  n.fresh,      n.look_up,          n.restricted,           n.left,
        n.like,          n.sleep, n.unexplored, std::move(choices), to_json(forest, n.tree)};
}

inline engine::search_node node_from(const json& j, engine::wakeup_forest& forest) {
    engine::search_node n;
    n.step = step_from(j.at(0));
    n.read = j.at(1).get<int>();
    n.fresh = j.at(2).get<bool>();
    n.look_up = j.at(3).get<bool>();
    n.restricted = j.at(4).get<bool>();
    n.left = j.at(5).get<bool>();
    n.like = j.at(6).get<engine::thread_set>();
    n.sleep = j.at(7).get<engine::thread_set>();
    n.unexplored = j.at(8).get<engine::store_choices>();
    for (const json& c : j.at(9))
        n.sleeping_choices.push_back(
            {c.at(0).get<engine::thread_id>(), c.at(1).get<std::uint64_t>()});
    n.tree = list_from(j.at(10), forest);
    return n;
}

inline json to_json(const search_task& t) {
    json path = json::array();
    for (const engine::search_node& n : t.path.nodes)
        path.push_back(to_json(n, t.path.forest));
    return {{"path", std::move(path)},
            {"floor", t.floor},
            {"begun", t.begun},
            {"threads", t.threads},
            {"share", t.share}};
}

inline search_task task_from(const json& j) {
    search_task t;
    for (const json& n : j.at("path"))
        t.path.nodes.push_back(node_from(n, t.path.forest));
    t.floor = j.at("floor").get<step_index>();
    t.begun = j.at("begun").get<bool>();
    t.threads = j.at("threads").get<int>();
    t.share = j.at("share").get<double>();
    if (t.floor < 0 || t.floor > t.path.size())
        throw std::invalid_argument("a task without nodes of its own");
    return t;
}

inline json to_json(const std::vector<search_task>& tasks) {
    json all = json::array();
    for (const search_task& t : tasks)
        all.push_back(to_json(t));
    return all;
}

inline std::vector<search_task> tasks_from(const json& j) {
    std::vector<search_task> tasks;
    for (const json& t : j)
        tasks.push_back(task_from(t));
    return tasks;
}

inline json to_json(const engine::vector_clock& clock, int threads) {
    json all = json::array();
    for (engine::thread_id t = 0; t != threads; ++t)
        all.push_back(clock[t]);
    return all;
}

inline json to_json(const distant_reversal& r) {
    const auto threads = static_cast<int>(r.next.size());
    json elements = json::array();
    for (const distant_reversal::element& e : r.elements)
        elements.push_back({to_json(e.step), e.seq, to_json(e.clock, threads)});
    json next = json::array();
    for (const engine::wakeup_step& s : r.next)
        next.push_back(to_json(s));
    return {r.node, std::move(elements), std::move(next)};
}

inline distant_reversal reversal_from(const json& j) {
    distant_reversal r;
    r.node = j.at(0).get<step_index>();
    for (const json& e : j.at(1)) {
        distant_reversal::element element{step_from(e.at(0)), e.at(1).get<engine::timestamp>(), {}};
        engine::thread_id t = 0;
        for (const json& time : e.at(2))
            element.clock[t++] = time.get<engine::timestamp>();
        r.elements.push_back(element);
    }
    for (const json& s : j.at(2))
        r.next.push_back(step_from(s));
    return r;
}

inline json to_json(const remains& left) {
    json reversals = json::array();
    for (const distant_reversal& r : left.reversals)
        reversals.push_back(to_json(r));
    json finished = json::array();
    const engine::wakeup_forest nothing;
    for (const finished_node& f : left.finished)
        finished.push_back({f.node, to_json(f.state, nothing)});
    return {to_json(left.tasks), std::move(reversals), std::move(finished)};
}

inline remains remains_from(const json& j) {
    remains left;
    left.tasks = tasks_from(j.at(0));
    for (const json& r : j.at(1))
        left.reversals.push_back(reversal_from(r));
    engine::wakeup_forest nothing;
    for (const json& f : j.at(2))
        left.finished.push_back({f.at(0).get<step_index>(), node_from(f.at(1), nothing)});
    return left;
}

} // namespace wbsync::search
