// SPDX-License-Identifier: BSD-3-Clause
// The README's list of folders: a line for each folder, and none for a folder that does not exist.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace fs = std::filesystem;

namespace {

/// Folders whose own folders have a line each.
constexpr const char* listed_in_full[] = {"include/wbsync", "models"};

std::set<std::string> folders_of_page(const fs::path& page) {
    static const std::regex row(R"(\| \[([^\]]+)/\]\(([^)]+)/\) \| .+ \|)");
    std::set<std::string> folders;
    std::ifstream in(page);
    for (std::string line; std::getline(in, line);)
        if (std::smatch m; std::regex_match(line, m, row)) {
            CAPTURE(line);
            CHECK(m[1] == m[2]);
            CHECK(folders.insert(m[1]).second); // once
        }
    return folders;
}

} // namespace

TEST_CASE("pages: README.md has a line for each folder") {
    const fs::path root = WBSYNC_SOURCE_DIR;
    const std::set<std::string> folders = folders_of_page(root / "README.md");
    for (const std::string& folder : folders) {
        CAPTURE(folder);
        CHECK(fs::is_directory(root / folder));
    }
    for (const fs::path parent : listed_in_full)
        for (const auto& entry : fs::directory_iterator(root / parent)) {
            const fs::path folder = parent / entry.path().filename();
            CAPTURE(folder.string());
            CHECK((!entry.is_directory() || folders.count(folder.string()) == 1));
        }
}
