// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/list_command.hpp>

#include <wbsync/program/runner.hpp>
#include <wbsync/program/selection.hpp>

#include <wbsync/report/columns.hpp>
#include <wbsync/report/json.hpp>

#include <string>
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

/// The places where the model orders less than its code asks for.
inline std::vector<std::string> weakened_at(const catalogue::model& m) {
    std::vector<std::string> places;
    for (const weakening& w : m.weaken)
        places.push_back(w.str());
    return places;
}

} // namespace detail::list_command

WBSYNC_INLINE std::string list_json(const std::vector<catalogue::model>& all) {
    using namespace detail::list_command;
    report::json list = report::json::array();
    for (const auto& m : all) {
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

WBSYNC_INLINE std::string list_text(const std::vector<catalogue::model>& all) {
    using namespace detail::list_command;
    report::columns table{{{"model"}, {"summary"}}};
    for (const auto& m : all)
        table.fit({m.name()});
    std::string out;
    for (const auto& m : all) {
        out += table.line({m.name(), fmt::format("{}{}{}", m.summary,
                                                 m.commit.empty() ? "" : ", commit " + m.commit,
                                                 m.release.empty() ? "" : " in " + m.release)});
        out += table.line(
            {"", fmt::format("expected: {} under sc, {} under weak", expected(m, memory_kind::sc),
                             expected(m, memory_kind::weak))});
        for (const std::string& place : weakened_at(m))
            out += table.line({"", "weakened at " + place});
        for (const auto& p : m.parameters)
            out += table.line({"", fmt::format("-p {}={}  {} ({} to {})", p.name, p.value,
                                               p.summary, p.least, p.most)});
    }
    return out;
}

} // namespace wbsync::program
