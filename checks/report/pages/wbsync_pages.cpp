// SPDX-License-Identifier: BSD-3-Clause
// Compares the parts of pages that programs write with their current output, or writes them.

#include "checks/report/pages/pages.hpp"
#include "checks/support/scratch.hpp"
#include "tools/program.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

namespace tools = wbsync::tools;

/// CTest's SKIP_RETURN_CODE: something could not be compared here. Commands say so by it, too.
constexpr int skipped = 77;

/// Runs a command line of a page by bash, in the root of the repository. It fails if any program
/// of a pipe does.
pages::output run(const std::string& command) {
    std::ofstream("command")
        << "cd \"$WBSYNC_ROOT\"\n"
        << command
        << "\nall=(\"${PIPESTATUS[@]}\")\n"
           "for one in \"${all[@]}\"; do ((one == 0)) || exit \"$one\"; done\n";
    const tools::program_end end = tools::run_program({"bash", "command"}, {.with_errors = false});
    if (end.status == skipped)
        throw pages::not_here(fmt::format("'{}' cannot be run here", command));
    return {end.output, end.status};
}

/// A file of a page, for the command `sample`.
void store(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::absolute(name).parent_path());
    std::ofstream(name) << text;
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file)
        throw pages::error("cannot be opened");
    return {std::istreambuf_iterator<char>(file), {}};
}

enum class state { well, partly_seen, out_of_date };

/// Each page has a folder of its own for its files, which is the current folder meanwhile.
state look_after(const std::filesystem::path& root, const std::string& path, bool write) {
    const scratch_folder folder;
    std::filesystem::current_path(folder.path());
    ::setenv("WBSYNC_SAMPLES", folder.path().c_str(), 1);
    const pages::page p = pages::renew(read(root / path), {run, store});
    for (const std::string& why : p.left_out)
        fmt::print("{}: not compared: {}\n", path, why);
    if (p.is == p.should_be) {
        fmt::print("{}: {} parts, as the programs say\n", path, p.parts);
        return p.left_out.empty() ? state::well : state::partly_seen;
    }
    fmt::print("{}: out of date, at line {}", path, pages::first_difference(p));
    if (!write)
        return state::out_of_date;
    std::ofstream file(root / path);
    if (!(file << p.should_be << std::flush))
        throw pages::error("cannot be written");
    fmt::print("{}: written\n", path);
    return state::well;
}

/// Finds the programs that pages name before others of the same name.
void set_environment(const std::filesystem::path& root, const std::filesystem::path& build) {
    const std::vector<std::string> folders{root / "checks/report/pages/commands", build / "tools",
                                           build / "checks", build / "bench"};
    const char* const path = std::getenv("PATH");
    ::setenv("PATH",
             fmt::format("{}:{}", fmt::join(folders, ":"), path == nullptr ? "" : path).c_str(), 1);
    ::setenv("WBSYNC_ROOT", root.c_str(), 1);
    ::setenv("WBSYNC_BUILD", build.c_str(), 1);
    for (const char* bound : {"WBSYNC_MEMORY", "WBSYNC_MAX_EXECUTIONS", "WBSYNC_MAX_SECONDS",
                              "WBSYNC_MAX_DEPTH", "WBSYNC_MAX_MEMORY", "WBSYNC_REPLAY"})
        ::unsetenv(bound); // of no concern here
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Compares the parts of pages that programs write with what these say now."};
    std::string root, build;
    std::vector<std::string> paths;
    bool write = false;
    app.add_option("--root", root, "The repository, which paths and commands refer to")->required();
    app.add_option("--build", build, "The folder that the programs were built in")->required();
    app.add_flag("--write", write, "Write the parts instead");
    app.add_option("PAGE", paths, "The pages")->required();
    app.footer("Exit status: 0 all are up to date; 1 one is not; 77 what could be compared is.");
    CLI11_PARSE(app, argc, argv);
    bool well = true;
    bool complete = true;
    try {
        const std::filesystem::path from = std::filesystem::absolute(root).lexically_normal();
        set_environment(from, std::filesystem::absolute(build).lexically_normal());
        for (const std::string& path : paths)
            try {
                const state now = look_after(from, path, write);
                well = well && now != state::out_of_date;
                complete = complete && now != state::partly_seen;
            } catch (const pages::error& e) {
                fmt::print("{}: {}\n", path, e.what());
                well = false;
            }
    } catch (const std::exception& e) {
        fmt::print(stderr, "wbsync-pages: {}\n", e.what());
        return 2;
    }
    if (!well && !write)
        fmt::print("If that is what you meant to change: ./run pages\n");
    return !well ? 1 : complete || write ? 0 : skipped;
}
