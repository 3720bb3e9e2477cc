// SPDX-License-Identifier: BSD-3-Clause
// The messages when a manifest is out of date; wbsync-manifest is the test that it is up to date.

#include "checks/support/scratch.hpp"
#include <wbsync/program/manifest.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

using manifest::row;

namespace {

const row first{"a/v1", "sc", {{"switchers", 1}}, "verified", 11, 120, 0};
const row second{"a/v1", "weak", {{"switchers", 1}}, "finding P1", 7, 80, 0};

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("a manifest that fits says nothing, in whatever order its rows are") {
    CHECK(manifest::differences({first, second}, {second, first}).empty());
}

TEST_CASE("a manifest says which model changed, from what to what") {
    row slower = first;
    slower.executions = 12;
    slower.sleep_set_blocked = 1;
    CHECK(manifest::differences({first, second}, {slower, second}) ==
          lines{"a/v1 under sc: executions 11 -> 12, redundant 0 -> 1"});
    row repaired = second;
    repaired.verdict = "verified";
    repaired.parameters["switchers"] = 2;
    CHECK(manifest::differences({first, second}, {first, repaired}) ==
          lines{"a/v1 under weak: verdict finding P1 -> verified, parameters {\"switchers\":1} -> "
                "{\"switchers\":2}"});
}

TEST_CASE("a manifest without a model, with one that is gone or with one twice does not fit") {
    CHECK(manifest::differences({first}, {first, second}) ==
          lines{"a/v1 under weak: not in the manifest (7 executions)"});
    CHECK(manifest::differences({first, second}, {first}) ==
          lines{"a/v1 under weak: in the manifest, but no such model"});
    CHECK(manifest::differences({first, first}, {first}) ==
          lines{"a/v1 under sc: twice in the manifest"});
}

TEST_CASE("a manifest that cannot be written leaves the one before as it was") {
    const scratch_folder here;
    const std::string path = here.file("counts.json");
    manifest::write(path, {first});
    CHECK(manifest::read(path) == std::vector<row>{first});
    std::filesystem::create_directory(path + ".new"); // where it writes first
    CHECK_THROWS_AS(manifest::write(path, {second}), std::runtime_error);
    CHECK(manifest::read(path) == std::vector<row>{first});
}

TEST_CASE("a manifest is read as it was written") {
    const std::string text = manifest::text_of({first, second});
    CHECK(manifest::json::parse(text).get<std::vector<row>>() == std::vector<row>{first, second});
    CHECK_THROWS_AS(manifest::read("no such file"), std::runtime_error);
}
