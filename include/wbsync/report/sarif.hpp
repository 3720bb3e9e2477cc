// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>
#include <wbsync/report/exhibit.hpp>
#include <wbsync/report/json.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace wbsync::report {

namespace detail::sarif {

inline json message(std::string_view text) {
    return {{"text", visible(text)}};
}

/// The path as a reference of a URI.
inline std::string uri_of(std::string_view path) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-._~/+@,=";
    std::string out;
    for (const char c : path)
        out += plain.find(c) != plain.npos
                   ? std::string{c}
                   : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return out;
}

/// The file below SRCROOT. A path from the root of the machine, of which the folder of the sources
/// is not known, is a URI of its own.
inline json artifact(const site& at, const std::string& source_root) {
    const std::string path = relative_path(at.file, source_root);
    if (path.starts_with('/'))
        return {{"uri", "file://" + uri_of(path)}};
    return {{"uri", uri_of(path)}, {"uriBaseId", "SRCROOT"}};
}

/// A place in the sources; null: it is not known.
inline json place(const site& at, const std::string& source_root) {
    if (*at.file == '\0')
        return nullptr;
    json where = {{"artifactLocation", artifact(at, source_root)}};
    if (at.line != 0)
        where["region"] = {{"startLine", at.line}};
    return where;
}

inline json logical(std::string_view name, std::string_view kind) {
    return {{"fullyQualifiedName", std::string{name}}, {"kind", std::string{kind}}};
}

/// Where to look first: where the finding is, or else the last step that has a place.
inline site first_place(const exhibit& e) {
    if (*e.seen.what.where.file != '\0')
        return e.seen.what.where;
    const auto& steps = e.seen.counterexample.steps;
    for (auto s = steps.rbegin(); s != steps.rend(); ++s)
        if (*s->where.file != '\0')
            return s->where;
    return {};
}

inline json location_of(const exhibit& e) {
    json where = json::object();
    const site at = first_place(e);
    if (json physical = place(at, e.about.source_root); !physical.is_null())
        where["physicalLocation"] = std::move(physical);
    json names = json::array({logical(e.about.model, "module")});
    if (const std::string function = function_of(at); !function.empty())
        names.push_back(logical(function, "function"));
    where["logicalLocations"] = std::move(names);
    return where;
}

/// A step as a location of a flow.
inline json step(const exhibit& e, std::size_t i, const char* importance) {
    const trace& t = e.seen.counterexample;
    const trace_step& s = t.steps[i];
    json where = {{"message", message(words_of(s, t))}};
    if (json physical = place(s.where, e.about.source_root); !physical.is_null())
        where["physicalLocation"] = std::move(physical);
    return {{"location", std::move(where)}, {"executionOrder", i + 1}, {"importance", importance}};
}

/// The execution: a flow for each thread. Steps outside of the threads have one of their own.
inline json flows_of(const exhibit& e) {
    const trace& t = e.seen.counterexample;
    const auto failing = failing_step(t, e.seen.what);
    const colliding_steps two = colliding_steps_of(t, e.seen.what);
    const folding needed(t, e.seen.what);
    const auto importance = [&](std::size_t i) {
        return failing == i || two.earlier == i || two.later == i ? "essential"
               : needed.needs(i)                                  ? "important"
                                                                  : "unimportant";
    };
    std::map<int, json> steps;
    for (std::size_t i = 0; i != t.steps.size(); ++i)
        steps.emplace(t.steps[i].thread, json::array())
            .first->second.push_back(step(e, i, importance(i)));
    json flows = json::array();
    for (auto& [thread, all] : steps)
        flows.push_back({{"id", thread < 0 ? "(set-up and end)" : thread_name(t, thread)},
                         {"locations", std::move(all)}});
    return flows;
}

} // namespace detail::sarif

/// The finding as a result of SARIF. Its rule is the property.
inline json sarif_result(const exhibit& e) {
    using namespace detail::sarif;
    json found = {{"ruleId", e.seen.what.property},
                  {"level", "error"},
                  {"message", message(fmt::format("{} ({} under {})", failed_text(e.seen.what),
                                                  e.about.model, wbsync::name_of(e.seen.memory)))},
                  {"locations", json::array({location_of(e)})},
                  {"partialFingerprints", {{"wbsyncFinding/v1", fingerprint_of(e)}}}};
    if (json flows = flows_of(e); !flows.empty())
        found["codeFlows"] = json::array(
            {{{"message", message(verdict_line(e.seen))}, {"threadFlows", std::move(flows)}}});
    found["properties"] = {{"model", e.about.model},
                           {"commit", e.about.commit},
                           {"memory", wbsync::name_of(e.seen.memory)},
                           {"parameters", json(e.about.parameters)},
                           {"expected", e.about.expected},
                           {"asExpected", e.about.as_expected},
                           {"notes", e.notes},
                           {"replay", e.replay}};
    if (e.about.parameters.empty())
        found["properties"]["parameters"] = json::object();
    return found;
}

/// A log of SARIF 2.1.0 with one run: the results of all checks.
class sarif_log {
public:
    explicit sarif_log(origin from) : from_(std::move(from)) {}

    /// A finding, as sarif_result() has it.
    void add(json result) {
        result["ruleIndex"] = index_of(result.at("ruleId").get<std::string>());
        results_.push_back(std::move(result));
    }

    /// A check without an answer. It is no result, since nothing is known about the code, but the
    /// run has not done all that was asked.
    void add_unanswered(std::string_view kind, std::string_view model, const std::string& text) {
        notifications_.push_back(
            {{"descriptor", {{"id", std::string{kind}}}},
             {"level", "warning"},
             {"message", detail::sarif::message(text)},
             {"locations", json::array({{{"logicalLocations", json::array({detail::sarif::logical(
                                                                  model, "module")})}}})}});
    }

    [[nodiscard]] std::string str(int exit_code) const {
        json driver = {{"name", from_.program}};
        if (!from_.version.empty())
            driver["version"] = from_.version;
        driver["rules"] = rules_;
        json run = {
            {"tool", {{"driver", std::move(driver)}}},
            {"invocations", json::array({{{"executionSuccessful", notifications_.empty()},
                                          {"exitCode", exit_code},
                                          {"toolExecutionNotifications", notifications_}}})},
            {"originalUriBaseIds",
             {{"SRCROOT", {{"description", detail::sarif::message("The folder of the sources")}}}}},
            {"columnKind", "unicodeCodePoints"},
            {"results", results_}};
        const json document = {
            {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", json::array({std::move(run)})},
        };
        return dump(document, 2) + "\n";
    }

private:
    std::size_t index_of(const std::string& rule) {
        for (std::size_t i = 0; i != rules_.size(); ++i)
            if (rules_[i].at("id") == rule)
                return i;
        rules_.push_back({{"id", rule},
                          {"shortDescription",
                           detail::sarif::message("The property " + rule + " does not hold")}});
        return rules_.size() - 1;
    }

    origin from_;
    json rules_ = json::array();
    json results_ = json::array();
    json notifications_ = json::array();
};

} // namespace wbsync::report
