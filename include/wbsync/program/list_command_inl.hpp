// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/list_command.hpp>

#include <wbsync/program/runner.hpp>
#include <wbsync/program/selection.hpp>

#include <wbsync/report/columns.hpp>
#include <wbsync/report/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace wbsync::program {

namespace detail::list_command {

inline std::string expected(const catalogue::model& m, memory_kind memory) {
    return m.expected(memory, values_of(m, {})).str();
}

inline report::json parameter_json(const catalogue::parameter& p) {
    return {{"name", p.name},
            {"summary", p.summary},
            {"default", p.value},
            {"min", p.least},
            {"max", p.most}};
}

/// "sc", "sc and lkmm", "sc, rc11 and lkmm".
inline std::string joined(const std::vector<std::string_view>& names) {
    const auto last = names.end() - 1;
    return names.size() == 1
               ? std::string{*last}
               : fmt::format("{} and {}", fmt::join(names.begin(), last, ", "), *last);
}

/// "expected: verified under sc, finding P2 under rc11 and lkmm": memory models in the order of the
/// registry, those that expect the same together.
inline std::string all_expected(const catalogue::model& m) {
    std::vector<std::pair<std::string, std::vector<std::string_view>>> outcomes;
    for (const engine::registered_memory& r : engine::registered_memories) {
        if (!r.for_models || !m.expected.knows(r.kind))
            continue;
        const std::string outcome = expected(m, r.kind);
        const auto same = std::find_if(outcomes.begin(), outcomes.end(),
                                       [&](const auto& known) { return known.first == outcome; });
        if (same == outcomes.end())
            outcomes.push_back({outcome, {r.name}});
        else
            same->second.push_back(r.name);
    }
    std::string text;
    for (const auto& [outcome, memories] : outcomes)
        text += fmt::format("{} {} under {}", text.empty() ? "expected:" : ",", outcome,
                            joined(memories));
    return text;
}

/// The places where the model orders less than its code asks for.
inline std::vector<std::string> weakened_at(const catalogue::model& m) {
    std::vector<std::string> places;
    for (const weakening& w : m.weaken)
        places.push_back(w.str());
    return places;
}

} // namespace detail::list_command

WBSYNC_INLINE std::string list_json(const std::vector<const catalogue::model*>& models) {
    using namespace detail::list_command;
    report::json list = report::json::array();
    for (const catalogue::model* const of : models) {
        const catalogue::model& m = *of;
        report::json parameters = report::json::array();
        for (const auto& p : m.parameters)
            parameters.push_back(parameter_json(p));
        list.push_back({{"model", m.name()},
                        {"commit", m.commit},
                        {"release", m.release},
                        {"summary", m.summary},
                        {"parameters", parameters},
                        {"asks", m.asks.joined(" ")},
                        {"larger", catalogue::larger_size(m)},
                        {"weakened", weakened_at(m)},
                        {"expected",
                         {{"sc", expected(m, memory_kind::sc)},
                          {"weak", expected(m, memory_kind::weak)},
                          {"lkmm", expected(m, memory_kind::lkmm)}}}});
    }
    return report::dump({{"models", list}}, 2) + "\n";
}

WBSYNC_INLINE std::string list_text(const std::vector<const catalogue::model*>& models) {
    using namespace detail::list_command;
    report::columns table{{{"model"}, {"summary"}}};
    for (const catalogue::model* const m : models)
        table.fit({m->name()});
    std::string out;
    for (const catalogue::model* const of : models) {
        const catalogue::model& m = *of;
        out += table.line({m.name(), fmt::format("{}{}{}", m.summary,
                                                 m.commit.empty() ? "" : ", commit " + m.commit,
                                                 m.release.empty() ? "" : " in " + m.release)});
        out += table.line({"", all_expected(m)});
        for (const std::string& place : weakened_at(m))
            out += table.line({"", "weakened at " + place});
        for (const auto& p : m.parameters)
            out += table.line({"", fmt::format("-p {}={}  {} ({} to {})", p.name, p.value,
                                               p.summary, p.least, p.most)});
    }
    return out;
}

} // namespace wbsync::program
