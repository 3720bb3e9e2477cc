// SPDX-License-Identifier: BSD-3-Clause
// `wbsync sweep`: models with every combination of their parameters.
#if defined(WBSYNC_TOOL) // the commands are built

#include <wbsync/report/json.hpp>
#include <wbsync/wbsync.hpp>

#include "checks/models/model_checks.hpp"
#include "checks/support/contains.hpp"
#include "checks/support/scratch.hpp"
#include "models/all.hpp"
#include <wbsync/program/check_command.hpp>
#include <wbsync/program/errors.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace wbsync;
using catalogue::parameter_values;
using program::request;
using report::json;

namespace {

/// `adders` threads add one each. With `careless` they forget that others do, too.
struct sum {
    sum(int n, bool is_careless) : adders(n), careless(is_careless) {}
    int adders;
    bool careless;
    atomic_t x{"x"};

    void threads(scenario& s) {
        s.threads("adder", adders, [this](int) {
            if (careless)
                WRITE_ONCE(x, READ_ONCE(x) + 1);
            else
                atomic_inc(x);
        });
    }
    void finally() { ensure(READ_ONCE(x) == adders, "sum", "an addition was lost"); }
};

/// One careful adder at its default size.
catalogue::model sum_model(const catalogue::failures& expected) {
    return {.version = "sum/v1",
            .commit = "0123456789ab",
            .release = "1.0",
            .summary = "adders",
            .parameters = {{"adders", "who add one each", 1, 1, 9},
                           {"careless", "1: not atomic", 0, 0, 1}},
            .expected = catalogue::sc_and_weak(expected),
            .check = [](const options& o, const parameter_values& p) {
                return check<sum>(o, p.at("adders"), p.at("careless") != 0);
            }};
}

using catalogue::holds;
const catalogue::failures fails_if_careless = catalogue::fails(
    {"sum"}, [](const parameter_values& p) { return p.at("adders") > 1 && p.at("careless") != 0; });

/// The standard output of a command.
class captured_output {
public:
    captured_output() {
        std::fflush(stdout);
        before_ = ::dup(STDOUT_FILENO);
        REQUIRE(std::freopen(folder_.file("out").c_str(), "w", stdout) != nullptr);
    }
    ~captured_output() { (void)end(); }
    captured_output(const captured_output&) = delete;
    captured_output& operator=(const captured_output&) = delete;

    std::string end() {
        if (before_ >= 0) {
            std::fflush(stdout);
            ::dup2(before_, STDOUT_FILENO);
            ::close(std::exchange(before_, -1));
        }
        return slurp(folder_.file("out"));
    }

private:
    scratch_folder folder_;
    int before_ = -1;
};

struct swept {
    int status;
    std::string out;
};

swept sweep(const catalogue::model& m, request asked) {
    asked.what = request::command::sweep;
    if (asked.memories.empty())
        asked.memories = {memory_kind::sc};
    captured_output out;
    const int status = program::sweep_models({m}, asked);
    return {status, out.end()};
}

} // namespace

TEST_CASE("the small sizes of a model are all combinations up to one above the default") {
    catalogue::model m = sum_model(holds);
    CHECK(catalogue::small_sizes(m) == std::vector<parameter_values>{
                                           {{"adders", 1}, {"careless", 0}},
                                           {{"adders", 1}, {"careless", 1}},
                                           {{"adders", 2}, {"careless", 0}},
                                           {{"adders", 2}, {"careless", 1}},
                                       });
    CHECK(catalogue::small_sizes(m, 0).size() == 1);
    CHECK(catalogue::small_sizes(m, 100).size() == 18);
    CHECK(catalogue::small_sizes(m, 1, {{"adders", 9}}) == std::vector<parameter_values>{
                                                               {{"adders", 9}, {"careless", 0}},
                                                               {{"adders", 9}, {"careless", 1}},
                                                           });
    m.parameters.clear();
    CHECK(catalogue::small_sizes(m) == std::vector<parameter_values>{{}});
}

TEST_CASE("the small sizes of every model have its default size among them") {
    for (const catalogue::model& m : models::all()) {
        CAPTURE(m.name());
        const auto sizes = catalogue::small_sizes(m);
        CHECK(std::count(sizes.begin(), sizes.end(), catalogue::default_size(m)) == 1);
    }
}

TEST_CASE("isw/v9 has 24 small sizes") {
    // 0 to 2 switchers, 1 or 2 inodes, 1 or 2 superblocks, with the cleaner or without it
    CHECK(catalogue::small_sizes(model_checks::model_named("isw/v9")).size() == 3 * 2 * 2 * 2);
}

TEST_CASE("a sweep notices a combination of parameters that is not as expected") {
    const swept wrong = sweep(sum_model(holds), {});
    CHECK(wrong.status == program::not_as_expected);
    CHECK(contains(wrong.out, "4 checks: 3 as expected, 1 NOT as expected\n"));
    CHECK(contains(wrong.out, "sum: an addition was lost"));
    CHECK(contains(wrong.out, "replay: wbsync replay sum/v1 -p adders=2 -p careless=1 "));

    const swept right = sweep(sum_model(fails_if_careless), {});
    CHECK(right.status == program::all_as_expected);
    CHECK(contains(right.out, "4 checks: 4 as expected\n"));
    CHECK_FALSE(contains(right.out, "an addition was lost")); // nobody has to look at it
}

TEST_CASE("a sweep holds the parameters that it is given") {
    request asked;
    asked.parameters = {"careless=0"};
    CHECK(contains(sweep(sum_model(holds), asked).out, "2 checks: 2 as expected\n"));
    asked.parameters = {"careless=0", "adders=5"};
    CHECK(contains(sweep(sum_model(holds), asked).out, "1 check: 1 as expected\n"));
    asked.parameters = {};
    asked.beyond = 0;
    CHECK(contains(sweep(sum_model(holds), asked).out, "1 check: 1 as expected\n"));
}

TEST_CASE("a sweep says which combination is incomplete") {
    request asked;
    asked.with.max_executions = 1;
    const swept cut = sweep(sum_model(fails_if_careless), asked);
    CHECK(cut.status == program::something_incomplete);
    CHECK(contains(cut.out, "incomplete: max_executions of 1 reached"));
    CHECK(contains(cut.out, " incomplete\n"));
    CHECK_FALSE(contains(cut.out, "NOT as expected"));
}

TEST_CASE("a sweep gives its results as JSON, with the counterexamples nobody expected") {
    request asked;
    asked.json = true;
    asked.memories = {memory_kind::sc, memory_kind::weak};
    for (const bool surprising : {false, true}) {
        const json results = json::parse(
            sweep(sum_model(surprising ? holds : fails_if_careless), asked).out)["results"];
        REQUIRE(results.size() == 8);
        int findings = 0;
        for (const json& e : results) {
            if (e["verdict"] != "finding")
                continue;
            ++findings;
            CHECK(e["parameters"] == json{{"adders", 2}, {"careless", 1}});
            CHECK(e["as_expected"] == !surprising);
            CHECK(e["counterexample"].is_null() == !surprising);
        }
        CHECK(findings == 2);
    }
}

#endif
