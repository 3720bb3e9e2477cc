// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "kernel_answer.hpp"
#include "program.hpp"
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <wbsync/report/json.hpp>
#include <wbsync/setting.hpp>

namespace wbsync::litmus {

/// How a test is run.
struct settings {
    /// For each test; 0: no limit.
    setting<double> max_seconds = setting<double>::by_default(10);
    setting<std::uint64_t> max_executions = setting<std::uint64_t>::by_default(0);
    bool out_of_order = true; ///< in the library
    bool power = false;       ///< run a Never test with broken libraries as well
    /// So many executions are run to see all final states, before only those are looked for that
    /// satisfy the proposition.
    std::uint64_t for_states = 3'000;
    std::uint64_t for_learning = 1'000; ///< and so many to learn from
    kernel_limits for_kernel_model;
};

/// What is said about one test. `result` is Never, Sometimes or Always, as herd7 says of the
/// proposition, or Unsupported: then `not_explored` or `remark` says what stood in the way. It is
/// what the kernel's memory model says, see kernel_answer.hpp, and never a guess. What the library
/// shows, whose model is another one, stands beside it.
struct test_result {
    std::string file;
    std::string name;
    std::string result = "Unsupported";
    std::uint64_t states = 0;
    bool all_states = false;      ///< there are no others
    std::uint64_t candidates = 0; ///< executions that the kernel's model was asked about
    std::string library;          ///< the result by the library's executions; empty: not known
    std::string library_misses;   ///< why not
    std::uint64_t executions = 0; ///< of the library
    std::uint64_t redundant = 0;
    double seconds = 0;
    std::string expected; ///< empty: unknown
    std::string not_explored;
    std::string race;
    bool race_known = false;               ///< without a race: there is none in any execution
    std::string remark;                    ///< with the place; more than one: a line for each
    std::vector<std::string> exposes;      ///< broken libraries that make it other than Never
    std::vector<std::string> out_of_order; ///< accesses that could be performed late
    std::vector<std::string> state_texts;  ///< those that satisfy the proposition begin with a star

    [[nodiscard]] bool agrees() const { return expected.empty() || expected == result; }
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
