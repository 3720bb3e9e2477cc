// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/support/scratch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// Outputs that are too long for a string in a test: files, which `./run promote` writes.
namespace golden {

/// The suite of the test cases that compare with such a file: promoting runs these.
inline constexpr const char* suite = "expected output";

/// Set by `./run promote`: the expected output is written instead of compared.
inline constexpr const char* promoting = "WBSYNC_PROMOTE";

using lines = std::vector<std::string>;

inline lines lines_of(const std::string& text) {
    lines all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        all.push_back(line);
    if (!text.empty() && text.back() != '\n')
        all.push_back("(no newline at the end)");
    return all;
}

/// For each pair of places in the two texts, how many of the lines from there on are common: the
/// longest common subsequence.
class common_lines {
public:
    common_lines(const lines& a, const lines& b)
        : width_(b.size() + 1), length_((a.size() + 1) * width_) {
        for (std::size_t i = a.size(); i-- != 0;)
            for (std::size_t j = b.size(); j-- != 0;)
                length_[i * width_ + j] = a[i] == b[j] ? 1 + from(i + 1, j + 1)
                                                       : std::max(from(i + 1, j), from(i, j + 1));
    }
    [[nodiscard]] std::size_t from(std::size_t i, std::size_t j) const {
        return length_[i * width_ + j];
    }

private:
    std::size_t width_;
    std::vector<std::size_t> length_;
};

/// The lines in which two texts differ: "-3: " of the first one, "+3: " of the second one. Empty:
/// they are the same. Time and space grow with the product of their lines.
inline std::string differences(const std::string& was, const std::string& is) {
    const lines a = lines_of(was);
    const lines b = lines_of(is);
    const common_lines common(a, b);
    std::string text;
    for (std::size_t i = 0, j = 0; i != a.size() || j != b.size();) {
        if (i != a.size() && j != b.size() && a[i] == b[j]) {
            ++i;
            ++j;
        } else if (j == b.size() ||
                   (i != a.size() && common.from(i + 1, j) >= common.from(i, j + 1))) {
            text += fmt::format("-{}: {}\n", i + 1, a[i]);
            ++i;
        } else {
            text += fmt::format("+{}: {}\n", j + 1, b[j]);
            ++j;
        }
    }
    return text;
}

/// The result for a test: true, or the differences.
struct comparison {
    std::string complaint;

    explicit operator bool() const noexcept { return complaint.empty(); }
    friend std::ostream& operator<<(std::ostream& out, const comparison& c) {
        return out << (c ? "as expected" : c.complaint);
    }
};

/// Compares the text with a file, or writes the file.
inline comparison compare(const std::filesystem::path& file, const std::string& text,
                          bool promote) {
    if (promote) {
        std::filesystem::create_directories(file.parent_path());
        std::ofstream out(file, std::ios::binary);
        if (!(out << text << std::flush))
            return {fmt::format("cannot write {}", file.string())};
        return {};
    }
    if (!std::filesystem::exists(file))
        return {fmt::format("there is no {}: ./run promote writes it", file.string())};
    const std::string was = slurp(file);
    if (was == text)
        return {};
    return {fmt::format("not as in {}:\n{}If that is what you meant to change: ./run promote\n",
                        file.string(), differences(was, text))};
}

} // namespace golden

#ifdef WBSYNC_SOURCE_DIR

/// CHECK(expected("tools/list.txt", text)): the text is that of checks/tools/expected/list.txt. The
/// test case is one of the suite: TEST_CASE("…" * doctest::test_suite(golden::suite)).
[[nodiscard]] inline golden::comparison expected(const std::string& name, const std::string& text) {
    const char* const suite = doctest::getContextOptions()->currentTest->m_test_suite;
    if (suite == nullptr || std::string_view{suite} != golden::suite)
        return {fmt::format("its test case has to be in the suite '{}': otherwise ./run promote "
                            "does not write {}",
                            golden::suite, name)};
    const auto slash = name.rfind('/');
    if (slash == std::string::npos)
        throw std::invalid_argument(name + " names no folder of checks/");
    return golden::compare(fmt::format("{}/checks/{}/expected/{}", WBSYNC_SOURCE_DIR,
                                       name.substr(0, slash), name.substr(slash + 1)),
                           text, std::getenv(golden::promoting) != nullptr);
}

#endif
