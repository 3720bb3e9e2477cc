// SPDX-License-Identifier: BSD-3-Clause
// --junit: the file for each outcome, and refusals before the work.
#include "checks/support/contains.hpp"
#include "checks/support/scratch.hpp"

#include <wbsync/program/junit.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace wbsync;
using namespace wbsync::program;

namespace {

/// Expected: verified under sc.
const catalogue::model door{.version = "trial/door",
                            .parameters = {{"guests", "who go through", 1, 1, 2}},
                            .expected = {{"sc", catalogue::holds}}};

check_request request() {
    options under_sc;
    under_sc.memory = memory_kind::sc;
    return {door, {{"guests", 1}}, under_sc};
}

check_outcome outcome_of(const check_summary& seen) {
    check_outcome out;
    out.seen = seen;
    return out;
}

/// The file after this one outcome.
std::string file_with(const check_outcome& out) {
    const scratch_folder folder;
    junit written(folder.file("results.xml"));
    written.add(request(), out);
    written.write();
    return slurp(folder.file("results.xml"));
}

} // namespace

TEST_CASE("junit: what is as expected passes") {
    const std::string text =
        file_with(outcome_of({.outcome = verdict::verified, .as_expected = true}));
    CHECK(contains(text, "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\""));
    CHECK(
        contains(text, "<testcase classname=\"trial/door\" name=\"sc guests=1\" time=\"0.000\"/>"));
}

TEST_CASE("junit: what is not as expected is a failure, with the counterexample as XML") {
    check_outcome out =
        outcome_of({.outcome = verdict::finding, .property = "P1", .message = "a < b & \"c\""});
    out.counterexample = "1  x <--\n";
    const std::string text = file_with(out);
    CHECK(contains(text, "tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\""));
    CHECK(contains(text,
                   "<failure type=\"finding\" message=\"P1: a &lt; b &amp; &quot;c&quot;, not "
                   "verified\">1  x &lt;--&#10;</failure>"));
}

TEST_CASE("junit: incomplete is an error, expected or not") {
    const std::string text = file_with(outcome_of(
        {.outcome = verdict::incomplete, .message = "out of time", .as_expected = true}));
    CHECK(contains(text, "tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\""));
    CHECK(contains(text, "<error type=\"incomplete\" message=\"out of time\">"));
}

TEST_CASE("junit: what was not started is skipped") {
    const scratch_folder folder;
    junit written(folder.file("results.xml"));
    written.add_not_started(request());
    written.write();
    const std::string text = slurp(folder.file("results.xml"));
    CHECK(contains(text, "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\""));
    CHECK(contains(text, "<skipped message=\"not started\"/>"));
}

TEST_CASE("junit: a file that cannot be written is bad usage before the work, and none is wanted "
          "without a name") {
    const scratch_folder folder;
    CHECK_THROWS_AS(junit(folder.file("nowhere/results.xml")), bad_usage);
    CHECK_THROWS_AS(junit(folder.path()), bad_usage);
    const junit unwanted("");
    unwanted.write();
    CHECK(std::filesystem::is_empty(folder.path()));
}
