// SPDX-License-Identifier: BSD-3-Clause
#include "expected.hpp"

#include "result.hpp"

#include <cctype>
#include <fstream>
#include <sstream>

namespace wbsync::litmus {

namespace {

bool is_result(std::string_view word) {
    return word == "Never" || word == "Sometimes" || word == "Always";
}

/// Does the text state a result under that memory model? Unknown memory models are accepted, too.
bool is_said_of(std::string_view memory, std::string_view word) {
    return is_result(word) || (memory != kernel_memory && word == "Unsupported");
}

/// Reads `Never`, or `Never, 3 states`.
expectation read_result(std::string_view text, std::string_view memory) {
    std::istringstream words{std::string{text}};
    expectation said;
    words >> said.result;
    const bool counted = said.result.ends_with(',');
    std::erase_if(said.result, [](unsigned char c) { return std::isalpha(c) == 0; });
    if (!is_said_of(memory, said.result))
        return {};
    std::string unit;
    std::uint64_t states = 0;
    if (counted && words >> states >> unit && unit.starts_with("state"))
        said.states = states;
    return said;
}

expectation result_line(std::string_view text, std::string_view memory) {
    const std::string key =
        memory == kernel_memory ? "Result:" : "Result " + std::string{memory} + ":";
    const auto at = text.find(key);
    return at == text.npos ? expectation{} : read_result(text.substr(at + key.size(), 80), memory);
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

expectation expectations::of(const std::filesystem::path& file, std::string_view text,
                             std::string_view memory) {
    if (memory != kernel_memory)
        return result_line(text, memory);
    const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
    for (const auto& where : {folder, folder.parent_path()}) {
        const table& known = index(where);
        if (const auto at = known.find(file.filename().string()); at != known.end())
            return {at->second};
    }
    return result_line(text, memory);
}

} // namespace wbsync::litmus
