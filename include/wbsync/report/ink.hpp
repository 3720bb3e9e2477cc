// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Colours on a terminal. Layouts are computed without them, and painted in the end: the codes take
/// no columns.
namespace wbsync::report {

enum class ink : std::uint8_t {
    plain,
    bold,   ///< names and headings
    red,    ///< what fails
    yellow, ///< what is unusual: a stale read, a late one
};

constexpr std::string_view code_of(ink i) noexcept {
    switch (i) {
    case ink::bold: return "\x1b[1m";
    case ink::red: return "\x1b[31m";
    case ink::yellow: return "\x1b[33m";
    case ink::plain: break;
    }
    return "";
}

/// The text in that ink; its blanks at both ends, and the end of its line, stay outside.
inline std::string painted(std::string_view text, ink with) {
    const std::size_t first = text.find_first_not_of(" \n");
    if (with == ink::plain || first == std::string_view::npos)
        return std::string{text};
    const std::size_t end = text.find_last_not_of(" \n") + 1;
    std::string out{text.substr(0, first)};
    out += code_of(with);
    out += text.substr(first, end - first);
    out += "\x1b[0m";
    out += text.substr(end);
    return out;
}

/// Paints a part of a text that was broken into lines. Lines have other blanks than the text, so
/// `from` and `count` are numbers of bytes that are no blanks.
inline void paint_part(std::vector<std::string>& lines, std::size_t from, std::size_t count,
                       ink with) {
    std::size_t seen = 0;
    for (std::string& line : lines) {
        std::size_t begin = line.size(), end = 0;
        for (std::size_t i = 0; i != line.size(); ++i) {
            if (line[i] == ' ')
                continue;
            if (seen >= from && seen < from + count) {
                begin = std::min(begin, i);
                end = i + 1;
            }
            ++seen;
        }
        if (begin < end)
            line.replace(begin, end - begin,
                         painted(std::string_view{line}.substr(begin, end - begin), with));
    }
}

inline std::string without_blanks(std::string_view text) {
    std::string solid{text};
    std::erase(solid, ' ');
    return solid;
}

} // namespace wbsync::report
