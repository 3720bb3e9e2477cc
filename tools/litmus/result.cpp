// SPDX-License-Identifier: BSD-3-Clause
#include "result.hpp"

#include "mutant.hpp"
#include "parser.hpp"

#include <chrono>
#include <exception>

namespace wbsync::litmus {

namespace {

/// What herd7 calls the observation.
std::string verdict(std::uint64_t holding, std::uint64_t all) {
    return holding == 0 ? "Never" : holding == all ? "Always" : "Sometimes";
}

/// Adds what was seen to the result. Returns whether it is known now.
void count_states(const litmus_test& test, const exploration& seen, test_result& r,
                  std::uint64_t& holding) {
    for (const auto& [state, times] : seen.states) {
        if (!holds(test.filter, test, state))
            continue;
        const bool yes = holds(test.condition, test, state);
        holding += yes ? 1U : 0U;
        ++r.states;
        r.state_texts.push_back(fmt::format("{} {}", yes ? "*" : " ", describe(test, state)));
    }
}

/// Whether the proposition holds in some state. First only what was learnt from a few executions is
/// tried; most often that is enough.
exploration look_for(const litmus_test& test, const reordering& reordered, const goal& towards,
                     const settings& with) {
    options bounds;
    bounds.max_seconds = with.max_seconds;
    bounds.max_executions = with.for_learning;
    exploration seen = learn(test, bounds, reordered, towards);
    seen.incomplete = seen.found ? "only the proposition was looked for" : "";
    if (seen.found || seen.excluded)
        return seen;
    bounds.max_executions = with.max_executions;
    seen.add(explore(test, bounds, reordered, towards, search::first));
    return seen;
}

/// All states if there are not too many, and otherwise at least whether the proposition holds in
/// some.
exploration explore(const litmus_test& test, const reordering& reordered, const settings& with) {
    options bounds;
    bounds.max_seconds = with.max_seconds;
    bounds.max_executions = with.max_executions;
    const goal towards(test);
    if (with.max_executions == 0 || with.max_executions > with.for_states)
        bounds.max_executions = with.for_states;
    exploration seen = explore(test, bounds, reordered);
    if (seen.incomplete.empty() || seen.found || bounds.max_executions == with.max_executions)
        return seen;
    seen.add(look_for(test, reordered, towards, with));
    return seen;
}

/// Would out-of-order execution show the outcome, or is that not known?
bool shown_out_of_order(const litmus_test& test, const reordering& needed, const settings& with) {
    if (needed.accesses.empty())
        return false;
    const exploration seen = look_for(test, needed, goal(test), with);
    return seen.found || !seen.incomplete.empty();
}

void judge(const litmus_test& test, const exploration& seen, const reordering& needed,
           const settings& with, test_result& r) {
    std::uint64_t holding = 0;
    count_states(test, seen, r, holding);
    if (!seen.unsupported.empty()) {
        r.remark = seen.unsupported;
        return;
    }
    if (holding != 0 && holding != r.states) {
        r.result = "Sometimes"; // nothing that is left out can change that
        return;
    }
    if (!seen.incomplete.empty())
        r.not_explored = seen.incomplete;
    else if (!needed.impossible.empty())
        r.not_explored = needed.impossible;
    else if (!with.out_of_order && holding == 0 && shown_out_of_order(test, needed, with))
        r.not_explored =
            fmt::format("{} performed out of program order", needed.accesses.front().thread);
    else
        r.result = verdict(holding, r.states);
}

} // namespace

/// Could a broken library show the outcome?
void measure_power(std::string_view text, const settings& with, test_result& r) {
    for (const mutant& m : mutants) {
        litmus_test broken = parse(text);
        apply(with.orders, broken);
        if (!apply(m, broken))
            continue;
        const exploration seen = look_for(broken, find_reordering(broken), goal(broken), with);
        if (seen.found)
            r.exposes.emplace_back(m.name);
    }
}

test_result run_test(std::string_view text, const settings& with) {
    test_result r;
    const auto start = std::chrono::steady_clock::now();
    try {
        litmus_test test = parse(text);
        apply(with.orders, test);
        r.name = test.name;
        const reordering needed = find_reordering(test);
        const exploration seen = explore(test, with.out_of_order ? needed : reordering{}, with);
        r.executions = seen.executions;
        r.redundant = seen.redundant;
        r.race = seen.race;
        if (with.out_of_order)
            for (const detached_access& a : needed.accesses)
                r.out_of_order.push_back(a.thread);
        judge(test, seen, needed, with, r);
        if (with.power && r.result == "Never")
            measure_power(text, with, r);
    } catch (const std::exception& e) {
        r.remark = e.what();
    }
    r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return r;
}

report::json to_json(const test_result& r) {
    const auto text = [](const std::string& s) {
        return s.empty() ? report::json(nullptr) : report::json(s);
    };
    return {{"file", r.file},
            {"name", r.name},
            {"result", r.result},
            {"states", r.states},
            {"executions", r.executions},
            {"redundant", r.redundant},
            {"seconds", r.seconds},
            {"expected", text(r.expected)},
            {"agrees", r.expected.empty() ? report::json(nullptr) : report::json(r.agrees())},
            {"not_explored", text(r.not_explored)},
            {"race", text(r.race)},
            {"out_of_order", r.out_of_order},
            {"exposes", r.exposes},
            {"remark", text(r.remark)},
            {"final_states", r.state_texts}};
}

test_result from_json(const report::json& j) {
    const auto text = [&](const char* key) {
        return j[key].is_null() ? std::string{} : j[key].get<std::string>();
    };
    test_result r;
    r.file = text("file");
    r.name = text("name");
    r.result = text("result");
    r.states = j["states"].get<std::uint64_t>();
    r.executions = j["executions"].get<std::uint64_t>();
    r.redundant = j["redundant"].get<std::uint64_t>();
    r.seconds = j["seconds"].get<double>();
    r.expected = text("expected");
    r.not_explored = text("not_explored");
    r.race = text("race");
    r.exposes = j["exposes"].get<std::vector<std::string>>();
    r.out_of_order = j["out_of_order"].get<std::vector<std::string>>();
    r.remark = text("remark");
    r.state_texts = j["final_states"].get<std::vector<std::string>>();
    return r;
}

} // namespace wbsync::litmus
