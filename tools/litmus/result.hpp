// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "kernel_answer.hpp"
#include "program.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wbsync/options.hpp>
#include <wbsync/report/json.hpp>
#include <wbsync/setting.hpp>

namespace wbsync::litmus {

/// How a test is run.
struct settings {
    /// A memory model of the library, whose executions give the result; none: the kernel's model,
    /// which knows all executions without running them.
    std::optional<memory_kind> memory = {};
    /// For each test; 0: no limit.
    setting<double> max_seconds = setting<double>::by_default(10);
    setting<std::uint64_t> max_executions = setting<std::uint64_t>::by_default(0);
    bool out_of_order = true; ///< in the library
    bool power = false;       ///< run a Never test with broken libraries as well
    bool why = false;         ///< say why a Never test is one
    /// What the library may spend on a test beside the kernel's model, whose answer it cannot
    /// change: so many executions are run to see all final states, before only those are looked for
    /// that satisfy the proposition.
    std::uint64_t for_states = 1'000;
    std::uint64_t for_learning = 1'000;    ///< so many of them to learn from
    std::uint64_t for_proposition = 2'000; ///< and so many more; 0: no limit
    kernel_limits for_kernel_model;
};

/// The kernel's memory model, by its name.
inline constexpr const char* kernel_memory = "lkmm";

/// The name of the memory model that gives the result.
std::string memory_name(const settings& with);

/// What is said about one test. `result` is Never, Sometimes or Always, as herd7 says of the
/// proposition, or Unsupported: then `not_explored` or `remark` says what stood in the way. It is
/// what the memory model says, and never a guess: the kernel's (kernel_answer.hpp), with what the
/// library shows beside it, whose model for litmus tests is another one; or one of the library's.
struct test_result {
    std::string file;
    std::string name;
    std::string memory = kernel_memory; ///< the memory model
    std::string result = "Unsupported";
    std::uint64_t states = 0;
    bool all_states = false;      ///< there are no others
    std::uint64_t candidates = 0; ///< executions that the kernel's model was asked about
    std::string library;          ///< the result by the library's executions; empty: not known
    std::string library_misses;   ///< why not
    std::uint64_t executions = 0; ///< of the library
    std::uint64_t sleep_set_blocked = 0;
    double seconds = 0;
    std::string expected;              ///< empty: unknown
    std::uint64_t expected_states = 0; ///< 0: unknown
    std::string not_explored;
    std::string race;
    bool race_known = false;               ///< without a race: there is none in any execution
    std::string why;                       ///< it is Never: an axiom and a cycle; if asked for
    std::string remark;                    ///< with the place; more than one: a line for each
    std::vector<std::string> exposes;      ///< broken libraries that make it other than Never
    std::vector<std::string> out_of_order; ///< accesses that could be performed late
    std::vector<std::string> state_texts;  ///< those that satisfy the proposition begin with a star

    [[nodiscard]] bool agrees() const {
        return (expected.empty() || expected == result) &&
               (expected_states == 0 || !all_states || expected_states == states);
    }
    [[nodiscard]] bool of_kernel_model() const { return memory == kernel_memory; }
    /// The test has what the memory model, or this program, does not know.
    [[nodiscard]] bool is_unsupported() const {
        return result == "Unsupported" && not_explored.empty();
    }
    /// The library shows something else.
    [[nodiscard]] bool library_differs() const {
        return !library.empty() && result != "Unsupported" && library != result;
    }
};

/// Runs the test in the text of a file. Throws nothing but bad_alloc.
test_result run_test(std::string_view text, const settings& with);

report::json to_json(const test_result& r);
test_result from_json(const report::json& j);

} // namespace wbsync::litmus
