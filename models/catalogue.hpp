// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/check.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::models {

/// A bound of a model that the user may choose.
struct parameter {
    std::string name;
    std::string summary;
    int value; ///< default
    int least;
    int most;
};

using parameter_values = std::map<std::string, int>;

/// What a check of the model must say.
struct expectation {
    verdict outcome = verdict::verified;
    std::string property; ///< for a finding: "P1", or "P1/P2" where either may be met first

    [[nodiscard]] bool matches(const result& r) const {
        if (r.outcome != outcome)
            return false;
        return outcome != verdict::finding || names(r.what.property);
    }

    /// Is this one of the properties?
    [[nodiscard]] bool names(const std::string& failed) const {
        return ('/' + property + '/').find('/' + failed + '/') != std::string::npos;
    }

    [[nodiscard]] std::string str() const {
        return outcome == verdict::finding ? "finding " + property : name_of(outcome);
    }
};

/// A protocol in one form: its name in the catalogue, where it comes from, and which properties
/// fail, "P1/P2" where either may be met first; empty: none.
struct variant {
    const char* name;
    const char* commit;
    const char* release;
    const char* summary;
    const char* fails = "";
    const char* fails_under_weak = nullptr; ///< nullptr: the same

    [[nodiscard]] expectation expected(memory_kind m) const {
        const bool other = m == memory_kind::weak && fails_under_weak != nullptr;
        const std::string failed = other ? fails_under_weak : fails;
        return failed.empty() ? expectation{} : expectation{verdict::finding, failed};
    }
};

/// A protocol at one commit.
struct model {
    std::string name;    ///< "isw/v7"
    std::string commit;  ///< of the kernel
    std::string release; ///< "7.2-rc1"
    std::string summary;
    std::vector<parameter> parameters;
    /// For the default parameters, and what they mean for the others.
    std::function<expectation(memory_kind, const parameter_values&)> expected;
    std::function<result(const options&, const parameter_values&)> check;
    std::string asks = {}; ///< the properties it is about: "P1 P2 P4 P5"
    /// What of its default size is different in the next larger one. Empty: the first parameter
    /// that can be one more, is.
    parameter_values larger = {};
    std::string folder = {}; ///< below models/, where its manifest is
};

/// The sizes that a model has of itself.
inline parameter_values default_size(const model& m) {
    parameter_values values;
    for (const parameter& p : m.parameters)
        values[p.name] = p.value;
    return values;
}

/// The next larger one; as the default one if there is none.
inline parameter_values larger_size(const model& m) {
    parameter_values values = default_size(m);
    for (const auto& [name, value] : m.larger)
        values.at(name) = value;
    if (!m.larger.empty())
        return values;
    const auto grows = std::find_if(m.parameters.begin(), m.parameters.end(),
                                    [](const parameter& p) { return p.value < p.most; });
    if (grows != m.parameters.end())
        ++values[grows->name];
    return values;
}

/// Every combination of the values that its parameters may have, each from its least one to
/// `beyond` above its default, the last parameter counting fastest; those in `fixed` have that
/// value only. Without parameters: one, of nothing.
inline std::vector<parameter_values> small_sizes(const model& m, int beyond = 1,
                                                 const parameter_values& fixed = {}) {
    std::vector<parameter_values> sizes{{}};
    for (const parameter& p : m.parameters) {
        const auto given = fixed.find(p.name);
        const bool is_fixed = given != fixed.end();
        const int first = is_fixed ? given->second : p.least;
        const int last = is_fixed ? given->second : std::min(p.most, p.value + beyond);
        std::vector<parameter_values> longer;
        for (const parameter_values& size : sizes)
            for (int value = first; value <= last; ++value) {
                longer.push_back(size);
                longer.back()[p.name] = value;
            }
        sizes = std::move(longer);
    }
    return sizes;
}

/// The catalogue's entry for a form that comes out as `v` says, whatever the parameters are.
inline model entry(const variant& v, std::vector<parameter> parameters,
                   std::function<result(const options&, const parameter_values&)> check) {
    const auto expected = [v](memory_kind m, const parameter_values&) { return v.expected(m); };
    return {v.name,   v.commit,        v.release, v.summary, std::move(parameters),
            expected, std::move(check)};
}

} // namespace wbsync::models
