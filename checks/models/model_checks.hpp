// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/all.hpp"

#include <wbsync/report/step.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

/// Shared by the checks of the models: finding a model by name, and reading its counterexample.
namespace model_checks {

using namespace wbsync;
using catalogue::parameter_values;

inline const catalogue::model& model_named(const std::string& name) {
    const auto& all = models::all();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.name() == name; });
    if (at == all.end())
        FAIL("no model is called " << name);
    return *at;
}

/// The model's defaults, except for the given values.
inline parameter_values with_defaults(const catalogue::model& m, const parameter_values& given) {
    parameter_values values = catalogue::default_size(m);
    for (const auto& [name, value] : given) {
        if (values.count(name) == 0)
            FAIL("model " << m.name() << " has no parameter " << name);
        values[name] = value;
    }
    return values;
}

inline std::string text_of(const parameter_values& values) {
    std::string text;
    for (const auto& [name, value] : values)
        text += fmt::format(" {}={}", name, value);
    return text;
}

/// `shortest`: see options.
inline result check_model(const std::string& name, memory_kind memory,
                          const parameter_values& given, bool shortest = true) {
    const catalogue::model& m = model_named(name);
    options with;
    with.memory = memory;
    with.shortest = shortest;
    return m.run(with, with_defaults(m, given));
}

/// Are these steps in the counterexample, in this order? Each is "thread: operation(object) value",
/// possibly without its end.
inline bool tells(const result& r, const std::vector<std::string>& story) {
    std::size_t next = 0;
    for (const trace_step& s : r.counterexample.steps) {
        if (next == story.size())
            break;
        if (s.thread < 0)
            continue;
        const std::string step = fmt::format(
            "{}: {}({}) {}", r.counterexample.threads[static_cast<std::size_t>(s.thread)], s.verb,
            report::shown_object(s), report::value_of(s, r.counterexample));
        if (step.rfind(story[next], 0) == 0)
            ++next;
    }
    if (next != story.size())
        MESSAGE("missing: " << story[next]);
    return next == story.size();
}

/// The verdict of one check, whatever the catalogue expects, with the execution that was found
/// first: tells() goes by the order of its steps.
inline result sc(const std::string& name, const parameter_values& given = {}) {
    return check_model(name, memory_kind::sc, given, false);
}
inline result weak(const std::string& name, const parameter_values& given = {}) {
    return check_model(name, memory_kind::weak, given, false);
}

} // namespace model_checks
