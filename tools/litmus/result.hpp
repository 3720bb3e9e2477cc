// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "program.hpp"
#include "variant.hpp"

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
    bool out_of_order = true;
    variant orders = variant::lkmmv1;
    bool power = false; ///< run a Never test with broken libraries as well
    /// So many executions are run to see all final states, before only those are looked for that
    /// satisfy the proposition.
    std::uint64_t for_states = 3'000;
    std::uint64_t for_learning = 1'000; ///< and so many to learn from
};

/// What is said about one test. `result` is Never, Sometimes or Always, as herd7 says of the
/// proposition, or Unsupported: then `remark` says what stood in the way. A test is never Never
/// unless everything was explored.
struct test_result {
    std::string file;
    std::string name;
    std::string result = "Unsupported";
    std::uint64_t states = 0;
    std::uint64_t executions = 0;
    std::uint64_t redundant = 0;
    double seconds = 0;
    std::string expected; ///< empty: unknown
    std::string not_explored;
    std::string race;
    std::string remark;
    std::vector<std::string> exposes;      ///< broken libraries that make it other than Never
    std::vector<std::string> out_of_order; ///< accesses that could be performed late
    std::vector<std::string> state_texts;  ///< those that satisfy the proposition begin with a star

    [[nodiscard]] bool agrees() const { return expected.empty() || expected == result; }
};

/// Runs the test in the text of a file. Throws nothing but bad_alloc.
test_result run_test(std::string_view text, const settings& with);

report::json to_json(const test_result& r);
test_result from_json(const report::json& j);

} // namespace wbsync::litmus
