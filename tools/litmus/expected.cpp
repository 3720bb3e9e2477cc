// SPDX-License-Identifier: BSD-3-Clause
#include "expected.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace wbsync::litmus {

namespace {

bool is_result(std::string_view word) {
    return word == "Never" || word == "Sometimes" || word == "Always";
}

std::string result_line(std::string_view text) {
    constexpr std::string_view key = "Result:";
    const auto at = text.find(key);
    if (at == text.npos)
        return {};
    std::istringstream rest{std::string{text.substr(at + key.size(), 80)}};
    std::string word;
    rest >> word;
    word.erase(std::find_if_not(word.begin(), word.end(),
                                [](unsigned char c) { return std::isalpha(c) != 0; }),
               word.end());
    return is_result(word) ? word : std::string{};
}

} // namespace

const expectations::table& expectations::index(const std::filesystem::path& folder) {
    const auto [at, is_new] = read_.try_emplace(folder);
    if (!is_new)
        return at->second;
    std::ifstream in(folder / "index.tsv");
    for (std::string line; std::getline(in, line);) {
        std::istringstream columns(line);
        std::string file;
        std::getline(columns, file, '\t');
        for (std::string word; std::getline(columns, word, '\t');)
            if (is_result(word))
                at->second[file] = word;
    }
    return at->second;
}

std::string expectations::of(const std::filesystem::path& file, std::string_view text) {
    const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
    for (const auto& where : {folder, folder.parent_path()}) {
        const table& known = index(where);
        if (const auto at = known.find(file.filename().string()); at != known.end())
            return at->second;
    }
    return result_line(text);
}

} // namespace wbsync::litmus
