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

/// The settings of a run.
struct settings {
    /// A memory model of the library, whose executions give the result; nullopt: the kernel's
    /// model, which knows all executions without running them.
    std::optional<memory_kind> memory = {};
    /// Seconds for each test; 0: no limit.
    setting<double> max_seconds = setting<double>::by_default(10);
    setting<std::uint64_t> max_executions = setting<std::uint64_t>::by_default(0);
    bool out_of_order = true; ///< of the library's executions
    bool power = false;       ///< run a Never test with broken libraries as well
    bool why = false;         ///< explain why a test has the result Never
    /// What the library may spend on a test besides the kernel's model, whose answer it cannot
    /// change. It runs this many executions to see all final states; after that it only looks for
    /// states that satisfy the proposition.
    std::uint64_t for_states = 1'000;
    std::uint64_t for_learning = 1'000;    ///< executions to learn from
    std::uint64_t for_proposition = 2'000; ///< further executions; 0: no limit
    kernel_limits for_kernel_model;
};

/// The name of the kernel's memory model.
inline constexpr const char* kernel_memory = "lkmm";

/// The name of the memory model that gives the result.
std::string memory_name(const settings& with);

/// The results of one test. `result` is Never, Sometimes or Always, as herd7 says of the
/// proposition, or Unsupported: then `not_explored` or `remark` says why. It is always the answer
/// of the memory model, never a guess: either the kernel's model (kernel_answer.hpp), and beside it
/// the outcomes of the library, which has another model for litmus tests; or a memory model of the
/// library.
struct test_result {
    std::string file;
    std::string name;
    std::string memory = kernel_memory; ///< the memory model
    std::string result = "Unsupported";
    std::uint64_t states = 0;
    bool all_states = false;      ///< there are no others
    std::uint64_t candidates = 0; ///< executions that the kernel's model was asked about
    std::string library;          ///< the result by the library's executions; empty: not known
    std::string library_misses;   ///< why it is unknown
    std::uint64_t executions = 0; ///< of the library
    std::uint64_t sleep_set_blocked = 0;
    double seconds = 0;
    std::string expected;              ///< empty: unknown
    std::uint64_t expected_states = 0; ///< 0: unknown
    std::string not_explored;
    std::string race;
    bool race_known = false;               ///< if no race was found: no execution has one
    std::string why;                       ///< for Never: an axiom and a cycle; if asked for
    std::string remark;                    ///< with its place; several are a line each
    std::vector<std::string> exposes;      ///< broken libraries with another result than Never
    std::vector<std::string> out_of_order; ///< accesses that could be performed late
    std::vector<std::string> state_texts;  ///< a star marks those that satisfy the proposition

    [[nodiscard]] bool agrees() const {
        return (expected.empty() || expected == result) &&
               (expected_states == 0 || !all_states || expected_states == states);
    }
    [[nodiscard]] bool of_kernel_model() const { return memory == kernel_memory; }
    /// The test uses something unknown to the memory model, or to this program.
    [[nodiscard]] bool is_unsupported() const {
        return result == "Unsupported" && not_explored.empty();
    }
    /// The library has another result.
    [[nodiscard]] bool library_differs() const {
        return !library.empty() && result != "Unsupported" && library != result;
    }
};

/// Runs the test in the text of a file. Throws only bad_alloc.
test_result run_test(std::string_view text, const settings& with);

report::json to_json(const test_result& r);
test_result from_json(const report::json& j);

} // namespace wbsync::litmus
