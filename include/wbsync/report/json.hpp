// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/step.hpp>
#include <wbsync/result.hpp>

#include <cstddef>
#include <map>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wbsync::report {

using json = nlohmann::ordered_json;

/// What is known about a check besides its result.
struct subject {
    std::string model;
    std::string commit;
    std::map<std::string, int> parameters;
    std::string expected; ///< "verified", "finding P1"
    bool as_expected = false;
};

inline json to_json(const trace& t) {
    json steps = json::array();
    for (std::size_t i = 0; i != t.steps.size(); ++i) {
        const trace_step& s = t.steps[i];
        const std::string function = function_of(s.where);
        std::string site = *s.where.file == '\0' ? std::string{} : s.where.str();
        if (!site.empty() && !function.empty())
            site += " " + function;
        steps.push_back({{"thread", s.thread < 0 ? phase_of(t, i) : thread_name(t, s.thread)},
                         {"op", s.op},
                         {"object", s.object},
                         {"value", s.value},
                         {"site", site}});
    }
    return {{"threads", t.threads}, {"steps", steps}};
}

/// The entry of a check in the document {"results": […]}. For an incomplete one the message says
/// which limit was hit, and `explored` how far it came, if that is known: an estimate, from 0 to 1.
inline json to_json(const result& r, const subject& about) {
    const bool failed = r.outcome == verdict::finding;
    const auto null_unless = [](bool known, const std::string& text) {
        return known ? json(text) : json(nullptr);
    };
    const bool cut = r.outcome == verdict::incomplete;
    return {
        {"model", about.model},
        {"commit", about.commit},
        {"memory", name_of(r.memory)},
        {"parameters", about.parameters.empty() ? json::object() : json(about.parameters)},
        {"verdict", name_of(r.outcome)},
        {"property", null_unless(failed, r.what.property)},
        {"message", null_unless(failed || cut || r.vacuous(), failed ? r.what.message
                                                              : cut  ? r.limit
                                                                     : r.vacuity)},
        {"expected", about.expected},
        {"as_expected", about.as_expected},
        {"executions", r.executions},
        {"redundant", r.sleep_set_blocked},
        {"blocked", r.blocked},
        {"overlap", r.overlap},
        {"discarded", r.discarded},
        {"events", r.events},
        {"explored", r.explored < 0 ? json(nullptr) : json(r.explored)},
        {"seconds", r.seconds},
        {"counterexample",
         failed && !(r.counterexample.threads.empty() && r.counterexample.steps.empty())
             ? to_json(r.counterexample)
             : json(nullptr)},
        {"schedule", null_unless(failed && !r.schedule.empty(), r.schedule)},
        {"resume", null_unless(!r.resume.empty(), r.resume)},
    };
}

/// As text, also when a message holds bytes that are no UTF-8.
inline std::string dump(const json& document, int indent = -1) {
    return document.dump(indent, ' ', false, json::error_handler_t::replace);
}

} // namespace wbsync::report
