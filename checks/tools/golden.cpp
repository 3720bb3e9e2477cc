// SPDX-License-Identifier: BSD-3-Clause
// Expected outputs in files: differences are shown line by line, and nothing is written unless that
// was requested.
#include "checks/support/golden.hpp"
#include "checks/support/contains.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

TEST_CASE("expected output: the lines that differ are told, with their numbers") {
    CHECK(golden::differences("a\nb\nc\n", "a\nb\nc\n").empty());
    CHECK(golden::differences("a\nb\nc\n", "a\nB\nc\n") == "-2: b\n+2: B\n");
    CHECK(golden::differences("a\nb\n", "x\na\nb\ny\n") == "+1: x\n+4: y\n");
    CHECK(golden::differences("a\nb\nc\nd\n", "b\nd\n") == "-1: a\n-3: c\n");
    CHECK(golden::differences("", "a\n") == "+1: a\n");
    CHECK(golden::differences("a\n", "a") == "+2: (no newline at the end)\n");
}

TEST_CASE("expected output: a text that is not that of its file, or has no file, is refused") {
    const scratch_folder folder;
    const std::string file = folder.file("new/a.txt");
    const golden::comparison none = golden::compare(file, "one\n", false);
    CHECK_FALSE(static_cast<bool>(none));
    CHECK(contains(none.complaint, "there is no "));
    CHECK(contains(none.complaint, "./run promote"));
    CHECK_FALSE(std::filesystem::exists(file));

    CHECK(static_cast<bool>(golden::compare(file, "one\n", true)));
    CHECK(slurp(file) == "one\n");
    CHECK(static_cast<bool>(golden::compare(file, "one\n", false)));

    const golden::comparison other = golden::compare(file, "two\n", false);
    CHECK_FALSE(static_cast<bool>(other));
    CHECK(contains(other.complaint, "-1: one\n+1: two\n"));
    CHECK(slurp(file) == "one\n");
    // A file that is empty is not one that is missing.
    std::ofstream{file}.close();
    CHECK(contains(golden::compare(file, "two\n", false).complaint, "+1: two\n"));
}

TEST_CASE("expected output: what cannot be written is told") {
    const golden::comparison c = golden::compare("/dev/full", "one\n", true);
    CHECK_FALSE(static_cast<bool>(c));
    CHECK(contains(c.complaint, "cannot write /dev/full"));
}

TEST_CASE("expected output: a test case that ./run promote would not run is refused") {
    CHECK(contains(expected("tools/none.txt", "one\n").complaint, "has to be in the suite"));
}

TEST_CASE("expected output: each file is one that a test compares") {
    const std::filesystem::path checks = WBSYNC_SOURCE_DIR "/checks";
    std::size_t files = 0;
    for (const auto& subject : std::filesystem::directory_iterator(checks)) {
        if (!std::filesystem::is_directory(subject.path() / "expected"))
            continue;
        std::string sources;
        for (const auto& source : std::filesystem::directory_iterator(subject))
            if (source.path().extension() == ".cpp")
                sources += slurp(source.path());
        for (const auto& file : std::filesystem::directory_iterator(subject.path() / "expected")) {
            const std::string name =
                subject.path().filename().string() + "/" + file.path().filename().string();
            CAPTURE(name);
            CHECK(contains(sources, "expected(\"" + name + "\""));
            ++files;
        }
    }
    CHECK(files > 0);
}
