// SPDX-License-Identifier: BSD-3-Clause
// Measures the cost of compiling a file that uses an installed copy of the library: processor time
// and memory of the compiler, header-only and with the compiled library, as a Markdown table.
#include "bench/compile/command.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace {

namespace fs = std::filesystem;
using bench::command_cost;

constexpr int runs = 3;

/// The cost of any C++ program that has a container, a text and a function object.
constexpr std::string_view floor_source = "#include <algorithm>\n"
                                          "#include <functional>\n"
                                          "#include <memory>\n"
                                          "#include <string>\n"
                                          "#include <vector>\n";

/// The first block of C++ code on a page.
std::string first_program(const std::string& page) {
    std::ifstream in(page);
    std::stringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    constexpr std::string_view begin = "\n```cpp\n";
    const auto at = all.find(begin);
    const auto end = at == all.npos ? at : all.find("\n```\n", at + begin.size());
    if (end == all.npos)
        throw std::runtime_error(page + " has no block of C++: name the page of the project");
    return all.substr(at + begin.size(), end + 1 - at - begin.size());
}

void write(const fs::path& file, std::string_view text) {
    std::ofstream out(file);
    out << text;
    if (!out.flush())
        throw std::runtime_error(file.string() + ": cannot be written");
}

/// The cheapest of some runs: whatever else the machine does makes runs more expensive.
command_cost measure(const std::vector<std::string>& command) {
    command_cost least = bench::cost_of(command);
    for (int i = 1; i != runs; ++i) {
        const command_cost again = bench::cost_of(command);
        least.seconds = std::min(least.seconds, again.seconds);
        least.megabytes = std::min(least.megabytes, again.megabytes);
    }
    return least;
}

void print_row(std::string_view what, const command_cost& seen, const command_cost& floor) {
    fmt::print("| {} | {:.1f} | {:.1f} | {:.0f} |\n", what, seen.seconds,
               seen.seconds / floor.seconds, seen.megabytes);
}

void print_table(const std::string& compiler, const std::string& page, const std::string& include,
                 const fs::path& folder) {
    fs::create_directories(folder);
    const fs::path floor = folder / "floor.cpp";
    const fs::path check = folder / "check.cpp";
    write(floor, floor_source);
    write(check, first_program(page));
    const auto command = [&](const fs::path& source, std::vector<std::string> more) {
        std::vector<std::string> all{compiler, "-std=c++20", "-O1",          "-c",
                                     "-o",     "/dev/null",  "-I" + include, source.string()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    const command_cost least = measure(command(floor, {}));
    fmt::print("| `{} -std=c++20 -O1 -c` | seconds | times the first row | MB |\n"
               "|---|---:|---:|---:|\n",
               fs::path(compiler).filename().string());
    print_row("`<algorithm>`, `<functional>`, `<memory>`, `<string>` and `<vector>`", least, least);
    print_row("the smallest check of README.md, with `wbsync::compiled`",
              measure(command(check, {"-DWBSYNC_COMPILED"})), least);
    print_row("the same, header-only", measure(command(check, {})), least);
    fmt::print(
        "\nSeconds are those of the processor in user mode, and MB the largest resident set "
        "of the compiler; the least of {} runs. doctest's own `main()` is not in the file.\n",
        runs);
}

} // namespace

int main(int argc, char** argv) try {
    if (argc != 5) {
        fmt::print(stderr, "usage: compile_time COMPILER README.md INCLUDE_FOLDER WORK_FOLDER\n");
        return 2;
    }
    print_table(argv[1], argv[2], argv[3], argv[4]);
    return 0;
} catch (const std::exception& e) {
    fmt::print(stderr, "compile_time: {}\n", e.what());
    return 2;
}
