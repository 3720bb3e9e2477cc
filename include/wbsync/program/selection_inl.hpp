// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/selection.hpp>

#include <wbsync/program/errors.hpp>
#include <wbsync/program/nearest.hpp>
#include <wbsync/program/number.hpp>
#include <wbsync/program/program_name.hpp>

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

namespace wbsync::program {

namespace detail::selection {

/// All of them, or those with a name like what was asked for.
inline std::string names_of(const std::vector<catalogue::model>& all, std::string_view asked) {
    constexpr std::size_t few = 12;
    constexpr std::size_t most = 5;
    std::vector<std::string> names;
    names.reserve(all.size());
    for (const auto& m : all)
        names.push_back(m.name());
    if (names.empty())
        return "there are no models";
    if (names.size() <= few)
        return fmt::format("the models are {}", fmt::join(names, ", "));
    return fmt::format("the nearest names are {}; {} list shows all {}",
                       fmt::join(nearest(asked, names, most), ", "), program_name(), names.size());
}

inline std::string parameters_of(const catalogue::model& m) {
    std::vector<std::string> texts;
    texts.reserve(m.parameters.size());
    for (const auto& p : m.parameters)
        texts.push_back(fmt::format("{} ({} to {})", p.name, p.least, p.most));
    return texts.empty()
               ? fmt::format("{} has no parameters", m.name())
               : fmt::format("the parameters of {} are {}", m.name(), fmt::join(texts, ", "));
}

} // namespace detail::selection

WBSYNC_INLINE std::vector<const catalogue::model*> select(const std::vector<catalogue::model>& all,
                                                          const std::vector<std::string>& globs) {
    using namespace detail::selection;
    std::set<const catalogue::model*> wanted;
    for (const std::string& glob : globs) {
        bool any = false;
        for (const auto& m : all) {
            // A star matches slashes too: the names are not paths.
            if (::fnmatch(glob.c_str(), m.name().c_str(), 0) != 0)
                continue;
            wanted.insert(&m);
            any = true;
        }
        if (!any)
            throw bad_usage(fmt::format("no model matches '{}': {}", glob, names_of(all, glob)));
    }
    std::vector<const catalogue::model*> selected;
    for (const auto& m : all)
        if (globs.empty() || wanted.count(&m) != 0)
            selected.push_back(&m);
    // Checking nothing must not look like success.
    if (selected.empty())
        throw bad_usage(names_of(all, ""));
    return selected;
}

WBSYNC_INLINE catalogue::parameter_values given_values(const catalogue::model& of,
                                                       const std::vector<std::string>& asked) {
    using namespace detail::selection;
    catalogue::parameter_values values;
    for (const std::string& text : asked) {
        const auto equals = text.find('=');
        if (equals == std::string::npos)
            throw bad_usage(fmt::format("-p {}: key=value is needed; {}", text, parameters_of(of)));
        const std::string key = text.substr(0, equals);
        const auto known = std::find_if(of.parameters.begin(), of.parameters.end(),
                                        [&](const auto& p) { return p.name == key; });
        if (known == of.parameters.end())
            throw bad_usage(
                fmt::format("{} has no parameter '{}': {}", of.name(), key, parameters_of(of)));
        if (values.count(key) != 0)
            throw bad_usage(fmt::format("-p {}: the parameter is given twice", key));
        try {
            values[key] = read_number<int>(key, std::string_view{text}.substr(equals + 1),
                                           known->least, known->most);
        } catch (const bad_usage& e) {
            throw bad_usage(fmt::format("-p {}: {}; {}", text, e.what(), parameters_of(of)));
        }
    }
    return values;
}

WBSYNC_INLINE catalogue::parameter_values values_of(const catalogue::model& of,
                                                    const std::vector<std::string>& asked) {
    catalogue::parameter_values values = given_values(of, asked);
    values.merge(catalogue::default_size(of));
    return values;
}

} // namespace wbsync::program
