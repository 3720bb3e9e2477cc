// SPDX-License-Identifier: BSD-3-Clause
// Compares the results of the models' checks with the manifests beside the models, or writes these.

#include "models/all.hpp"
#include <wbsync/program/manifest.hpp>

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using manifest::row;
using wbsync::catalogue::model;

/// The models' checks by folder. Prints those with an unexpected result.
class measurements {
public:
    measurements() {
        for (const model& m : wbsync::models::all())
            for (const auto& memory : wbsync::engine::registered_memories)
                if (memory.for_models)
                    add(m, memory.kind);
    }

    [[nodiscard]] const std::map<std::string, std::vector<row>>& folders() const { return rows_; }
    [[nodiscard]] bool as_expected() const { return as_expected_; }

private:
    void add(const model& m, wbsync::memory_kind memory) {
        const manifest::measured seen = manifest::measure(m, memory);
        rows_[m.folder].push_back(seen.is);
        if (seen.as_expected)
            return;
        as_expected_ = false;
        fmt::print(stderr, "{}: {}, the catalogue expects {}\n", seen.is.name(), seen.is.verdict,
                   seen.expected);
    }

    std::map<std::string, std::vector<row>> rows_;
    bool as_expected_ = true;
};

std::string path_of(const std::string& root, const std::string& folder) {
    return fmt::format("{}/models/{}/counts.json", root, folder);
}

/// Describes the differences, or why the file cannot be used.
std::vector<std::string> compare(const std::string& path, const std::vector<row>& now) {
    try {
        return manifest::differences(manifest::read(path), now);
    } catch (const std::runtime_error& e) {
        return {e.what()};
    }
}

/// Manifests in folders without models.
std::vector<std::string> orphans(const std::string& root,
                                 const std::map<std::string, std::vector<row>>& known) {
    std::vector<std::string> found;
    for (const auto& folder : std::filesystem::directory_iterator(root + "/models")) {
        const std::string name = folder.path().filename().string();
        if (!known.contains(name) && std::filesystem::exists(path_of(root, name)))
            found.push_back(path_of(root, name));
    }
    return found;
}

int run(const std::string& root, bool promote) {
    const measurements seen;
    bool same = true;
    for (const std::string& path : orphans(root, seen.folders())) {
        fmt::print("{}: no model comes from this folder\n", path);
        if (promote && seen.as_expected())
            std::filesystem::remove(path);
        same = false;
    }
    std::size_t rows = 0;
    for (const auto& [folder, now] : seen.folders()) {
        const std::string path = path_of(root, folder);
        const auto changes = compare(path, now);
        for (const std::string& line : changes)
            fmt::print("models/{}/counts.json: {}\n", folder, line);
        if (promote && seen.as_expected() && !changes.empty())
            manifest::write(path, now);
        same = same && changes.empty();
        rows += now.size();
    }
    if (!seen.as_expected()) {
        fmt::print(stderr, "{}A verdict has to be right before a count is worth keeping.\n",
                   promote ? "Nothing was written. " : "");
        return 1;
    }
    if (same)
        fmt::print("{} checks as in the manifests\n", rows);
    else if (promote)
        fmt::print("Written. Look at the difference, and commit it with its reason.\n");
    else
        fmt::print("If that is what you meant to change: ./run promote\n");
    return same || promote ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Compares the models' verdicts and executions at their default sizes with "
                 "models/*/counts.json."};
    bool promote = false;
    std::string root = WBSYNC_SOURCE_DIR;
    app.add_flag("--promote", promote, "Write the manifests instead");
    app.add_option("--root", root, "The folder that holds models/")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    for (const char* bound : {"WBSYNC_MEMORY", "WBSYNC_MAX_EXECUTIONS", "WBSYNC_MAX_SECONDS",
                              "WBSYNC_MAX_DEPTH", "WBSYNC_REPLAY"})
        ::unsetenv(bound); // does not matter here
    try {
        return run(root, promote);
    } catch (const std::exception& e) {
        fmt::print(stderr, "wbsync-manifest: {}\n", e.what());
        return 2;
    }
}
