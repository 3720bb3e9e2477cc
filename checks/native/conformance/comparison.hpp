// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/native_outcomes.hpp"
#include "checks/native/conformance/settings.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace conformance {

namespace detail {

/// A line of a stream, without its end.
inline bool read_line(std::FILE* from, std::string& into) {
    into.clear();
    for (int c = std::fgetc(from); c != EOF; c = std::fgetc(from)) {
        if (c == '\n')
            return true;
        into += static_cast<char>(c);
    }
    return false;
}

inline outcomes read_outcomes(std::FILE* from) {
    std::string text;
    if (!read_line(from, text))
        throw std::runtime_error("the checker has said too little");
    outcomes all;
    for (auto n = std::stoul(text); n != 0; --n) {
        read_line(from, text);
        all.insert(text);
    }
    return all;
}

} // namespace detail

/// The outcomes that the checker's program reports for each script.
inline std::vector<outcomes> ask(const std::string& checker, const settings& with, std::size_t n) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> from(
        popen(("'" + checker + "' " + with.str()).c_str(), "r"), pclose);
    if (from == nullptr)
        throw std::runtime_error("cannot run " + checker);
    std::vector<outcomes> all;
    while (all.size() != n)
        all.push_back(detail::read_outcomes(from.get()));
    return all;
}

/// The counts of what was compared.
struct totals {
    std::uint64_t alone = 0;
    std::uint64_t pairs = 0;
    std::uint64_t in_all_orders = 0; ///< of the pairs
    std::uint64_t runs = 0;
    std::uint64_t found = 0; ///< scripts with a finding
    std::set<std::size_t> operations;
    std::uint64_t too_large = 0; ///< for the checker: not compared
    std::uint64_t differences = 0;

    void add(const script& s, const sighting& native) {
        ++(s.alone() ? alone : pairs);
        in_all_orders += !s.alone() && native.all ? 1 : 0;
        runs += native.runs;
        found += std::any_of(native.seen.begin(), native.seen.end(),
                             [](const outcome& o) { return o.starts_with("finding"); })
                     ? 1
                     : 0;
        for (const auto& thread : s.threads)
            for (const line& l : thread)
                operations.insert(l.operation);
    }

    [[nodiscard]] std::string str() const {
        return fmt::format("{} scripts of one thread, {} of two ({} in all orders), {} with "
                           "findings, {} of {} operations, {} too large, {} runs: {} differences\n",
                           alone, pairs, in_all_orders, found, operations.size(),
                           operation_table::get().size(), too_large, runs, differences);
    }
};

/// Do they agree? Only possible outcomes may be seen; and if all orders were run, all of them.
inline bool agree(const sighting& native, const outcomes& expected) {
    const auto possible = [&](const outcome& o) {
        return expected.contains(o) || expected.contains(perhaps + o);
    };
    const auto seen = [&](const outcome& o) {
        return o.starts_with(perhaps) || native.seen.contains(o);
    };
    return std::all_of(native.seen.begin(), native.seen.end(), possible) &&
           (!native.all || std::all_of(expected.begin(), expected.end(), seen));
}

inline void print_difference(std::size_t i, const script& s, const sighting& native,
                             const outcomes& expected) {
    std::printf("script %zu differs:\n%s", i, str(s).c_str());
    for (const outcome& o : native.seen)
        if (!expected.contains(o))
            std::printf("  only native:  %s\n", o.c_str());
    for (const outcome& o : expected)
        if (!native.seen.contains(o))
            std::printf("  only checker: %s\n", o.c_str());
}

inline void compare(std::size_t i, const script& s, const outcomes& expected, totals& sum) {
    if (expected.contains(too_large)) {
        ++sum.too_large;
        return;
    }
    const sighting native = native_script(s).run(effort{});
    sum.add(s, native);
    if (agree(native, expected))
        return;
    ++sum.differences;
    print_difference(i, s, native, expected);
}

inline bool has(const script& s, std::size_t operation) {
    for (const auto& thread : s.threads)
        for (const line& l : thread)
            if (l.operation == operation)
                return true;
    return false;
}

/// The operation is sabotaged: does a script notice?
inline bool is_noticed(std::size_t operation, const std::vector<script>& scripts,
                       const std::vector<outcomes>& expected) {
    for (std::size_t i = 0; i != scripts.size(); ++i) {
        if (has(scripts[i], operation) &&
            !agree(native_script(scripts[i], {operation}).run(effort{}), expected[i]))
            return true;
    }
    return false;
}

/// Two threads add, which has to be one step: is it noticed if it is two?
inline bool notices_torn_additions() {
    const auto& table = operation_table::get();
    std::size_t add = 0;
    while (std::string{table[add].name} != "atomic_add")
        ++add;
    const line one{add, 0, 0, 1, 0};
    const script s{{{one}, {one}}, true};
    const sighting whole = native_script(s).run(effort{});
    const sighting torn = native_script(s, {sabotage::none, true}).run(effort{});
    return whole.seen == outcomes{"//2 1 "} && torn.seen == outcomes{"//1 1 ", "//2 1 "};
}

inline bool notice_all(const std::vector<script>& scripts, const std::vector<outcomes>& expected) {
    const auto& table = operation_table::get();
    std::size_t noticed = 0;
    std::size_t missed = 0;
    for (std::size_t o = 0; o != table.size(); ++o) {
        if (table[o].silent)
            continue;
        if (is_noticed(o, scripts, expected)) {
            ++noticed;
            continue;
        }
        ++missed;
        std::printf("nobody notices if %s does something else\n", table[o].name);
    }
    std::printf("%zu operations that do something else are noticed, %zu are not\n", noticed,
                missed);
    const bool torn = notices_torn_additions();
    std::printf("additions in two steps are %s\n", torn ? "noticed" : "not noticed");
    return missed == 0 && torn;
}

} // namespace conformance
