// SPDX-License-Identifier: BSD-3-Clause
#include "bench/stress/subject.hpp"

#include "models/all.hpp"
#include <wbsync/program/errors.hpp>
#include <wbsync/program/manifest.hpp>

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

namespace wbsync::bench {
namespace {

using rows = std::vector<manifest::row>;

constexpr std::string_view control = "isw/v9";

bool is_about_umount(const catalogue::model& m) {
    return m.asks.contains("P1");
}

subject subject_of(const catalogue::model& m) {
    const auto size = catalogue::default_size(m);
    return {m, m.expected(memory_kind::sc, size), m.expected(memory_kind::weak, size)};
}

/// All models whose umount can run: those with a finding of P1 or P2, and the verified ones.
/// Threads order all that the code asks for, so weakened models are left out.
std::vector<subject> all_umounts() {
    std::vector<subject> all;
    for (const catalogue::model& m : models::all()) {
        if (m.folder != "writeback" || !m.weaken.empty())
            continue;
        const subject s = subject_of(m);
        const bool is_finding =
            s.weak.properties.contains("P1") || s.weak.properties.contains("P2");
        if (is_about_umount(m) && (is_finding || !s.has_finding()))
            all.push_back(s);
    }
    return all;
}

bool is_chosen(const catalogue::model& m, const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), m.name().c_str(), 0) == 0;
}

std::string known_names(const std::vector<subject>& all) {
    std::vector<std::string> names;
    for (const subject& s : all)
        names.push_back(s.model.name());
    return fmt::format("{}", fmt::join(names, " "));
}

/// Why there is no model with that name.
std::string reason(const std::string& name) {
    for (const catalogue::model& m : models::all())
        if (!m.weaken.empty() && is_chosen(m, name))
            return fmt::format("{} has an order less than its code asks for, and threads have all "
                               "of them",
                               m.name());
    return fmt::format("no model is called '{}'", name);
}

void expect_all_known(const std::vector<std::string>& names, const std::vector<subject>& all) {
    for (const std::string& name : names)
        if (std::none_of(all.begin(), all.end(),
                         [&](const subject& s) { return is_chosen(s.model, name); }))
            throw program::bad_usage(
                fmt::format("{}: choose from {}, or leave it out", reason(name), known_names(all)));
}

bool is_wanted(const subject& s, const std::vector<std::string>& names) {
    if (names.empty())
        return s.has_finding() || s.model.name() == control;
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return is_chosen(s.model, name); });
}

rows read_manifest(const std::string& path) {
    try {
        return manifest::read(path);
    } catch (const std::runtime_error& e) {
        throw program::bad_usage(fmt::format(
            "--manifest: {} {}: name the file models/writeback/counts.json", path, e.what()));
    }
}

std::uint64_t recorded(const rows& all, const std::string& model, const char* memory) {
    for (const manifest::row& r : all)
        if (r.model == model && r.memory == memory)
            return r.executions;
    throw program::bad_usage(
        fmt::format("--manifest: it says nothing about {}: write it with ./run promote", model));
}

} // namespace

std::vector<subject> subjects(const std::vector<std::string>& names, const std::string& manifest) {
    std::vector<subject> chosen = all_umounts();
    expect_all_known(names, chosen);
    std::erase_if(chosen, [&](const subject& s) { return !is_wanted(s, names); });
    const rows all = read_manifest(manifest);
    for (subject& s : chosen) {
        s.executions_sc = recorded(all, s.model.name(), "sc");
        s.executions_weak = recorded(all, s.model.name(), "weak");
    }
    return chosen;
}

} // namespace wbsync::bench
