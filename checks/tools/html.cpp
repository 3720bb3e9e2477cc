// SPDX-License-Identifier: BSD-3-Clause
// --html: which finding is written, and what happens where nothing can be written.
#include "checks/support/contains.hpp"
#include "checks/support/scratch.hpp"
#include "checks/tools/tool_program.hpp"

#include <wbsync/program/user_file.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

namespace {

std::ptrdiff_t files_in(const scratch_folder& folder) {
    return std::distance(std::filesystem::directory_iterator{folder.path()}, {});
}

} // namespace

TEST_CASE("a file that the user names replaces the older one as a whole") {
    const scratch_folder folder;
    const wbsync::program::user_file file(folder.file("f"));
    file.expect_writable();
    CHECK(files_in(folder) == 0);
    file.write("one");
    file.write("two");
    CHECK(slurp(folder.file("f")) == "two");
    CHECK(files_in(folder) == 1);
    CHECK_THROWS_AS(wbsync::program::user_file(folder.path()).expect_writable(), std::system_error);
}

TEST_CASE("a pipe or a device that the user names is written, and not replaced") {
    const scratch_folder folder;
    REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    std::fstream reader(folder.file("pipe"), std::ios::in | std::ios::out); // does not block
    const wbsync::program::user_file pipe(folder.file("pipe"));
    pipe.expect_writable();
    pipe.write("text\n");
    std::string line;
    CHECK(std::getline(reader, line));
    CHECK(line == "text");
    CHECK(std::filesystem::is_fifo(folder.file("pipe")));

    const wbsync::program::user_file full("/dev/full");
    full.expect_writable();
    CHECK_THROWS_WITH_AS(full.write("text"), "cannot write '/dev/full': No space left on device",
                         std::system_error);
    CHECK(std::filesystem::is_character_file("/dev/full"));
}

#if defined(WBSYNC_TOOL)

using namespace tool_program;

TEST_CASE("--html writes the first finding as a page, and says which one it is") {
    const scratch_folder folder;
    const std::string file = folder.file("v6.html");
    const ran r = wbsync_program(fmt::format("check isw/v9 isw/v6 --html '{}'", file));
    CHECK(r.status == 0); // as without it
    CHECK(r.err == fmt::format("wbsync: --html: '{}' shows the finding P1 of isw/v6 under sc, the "
                               "first of 2 findings\n",
                               file));
    const std::string page = slurp(file);
    CHECK(page.starts_with("<!doctype html>"));
    CHECK(contains(page, "VFS: Busy inodes after unmount of sb[0]"));
    CHECK(contains(page, "\"file\":\"models/writeback/isw_v6.hpp\""));
    CHECK(contains(page, "\"sources\":{\"models/writeback/"));
    CHECK(files_in(folder) == 1);
}

TEST_CASE("--html: a replay writes the page of the check") {
    const scratch_folder folder;
    const std::string checked = folder.file("check.html"), again = folder.file("replay.html");
    CHECK(wbsync_program("check isw/v6 --memory sc --html " + checked).status == 0);
    const std::string page = slurp(checked);
    const std::string before = "replay isw/v6 --schedule \\\"";
    const auto at = page.find(before);
    REQUIRE(at != std::string::npos);
    const auto start = at + before.size();
    const std::string schedule = page.substr(start, page.find('\\', start) - start);
    const ran r =
        wbsync_program(fmt::format("replay isw/v6 --schedule {} --html {}", schedule, again));
    CHECK(r.status == 0);
    CHECK(contains(slurp(again), "VFS: Busy inodes after unmount of sb[0]"));
}

TEST_CASE("--html without a finding writes nothing, says so, and changes no status") {
    const scratch_folder folder;
    const ran r = wbsync_program("check isw/v9 --memory sc --html " + folder.file("v9.html"));
    CHECK(r.status == 0);
    CHECK(r.err == "wbsync: --html: there is no counterexample, so nothing is written\n");
    CHECK(files_in(folder) == 0);
}

TEST_CASE("--html into a missing folder is said before the search, and leaves nothing") {
    const scratch_folder folder;
    const std::string file = folder.file("missing/v6.html");
    const ran r = wbsync_program("check isw/v6 --html " + file);
    CHECK(r.status == 4);
    CHECK(r.out.empty());
    CHECK(r.err ==
          fmt::format("wbsync: --html: cannot write '{}': No such file or directory\n", file));
    CHECK(files_in(folder) == 0);
}

TEST_CASE("--html onto a full disk fails after the results, and leaves nothing half-written") {
    const ran r = wbsync_program("check isw/v6 --memory sc --html /dev/full");
    CHECK(r.status == 4);
    CHECK(contains(r.out, "1 check: 1 as expected"));
    CHECK(r.err == "wbsync: --html: cannot write '/dev/full': No space left on device\n");

    // A limit to the size of files is as good as a full disk, in the midst of a write.
    const scratch_folder folder;
    std::ofstream(folder.file("old.html")) << "old";
    const ran cut = [&] {
        const std::string limited = folder.file("limited");
        std::ofstream(limited) << fmt::format("trap '' XFSZ\nulimit -f 16\nexec '{}' \"$@\"\n",
                                              WBSYNC_TOOL);
        const auto ended = wbsync::tools::run_shell(fmt::format(
            "sh {} check isw/v6 --memory sc --html {} 2>&1", limited, folder.file("old.html")));
        return ran{ended.status, ended.output, {}};
    }();
    CHECK(cut.status == 4);
    CHECK(contains(cut.out, "File too large"));
    CHECK(slurp(folder.file("old.html")) == "old");
    CHECK(files_in(folder) == 2);
}

#endif
