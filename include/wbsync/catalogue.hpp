// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/bounds.hpp>
#include <wbsync/check.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

/// What a program that lists, checks and replays models has to know about each of them. An entry is
/// data, written with designated initialisers; struct model below lists its fields.
namespace wbsync::catalogue {

/// Names of properties, without duplicates, in the order in which they were given.
class property_set {
public:
    property_set() = default;
    property_set(std::initializer_list<std::string> names) {
        for (const std::string& name : names)
            add_one(name);
    }

    [[nodiscard]] bool empty() const { return names_.empty(); }
    [[nodiscard]] bool contains(std::string_view name) const {
        return std::find(names_.begin(), names_.end(), name) != names_.end();
    }
    [[nodiscard]] std::string joined(std::string_view with) const {
        return fmt::format("{}", fmt::join(names_, with));
    }
    void add(const property_set& others) {
        for (const std::string& name : others.names_)
            add_one(name);
    }

    friend bool operator==(const property_set&, const property_set&) = default;

private:
    void add_one(const std::string& name) {
        if (!contains(name))
            names_.push_back(name);
    }

    std::vector<std::string> names_;
};

/// The expected result of a check.
struct expectation {
    property_set properties = {}; ///< one of these fails; none: verified

    [[nodiscard]] verdict outcome() const {
        return properties.empty() ? verdict::verified : verdict::finding;
    }
    [[nodiscard]] bool matches(const result& r) const {
        return r.outcome == outcome() &&
               (properties.empty() || properties.contains(r.what.property));
    }
    /// "verified", "finding P1/P2"
    [[nodiscard]] std::string str() const {
        return properties.empty() ? name_of(verdict::verified)
                                  : "finding " + properties.joined("/");
    }
};

/// Properties one of which fails: if there are several, the search decides which one is met first.
struct failure {
    property_set properties;
    /// The sizes at which it fails. Empty: all.
    std::function<bool(const parameter_values&)> when = {};
};

/// All that may fail under one memory model; empty: nothing fails, it is verified.
using failures = std::vector<failure>;

inline const failures holds{};
inline failures fails(property_set properties,
                      std::function<bool(const parameter_values&)> when = {}) {
    return {{std::move(properties), std::move(when)}};
}

/// What is expected under each memory model, by its name in the registry (engine/memory_kind.hpp):
/// {{"sc", holds}, {"weak", fails({"P1"})}}. If lkmm is not named, the same is expected as under
/// rc11 (weak). Any other memory model that is not named has no expectation yet.
class expectations {
public:
    expectations() = default;
    /// Throws std::invalid_argument for a name that is not that of a memory model, or that occurs
    /// twice.
    expectations(std::initializer_list<std::pair<const char*, failures>> by_memory) {
        for (const auto& [name, what] : by_memory) {
            const auto* known = engine::find_memory(name);
            if (known == nullptr)
                throw std::invalid_argument(
                    fmt::format("wbsync: the catalogue expects something under {}, which is no "
                                "memory model: there are {}",
                                name, engine::memory_names()));
            if (!by_memory_.emplace(known->kind, what).second)
                throw std::invalid_argument(
                    fmt::format("wbsync: the catalogue says twice what it expects under {}", name));
        }
    }

    [[nodiscard]] bool knows(memory_kind memory) const { return find(memory) != by_memory_.end(); }

    /// The expectation at that size. Throws std::invalid_argument if there is none for the memory
    /// model.
    [[nodiscard]] expectation operator()(memory_kind memory, const parameter_values& size) const {
        const auto known = find(memory);
        if (known == by_memory_.end())
            throw std::invalid_argument(fmt::format(
                "wbsync: the catalogue expects nothing under {}: say there what comes out",
                name_of(memory)));
        expectation e;
        for (const failure& f : known->second)
            if (!f.when || f.when(size))
                e.properties.add(f.properties);
        return e;
    }

private:
    using table = std::map<memory_kind, failures>;

    [[nodiscard]] table::const_iterator find(memory_kind memory) const {
        const auto own = by_memory_.find(memory);
        return own == by_memory_.end() && memory == memory_kind::lkmm
                   ? by_memory_.find(memory_kind::rc11)
                   : own;
    }

    table by_memory_;
};

/// The same expectation under sc and under weak, and so under lkmm.
inline expectations sc_and_weak(const failures& what) {
    return {{"sc", what}, {"weak", what}};
}

/// One version of a protocol, asked one question: an entry of the catalogue.
struct model {
    std::string version;       ///< the protocol and its version: "isw/v7"
    std::string question = {}; ///< which of several questions about it: "P3"; empty: the main one
    std::string commit = {};   ///< of the kernel
    std::string release = {};  ///< "7.2-rc1"
    std::string summary = {};
    property_set asks = {}; ///< the properties that the question is about
    std::vector<parameter> parameters = {};
    /// The parameters whose values differ at the next larger size. Empty: the first parameter that
    /// can be one more.
    parameter_values larger = {};
    expectations expected = {};
    /// Places that order less than the code asks for, as in options::weaken, each given by its
    /// function and its verb. A mutant that only lacks a barrier or an order is the original model
    /// with such a place.
    std::vector<weakening> weaken = {};
    /// Runs the model without its weakenings: checks<Model, Bounds>, or a similar function. For the
    /// verdict of the model call run().
    std::function<result(const options&, const parameter_values&)> check = {};
    std::string folder = {}; ///< folder of its family; set by whoever collects the models

    /// The name of the entry: "isw/v7", "isw/v7/P3".
    [[nodiscard]] std::string name() const {
        return question.empty() ? version : version + "/" + question;
    }

    /// Checks the model, with its weakenings after those of the options. If no execution at that
    /// size comes to one of their places, though some do at the default size, the check is as
    /// without that weakening. Throws std::invalid_argument, with the list of existing places, if a
    /// weakening matches none of them; and on real threads, which do not weaken, if there is any
    /// weakening at all.
    [[nodiscard]] result run(const options& with, const parameter_values& size) const;
};

/// Checks a model whose constructor takes its bounds (WBSYNC_BOUNDS), and perhaps more.
template <class Model, class Bounds, auto... More>
result checks(const options& with, const parameter_values& size) {
    return wbsync::check<Model>(with, Bounds::from(size), More...);
}

// --- sizes --------------------------------------------------------------------------------------

/// The default size of a model.
inline parameter_values default_size(const model& m) {
    parameter_values values;
    for (const parameter& p : m.parameters)
        values[p.name] = p.value;
    return values;
}

/// The next larger size; the default one if there is none.
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

/// Every combination of the values of its parameters, each from its least value to `beyond` above
/// its default, the last parameter varying fastest. Parameters in `fixed` have only that value.
/// Without parameters: one combination, the empty one.
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

// --- weakened models ----------------------------------------------------------------------------

namespace detail {

/// The places of the model at its default size that its first executions come to.
inline ordering_table places_of(const model& m, const options& asked) {
    ordering_table seen;
    options first;
    first.memory = asked.memory;
    first.max_executions = 1000;
    first.all_findings = true;
    first.trace = false;
    first.orderings = &seen;
    (void)m.check(first, default_size(m));
    return seen;
}

/// Throws std::invalid_argument if one of these matches no place.
inline void expect_places(const model& m, const std::vector<weakening>& wanted,
                          const options& asked) {
    const ordering_table there = places_of(m, asked);
    std::string places;
    for (const ordering_place& p : there)
        places += "\n  " + p.str();
    for (const weakening& w : wanted)
        if (std::none_of(there.begin(), there.end(), [&](const auto& p) { return w.changes(p); }))
            throw std::invalid_argument(fmt::format(
                "wbsync: {} is to be weakened at '{}', and no place of it is that, and orders more "
                "than that: name one of these{}",
                m.name(), w.str(), places.empty() ? ": there is none" : ":" + places));
}

} // namespace detail

inline result model::run(const options& with, const parameter_values& size) const {
    options weakened = with;
    weakened.weaken.insert(weakened.weaken.end(), weaken.begin(), weaken.end());
    result seen = check(weakened, size);
    // A part of the executions, or a single one, does not tell.
    if (weaken.empty() || seen.incomplete() || !with.with_environment().replay.empty())
        return seen;
    std::vector<weakening> unused;
    weakened.weaken = with.weaken;
    for (std::size_t i = 0; i != weaken.size(); ++i) {
        const bool used = ((seen.weakened >> (with.weaken.size() + i)) & 1) != 0;
        (used ? weakened.weaken : unused).push_back(weaken[i]);
    }
    if (unused.empty())
        return seen;
    detail::expect_places(*this, unused, with);
    if (!seen.vacuous())
        return seen;
    weakened.resume.clear(); // that belongs to another search, which is over
    return check(weakened, size);
}

} // namespace wbsync::catalogue
