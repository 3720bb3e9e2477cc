// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>

#include <wbsync/search/whole_file.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

/// The recorded results of the models' checks: models/<folder>/counts.json.
namespace manifest {

using json = nlohmann::ordered_json;

/// One check of one model at its default size.
struct row {
    std::string model;
    std::string memory;
    std::map<std::string, int> parameters;
    std::string verdict; ///< "verified", "finding P1", "incomplete"
    std::uint64_t executions = 0;
    std::uint64_t events = 0;
    std::uint64_t sleep_set_blocked = 0;

    [[nodiscard]] std::string name() const { return fmt::format("{} under {}", model, memory); }

    friend bool operator==(const row&, const row&) = default;
};

inline void to_json(json& j, const row& r) {
    j = {{"model", r.model},
         {"memory", r.memory},
         {"parameters", r.parameters},
         {"verdict", r.verdict},
         {"executions", r.executions},
         {"events", r.events},
         {"redundant", r.sleep_set_blocked}};
}

inline void from_json(const json& j, row& r) {
    j.at("model").get_to(r.model);
    j.at("memory").get_to(r.memory);
    j.at("parameters").get_to(r.parameters);
    j.at("verdict").get_to(r.verdict);
    j.at("executions").get_to(r.executions);
    j.at("events").get_to(r.events);
    j.at("redundant").get_to(r.sleep_set_blocked);
}

/// Describes how the result differs from the recorded one.
inline std::string change(const row& recorded, const row& now) {
    std::string text;
    const auto compare = [&](const char* what, const auto& from, const auto& to) {
        if (from != to)
            text += fmt::format("{} {} {} -> {}", text.empty() ? "" : ",", what, from, to);
    };
    compare("verdict", recorded.verdict, now.verdict);
    compare("executions", recorded.executions, now.executions);
    compare("events", recorded.events, now.events);
    compare("redundant", recorded.sleep_set_blocked, now.sleep_set_blocked);
    if (recorded.parameters != now.parameters)
        text += fmt::format("{} parameters {} -> {}", text.empty() ? "" : ",",
                            json(recorded.parameters).dump(), json(now.parameters).dump());
    return text;
}

/// A line for each row that changed, is missing in the file, or no longer belongs to a model.
inline std::vector<std::string> differences(const std::vector<row>& recorded,
                                            const std::vector<row>& now) {
    std::vector<std::string> all;
    const auto like = [](const std::vector<row>& rows, const row& r) {
        return std::find_if(rows.begin(), rows.end(), [&](const row& other) {
            return other.model == r.model && other.memory == r.memory;
        });
    };
    for (const row& r : now) {
        const auto old = like(recorded, r);
        if (old == recorded.end())
            all.push_back(
                fmt::format("{}: not in the manifest ({} executions)", r.name(), r.executions));
        else if (*old != r)
            all.push_back(fmt::format("{}:{}", r.name(), change(*old, r)));
    }
    for (auto r = recorded.begin(); r != recorded.end(); ++r)
        if (like(now, *r) == now.end())
            all.push_back(fmt::format("{}: in the manifest, but no such model", r->name()));
        else if (like(recorded, *r) != r)
            all.push_back(fmt::format("{}: twice in the manifest", r->name()));
    return all;
}

/// The rows as they are in the file: one a line, so that a difference is easy to read.
inline std::string text_of(const std::vector<row>& rows) {
    std::string text = "[\n";
    for (std::size_t i = 0; i != rows.size(); ++i)
        text += "  " + json(rows[i]).dump() + (i + 1 == rows.size() ? "\n" : ",\n");
    return text + "]\n";
}

/// Throws std::runtime_error if the file does not exist, or is not a manifest.
inline std::vector<row> read(const std::string& path) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot be opened");
    try {
        return json::parse(file).get<std::vector<row>>();
    } catch (const json::exception& e) {
        throw std::runtime_error(fmt::format("is no manifest: {}", e.what()));
    }
}

/// Writes the whole file or nothing. Throws std::system_error if it cannot be written.
inline void write(const std::string& path, const std::vector<row>& rows) {
    wbsync::search::whole_file(path).write(text_of(rows));
}

/// A check of a model, and whether it came out as the catalogue expects.
struct measured {
    row is;
    std::string expected;
    bool as_expected = false;
};

/// Runs the model at its default size.
inline measured measure(const wbsync::catalogue::model& m, wbsync::memory_kind memory) {
    wbsync::options with;
    with.memory = memory;
    with.trace = false;
    const wbsync::catalogue::parameter_values values = wbsync::catalogue::default_size(m);
    const wbsync::result r = m.run(with, values);
    const auto expected = m.expected(memory, values);
    const std::string verdict = r.outcome == wbsync::verdict::finding ? "finding " + r.what.property
                                                                      : wbsync::name_of(r.outcome);
    return {{m.name(), wbsync::name_of(memory), values, verdict, r.executions, r.events,
             r.sleep_set_blocked},
            expected.str(),
            expected.matches(r)};
}

} // namespace manifest
