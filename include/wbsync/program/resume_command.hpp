// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/program_name.hpp>
#include <wbsync/program/runner.hpp>

#include <string>
#include <string_view>

#include <fmt/format.h>

/// How to run a check again.
namespace wbsync::program {

/// The model and its parameters as arguments of the program.
inline std::string arguments_text(const check_request& c) {
    std::string text = c.of.name();
    for (const auto& p : c.of.parameters)
        if (c.values.at(p.name) != p.value)
            text += fmt::format(" -p {}={}", p.name, c.values.at(p.name));
    return text;
}

namespace detail {

/// Quotes the word for a shell.
inline std::string quoted(const std::string& word) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789./_-+=:,";
    if (!word.empty() && word.find_first_not_of(plain) == word.npos)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return text + "'";
}

} // namespace detail

/// The command that continues a check that was saved to a file. Leaves out limits to one run: it
/// continues to the end. Empty if there is no such file.
inline std::string resume_command(const check_request& c, const check_summary& seen) {
    if (seen.resume.empty())
        return {};
    std::string text = fmt::format("{} check {} --memory {}", program_name(), arguments_text(c),
                                   wbsync::name_of(c.with.memory));
    if (!c.with.symmetry)
        text += " --no-symmetry";
    if (c.with.max_depth != options{}.max_depth)
        text += fmt::format(" --max-depth {}", c.with.max_depth);
    if (c.with.jobs != 0)
        text += fmt::format(" -j {}", c.with.jobs);
    return fmt::format("{} --resume {}", text, detail::quoted(seen.resume));
}

} // namespace wbsync::program
