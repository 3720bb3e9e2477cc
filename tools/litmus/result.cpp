// SPDX-License-Identifier: BSD-3-Clause
#include "result.hpp"

#include "fences.hpp"
#include "mutant.hpp"
#include "parser.hpp"
#include "trace.hpp"

#include <algorithm>
#include <exception>

namespace wbsync::litmus {

namespace {

/// The observation, in herd7's words.
std::string verdict(std::uint64_t holding, std::uint64_t all) {
    return holding == 0 ? "Never" : holding == all ? "Always" : "Sometimes";
}

/// Has a star if the proposition holds in the state.
std::string text_of(const litmus_test& test, const final_state& state) {
    return fmt::format("{} {}", holds(test.condition, state) ? "*" : " ", describe(test, state));
}

void take(const litmus_test& test, const kernel_answer& says, test_result& r) {
    for (const final_state& state : says.states)
        r.state_texts.push_back(text_of(test, state));
    r.states = says.states.size();
    r.all_states = says.all_states;
    r.candidates = says.candidates;
    r.race = says.race;
    r.race_known = says.race_known;
    r.remark = says.error;
    if (!says.error.empty())
        return;
    if (says.result.empty())
        r.not_explored = says.incomplete;
    else
        r.result = says.result;
}

/// The smaller of both limits; 0: no limit.
std::uint64_t for_proposition(const settings& with) {
    const std::uint64_t asked = with.max_executions;
    return asked == 0 || with.for_proposition == 0 ? asked + with.for_proposition
                                                   : std::min(asked, with.for_proposition);
}

/// Does the proposition hold in some state? First it only tries what was learnt from a few
/// executions; that is usually enough.
exploration look_for(const litmus_test& test, const reordering& reordered, const goal& towards,
                     const settings& with, std::uint64_t at_most, const deadline& until) {
    options bounds;
    bounds.max_seconds = until.left();
    bounds.max_executions = with.for_learning;
    exploration seen = learn(test, bounds, reordered, towards);
    seen.incomplete = seen.found ? "only the proposition was looked for" : "";
    if (seen.found || seen.excluded)
        return seen;
    bounds.max_executions = at_most;
    bounds.max_seconds = until.left();
    seen.add(explore(test, bounds, reordered, towards, extent::first));
    return seen;
}

/// All states if there are not too many; otherwise at least whether the proposition holds in some
/// state.
exploration explore(const litmus_test& test, const reordering& reordered, const settings& with,
                    const deadline& until) {
    options bounds;
    bounds.max_seconds = until.left();
    bounds.max_executions = with.max_executions;
    const goal towards(test);
    if (with.max_executions == 0 || with.max_executions > with.for_states)
        bounds.max_executions = with.for_states;
    exploration seen = explore(test, bounds, reordered);
    if (seen.incomplete.empty() || seen.found || bounds.max_executions == with.max_executions)
        return seen;
    seen.add(look_for(test, reordered, towards, with, for_proposition(with), until));
    return seen;
}

/// Would out-of-order execution show the outcome, or is that unknown?
bool shown_out_of_order(const litmus_test& test, const reordering& needed, const settings& with,
                        const deadline& until) {
    if (needed.accesses.empty())
        return false;
    const exploration seen = look_for(test, needed, goal(test), with, for_proposition(with), until);
    return seen.found || !seen.incomplete.empty();
}

/// The result of the library's executions.
void judge(const litmus_test& test, const exploration& seen, const reordering& needed,
           const settings& with, const deadline& until, test_result& r) {
    std::uint64_t holding = 0;
    std::uint64_t states = 0;
    for (const auto& [state, times] : seen.states) {
        if (!holds(test.filter, state))
            continue;
        holding += holds(test.condition, state) ? 1U : 0U;
        ++states;
    }
    if (!seen.unsupported.empty())
        r.library_misses = seen.unsupported;
    else if (holding != 0 && holding != states)
        r.library = "Sometimes"; // what is left out cannot change that
    else if (!seen.incomplete.empty())
        r.library_misses = seen.incomplete;
    else if (!needed.impossible.empty())
        r.library_misses = needed.impossible;
    else if (!with.out_of_order && holding == 0 && shown_out_of_order(test, needed, with, until))
        r.library_misses =
            fmt::format("{} performed out of program order", needed.accesses.front().thread);
    else
        r.library = verdict(holding, states);
}

void ask_library(litmus_test test, const settings& with, const deadline& until, test_result& r) {
    remove_lone_fences(test);
    r.library_misses = too_large(test);
    if (!r.library_misses.empty())
        return;
    const reordering needed = find_reordering(test, until);
    const exploration seen = explore(test, with.out_of_order ? needed : reordering{}, with, until);
    r.executions = seen.executions;
    r.sleep_set_blocked = seen.sleep_set_blocked;
    if (with.out_of_order)
        for (const detached_access& a : needed.accesses)
            r.out_of_order.push_back(a.thread);
    judge(test, seen, needed, with, until, r);
}

/// The place of a plain access; nullptr: there is none.
const position* plain_access(const expression& e) {
    if (e.what == expression::kind::access)
        return &e.at;
    for (const expression& a : e.args)
        if (const position* at = plain_access(a); at != nullptr)
            return at;
    return nullptr;
}
const position* plain_access(const statement& s) {
    if (s.what == statement::kind::store)
        return &s.at;
    if (const position* at = plain_access(s.value); at != nullptr)
        return at;
    for (const statement& i : s.inner)
        if (const position* at = plain_access(i); at != nullptr)
            return at;
    return nullptr;
}

void refuse_plain_accesses(const litmus_test& test) {
    for (const process& p : test.processes)
        if (const position* at = plain_access(p.body); at != nullptr)
            throw source_error(*at, "a plain access: in a model in C++ a variable is either plain "
                                    "or an atomic_t, and here it could be both");
}

/// The result under a memory model of the library: the states of all executions.
void ask_model(const litmus_test& test, const settings& with, const deadline& until,
               test_result& r) {
    refuse_plain_accesses(test);
    r.remark = too_large(test);
    if (!r.remark.empty())
        return;
    options bounds;
    bounds.memory = *with.memory;
    bounds.max_seconds = until.left();
    bounds.max_executions = with.max_executions;
    const exploration seen = explore_as_model(test, bounds);
    r.executions = seen.executions;
    r.sleep_set_blocked = seen.sleep_set_blocked;
    r.not_explored = seen.incomplete;
    r.remark = seen.unsupported;
    if (!r.remark.empty())
        return;
    r.all_states = seen.incomplete.empty();
    std::uint64_t holding = 0;
    for (const auto& [state, times] : seen.states) {
        if (!holds(test.filter, state))
            continue;
        holding += holds(test.condition, state) ? 1U : 0U;
        ++r.states;
        r.state_texts.push_back(text_of(test, state));
    }
    const bool both = holding != 0 && holding != r.states; // more executions cannot change that
    if (r.all_states || both)
        r.result = verdict(holding, r.states);
}

/// Could a broken library show the outcome?
void measure_power(const litmus_test& test, const settings& with, test_result& r) {
    for (const mutant& m : mutants) {
        litmus_test broken = test;
        remove_lone_fences(broken);
        if (!apply(m, broken))
            continue;
        const deadline until(with.max_seconds);
        const exploration seen = look_for(broken, find_reordering(broken, until), goal(broken),
                                          with, with.max_executions, until);
        if (seen.found)
            r.exposes.emplace_back(m.name);
    }
}

} // namespace

std::string memory_name(const settings& with) {
    return with.memory ? engine::registered(*with.memory).word : kernel_memory;
}

test_result run_test(std::string_view text, const settings& with) {
    test_result r;
    r.memory = memory_name(with);
    const deadline until(with.max_seconds);
    try {
        const litmus_test test = parse(text, until);
        r.name = test.name;
        if (with.memory) {
            ask_model(test, with, until, r);
        } else {
            take(test, ask_kernel_model(test, until, with.for_kernel_model), r);
            if (r.remark.empty())
                ask_library(test, with, until, r);
        }
        if (with.why && r.result == "Never")
            r.why = why_never(test, until, with.for_kernel_model);
        if (with.power && r.result == "Never")
            measure_power(test, with, r);
        if (r.remark.empty())
            r.remark = in_lines(test.notes);
    } catch (const out_of_time& e) {
        r.not_explored = fmt::format("{}: the time went into reading the file", e.what());
    } catch (const std::exception& e) {
        r.remark = e.what();
    }
    r.seconds = until.elapsed();
    return r;
}

report::json to_json(const test_result& r) {
    const auto text = [](const std::string& s) {
        return s.empty() ? report::json(nullptr) : report::json(s);
    };
    return {{"file", r.file},
            {"name", r.name},
            {"memory", r.memory},
            {"result", r.result},
            {"states", r.states},
            {"all_states", r.all_states},
            {"candidates", r.candidates},
            {"library", text(r.library)},
            {"library_misses", text(r.library_misses)},
            {"executions", r.executions},
            {"redundant", r.sleep_set_blocked},
            {"seconds", r.seconds},
            {"expected", text(r.expected)},
            {"expected_states",
             r.expected_states == 0 ? report::json(nullptr) : report::json(r.expected_states)},
            {"agrees", r.expected.empty() ? report::json(nullptr) : report::json(r.agrees())},
            {"not_explored", text(r.not_explored)},
            {"race", text(r.race)},
            {"race_known", r.race_known},
            {"why", text(r.why)},
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
    r.memory = text("memory");
    r.result = text("result");
    r.states = j["states"].get<std::uint64_t>();
    r.all_states = j["all_states"].get<bool>();
    r.candidates = j["candidates"].get<std::uint64_t>();
    r.library = text("library");
    r.library_misses = text("library_misses");
    r.executions = j["executions"].get<std::uint64_t>();
    r.sleep_set_blocked = j["redundant"].get<std::uint64_t>();
    r.seconds = j["seconds"].get<double>();
    r.expected = text("expected");
    r.not_explored = text("not_explored");
    r.race = text("race");
    r.why = text("why");
    r.race_known = j["race_known"].get<bool>();
    r.exposes = j["exposes"].get<std::vector<std::string>>();
    r.out_of_order = j["out_of_order"].get<std::vector<std::string>>();
    r.remark = text("remark");
    r.state_texts = j["final_states"].get<std::vector<std::string>>();
    return r;
}

} // namespace wbsync::litmus
