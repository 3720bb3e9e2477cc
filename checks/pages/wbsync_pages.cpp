// SPDX-License-Identifier: BSD-3-Clause
// Compares the parts of pages that the program wbsync writes with what it says now, or writes them.

#include "checks/pages/pages.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>

namespace {

/// Runs "wbsync …", with the program that was given.
pages::output run(const std::string& tool, const std::string& command) {
    const std::string name = "wbsync ";
    if (!command.starts_with(name))
        throw pages::error(fmt::format("'{}' is no command of wbsync", command));
    const std::string line = fmt::format("'{}' {} </dev/null", tool, command.substr(name.size()));
    std::FILE* const pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr)
        throw std::system_error(errno, std::generic_category(), line);
    pages::output out;
    std::array<char, 4096> some{};
    for (std::size_t n = 0; (n = std::fread(some.data(), 1, some.size(), pipe)) != 0;)
        out.text.append(some.data(), n);
    const int status = ::pclose(pipe);
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

std::string read(const std::string& path) {
    std::ifstream file(path);
    if (!file)
        throw pages::error("cannot be opened");
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Returns whether the page is well now.
bool look_after(const std::string& path, const std::string& tool, bool write) {
    const pages::page p =
        pages::renew(read(path), [&](const std::string& command) { return run(tool, command); });
    if (p.parts == 0)
        throw pages::error("has no part that a program writes");
    if (p.is == p.should_be) {
        fmt::print("{}: as the program says\n", path);
        return true;
    }
    fmt::print("{}: out of date, at line {}", path, pages::first_difference(p));
    if (!write)
        return false;
    std::ofstream file(path);
    if (!(file << p.should_be << std::flush))
        throw pages::error("cannot be written");
    fmt::print("{}: written\n", path);
    return true;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Compares the parts of pages that wbsync writes with what it says now."};
    std::string tool, root;
    std::vector<std::string> paths;
    bool write = false;
    app.add_option("--tool", tool, "The program wbsync")->required();
    app.add_option("--root", root, "The folder that paths and commands refer to")->required();
    app.add_flag("--write", write, "Write the parts instead");
    app.add_option("PAGE", paths, "The pages")->required();
    CLI11_PARSE(app, argc, argv);
    bool well = true;
    try {
        tool = std::filesystem::absolute(tool).string();
        std::filesystem::current_path(root);
        for (const char* bound : {"WBSYNC_MEMORY", "WBSYNC_MAX_EXECUTIONS", "WBSYNC_MAX_SECONDS",
                                  "WBSYNC_MAX_DEPTH", "WBSYNC_REPLAY"})
            ::unsetenv(bound); // of no concern here
        for (const std::string& path : paths)
            try {
                well = look_after(path, tool, write) && well;
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
    return well ? 0 : 1;
}
