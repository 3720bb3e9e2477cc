// SPDX-License-Identifier: BSD-3-Clause
// Files that are written as a whole or not at all.
#include "checks/support/scratch.hpp"

#include <wbsync/search/whole_file.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>

#include <fmt/format.h>

using wbsync::search::whole_file;

namespace {

std::ptrdiff_t entries(const scratch_folder& of) {
    return std::distance(std::filesystem::directory_iterator(of.path()), {});
}

std::string refusal(const whole_file& file) {
    try {
        file.write("new");
    } catch (const std::system_error& e) {
        return e.what();
    }
    return {};
}

} // namespace

TEST_CASE("a whole file takes the place of an older one, and leaves nothing else") {
    const scratch_folder here;
    const whole_file file(here.file("f"));
    file.expect_writable();
    CHECK(entries(here) == 0);
    file.write("a longer text");
    file.write("new");
    file.expect_writable();
    CHECK(slurp(file.path()) == "new");
    CHECK(entries(here) == 1);
}

TEST_CASE("a whole file that cannot be written leaves the older one, and says why") {
    const scratch_folder here;
    const whole_file file(here.file("f"));
    file.write("old");
    std::filesystem::create_directory(file.path() + ".new"); // in the way of what it writes first
    CHECK(refusal(file) == fmt::format("cannot write '{}': Is a directory", file.path()));
    CHECK_THROWS_AS(file.expect_writable(), std::system_error);
    CHECK(slurp(file.path()) == "old");
    // A folder in place of the file is noticed only at the end.
    const whole_file folder(here.file("folder"));
    std::filesystem::create_directory(folder.path());
    CHECK(refusal(folder) == fmt::format("cannot write '{}': Is a directory", folder.path()));
    CHECK_THROWS_AS(folder.expect_writable(), std::system_error);
    CHECK(entries(here) == 3);
    CHECK(refusal(whole_file("/nowhere/f")) ==
          "cannot write '/nowhere/f': No such file or directory");
}
